"""An article as a text: Markdown with front matter in and out, every fault with its line."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from kb.articles.fields import (
    Faults,
    clean_extra,
    read_choice,
    read_date,
    read_language,
    read_line,
    read_list,
    read_slug,
    standard_language,
)
from kb.articles.frontmatter import FrontMatter, dump_front_matter, load_front_matter, split_front_matter
from kb.articles.headings import first_title, remove_repeated_title
from kb.articles.text import (
    ArticleError,
    bidi_control_lines,
    check_size,
    hash_bytes,
    reject,
    slugify,
)
from kb.core.errors import Rejection
from kb.core.settings import Settings
from kb.text.cleaning import clean_line, clean_text

AUDIENCES = ("public", "internal")
STATUSES = ("draft", "in_review", "published", "archived")
DEFAULT_LANGUAGES = Settings().languages

# In the order in which they are written.
KNOWN_KEYS = (
    "title",
    "slug",
    "language",
    "translation_key",
    "topic",
    "audience",
    "status",
    "also_asked",
    "owner",
    "review_by",
)


@dataclass(frozen=True)
class ArticleSource:
    """A whole article in one language, validated and in canonical form.

    `extra` has the front matter's own keys, which are kept and written back. `warnings` and `has_front_matter` tell
    of the text it was read from and are no part of the article.
    """

    title: str
    slug: str
    language: str
    translation_key: str
    topic: str
    audience: str
    status: str
    body: str
    also_asked: tuple[str, ...] = ()
    owner: str | None = None
    review_by: date | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Rejection, ...] = field(default=(), compare=False)
    has_front_matter: bool = field(default=True, compare=False)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the canonical text."""
        return hash_bytes(write_article(self).encode())


def make_source(
    values: Mapping[str, Any],
    body: str,
    *,
    path: str = "",
    lines: Mapping[str, int] | None = None,
    defaults: Mapping[str, Any] | None = None,
    has_front_matter: bool = True,
    problems: Sequence[Rejection] = (),
) -> ArticleSource:
    """A validated article of front matter `values` and a body: for a parsed file and for a form alike.

    `lines` gives the line of each key for messages, `defaults` what holds where a key is missing. Raises ArticleError
    with every fault that was found, those in `problems` included.
    """
    lines = lines or {}
    faults = Faults(path, lines, list(problems))
    warnings = [_warn_of_key(key, path, lines.get(key)) for key in values if key not in KNOWN_KEYS]
    given = {**(defaults or {}), **{key: value for key, value in values.items() if value is not None}}

    title = read_line(faults, given, "title", limit=300)
    if not title and not faults.has("title"):
        faults.add("title", "there is no title: add `title: …` to the front matter or a first line `# …`")
    slug = read_slug(faults, given, "slug", default=slugify(title))
    topic_text = read_line(faults, given, "topic", limit=100)
    topic = slugify(topic_text)
    if topic_text and not topic:
        faults.add("topic", f"the topic {topic_text!r} has no letter or digit")
    elif topic != topic_text:
        warnings.append(Rejection(path, lines.get("topic"), f"the topic {topic_text!r} is kept as {topic!r}"))
    status = read_choice(faults, given, "status", STATUSES, default="published")
    body = _clean_body(title, body)
    if not body and status != "draft":
        faults.add("", "there is no text below the title")
    source = ArticleSource(
        title=title,
        slug=slug,
        language=read_language(faults, given, "language", default="en"),
        translation_key=read_slug(faults, given, "translation_key", default=slug),
        topic=topic,
        audience=read_choice(faults, given, "audience", AUDIENCES, default="public"),
        status=status,
        body=body,
        also_asked=read_list(faults, given, "also_asked", limit=500),
        owner=read_line(faults, given, "owner", limit=320) or None,
        review_by=read_date(faults, given, "review_by"),
        extra={key: value for key, value in clean_extra(values).items() if key not in KNOWN_KEYS},
        warnings=tuple(warnings),
        has_front_matter=has_front_matter,
    )
    if faults.found:
        raise ArticleError(faults.found)
    return source


def parse_article(
    text: str, path: str, *, default_language: str = DEFAULT_LANGUAGES[0], languages: Sequence[str] = DEFAULT_LANGUAGES
) -> ArticleSource:
    """Read an article. `path` (forward slashes, relative to its folder) names it in messages and fills gaps:

    the slug comes from the file name, the language from a folder named like one of `languages`, the topic from the
    folder below that one. Without front matter the title is the first level-1 heading, else the file name.
    Raises ArticleError, an InvalidInputError, with path, line and reason of every fault, and nothing else.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise reject(path, line, "has half of a surrogate pair, which is no character") from error
    check_size(size, path)
    if "\0" in text:
        raise reject(path, text.count("\n", 0, text.index("\0")) + 1, "is binary, not text (it has a NUL)")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise reject(path, None, "is empty")
    block, body, body_line = split_front_matter(text, path)
    front = load_front_matter(block, path) if block is not None else FrontMatter({}, {})
    defaults = _defaults_from_path(path, default_language, languages)
    heading = first_title(body) if not front.values.get("title") else None
    if heading is not None:
        defaults["title"] = heading.title
        if heading.is_first:
            body = heading.rest
    elif block is not None:
        del defaults["title"]  # front matter without a title is a mistake, not a wish for the file name
    source = make_source(
        front.values,
        body,
        path=path,
        lines=front.lines or {"": body_line},
        defaults=defaults,
        has_front_matter=block is not None,
        problems=front.problems,
    )
    bidi = [
        Rejection(path, line, "a hidden change of writing direction (U+202A–202E or U+2066–2069) is left out")
        for line in bidi_control_lines(text)
    ]
    return _with_warnings(source, bidi) if bidi else source


def write_article(source: ArticleSource) -> str:
    """The canonical text: parse_article gives an equal article back, whatever the path."""
    known: dict[str, Any] = {key: getattr(source, key) for key in KNOWN_KEYS[:7]}
    if source.also_asked:
        known["also_asked"] = list(source.also_asked)
    if source.owner:
        known["owner"] = source.owner
    if source.review_by:
        known["review_by"] = source.review_by
    return f"---\n{dump_front_matter(known, source.extra)}---\n\n{source.body}\n"


def write_plain_article(source: ArticleSource) -> str:
    """The text without front matter, for folders that have none: it says less, compare before use."""
    return f"# {source.title}\n\n{source.body}\n"


def _clean_body(title: str, body: str) -> str:
    cleaned = remove_repeated_title(title, clean_text(body).rstrip())
    kept = cleaned.split("\n")
    while kept and not kept[0].strip():
        kept.pop(0)
    return "\n".join(kept)


def _defaults_from_path(path: str, default_language: str, languages: Sequence[str]) -> dict[str, Any]:
    pure = PurePosixPath(path)
    known = {standard_language(tag) or tag for tag in languages}
    defaults: dict[str, Any] = {"language": default_language, "slug": slugify(pure.stem), "topic": ""}
    words = clean_line(pure.stem.replace("-", " ").replace("_", " "))
    defaults["title"] = words[:1].upper() + words[1:]
    folders = list(pure.parent.parts)
    for position, folder in enumerate(folders):
        tag = standard_language(folder)
        if tag in known:
            defaults["language"] = tag
            folders = folders[position + 1 :]
            break
    defaults["topic"] = slugify(folders[0]) if folders and folders[0] not in {"/", ".."} else ""
    return defaults


def _warn_of_key(key: str, path: str, line: int | None) -> Rejection:
    near = difflib.get_close_matches(key.lower(), KNOWN_KEYS, n=1, cutoff=0.75)
    hint = f"; is {near[0]!r} meant?" if near else ""
    return Rejection(path, line, f"the key {key!r} is not one of ours and is kept as it is{hint}")


def _with_warnings(source: ArticleSource, more: list[Rejection]) -> ArticleSource:
    return replace(source, warnings=(*source.warnings, *more))
