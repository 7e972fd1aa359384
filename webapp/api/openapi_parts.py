"""What every part of the OpenAPI document is written with."""

from typing import Any

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}


def object_of(properties: Json, optional: frozenset[str] | set[str] = frozenset()) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def reference(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


def json_response(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def problems(*statuses: str, secured: bool, has_body: bool = False) -> Json:
    """statuses: those that not every call can be answered with."""
    usual = ("400", *(("401", "403") if secured else ()), "429", "503")
    also = ("409", "413") if has_body else ()
    return {status: {"$ref": "#/components/responses/Problem"} for status in sorted({*statuses, *usual, *also})}


def needs_role() -> list[Json]:
    return [{"token": []}, {"session": []}]
