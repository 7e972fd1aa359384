"""Articles written in the studio: what a form says becomes a revision, or its faults are named field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from kb.articles.approval import require_approval
from kb.articles.fields import MAX_LIST
from kb.articles.frontmatter import is_date
from kb.articles.source import AUDIENCES, STATUSES, ArticleSource, make_source
from kb.articles.store import find_article, get_revision, save_article, source_of_revision
from kb.articles.text import MAX_BYTES, is_slug, slugify
from kb.core.errors import ConflictError, InvalidInputError
from kb.tables import Article
from kb.text.cleaning import clean_line, clean_text

LONGEST = {"title": 300, "slug": 200, "topic": 100, "owner": 320}
LONGEST_QUESTION = 500


@dataclass(frozen=True)
class ArticleText:
    """An article as it stands in a form: everything is text as it was typed, `also_asked` has a question a line."""

    title: str = ""
    slug: str = ""
    language: str = "en"
    topic: str = ""
    audience: str = "public"
    also_asked: str = ""
    owner: str = ""
    review_by: str = ""
    body: str = ""

    @property
    def questions(self) -> tuple[str, ...]:
        lines = (clean_line(line) for line in self.also_asked.splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))

    def fields(self) -> dict[str, str]:
        """All but the body, to be stored."""
        return {name: value for name, value in vars(self).items() if name != "body"}


def text_from(values: Mapping[str, Any], body: str) -> ArticleText:
    """The reverse of `fields`, for what was stored or sent; what is missing is empty."""
    known = {name: value for name, value in values.items() if name in _NAMES and isinstance(value, str)}
    return ArticleText(**known, body=body)


_NAMES = frozenset(name for name in ArticleText.__dataclass_fields__ if name != "body")


def text_of(article: Article | ArticleSource) -> ArticleText:
    """The newest revision, to be edited, or an earlier one, to be compared."""
    return ArticleText(
        title=article.title,
        slug=article.slug,
        language=article.language,
        topic=article.topic,
        audience=article.audience,
        also_asked="\n".join(article.also_asked),
        owner=article.owner or "",
        review_by=article.review_by.isoformat() if article.review_by else "",
        body=article.body,
    )


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field: missing | long | form | date. `number`: what is allowed, or what it has, of a body in bytes."""

    field: str
    kind: str
    number: int = 0


class FaultyTextError(InvalidInputError):
    """A text cannot be saved as it is; `faults` says why, field by field."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.kind}" for fault in faults))
        self.faults = faults


class ChangedMeanwhileError(ConflictError):
    """Somebody else has saved the article since this text was begun; nothing was overwritten."""


class AddressTakenError(ConflictError):
    """Another article, `holder`, has this address."""

    def __init__(self, holder: Article) -> None:
        super().__init__(
            "The address %(language)s/%(slug)s belongs to the article “%(title)s”.",
            language=holder.language,
            slug=holder.slug,
            title=holder.title,
        )
        self.holder = holder


def faults_of(text: ArticleText, status: str) -> tuple[Fault, ...]:
    """Everything that keeps a text from being saved in this status."""
    found: list[Fault] = []
    title = clean_line(text.title)
    if not title:
        found.append(Fault("title", "missing"))
    for name, longest in LONGEST.items():
        if len(clean_line(getattr(text, name))) > longest:
            found.append(Fault(name, "long", longest))
    slug = clean_line(text.slug)
    if (slug and not is_slug(slug)) or (not slug and title and not slugify(title)):
        found.append(Fault("slug", "form"))
    if clean_line(text.topic) and not slugify(clean_line(text.topic)):
        found.append(Fault("topic", "form"))
    if len(text.questions) > MAX_LIST or any(len(line) > LONGEST_QUESTION for line in text.questions):
        found.append(Fault("also_asked", "long", LONGEST_QUESTION))
    if clean_line(text.review_by) and not is_date(clean_line(text.review_by)):
        found.append(Fault("review_by", "date"))
    size = len(text.body.encode(errors="replace"))
    if size > MAX_BYTES:
        found.append(Fault("body", "long", size))
    elif status != "draft" and not clean_text(text.body).strip():
        found.append(Fault("body", "missing"))
    return tuple(found)


def save_text(
    session: Session,
    text: ArticleText,
    status: str,
    *,
    article: Article | None = None,
    seen: int = 0,
    author: str = "",
    note: str = "",
    needs_approval: bool = False,
    reviewed_on: date | None = None,
) -> Article:
    """Save what somebody wrote as a revision. Flushes, does not commit.

    seen: the revision that the writer began from. needs_approval: nothing is published that a colleague has not approved.
    Keys of the front matter that the form does not show stay as they are. Raises FaultyTextError, ChangedMeanwhileError,
    AddressTakenError, NotApprovedError; after a ConflictError the session is to be rolled back.
    """
    if article is not None and article.revision != seen:
        raise ChangedMeanwhileError(
            "“%(title)s” is at revision %(revision)s, not %(seen)s.",
            title=article.title,
            revision=str(article.revision),
            seen=str(seen),
        )
    faults = faults_of(text, status)
    if faults:
        raise FaultyTextError(faults)
    slug = clean_line(text.slug) or slugify(clean_line(text.title))
    holder = find_article(session, text.language, slug)
    if holder is not None and holder is not article:
        raise AddressTakenError(holder)
    source = source_of_text(session, text, status, article=article)
    if needs_approval and source.status == "published":
        require_approval(session, article, source)
    if reviewed_on is not None:
        source = replace(source, reviewed_on=reviewed_on)
    return save_article(session, source, author=author, note=note, article=article)


def source_of_text(
    session: Session, text: ArticleText, status: str, *, article: Article | None = None
) -> ArticleSource:
    """What would be stored of a text without faults."""
    slug = clean_line(text.slug) or slugify(clean_line(text.title))
    kept = _kept(session, article)
    values = {
        **(kept.extra if kept is not None else {}),
        "title": text.title,
        "slug": slug,
        "language": text.language,
        "translation_key": article.translation_key if article is not None else slug,
        "topic": slugify(clean_line(text.topic)),
        "audience": text.audience if text.audience in AUDIENCES else AUDIENCES[-1],
        "status": status if status in STATUSES else STATUSES[0],
        "also_asked": list(text.questions),
        "owner": clean_line(text.owner),
        "review_by": date.fromisoformat(clean_line(text.review_by)) if clean_line(text.review_by) else None,
        "reviewed_on": article.reviewed_on if article is not None else None,
    }
    return make_source(values, text.body)


def set_status(
    session: Session, article: Article, status: str, *, seen: int, author: str = "", needs_approval: bool = False
) -> Article:
    """The same text in another status, as a revision. Raises as save_text does."""
    return save_text(
        session, text_of(article), status, article=article, seen=seen, author=author, needs_approval=needs_approval
    )  # fmt: skip


def _kept(session: Session, article: Article | None) -> ArticleSource | None:
    """The newest revision with the keys that no form shows."""
    return None if article is None else source_of_revision(get_revision(session, article, article.revision))


def as_unsaved(text: ArticleText, article: Article | None) -> Article:
    """What the article would be, for a preview: never in a session, so never stored."""
    return Article(
        id=0 if article is None else article.id,
        title=clean_line(text.title)[: LONGEST["title"]],
        slug=clean_line(text.slug) or slugify(clean_line(text.title)) or "new",
        language=text.language,
        topic=slugify(clean_line(text.topic)),
        audience=text.audience,
        status="draft",
        body=clean_text(text.body)[:MAX_BYTES],
    )
