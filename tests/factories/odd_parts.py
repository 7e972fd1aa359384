"""Parts of requests as no browser sends them: paths, parameters, headers and bodies, each drawn by the dice that is given."""

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

from form_fuzzing import FILES, ODD
from odd_values import LENGTHS, ODD_HEADERS, ODD_JSON, ODD_SEGMENTS, RAW, SECRET, TYPES, Headers
from planting import PROBE


def odd_path(path: str, dice: random.Random) -> str:
    """The path with one part replaced, doubled or taken away."""
    parts = path.split("/")
    place = dice.randrange(1, len(parts)) if len(parts) > 1 else 0
    draw = dice.random()
    if draw < 0.7:
        parts[place] = dice.choice(ODD_SEGMENTS)
    elif draw < 0.8:
        parts.insert(place, dice.choice(ODD_SEGMENTS))
    elif draw < 0.9:
        parts[place] += dice.choice(ODD_SEGMENTS)
    else:
        return path + dice.choice(("/", "//", "/.", "/..", "%2f", "%00", ";x", ".json", ".csv", "~"))
    return "/".join(parts)


def odd_query(names: Sequence[str], dice: random.Random) -> str:
    """Some of the parameters that are known, with odd values, often repeated."""
    if dice.random() < 0.05:
        return dice.choice(
            ("&&&", "=", "%", "q", "q=%ff&q=%00", "a=1&" * 2_000, "%5b%5d=1", "q[]=1&q[a]=2", "?q=1", ";", "\xff")
        )
    pairs = [(dice.choice(names), odd_text(dice)) for _ in range(dice.choice((1, 1, 2, 3, 6)))]
    pairs += [pairs[0]] * dice.choice((0, 0, 1, 5))
    return _encoded(pairs)[:6_000]


def odd_text(dice: random.Random) -> str:
    return PROBE if dice.random() < 0.1 else dice.choice(ODD)


def odd_headers(dice: random.Random) -> Headers:
    """Up to four, one of them sometimes twice."""
    names = list(ODD_HEADERS)
    return [
        (name := dice.choice(names), dice.choice(ODD_HEADERS[name])) for _ in range(dice.choice((0, 0, 1, 1, 2, 4)))
    ]


def _encoded(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(
        f"{quote_plus(name, errors='surrogatepass')}={quote_plus(value, errors='surrogatepass')}"
        for name, value in pairs
    )


def odd_body(
    fields: Mapping[str, Any], files: Sequence[str], dice: random.Random, *, is_json: bool
) -> tuple[bytes, Headers]:
    """A body for a form or a call with these fields, and the headers that speak of it, which are not always true."""
    draw = dice.random()
    if draw < 0.15:
        body, kind = dice.choice(RAW), dice.choice(TYPES)
    elif is_json != (draw < 0.25):
        body, kind = _json(fields, dice), "application/json"
    elif files or draw > 0.8:
        body, kind = _multipart(fields, files, dice), "multipart/form-data; boundary=limit"
    else:
        body, kind = _encoded([(n, v) for n, v in _odd_fields(fields, dice) if isinstance(v, str)]).encode(), TYPES[2]
    if dice.random() < 0.06:
        kind = dice.choice(TYPES)
    length = dice.choice(LENGTHS) if dice.random() < 0.04 else str(len(body))
    return body, [("Content-Type", kind), ("Content-Length", length)]


def _odd_fields(fields: Mapping[str, Any], dice: random.Random) -> list[tuple[str, str]]:
    share, made = dice.choice((0.0, 0.15, 0.4, 1.0)), []
    for name, value in fields.items():
        if dice.random() < 0.05:
            continue
        is_secret = any(part in name for part in ("password", "token", "secret")) and name != "csrf_token"
        text = value if isinstance(value, str) else json.dumps(value)
        made.append((name, (SECRET if is_secret else odd_text(dice)) if dice.random() < share else text))
        if dice.random() < 0.06:
            made.append((name, odd_text(dice)))
    return made


def _json(fields: Mapping[str, Any], dice: random.Random) -> bytes:
    share = dice.choice((0.0, 0.15, 0.4, 1.0))
    body: Any = {name: _odd_inside(value, share, dice) for name, value in fields.items() if dice.random() > 0.04}
    if dice.random() < 0.1:
        body = dice.choice(
            ([body], {"body": body}, [body] * 100, json.dumps(body), {**body, "\0": 1}, {**body, "x" * 5_000: body})
        )
    return json.dumps(body, ensure_ascii=dice.random() < 0.7).encode("utf-8", "surrogatepass")


def _odd_inside(value: Any, share: float, dice: random.Random) -> Any:
    """The value, or something else in its place or within it."""
    if dice.random() < share:
        return dice.choice((*ODD_JSON, value, [value], {"a": value}))
    if isinstance(value, dict):
        return {name: _odd_inside(one, share, dice) for name, one in value.items()}
    return [_odd_inside(one, share, dice) for one in value] if isinstance(value, list) else value


def _multipart(fields: Mapping[str, Any], files: Sequence[str], dice: random.Random) -> bytes:
    """Files where texts are expected and texts in place of files, among parts that are as they should be."""
    made = b""
    texts = _odd_fields({**dict.fromkeys(files, "a text"), **fields} if dice.random() < 0.2 else fields, dice)
    for name, value in texts:
        content, end = value.encode("utf-8", "surrogatepass"), b""
        if dice.random() < 0.07:
            content, end = dice.choice(FILES), _file_name(dice)
        made += (
            b'--limit\r\nContent-Disposition: form-data; name="'
            + name.encode()
            + b'"'
            + end
            + b"\r\n\r\n"
            + content
            + b"\r\n"
        )
    for name in files:
        kind = dice.choice((b"image/png", b"text/csv", b"", b"\xff", b"application/json"))
        part = b'--limit\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + _file_name(dice)
        made += part + b"\r\nContent-Type: " + kind + b"\r\n\r\n" + dice.choice(FILES) + b"\r\n"
    return made + b"--limit--\r\n"


def _file_name(dice: random.Random) -> bytes:
    names = (
        b"a.png",
        b"",
        b"../../a",
        b"a\x00.csv",
        b"a.csv",
        b"a.json",
        b"x" * 300 + b".zip",
        b"\xff\xfe.md",
        b"con",
        b"a.mbox",
        PROBE.encode(),
    )
    return b'; filename="' + dice.choice(names) + b'"'


def path_info(path: str) -> str:
    """As servers hand it over (PEP 3333): bytes, read as Latin-1."""
    return unquote_to_bytes(path).decode("latin-1")


def bodies_of(document: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """An example of the body of each call of the API, by method and path of its route."""
    schemas = document["components"]["schemas"]
    found = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                found[method.upper(), path] = example(content["application/json"]["schema"], schemas)
    return found


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Something that the schema allows, with all that it names."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema and "properties" not in schema:
            return example(schema[several][0], schemas)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: example(one, schemas) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema.get("items", {"type": "string"}), schemas)]
    return {"integer": 1, "number": 1.0, "boolean": True}.get(kind, "Where is my refund?")
