"""A file to an article: front matter of any generator, the title from a heading, the rest from where the file stands."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from kb.articles.addresses import ROOTS, Place, read_place, strip_number
from kb.articles.fields import standard_language
from kb.articles.front_matter_formats import read_front_matter, split_document
from kb.articles.frontmatter import is_date
from kb.articles.headings import first_title
from kb.articles.inherited import NO_RULES, PageRules
from kb.articles.publication import Publication, read_publication, without_switches
from kb.articles.source import DEFAULT_LANGUAGES, KNOWN_KEYS, ArticleSource, make_source
from kb.articles.sync_report import Notice
from kb.articles.text import ArticleError, bidi_control_lines, check_size, is_slug, reject, slugify
from kb.core.errors import Rejection
from kb.text.cleaning import clean_line, normalise_newlines
from kb.text.language import guess_language

# What other generators call our fields, the first that is there counts.
_OTHER_NAMES = {
    "title": (),
    "slug": ("permalink", "url", "id_slug"),
    "language": ("lang", "locale", "language_code", "lng"),
    "reviewed_on": (
        "last_reviewed_on",
        "last_reviewed",
        "lastReviewed",
        "last-reviewed",
        "reviewed_at",
        "date_reviewed",
        "reviewed",
    ),
    "translation_key": ("translationKey", "translationkey", "lang-ref", "lang_ref", "translation_id", "i18n_key"),
}
_SHORT_TITLES = (
    "linkTitle",
    "linktitle",
    "sidebar_label",
    "sidebarTitle",
    "nav_title",
    "menu_title",
    "short_title",
    "label",
)
_LANGUAGE_NAMES = {
    **dict.fromkeys(("english", "eng"), "en"),
    **dict.fromkeys(("hindi", "hin", "हिन्दी", "हिंदी"), "hi"),
    **dict.fromkeys(("bengali", "bangla", "ben", "বাংলা"), "bn"),
}
_LEAST_TO_JUDGE = 40  # characters from which the language of a text can be told
_CODE = re.compile(
    r"^[ \t]*(```|~~~).*?^[ \t]*\1|`[^`\n]+`|<[^<>]*>|\{[{%].*?[%}]\}|https?://\S+", re.MULTILINE | re.DOTALL
)


class EmptySectionError(ArticleError):
    """An index without a text: a generator lists the folder's pages there."""


@dataclass
class _Reading:
    """What has been found out about a file so far, by our own names of the fields."""

    path: str
    values: dict[str, Any]
    lines: dict[str, int]
    defaults: dict[str, Any]
    keys: dict[str, str] = field(default_factory=dict)
    notices: list[Rejection] = field(default_factory=list)

    def note(self, key: str, reason: str, kind: str) -> None:
        self.notices.append(Notice(self.path, self.lines.get(key), reason, kind))


def parse_article(
    text: str,
    path: str,
    *,
    default_language: str = DEFAULT_LANGUAGES[0],
    languages: Sequence[str] = DEFAULT_LANGUAGES,
    default_slug: str = "",
    default_key: str = "",
    rules: PageRules = NO_RULES,
) -> ArticleSource:
    """Read an article. `path` (forward slashes, relative to its folder) names it in messages and fills gaps:

    slug and translation key come from `default_slug` and `default_key` or the file name, the language from a folder named like
    one of `languages` or from the text itself, the topic from the folder below that one. Without a title the first level-1
    heading is it, else the file name. `rules` are what other files of its site say of it. Raises ArticleError, an
    InvalidInputError, with path, line and reason of every fault, and nothing else.
    """
    text = _clean_input(text, path)
    document = split_document(text, path)
    front = read_front_matter(document, path)
    place = read_place(path, tuple(languages))
    published = read_publication(front.values, path, rules=rules)
    own = without_switches(front.values, published.used)
    reading = _Reading(path, dict(own), dict(front.lines), _defaults(place, default_language, default_slug))
    if default_key:
        reading.defaults["translation_key"] = default_key
    reading.notices += [*front.notes, *_hidden_characters(text, path)]
    _rename_keys(reading)
    if "language" not in reading.keys and (language := _inherited_language(rules, tuple(languages))):
        reading.values["language"] = language
    _read_slug(reading)
    _read_status(reading, published, front.values)
    _warn_of_keys(reading)
    body = _take_title(reading, document.body)
    if place.is_index and not body.strip() and "slug" not in front.values:
        raise EmptySectionError([Rejection(path, None, "is the index of a folder and has no text of its own")])
    _read_language(reading, place, body, tuple(languages))
    source = make_source(
        reading.values,
        body,
        path=path,
        lines=reading.lines or {"": document.body_line},
        defaults=reading.defaults,
        has_front_matter=document.format != "none",
        problems=front.problems,
    )
    notices = (*source.warnings, *reading.notices)
    return replace(
        source,
        warnings=notices,
        keys=reading.keys,
        turns_on=published.turns_on,
        kept_back=published.kept_back,
        overrides=published.overrides,
    )


def _inherited_language(rules: PageRules, languages: tuple[str, ...]) -> str:
    """The language that the site gives to the pages of a folder, if it is offered."""
    for key, found in rules.values.items():
        if key.lower() in {"lang", "locale", "language"} and isinstance(found.value, str):
            language = offered_language(found.value, languages)
            return language if language in languages else ""
    return ""


def _clean_input(text: str, path: str) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise reject(path, line, "has half of a surrogate pair, which is no character") from error
    check_size(size, path)
    if "\0" in text:
        raise reject(path, text.count("\n", 0, text.index("\0")) + 1, "is binary, not text (it has a NUL)")
    text = normalise_newlines(text.removeprefix("\ufeff"))
    if not text.strip():
        raise reject(path, None, "is empty")
    return text


def _defaults(place: Place, default_language: str, default_slug: str) -> dict[str, Any]:
    words = clean_line(strip_number(place.title_words).replace("-", " ").replace("_", " "))
    topics = [slugify(strip_number(part)) for part in place.parts]
    topics = [topic for topic in topics if topic and topic not in ROOTS and topic not in {"drafts", "draft"}]
    return {
        "title": words[:1].upper() + words[1:],
        "slug": default_slug or default_slug_of(place),
        "language": place.language or default_language,
        "topic": topics[0][:100] if topics else "",
    }


def default_slug_of(place: Place) -> str:
    """The slug that a file's name gives, or its folder's for an index."""
    return slugify(_without_zeros(place.title_words))


def _without_zeros(name: str) -> str:
    """`03-install` is `install`: the number only orders it. `5-ways-to-pay` and `2024-report` keep theirs."""
    return re.sub(r"^(?:0\d{1,2}|\d{4}-\d{1,2}-\d{1,2})[-_. ]+(?=[^\W\d])", "", name)


def _rename_keys(reading: _Reading) -> None:
    for ours, others in _OTHER_NAMES.items():
        for name in (ours, *others):
            value = reading.values.get(name)
            if value in (None, "") or (name in {"permalink", "url"} and not _is_address(value)):
                continue
            if ours == "reviewed_on" and name != ours and not _is_day(value):
                continue  # `reviewed: true` of others says no day: it stays an own key
            reading.keys[ours] = name
            if name != ours:
                if name in {"permalink", "url"}:
                    reading.values[ours] = value  # stays an own key too: it is an address that the page had
                else:
                    reading.values[ours] = reading.values.pop(name)
                if name in reading.lines:
                    reading.lines.setdefault(ours, reading.lines[name])
            break


def _is_day(value: object) -> bool:
    return isinstance(value, date) or (isinstance(value, str) and is_date(value.strip()))


def _is_address(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"(?:https?://[^/\s]+)?/?[^\s:{}?#]+", value) is not None


def _read_slug(reading: _Reading) -> None:
    """A slug that is a path (`/guide/Install`, `faq.html`) is its last part, in our letters."""
    value = reading.values.get("slug")
    if not isinstance(value, str) or is_slug(value.strip()) or not re.fullmatch(r"/?[^\s]+", value.strip()):
        return
    parts = [part for part in re.sub(r"^https?://[^/]+", "", value.strip()).split("/") if part]
    if any(part in {".", ".."} for part in parts):
        return
    if parts and parts[-1].lower().partition(".")[0] in {"index", "readme"}:
        parts.pop()
    slug = slugify(re.sub(r"\.(?:html?|md|mdx|php|aspx)$", "", parts[-1], flags=re.IGNORECASE)) if parts else ""
    key = reading.keys.get("slug", "slug")
    if not slug:
        del reading.values["slug"]  # the root of a site
        return
    reading.values["slug"] = slug
    if key == "slug":
        reading.note("slug", f"slug {value!r} is kept as {slug!r}", "slug")


def _read_status(reading: _Reading, published: Publication, values: Mapping[str, Any]) -> None:
    if values.get("status") is not None or published.status != "published":
        reading.values["status"] = published.status
    for key, reason in published.reasons:
        reading.notices.append(
            Notice(
                reading.path,
                reading.lines.get(key),
                f"{reason}: taken as a {published.status.replace('_', ' ')}",
                "draft",
            )
        )
    audience = reading.values.get("audience")
    if audience is not None and str(audience).strip().lower().replace("-", "_") not in {"public", "internal", ""}:
        reading.note(
            "audience", f"audience {audience!r} is none of public, internal: taken as an internal draft", "draft"
        )
        reading.values["audience"], reading.values["status"] = "internal", "draft"


def _warn_of_keys(reading: _Reading) -> None:
    for key in reading.values:
        if key in KNOWN_KEYS or key == reading.keys.get("slug"):
            continue
        near = difflib.get_close_matches(key.lower(), KNOWN_KEYS, n=1, cutoff=0.75)
        hint = f"; is {near[0]!r} meant?" if near else ""
        reading.note(
            key, f"the key {key!r} is not one of ours and is kept as it is{hint}", "misspelt key" if near else "own key"
        )


def _take_title(reading: _Reading, body: str) -> str:
    """The body, without the heading that is the title; the title among the values or the defaults."""
    if reading.values.get("title"):
        return body
    heading = first_title(body)
    if heading is not None:
        reading.defaults["title"] = heading.title
        return heading.rest if heading.is_first else body
    short = next((v for key in _SHORT_TITLES if isinstance(v := reading.values.get(key), str) and v.strip()), None)
    if short is not None:
        reading.defaults["title"] = short
    elif reading.keys or reading.values:
        reading.note("", f"there is no title; it is called {reading.defaults['title']!r} after its file", "title")
    return body


def _read_language(reading: _Reading, place: Place, body: str, languages: tuple[str, ...]) -> None:
    value = reading.values.get("language")
    if isinstance(value, str):
        reading.values["language"] = offered_language(value, languages)
        if reading.keys.get("language") != "language" and standard_language(reading.values["language"]) is None:
            reading.note("language", f"{reading.keys.get('language')} {value!r} is no language", "language")
            del reading.values["language"]
    sample = _CODE.sub(" ", f"{reading.values.get('title') or reading.defaults.get('title')}\n{body[:4000]}")
    guess = guess_language(sample)
    if sum(map(str.isalpha, sample)) < _LEAST_TO_JUDGE and sample.isascii():
        return
    said = reading.values.get("language") or place.language
    if not isinstance(said, str):
        if guess in languages and guess != reading.defaults["language"]:
            reading.note("", f"says no language; its text is {guess}, and so is the article", "language")
            reading.defaults["language"] = guess
        return
    bases = {said.partition("-")[0], guess.partition("-")[0]}
    if len(bases) == 2 and bases <= _KNOWN_LANGUAGES:
        reading.note("language", f"is said to be in {said}, but its text looks like {guess}", "language")


_KNOWN_LANGUAGES = frozenset(_LANGUAGE_NAMES.values())


def offered_language(value: str, languages: tuple[str, ...]) -> str:
    """`hi_IN` and `Hindi` as `hi`, where that is what is offered."""
    text = value.strip()
    text = _LANGUAGE_NAMES.get(text.lower(), text.replace("_", "-"))
    tag = standard_language(text)
    if tag is None:
        return value
    base = tag.partition("-")[0]
    return base if tag not in languages and base in languages and not re.search(r"-[A-Z][a-z]{3}\b", tag) else tag


def _hidden_characters(text: str, path: str) -> list[Rejection]:
    reason = "a hidden change of writing direction (U+202A–202E or U+2066–2069) is left out"
    return [Notice(path, line, reason, "direction") for line in bidi_control_lines(text)]
