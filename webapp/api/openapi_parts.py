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


def problems(*statuses: str, secured: bool) -> Json:
    return {
        status: {"$ref": "#/components/responses/Problem"}
        for status in (*statuses, *(("401", "403") if secured else ()))
    }


def needs_role() -> list[Json]:
    return [{"token": []}, {"session": []}]
