"""Front matter fields, one reader per kind. Each notes what is wrong and returns something harmless."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from kb.articles.frontmatter import is_date
from kb.articles.text import is_slug, slugify
from kb.core.errors import Rejection
from kb.text.cleaning import clean_line, clean_text

MAX_LIST = 200


class Faults:
    """Collects the faults of one article. `lines` has the line of each key, "" that of the body."""

    def __init__(self, path: str, lines: Mapping[str, int], found: list[Rejection]) -> None:
        self.path = path
        self.lines = lines
        self.found = found
        self._keys: set[str] = set()

    def add(self, key: str, reason: str) -> None:
        self._keys.add(key)
        self.found.append(Rejection(self.path, self.lines.get(key), reason))

    def has(self, key: str) -> bool:
        return key in self._keys


def read_line(faults: Faults, values: Mapping[str, Any], key: str, *, limit: int) -> str:
    """A text on one line, at most `limit` characters; "" where there is none."""
    value = values.get(key, "")
    if isinstance(value, bool):
        # Only `true` and `false` themselves become truth values; as a title they are words.
        value = str(value).lower()
    elif isinstance(value, int):
        value = str(value)
    if not isinstance(value, str):
        faults.add(key, f"{key} must be a text, not a {_kind(value)}")
        return ""
    line = clean_line(value)
    if len(line) > limit:
        faults.add(key, f"{key} has {len(line)} characters; {limit} are allowed")
        return line[:limit]
    return line


def read_slug(faults: Faults, values: Mapping[str, Any], key: str, *, default: str) -> str:
    """A text that can stand in an address."""
    text = read_line(faults, values, key, limit=300)
    if faults.has(key):
        return ""
    if not text:
        if not default:
            faults.add(key, f"there is no {key}, and none can be made of the name: add `{key}: …`")
        return default
    if not is_slug(text):
        example = slugify(text) or "reset-your-password"
        faults.add(key, f"{key} {text!r} must be lower-case letters and digits joined by hyphens, such as {example!r}")
    return text


def read_choice(faults: Faults, values: Mapping[str, Any], key: str, choices: Sequence[str], *, default: str) -> str:
    """One of `choices`, however it is capitalised and joined."""
    text = read_line(faults, values, key, limit=300)
    if not text:
        return default
    choice = text.lower().replace(" ", "_").replace("-", "_")
    if choice not in choices:
        faults.add(key, f"{key} {text!r} is none of {', '.join(choices)}")
        return default
    return choice


def read_language(faults: Faults, values: Mapping[str, Any], key: str, *, default: str) -> str:
    """A BCP 47 tag in its standard form."""
    text = read_line(faults, values, key, limit=300) or default
    tag = standard_language(text)
    if tag is None:
        faults.add(key, f"{key} {text!r} is no language tag; examples: en, hi, bn, hi-Latn, pt-BR")
        return default
    return tag


def read_list(faults: Faults, values: Mapping[str, Any], key: str, *, limit: int) -> tuple[str, ...]:
    """A list of lines without repetition."""
    value = values.get(key, ())
    if isinstance(value, str) or not isinstance(value, Sequence):
        faults.add(key, f"{key} must be a list of texts, such as [one, two], not a {_kind(value)}")
        return ()
    if len(value) > MAX_LIST:
        faults.add(key, f"{key} has {len(value)} entries; {MAX_LIST} are allowed")
        return ()
    lines = [read_line(faults, {key: "" if entry is None else entry}, key, limit=limit) for entry in value]
    return tuple(dict.fromkeys(line for line in lines if line))


def read_date(faults: Faults, values: Mapping[str, Any], key: str) -> date | None:
    """A calendar date, given as such or as text."""
    value = values.get(key)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    text = read_line(faults, values, key, limit=300)
    if not text:
        return None
    if not is_date(text):
        faults.add(key, f"{key} {text!r} is no date of the form 2027-03-01")
        return None
    return date.fromisoformat(text)


def clean_extra(value: Any) -> Any:
    """A value of an own key without characters that may not stay, in mappings and lists too."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(str(key)): clean_extra(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [clean_extra(inner) for inner in value]
    return value


@lru_cache(maxsize=1024)
def standard_language(text: str) -> str | None:
    """The standard form of a BCP 47 tag with a known language (`EN-us` → `en-US`), None where it is none."""
    import langcodes

    try:
        if len(text) > 35 or not langcodes.tag_is_valid(text):
            return None
        tag = langcodes.standardize_tag(text)
    except ValueError:
        return None
    first = tag.split("-")[0]
    return None if first in {"und", "mul", "mis", "zxx", "x", "i"} else tag


def _kind(value: object) -> str:
    if isinstance(value, Mapping):
        return "mapping"
    return "list" if isinstance(value, Sequence) and not isinstance(value, str) else "single value"
