"""The words in which generators say that a page is public, or not, or from which day on."""

import re
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from kb.articles.dialects.names import names

OWN = ("draft", "in_review", "published", "archived")
_PUBLISHED = names(
    "publish public live final released release stable active visible complete completed done approved current new "
    "updated deprecated beta alpha preview ga finished ready online"
)
_IN_REVIEW = names("review in_progress pending pending_review needs_review under_review reviewing")
_ARCHIVED = names("archive retired obsolete removed deleted expired outdated trash trashed")
STATUS_WORDS = {
    **dict.fromkeys(_PUBLISHED, "published"),
    **dict.fromkeys(_IN_REVIEW, "in_review"),
    **dict.fromkeys(_ARCHIVED, "archived"),
    **{word: word for word in OWN},
}
# Keys that say whether the article is public: those whose "yes" keeps it back, and those whose "yes" shows it.
_KEEPS_BACK = names(
    "draft is_draft isdraft excludesearch exclude_search hidden is_hidden unlisted private is_private headless bookhidden wip "
    "unpublished eleventyexcludefromcollections exclude excluded disabled hide search_exclude internal_only unlisted_page"
)
_SHOWS = names("published publish is_published ispublished visible public is_public listed enabled active dg-publish")
SWITCHES = {**dict.fromkeys(_KEEPS_BACK, False), **dict.fromkeys(_SHOWS, True)}
# MkDocs and others hide parts of a page by a list under the same key.
SWITCHES_IF_PLAIN = names("hide exclude excluded active enabled internal_only")
BEGINS = names(
    "date publishdate publish_date pubdate pub_date published_at publishedat published_on publish_on publish_at "
    "published_date publisheddate published publish go_live release_date scheduled scheduled_for embargo "
    "embargo_until visible_from"
)
ENDS = names(
    "expirydate expiry_date expiry expires expires_at expires_on expiration expiration_date expired_at unpublishdate "
    "unpublish_date unpublish_at unpublish_on valid_until visible_until end_date sunset"
)
VISIBILITY = names("visibility access_level access availability")
OPEN_TO_ALL = names("public published everyone all visible open anyone world unrestricted free")
YES = names("true yes on y 1 t")
NO = names("false no off n 0 f never none null")
FOLDERS = names(
    "draft drafts _draft _drafts unpublished _unpublished private _private wip _wip hidden _hidden unlisted _unlisted "
    "inbox"
)
# Of a whole site's or folder's values these are followed for its pages.
TELLING = (
    frozenset(SWITCHES)
    | BEGINS
    | ENDS
    | VISIBILITY
    | names("build _build search status sidebar_class_name lang locale language dg_publish")
)
FREE_DATES = frozenset({"date", "published", "publish", "expires"})
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
_NAMED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[-_.]")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$")


def is_yes(value: Any) -> bool:
    return value is True or (isinstance(value, str | int) and str(value).strip().lower() in YES)


def is_no(value: Any) -> bool:
    return value is False or (isinstance(value, str | int) and str(value).strip().lower() in NO)


def day_in_name(name: str) -> date | None:
    """The day with which the name of a post begins (`2027-03-01-new-fees.md`)."""
    found = _NAMED.match(name)
    with suppress(ValueError):
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    return None


def days_of(value: Any) -> list[date]:
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
