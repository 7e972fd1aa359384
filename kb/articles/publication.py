"""Whether an article is public, in the words of any generator. In doubt it is a draft, and the reason is said."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from kb.articles.dialects.names import names
from kb.core.clock import utc_now

_OWN = ("draft", "in_review", "published", "archived")
_PUBLISHED = names(
    "publish public live final released release stable active visible complete completed done approved current new "
    "updated deprecated beta alpha preview ga finished ready online"
)
_IN_REVIEW = names("review in_progress pending pending_review needs_review under_review reviewing")
_ARCHIVED = names("archive retired obsolete removed deleted expired outdated trash trashed")
_STATUS_WORDS = {
    **dict.fromkeys(_PUBLISHED, "published"),
    **dict.fromkeys(_IN_REVIEW, "in_review"),
    **dict.fromkeys(_ARCHIVED, "archived"),
    **{word: word for word in _OWN},
}
# Keys that say whether the article is public: those whose "yes" keeps it back, and those whose "yes" shows it.
_KEEPS_BACK = names(
    "draft is_draft isdraft excludesearch exclude_search hidden is_hidden unlisted private is_private headless bookhidden wip "
    "unpublished eleventyexcludefromcollections exclude excluded disabled hide search_exclude internal_only unlisted_page"
)
_SHOWS = names("published publish is_published ispublished visible public is_public listed enabled active dg-publish")
_SWITCHES = {**dict.fromkeys(_KEEPS_BACK, False), **dict.fromkeys(_SHOWS, True)}
# MkDocs and others hide parts of a page by a list under the same key.
_SWITCHES_IF_PLAIN = names("hide exclude excluded active enabled internal_only")
_BEGINS = names(
    "date publishdate publish_date pubdate pub_date published_at publishedat published_on publish_on publish_at "
    "published_date publisheddate published publish go_live release_date scheduled scheduled_for embargo "
    "embargo_until visible_from"
)
_ENDS = names(
    "expirydate expiry_date expiry expires expires_at expires_on expiration expiration_date expired_at unpublishdate "
    "unpublish_date unpublish_at unpublish_on valid_until visible_until end_date sunset"
)
_VISIBILITY = names("visibility access_level access availability")
_OPEN_TO_ALL = names("public published everyone all visible open anyone world unrestricted free")
_YES = names("true yes on y 1 t")
_NO = names("false no off n 0 f never none null")
_FOLDERS = names(
    "draft drafts _draft _drafts unpublished _unpublished private _private wip _wip hidden _hidden unlisted _unlisted "
    "inbox"
)
_FREE_DATES = frozenset({"date", "published", "publish", "expires"})
_DATE_FORMS = (
    "%d %B %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y-%m",
    "%Y",
)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$")


@dataclass(frozen=True)
class Publication:
    """`status` for the article, the keys that were understood as a switch, (key, reason) of what made it a draft.

    `turns_on` is the next day on which the answer is another one, by the dates in the front matter.
    """

    status: str
    used: frozenset[str] = frozenset()
    reasons: tuple[tuple[str, str], ...] = ()
    turns_on: date | None = None


def read_publication(values: Mapping[str, Any], path: str, today: date | None = None) -> Publication:
    """What front matter and place of a file say. A file that says nothing is published."""
    today = today or utc_now().date()
    reader = _Reader(today)
    status = reader.status(values.get("status"))
    for key, value in values.items():
        reader.read(key, value)
    for folder in PurePosixPath(path).parent.parts:
        if is_draft_folder(folder):
            reader.doubt("", f"it is in the folder {folder!r}")
    name = PurePosixPath(path).name
    if name.startswith("_") and not name.lower().startswith("_index."):
        reader.doubt("", "its name begins with an underscore: generators make no page of it")
    if reader.reasons and status == "published":
        status = "draft"
    return Publication(status, frozenset(reader.used), tuple(reader.reasons), reader.turns_on)


def is_draft_folder(name: str) -> bool:
    """Whether generators take what is in a folder of this name for drafts."""
    return name.lower().replace(" ", "_") in _FOLDERS


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
        if word in _STATUS_WORDS:
            return _STATUS_WORDS[word]
        self.doubt("status", f"status {_shown(value)} is none of {', '.join(_OWN)}")
        return "draft"

    def read(self, key: str, value: Any) -> None:
        name = key.lower().replace("-", "_") if key != "dg-publish" else key
        if name in _SWITCHES:
            self._switch(key, name, value)
        elif name in _BEGINS:
            self._date(key, value, begins=True)
        elif name in _ENDS:
            self._date(key, value, begins=False)
        elif name in _VISIBILITY:
            self._visibility(key, value)
        elif name == "permalink" and value is False:
            self.doubt(key, "`permalink: false` makes no page of it")
        elif name in {"build", "_build"} and isinstance(value, Mapping):
            if any(str(value.get(part, "always")).lower() in {"never", "false"} for part in ("render", "list")):
                self.doubt(key, f"`{key}` keeps it from being rendered or listed")
        elif name == "search" and (
            value in (False, "exclude") or (isinstance(value, Mapping) and _yes(value.get("exclude")))
        ):
            self.doubt(key, "it is kept out of search")
        elif name in {"cascade", "params"} and isinstance(value, Mapping):
            for inner, what in value.items():
                if inner.lower() in _SWITCHES:
                    self._switch(key, inner.lower(), what, within=inner)
        elif name == "sidebar_class_name" and isinstance(value, str) and "hidden" in value.lower().split():
            self.doubt(key, f"`{key}: {value}` hides it")

    def _switch(self, key: str, name: str, value: Any, *, within: str = "") -> None:
        label = f"{key}.{within}" if within else key
        if value is None or value == "":
            return
        if name in _SWITCHES_IF_PLAIN and not (_yes(value) or _no(value)):
            return
        if _yes(value) or _no(value):
            if not within:
                self.used.add(key)
            if _yes(value) != _SWITCHES[name]:
                self.doubt(key, f"`{label}: {str(value).lower()}`")
        elif name in _BEGINS and isinstance(value, str) and _days(value):
            self._date(key, value, begins=True)
        else:
            self.doubt(key, f"`{label}: {_shown(value)}` is neither yes nor no")

    def _date(self, key: str, value: Any, *, begins: bool) -> None:
        days = _days(value)
        if not days:
            # `date` is often free text; a day of publishing that nobody can read may be any day.
            if value not in (None, "") and not isinstance(value, bool) and key.lower() not in _FREE_DATES:
                self.doubt(key, f"`{key}: {_shown(value)}` is no date that can be read")
            return
        if begins and max(days) > self.today:
            self.doubt(key, f"`{key}` is {max(days).isoformat()}, which is to come")
            self._turn(max(days))
        elif not begins and min(days) <= self.today:
            self.doubt(key, f"`{key}` was {min(days).isoformat()}")
        elif not begins:
            self._turn(min(days))

    def _turn(self, day: date) -> None:
        self.turns_on = day if self.turns_on is None else min(self.turns_on, day)

    def _visibility(self, key: str, value: Any) -> None:
        words = value if isinstance(value, list) else [value]
        if any(str(word).strip().lower() not in _OPEN_TO_ALL for word in words if word not in (None, "")):
            self.doubt(key, f"`{key}: {_shown(value)}`")


def _yes(value: Any) -> bool:
    return value is True or (isinstance(value, str | int) and str(value).strip().lower() in _YES)


def _no(value: Any) -> bool:
    return value is False or (isinstance(value, str | int) and str(value).strip().lower() in _NO)


def _days(value: Any) -> list[date]:
    """The days that a date or a time may mean, as generators write it; none for what is no date.

    A time late in the day of another zone counts as that day; of 03/04 both readings are given.
    """
    if isinstance(value, datetime):
        return [value.date()]
    if isinstance(value, date):
        return [value]
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    found: list[date] = []
    for form in _DATE_FORMS:
        with suppress(ValueError):
            found.append(datetime.strptime(text, form).date())  # noqa: DTZ007 - a day, not a moment
    iso = _DATE.match(text.replace("/", "-"))
    if iso is not None:
        with suppress(ValueError):
            found.append(date(int(iso[1]), int(iso[2]), int(iso[3])))
    return found


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
