"""Components of MDX: `<Card title="x" href={y}>`, told apart from `<Enter>` and `List<String>`, which are words."""

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"<(/?)([A-Z][\w.]*)")
_KEY = re.compile(r"\s*([a-zA-Z_:][\w:.-]*)(\s*=\s*)?")
_END = re.compile(r"\s*(/?)>")
_VALUE = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`{}]+)")
_LONGEST = 5000


@dataclass(frozen=True)
class Component:
    """A tag of a component, opened, closed, or both at once; `end` is where it ends in the text."""

    name: str
    end: int
    closing: bool = False
    is_void: bool = False
    values: dict[str, str] = field(default_factory=dict)
    has_attributes: bool = False


@dataclass(frozen=True)
class Names:
    """What tells a component from a word: it is imported, or closed somewhere."""

    imported: frozenset[str]
    opened: frozenset[str]
    closed: frozenset[str]

    def has(self, component: Component) -> bool:
        if component.closing:
            return component.name in self.opened
        return (
            component.is_void
            or component.has_attributes
            or component.name in self.closed
            or component.name.partition(".")[0] in self.imported
        )


def component_names(body: str) -> Names:
    imports = re.findall(r"^import\s+([^\n\"']{1,2000}?)\s+from\s", body, re.MULTILINE)
    imported = frozenset(word for line in imports for word in re.findall(r"\b[A-Z]\w*", line))
    return Names(
        imported,
        frozenset(re.findall(r"<([A-Z][\w.]*)(?=[\s/>])", body)),
        frozenset(re.findall(r"</([A-Z][\w.]*)\s*>", body)),
    )


def read_component(text: str, start: int) -> Component | None:
    """The tag that begins at `start`; None where it is none."""
    name = _NAME.match(text, start)
    if name is None:
        return None
    values: dict[str, str] = {}
    position, has_attributes = name.end(), False
    limit = min(len(text), start + _LONGEST)
    while position < limit:
        if end := _END.match(text, position):
            return Component(name[2], end.end(), bool(name[1]), bool(end[1]), values, has_attributes)
        spread = re.compile(r"\s*(?=\{)").match(text, position)
        if spread:
            position, _inner = _braces(text, spread.end(), limit)
            if position < 0:
                return None
            has_attributes = True
            continue
        key = _KEY.match(text, position)
        if key is None or not text[position : position + 1].isspace():
            return None
        position, value = key.end(), ""
        if key[2]:
            position, value = _value(text, position, limit)
            if position < 0:
                return None
            has_attributes = True
        elif not re.match(r"[a-z]\w*[A-Z]|[a-z]+$", key[1]):
            return None
        values[key[1].lower()] = value
    return None


def _value(text: str, position: int, limit: int) -> tuple[int, str]:
    if text[position : position + 1] == "{":
        end, inner = _braces(text, position, limit)
        quoted = re.fullmatch(r"\s*([\"'`])(.*)\1\s*", inner, re.DOTALL)
        return end, quoted[2] if quoted else ""
    found = _VALUE.match(text, position, limit)
    if found is None:
        return -1, ""
    return found.end(), next((value for value in found.groups() if value is not None), "")


def _braces(text: str, position: int, limit: int) -> tuple[int, str]:
    """The end of a bracketed expression and what is in it; -1 where it is not closed."""
    depth = 0
    for at in range(position, limit):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at + 1, text[position + 1 : at]
    return -1, ""
