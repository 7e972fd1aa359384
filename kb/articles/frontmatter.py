"""Front matter: the YAML block at the head of a Markdown file, with the line of every key.

PyYAML's node graph is read instead of its Python objects. It knows the lines, and it leaves scalars as they were typed:
`title: No`, `slug: 007` and `version: 1.10` stay text, where YAML 1.1 makes them false, 7 and 1.1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from kb.articles.text import reject
from kb.core.errors import Rejection
from kb.text.cleaning import clean_text

MAX_DEPTH = 20
MAX_BLOCK = 100_000  # characters; the pure Python parser needs about a second for that
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_TAG = "tag:yaml.org,2002:"
_TAGS = {
    f"{_TAG}{name}" for name in ("null", "bool", "int", "float", "str", "timestamp", "value", "merge", "seq", "map")
}


@dataclass(frozen=True)
class FrontMatter:
    """The keys with values (text, list, mapping, whole number, truth value, None) and lines; what was odd in it.

    `problems` refuse the article, `notes` are only reported.
    """

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    problems: tuple[Rejection, ...] = ()
    notes: tuple[Rejection, ...] = ()


def split_front_matter(text: str, path: str) -> tuple[str | None, str, int]:
    """The YAML block (None where there is none), the body, and the line (1-based) on which the body begins.

    `text` has line feeds only. Raises ArticleError where the block is opened and never closed.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None, text, 1
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in {"---", "..."}:
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    raise reject(path, 1, "the front matter is opened by --- and never closed by another ---")


def load_front_matter(block: str, path: str) -> FrontMatter:
    """The block's keys. Raises ArticleError where it is no YAML mapping; smaller faults are in `problems`."""
    if len(block) > MAX_BLOCK:
        raise reject(path, 2, f"the front matter has more than {MAX_BLOCK} characters")
    try:
        root = yaml.compose(block, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else None
        raise reject(path, line, f"the front matter is not valid YAML: {_explain(error)}") from error
    except yaml.reader.ReaderError as error:
        line = block.count("\n", 0, error.position) + 2
        raise reject(
            path, line, f"the front matter has a character that YAML does not allow: {_code(error)}"
        ) from error
    except yaml.YAMLError as error:
        raise reject(path, 2, f"the front matter is not valid YAML: {error}") from error
    except RecursionError as error:
        raise reject(path, 2, "the front matter is nested too deeply") from error
    except ValueError as error:  # an escape such as "\U7fffffff" is beyond Unicode: PyYAML lets chr() fail
        raise reject(path, 2, f"the front matter is not valid YAML: {error}") from error
    if root is None:
        return FrontMatter({}, {})
    if not isinstance(root, yaml.MappingNode):
        raise reject(path, 2, "the front matter must have lines of the form `key: value`")
    return _Reader(path).read(root)


def dump_front_matter(known: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    """YAML text. Text in `known` is text to every YAML reader; `extra` is written as load_front_matter reads it."""
    text = _dump(dict(known), _KnownDumper)
    return text + _dump(dict(extra), _ExtraDumper) if extra else text


def dump_value(value: Any, style: str | None = None) -> str:
    """A value on one line of YAML, text in the quotes of `style` (a scalar's style as the parser names it)."""
    if isinstance(value, str) and style in {"'", '"'}:
        return yaml.dump(
            value, Dumper=_KnownDumper, default_style=style, allow_unicode=True, width=1_000_000_000
        ).strip()
    text = yaml.dump(
        value, Dumper=_KnownDumper, allow_unicode=True, width=1_000_000_000, default_flow_style=True, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("...").strip()


class _Reader:
    """Nodes to values. Anchors, aliases and tags are refused: they can expand without bound and articles need none."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Rejection] = []
        self.seen: set[int] = set()

    def read(self, root: yaml.MappingNode) -> FrontMatter:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in root.value:
            line = key_node.start_mark.line + 2
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(line, "a key of the front matter must be a word")
                continue
            key = clean_text(key_node.value)
            if key in values:
                self._complain(line, f"{key!r} is given twice, first on line {lines[key]}")
                continue
            values[key] = self._value(value_node, 1)
            lines[key] = line
        return FrontMatter(values, lines, tuple(self.problems))

    def _complain(self, line: int, reason: str) -> None:
        self.problems.append(Rejection(self.path, line, reason))

    def _value(self, node: yaml.Node, depth: int) -> Any:
        line = node.start_mark.line + 2
        if id(node) in self.seen:
            self._complain(line, "YAML aliases (*name) are not allowed; write the value again")
            return None
        self.seen.add(id(node))
        if depth > MAX_DEPTH:
            self._complain(line, "the front matter is nested too deeply")
            return None
        if node.tag not in _TAGS:
            self._complain(line, f"YAML tags such as {node.tag} are not allowed")
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, depth + 1) for child in node.value]
        if isinstance(node, yaml.MappingNode):
            return {
                clean_text(key.value) if isinstance(key, yaml.ScalarNode) else self._odd_key(key): self._value(
                    value, depth + 1
                )
                for key, value in node.value
            }
        return _scalar(node)

    def _odd_key(self, node: yaml.Node) -> str:
        self._complain(node.start_mark.line + 2, "a key of the front matter must be a word")
        return ""


def _scalar(node: yaml.Node) -> Any:
    text = clean_text(node.value)
    kind = node.tag.removeprefix(_TAG)
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if kind == "int" and _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return text


def _explain(error: yaml.MarkedYAMLError) -> str:
    text = ", ".join(part for part in (error.context, error.problem) if part) or "it cannot be read"
    if "mapping values are not allowed" in text:
        text += " (put a text with a colon in quotes)"
    return text


def _code(error: yaml.reader.ReaderError) -> str:
    return f"U+{error.character:04X}" if isinstance(error.character, int) else repr(error.character)


def _dump(values: dict[str, Any], dumper: type[yaml.SafeDumper]) -> str:
    return yaml.dump(
        values, Dumper=dumper, allow_unicode=True, sort_keys=False, width=1_000_000_000, default_flow_style=False
    )


class _KnownDumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


class _ExtraDumper(_KnownDumper):
    """Leaves text unquoted unless `_scalar` would read something else, so that dates and versions stay as typed."""


_ExtraDumper.yaml_implicit_resolvers = {}
_ExtraDumper.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_ExtraDumper.add_implicit_resolver(f"{_TAG}null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_ExtraDumper.add_implicit_resolver(f"{_TAG}int", re.compile(rf"^{_WHOLE_NUMBER.pattern}$"), list("-0123456789"))


def is_date(text: str) -> bool:
    """Whether `text` is a calendar date such as 2027-03-01."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
