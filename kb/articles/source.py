"""An article as a text: validated fields and a body, and the canonical form in which both are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
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
)
from kb.articles.frontmatter import dump_front_matter
from kb.articles.headings import remove_repeated_title
from kb.articles.publication import publishable, read_publication
from kb.articles.sync_report import Notice
from kb.articles.text import (
    ArticleError,
    hash_bytes,
    slugify,
)
from kb.core.errors import Rejection
from kb.core.settings import Settings
from kb.text.cleaning import clean_text

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
    "reviewed_on",
)


@dataclass(frozen=True)
class ArticleSource:
    """A whole article in one language, validated and in canonical form.

    `extra` has the front matter's own keys, which are kept and written back. What is not compared tells of the text it was
    read from: `keys` are those that it has for our fields, `turns_on` is the day on which its status will be another,
    `kept_back` and `overrides` tell what keeps it back beside its own front matter (see kb.articles.publication).
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
    reviewed_on: date | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Rejection, ...] = field(default=(), compare=False)
    has_front_matter: bool = field(default=True, compare=False)
    keys: Mapping[str, str] = field(default_factory=dict, compare=False)
    turns_on: date | None = field(default=None, compare=False)
    kept_back: bool = field(default=False, compare=False)
    overrides: Mapping[str, Any] = field(default_factory=dict, compare=False)

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
    warnings: list[Rejection] = []
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
        warnings.append(Notice(path, lines.get("topic"), f"the topic {topic_text!r} is kept as {topic!r}", "topic"))
    status = read_choice(faults, given, "status", STATUSES, default="published")
    body = _clean_body(title, body)
    if not body and status != "draft":
        faults.add("", "there is no text below the title")
    # What says only whether it is public is in the status.
    switches = read_publication({key: value for key, value in values.items() if key not in KNOWN_KEYS}, "").used
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
        reviewed_on=read_date(faults, given, "reviewed_on"),
        extra={key: value for key, value in clean_extra(values).items() if key not in (*KNOWN_KEYS, *switches)},
        warnings=tuple(warnings),
        has_front_matter=has_front_matter,
    )
    if faults.found:
        raise ArticleError(faults.found)
    return source


def write_article(source: ArticleSource) -> str:
    """The canonical text: parse_article gives an equal article back, whatever the path."""
    known: dict[str, Any] = {key: getattr(source, key) for key in KNOWN_KEYS[:7]}
    if source.also_asked:
        known["also_asked"] = list(source.also_asked)
    if source.owner:
        known["owner"] = source.owner
    if source.review_by:
        known["review_by"] = source.review_by
    if source.reviewed_on:
        known["reviewed_on"] = source.reviewed_on
    extra = publishable(source.extra) if source.status == "published" else source.extra
    return f"---\n{dump_front_matter(known, extra)}---\n\n{source.body}\n"


def write_plain_article(source: ArticleSource) -> str:
    """The text without front matter, for folders that have none: it says less, compare before use."""
    return f"# {source.title}\n\n{source.body}\n"


def _clean_body(title: str, body: str) -> str:
    cleaned = remove_repeated_title(title, clean_text(body).rstrip())
    kept = cleaned.split("\n")
    while kept and not kept[0].strip():
        kept.pop(0)
    return "\n".join(kept)
