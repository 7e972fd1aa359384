"""Whether an article is public, in the words of any generator. In doubt it is a draft, and the reason is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from kb.articles.inherited import NO_RULES, PageRules
from kb.articles.publication_words import (
    BEGINS,
    ENDS,
    FOLDERS,
    FREE_DATES,
    OPEN_TO_ALL,
    OWN,
    STATUS_WORDS,
    SWITCHES,
    SWITCHES_IF_PLAIN,
    TELLING,
    VISIBILITY,
    day_in_name,
    days_of,
    is_no,
    is_yes,
)
from kb.core.clock import utc_now


@dataclass(frozen=True)
class Publication:
    """`status` for the article, the keys that were understood as a switch, (key, reason) of what made it a draft.

    `turns_on` is the next day on which the answer is another one, by the dates in the front matter. `kept_back` says that its
    place or another file keeps it back; `overrides` are keys with which its own front matter would set aside what it inherits.
    """

    status: str
    used: frozenset[str] = frozenset()
    reasons: tuple[tuple[str, str], ...] = ()
    turns_on: date | None = None
    kept_back: bool = False
    overrides: Mapping[str, Any] = field(default_factory=dict)


def read_publication(
    values: Mapping[str, Any], path: str, today: date | None = None, rules: PageRules = NO_RULES
) -> Publication:
    """What front matter and place of a file say, and other files of its site. A file that says nothing is published."""
    today = today or utc_now().date()
    reader = _Reader(today)
    status = reader.status(values.get("status"))
    for key, value in values.items():
        reader.read(key, value)
    own = len(reader.reasons)
    for folder in PurePosixPath(path).parent.parts:
        if is_draft_folder(folder):
            reader.doubt("", f"it is in the folder {folder!r}")
    name = PurePosixPath(path).name
    if name.startswith("_") and not name.lower().startswith("_index."):
        reader.doubt("", "its name begins with an underscore: generators make no page of it")
    if not any(key.lower() == "date" for key in values) and (day := day_in_name(name)) and day > today:
        reader.doubt("", f"its name has the day {day.isoformat()}, which is to come")
        reader.turn(day)
    for reason in rules.reasons:
        reader.doubt("", reason)
    overrides, inherited = _read_inherited(reader, values, rules)
    if status == "published":
        status = inherited if inherited != "published" else "draft" if reader.reasons else status
    kept_back = len(reader.reasons) > own
    return Publication(status, frozenset(reader.used), tuple(reader.reasons), reader.turns_on, kept_back, overrides)


def _read_inherited(reader: "_Reader", values: Mapping[str, Any], rules: PageRules) -> tuple[dict[str, Any], str]:
    """Notes what the page inherits for keys that it does not have; the keys that would set it aside, and the status."""
    overrides: dict[str, Any] = {}
    status = "published"
    has = {_same_key(key) for key in values}
    for key, found in rules.values.items():
        if _same_key(key) in has:
            continue
        inner = _Reader(reader.today)
        inner.read(key, found.value)
        if key.lower() == "status":
            status = inner.status(found.value)
            if status != "published" and not inner.reasons:
                inner.doubt(key, f"`status: {_shown(found.value)}`")
        for _key, reason in inner.reasons:
            reader.doubt("", f"{reason}, by {found.place}")
        if inner.turns_on:
            reader.turn(inner.turns_on)
        if inner.reasons and key.lower() in SWITCHES and (is_yes(found.value) or is_no(found.value)):
            overrides[key] = not is_yes(found.value)
    return overrides, status


def _same_key(key: str) -> str:
    return key.lower().lstrip("_").replace("-", "_")


def about_publication(values: Mapping[str, Any]) -> dict[str, Any]:
    """Of all keys those that say whether a page is public, or in which language it is."""
    kept: dict[str, Any] = {}
    for key, value in values.items():
        name = str(key).lower().replace("-", "_")
        if name in TELLING or (name == "permalink" and value is False):
            kept[str(key)] = value
        elif name == "params" and isinstance(value, Mapping):
            kept |= {inner: what for inner, what in value.items() if str(inner).lower() in SWITCHES}
    return kept


def is_draft_folder(name: str) -> bool:
    """Whether generators take what is in a folder of this name for drafts."""
    return name.lower().replace(" ", "_") in FOLDERS


class _Reader:
    def __init__(self, today: date) -> None:
        self.today = today
        self.used: set[str] = set()
        self.reasons: list[tuple[str, str]] = []
        self.turns_on: date | None = None

    def doubt(self, key: str, reason: str) -> None:
        self.reasons.append((key, reason))

    def status(self, value: Any) -> str:
        if value is None or value == "":
            return "published"
        word = str(value).strip().lower().replace(" ", "_").replace("-", "_") if isinstance(value, str) else ""
        if word in STATUS_WORDS:
            return STATUS_WORDS[word]
        self.doubt("status", f"status {_shown(value)} is none of {', '.join(OWN)}")
        return "draft"

    def read(self, key: str, value: Any) -> None:
        name = key.lower().replace("-", "_") if key != "dg-publish" else key
        if name in SWITCHES:
            self._switch(key, name, value)
        elif name in BEGINS:
            self._date(key, value, begins=True)
        elif name in ENDS:
            self._date(key, value, begins=False)
        elif name in VISIBILITY:
            self._visibility(key, value)
        elif name == "permalink" and value is False:
            self.doubt(key, "`permalink: false` makes no page of it")
        elif name in {"build", "_build"} and isinstance(value, Mapping):
            if any(str(value.get(part, "always")).lower() in {"never", "false", "link"} for part in ("render", "list")):
                self.doubt(key, f"`{key}` keeps it from being rendered or listed")
        elif name == "render" and is_no(value):
            self.doubt(key, f"`{key}: {str(value).lower()}` makes no page of it")
        elif name == "search" and (
            value in (False, "exclude") or (isinstance(value, Mapping) and is_yes(value.get("exclude")))
        ):
            self.doubt(key, "it is kept out of search")
        elif name == "params" and isinstance(value, Mapping):
            for inner, what in value.items():
                if inner.lower() in SWITCHES:
                    self._switch(key, inner.lower(), what, within=inner)
        elif name == "cascade":
            self._cascade(key, value)
        elif name == "sidebar_class_name" and isinstance(value, str) and "hidden" in value.lower().split():
            self.doubt(key, f"`{key}: {value}` hides it")

    def _cascade(self, key: str, value: Any) -> None:
        """What a section hands down holds for itself too."""
        for block in value if isinstance(value, list) else [value]:
            if not isinstance(block, Mapping) or block.get("target") or block.get("_target"):
                continue
            inner = _Reader(self.today)
            for name, what in block.items():
                if name.lower() != "cascade":
                    inner.read(name, what)
            for _name, reason in inner.reasons:
                self.doubt(key, f"`{key}` hands down: {reason}")
            if inner.turns_on:
                self.turn(inner.turns_on)

    def _switch(self, key: str, name: str, value: Any, *, within: str = "") -> None:
        label = f"{key}.{within}" if within else key
        if value is None or value == "":
            return
        if name in SWITCHES_IF_PLAIN and not (is_yes(value) or is_no(value)):
            return
        if is_yes(value) or is_no(value):
            if not within:
                self.used.add(key)
            if is_yes(value) != SWITCHES[name]:
                self.doubt(key, f"`{label}: {str(value).lower()}`")
        elif name in BEGINS and isinstance(value, str) and days_of(value):
            self._date(key, value, begins=True)
        else:
            self.doubt(key, f"`{label}: {_shown(value)}` is neither yes nor no")

    def _date(self, key: str, value: Any, *, begins: bool) -> None:
        days = days_of(value)
        if not days:
            # `date` is often free text; a day of publishing that nobody can read may be any day.
            if value not in (None, "") and not isinstance(value, bool) and key.lower() not in FREE_DATES:
                self.doubt(key, f"`{key}: {_shown(value)}` is no date that can be read")
            return
        if begins and max(days) > self.today:
            self.doubt(key, f"`{key}` is {max(days).isoformat()}, which is to come")
            self.turn(max(days))
        elif not begins and min(days) <= self.today:
            self.doubt(key, f"`{key}` was {min(days).isoformat()}")
        elif not begins:
            self.turn(min(days))

    def turn(self, day: date) -> None:
        self.turns_on = day if self.turns_on is None else min(self.turns_on, day)

    def _visibility(self, key: str, value: Any) -> None:
        words = value if isinstance(value, list) else [value]
        if any(str(word).strip().lower() not in OPEN_TO_ALL for word in words if word not in (None, "")):
            self.doubt(key, f"`{key}: {_shown(value)}`")


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def publishable(values: Mapping[str, Any]) -> dict[str, Any]:
    """The keys without those that would make a draft of what was published all the same, in the studio."""
    kept_back = {key for key, _reason in read_publication(values, "").reasons}
    return {key: value for key, value in values.items() if key not in kept_back}


def without_switches(values: Mapping[str, Any], used: frozenset[str]) -> dict[str, Any]:
    """The keys that stay an article's own: what only said its status is in the status now."""
    return {key: value for key, value in values.items() if key not in used}
