"""An article's changes put into its file: only what has changed is written, everything else stays as its author typed it.

Line ends, comments, order, quotes and the names of another generator's keys are the author's. The result is read again; if it
does not say exactly what the article says, the whole file is written in our own form.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import tomlkit
import yaml

from kb.articles.front_matter_formats import Document, split_document
from kb.articles.frontmatter import dump_value
from kb.articles.publication import read_publication
from kb.articles.source import KNOWN_KEYS, ArticleSource, write_article, write_plain_article
from kb.articles.text import ArticleError

Parse = Callable[[str], ArticleSource]
_REMOVED = object()


def write_into(original: str, source: ArticleSource, parse: Parse, path: str) -> str:
    """`original` with everything that `source` says otherwise, in its own line ends."""
    line_end = "\r\n" if original.count("\r\n") * 2 > original.count("\n") else "\n"
    mark = "\ufeff" if original.startswith("\ufeff") else ""
    text = original.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for attempt in (_changed, _plain, _canonical):
        try:
            written = attempt(text, source, parse, path)
            if written is not None and _says(parse(written), source):
                return mark + written.replace("\n", line_end)
        except (ArticleError, ValueError, yaml.YAMLError):
            continue
    return mark + write_article(source).replace("\n", line_end)


def _says(written: ArticleSource, source: ArticleSource) -> bool:
    """Whether the file says what the article says; that its place or another file keeps it back, it cannot change."""
    if written.kept_back and source.status == "published":
        written = replace(written, status="published")
    return written.content_hash == source.content_hash


def _canonical(_text: str, source: ArticleSource, _parse: Parse, _path: str) -> str:
    return write_article(source)


def _plain(text: str, source: ArticleSource, _parse: Parse, path: str) -> str | None:
    """A file without front matter stays without, as long as its place and its text say everything."""
    return write_plain_article(source) if split_document(text, path).format == "none" else None


def _changed(text: str, source: ArticleSource, parse: Parse, path: str) -> str | None:
    document = split_document(text, path)
    if document.format in {"none", "script"}:
        return None
    before = parse(text)
    changes = _changes(before, source)
    heading = "title" not in before.keys and changes.pop("title", None) is not None
    body = document.body
    if before.body != source.body or heading:
        title = f"# {source.title}\n\n" if "title" not in before.keys else ""
        lead = re.match(r"\n*", body)
        body = f"{lead[0] if lead else ''}{title}{source.body}{_ending(body)}"
    return (_set_keys(document, changes) if changes else document.head) + body


def _ending(body: str) -> str:
    found = re.search(r"\n*\Z", body)
    return (found[0] if found else "") or "\n"


def _changes(before: ArticleSource, after: ArticleSource) -> dict[str, Any]:
    """New values by the file's own names of the keys; _REMOVED for a key that goes."""
    changes: dict[str, Any] = {}
    for name in KNOWN_KEYS:
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        key = before.keys.get(name, name)
        if name == "slug" and key != "slug":
            key = "slug"
        value = list(new) if isinstance(new, tuple) else new
        changes[key] = _REMOVED if value in (None, [], "") and name not in {"title", "slug", "topic"} else value
    for key in before.extra.keys() | after.extra.keys():
        if before.extra.get(key, _REMOVED) != after.extra.get(key, _REMOVED):
            changes[key] = after.extra.get(key, _REMOVED)
    if before.status != after.status == "published":
        changes |= before.overrides
    return changes


def _set_keys(document: Document, changes: Mapping[str, Any]) -> str:
    status = changes.get("status")
    if document.format == "toml":
        return _set_toml(document, changes, status)
    if document.format == "json":
        return _set_json(document, changes, status)
    return _set_yaml(document, changes, status)


def _switches(values: Mapping[str, Any], status: Any) -> dict[str, Any]:
    """What the words of a generator must say now, where the status has become another one: `draft: true` as `draft: false`."""
    if status is None:
        return {}
    found = read_publication(values, "")
    turned: dict[str, Any] = {}
    for key in {key for key, _reason in found.reasons if key}:
        if status == "published" and key != "status":
            value = values.get(key)
            turned[key] = not value if isinstance(value, bool) else _REMOVED
    return turned


def _set_yaml(document: Document, changes: Mapping[str, Any], status: Any) -> str:
    """Each value in its place, by where the parser has found it."""
    block = document.block
    root = yaml.compose(block, Loader=yaml.SafeLoader) if block.strip() else None
    nodes = {key.value: (key, value) for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
    plain = {name: _yaml_scalar(value) for name, (_key, value) in nodes.items()}
    wanted = {**changes, **_switches(plain, status)}
    edits: list[tuple[int, int, str]] = []
    added: list[str] = []
    for name, value in wanted.items():
        if name not in nodes:
            # A file that says nothing of its status is published.
            if value is not _REMOVED and (name, value) != ("status", "published"):
                added.append(f"{name}: {dump_value(value)}\n")
            continue
        key, node = nodes[name]
        end = _end_of(node, block)
        if value is _REMOVED:
            line_end = block.find("\n", end)
            start = block.rfind("\n", 0, key.start_mark.index) + 1
            edits.append((start, len(block) if line_end < 0 else line_end + 1, ""))
        else:
            start = block.index(":", key.end_mark.index) + 1
            edits.append((start, max(end, start), f" {dump_value(value, getattr(node, 'style', None))}"))
    for start, end, text in sorted(edits, reverse=True):
        block = block[:start] + text + block[end:]
    if added:
        block = (f"{block}\n" if block and not block.endswith("\n") else block) + "".join(added).rstrip("\n")
    opening = document.head.partition("\n")[0]
    closing = document.head.rstrip("\n").rpartition("\n")[2]
    trail = document.head[len(document.head.rstrip("\n")) :]
    return "\n".join(part for part in (opening, block.strip("\n"), closing) if part) + trail


def _end_of(node: yaml.Node, block: str) -> int:
    """Where a value ends, without the empty lines and comments that the parser counts to it."""
    while isinstance(node, yaml.SequenceNode | yaml.MappingNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end: int = node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        return len(block[:end].rstrip())
    return end


def _yaml_scalar(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_yaml_scalar(child) for child in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _yaml_scalar(value) for key, value in node.value}
    if node.tag.endswith(":bool") and node.value.lower() in {"true", "false"}:
        return node.value.lower() == "true"
    return node.value


def _set_toml(document: Document, changes: Mapping[str, Any], status: Any) -> str:
    values = tomlkit.parse(document.block)
    for name, value in {**changes, **_switches(values.unwrap(), status)}.items():
        if value is _REMOVED:
            values.pop(name, None)
        elif name in values or (name, value) != ("status", "published"):
            values[name] = _toml_value(value)
    return _refence(document, tomlkit.dumps(values))


def _toml_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _refence(document: Document, block: str) -> str:
    lines = document.head.rstrip("\n").split("\n")
    return f"{lines[0]}\n{block.strip(chr(10))}\n{lines[-1]}\n"


def _set_json(document: Document, changes: Mapping[str, Any], status: Any) -> str:
    values = json.loads(document.block)
    for name, value in {**changes, **_switches(values, status)}.items():
        if value is _REMOVED:
            values.pop(name, None)
        elif name in values or (name, value) != ("status", "published"):
            values[name] = value.isoformat() if isinstance(value, date) else value
    found = re.search(r"\n([ \t]+)\"", document.block)
    indent: str | int | None = found[1] if found else (2 if "\n" in document.block else None)
    text = json.dumps(values, ensure_ascii=False, indent=indent)
    return _refence(document, text) if document.head.startswith("---") else text + document.head[len(document.block) :]
