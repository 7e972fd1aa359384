"""Front matter as generators have it: YAML between `---`, TOML between `+++` (or `---toml`), JSON in braces (or `---json`)."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from kb.articles.frontmatter import MAX_BLOCK, MAX_DEPTH, FrontMatter, load_front_matter, split_front_matter
from kb.articles.text import reject
from kb.core.errors import Rejection
from kb.text.cleaning import clean_text

Format = Literal["yaml", "toml", "json", "script", "none"]
_FENCE = re.compile(r"(?:---|\+\+\+)(?:\s*(yaml|yml|toml|json|json5|js|javascript|coffee))?[ \t]*$")
_TOML_LINE = re.compile(r"at line (\d+)")
_FORMATS: dict[str, Format] = {"toml": "toml", "json": "json", "json5": "json", "yaml": "yaml", "yml": "yaml"}


@dataclass(frozen=True)
class Document:
    """A text in its parts: `head` with the marks around it, exactly as it stands; `block` what is between them."""

    format: Format
    head: str
    block: str
    body: str

    @property
    def body_line(self) -> int:
        return self.head.count("\n") + 1


def split_document(text: str, path: str) -> Document:
    """`text` has line feeds only. Raises ArticleError where front matter is opened and never closed."""
    first, _, rest = text.partition("\n")
    fence = _FENCE.fullmatch(first)
    if fence is None:
        return _split_json(text) if text.startswith("{") else Document("none", "", "", text)
    mark = first[:3]
    if mark == "---" and not fence[1]:
        block, body, _line = split_front_matter(text, path)
        return Document("yaml", text[: len(text) - len(body)] if body else text, block or "", body)
    closing = re.compile(rf"^{re.escape(mark)}[ \t]*$", re.MULTILINE).search(rest)
    if closing is None:
        raise reject(path, 1, f"the front matter is opened by {first.strip()} and never closed by another {mark}")
    kind: Format = "toml" if mark == "+++" else _FORMATS.get(fence[1], "script")
    end = len(first) + 1 + closing.end()
    end += text[end : end + 1] == "\n"
    return Document(kind, text[:end], rest[: closing.start()].removesuffix("\n"), text[end:])


def read_front_matter(document: Document, path: str) -> FrontMatter:
    """The keys. Raises ArticleError where they cannot be read."""
    if len(document.block) > MAX_BLOCK:
        raise reject(path, 2, f"the front matter has more than {MAX_BLOCK} characters")
    if document.format == "yaml":
        return load_front_matter(document.block, path)
    if document.format == "toml":
        return _read_toml(document.block, path)
    if document.format == "json":
        return _read_json(document, path)
    if document.format == "script":
        problem = Rejection(path, 1, "the front matter is a program, which is not run: taken as a draft")
        return FrontMatter({"draft": True}, {"draft": 1}, notes=(problem,))
    return FrontMatter({}, {})


def _split_json(text: str) -> Document:
    """JSON at the head of the text; a text that only begins with a brace has no front matter."""
    try:
        values, end = json.JSONDecoder().raw_decode(text[: MAX_BLOCK + 1])
    except (ValueError, RecursionError):
        return Document("none", "", "", text)
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end + 1
    if not isinstance(values, dict) or text[end:line_end].strip():
        return Document("none", "", "", text)
    return Document("json", text[:line_end], text[:end], text[line_end:])


def _read_toml(block: str, path: str) -> FrontMatter:
    try:
        values = tomllib.loads(block)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) + 1 if found else 2
        raise reject(path, line, f"the front matter is not valid TOML: {error}") from error
    except RecursionError as error:
        raise reject(path, 2, "the front matter is nested too deeply") from error
    lines: dict[str, int] = {}
    for number, line_text in enumerate(block.split("\n"), start=2):
        key = re.match(r"\s*\[{0,2}\s*[\"']?([\w-]+)", line_text)
        if key:
            lines.setdefault(clean_text(key[1]), number)
    return FrontMatter(_plain_mapping(values, path), lines)


def _read_json(document: Document, path: str) -> FrontMatter:
    try:
        values = json.loads(document.block)
    except ValueError as error:
        line = getattr(error, "lineno", 1) + document.head.startswith("---")
        raise reject(path, line, f"the front matter is not valid JSON: {error}") from error
    except RecursionError as error:
        raise reject(path, 1, "the front matter is nested too deeply") from error
    if not isinstance(values, dict):
        raise reject(path, 1, "the front matter must be an object of keys and values")
    first = 1 + document.head.startswith("---")
    lines: dict[str, int] = {}
    for number, line_text in enumerate(document.block.split("\n"), start=first):
        for key in re.findall(r"\"([^\"\\]+)\"\s*:", line_text):
            lines.setdefault(clean_text(key), number)
    return FrontMatter(_plain_mapping(values, path), lines)


def _plain_mapping(values: Mapping[str, Any], path: str) -> dict[str, Any]:
    return {clean_text(str(key)): _plain(value, path, 1) for key, value in values.items()}


def _plain(value: Any, path: str, depth: int) -> Any:
    """A value as YAML's would be read: text, whole number, truth value, nothing, list, mapping."""
    if depth > MAX_DEPTH:
        raise reject(path, 2, "the front matter is nested too deeply")
    if isinstance(value, Mapping):
        return {clean_text(str(key)): _plain(inner, path, depth + 1) for key, inner in value.items()}
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Sequence):
        return [_plain(inner, path, depth + 1) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**18 else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return clean_text(str(value))
