"""Articles in the database: the row is the newest revision, every revision holds the whole article."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kb.articles.address_table import note_aliases, note_former
from kb.articles.source import ArticleSource
from kb.core.errors import ConflictError, NotFoundError
from kb.tables import Article, ArticleRevision, utc_now


def get_article(session: Session, article_id: int) -> Article:
    """Any article, whatever its status: for the desk and the studio. Raises NotFoundError."""
    article = session.get(Article, article_id)
    if article is None:
        raise NotFoundError("There is no article %(article_id)s.", article_id=str(article_id))
    return article


def find_article(session: Session, language: str, slug: str) -> Article | None:
    """The article of any status that has this address."""
    return session.scalar(select(Article).where(Article.language == language, Article.slug == slug))


def save_article(
    session: Session,
    source: ArticleSource,
    *,
    author: str = "",
    note: str = "",
    article: Article | None = None,
    expected_revision: int | None = None,
) -> Article:
    """Store an article; where it differs from what is stored, as a new revision. Flushes, does not commit.

    Without `article` it is the one with the same language and slug, or a new one; with `article` language and slug may
    change. `expected_revision` is the revision that the author started from. Raises ConflictError where somebody else
    has made a revision since, or where another article has the address.
    """
    holder = find_article(session, source.language, source.slug)
    if article is None:
        article = holder
    elif holder is not None and holder is not article:
        raise ConflictError(
            "The address %(language)s/%(slug)s belongs to the article “%(title)s”.",
            remedy="Choose another slug.",
            language=source.language,
            slug=source.slug,
            title=holder.title,
        )
    if article is not None and expected_revision is not None and article.revision != expected_revision:
        raise ConflictError(
            "“%(title)s” was changed meanwhile: it is at revision %(revision)s, not %(expected_revision)s.",
            remedy="Open it again and put your changes into the new text.",
            title=article.title,
            revision=str(article.revision),
            expected_revision=str(expected_revision),
        )
    content_hash = source.content_hash
    if article is not None and article.content_hash == content_hash:
        return article
    now = utc_now()
    former = None if article is None else (article.language, article.slug)
    if article is None:
        article = Article(revision=0, created_at=now)
        session.add(article)
    _write_row(article, source)
    article.revision += 1
    article.content_hash = content_hash
    article.updated_at = now
    revision = ArticleRevision(
        number=article.revision,
        title=source.title,
        body=source.body,
        fields=_fields_of(source),
        content_hash=content_hash,
        author=author[:320],
        note=note[:500],
        created_at=now,
    )
    try:
        session.flush()
        revision.article_id = article.id
        session.flush()  # gives a new article its number
        revision.article_id = article.id
        session.add(revision)
        session.flush()
        if former is not None and former != (article.language, article.slug):
            note_former(session, article, *former)
        note_aliases(session, article, source.extra)
    except IntegrityError as error:
        raise ConflictError(
            "Somebody else saved %(language)s/%(slug)s at the same moment.",
            remedy="Try again.",
            language=source.language,
            slug=source.slug,
        ) from error
    return article


def archive_article(session: Session, article: Article, *, author: str = "", note: str = "") -> Article:
    """Take an article out of use; it keeps its address and its revisions."""
    source = replace(source_of_article(session, article), status="archived")
    return save_article(session, source, author=author, note=note, article=article)


def mark_reviewed(
    session: Session, article: Article, day: date, *, author: str = "", review_by: date | None = None
) -> Article:
    """Note that somebody has read the article through on this day and found it right, as a revision.

    review_by: until when it is to be read again; None leaves that day as it is.
    """
    source = replace(source_of_article(session, article), reviewed_on=day)
    if review_by is not None:
        source = replace(source, review_by=review_by)
    save_article(session, source, author=author, note="Reviewed", article=article)
    article.reviewed_by = author[:320] or None
    return article


def list_revisions(session: Session, article: Article) -> list[ArticleRevision]:
    """All revisions of an article, newest first."""
    query = select(ArticleRevision).where(ArticleRevision.article_id == article.id)
    return list(session.scalars(query.order_by(ArticleRevision.number.desc())))


def get_revision(session: Session, article: Article, number: int) -> ArticleRevision:
    """One revision. Raises NotFoundError."""
    query = select(ArticleRevision).where(ArticleRevision.article_id == article.id, ArticleRevision.number == number)
    revision = session.scalar(query)
    if revision is None:
        raise NotFoundError(
            "“%(title)s” has no revision %(number)s; the newest is %(revision)s.",
            title=article.title,
            number=str(number),
            revision=str(article.revision),
        )
    return revision


def restore_revision(session: Session, article: Article, number: int, *, author: str = "") -> Article:
    """Bring back what an earlier revision said, as a new revision.

    Title, body, topic, other wordings and own keys come back. Address, audience and status stay as they are: to look
    up an old text must not publish it or show it to customers.
    """
    restored = restored_source(session, article, number)
    return save_article(session, restored, author=author, note=f"Revision {number} restored", article=article)


def restored_source(session: Session, article: Article, number: int) -> ArticleSource:
    """What the article would be with what that revision said."""
    old = source_of_revision(get_revision(session, article, number))
    now = source_of_article(session, article)
    return replace(now, title=old.title, body=old.body, topic=old.topic, also_asked=old.also_asked, extra=old.extra)


def source_of_article(session: Session, article: Article) -> ArticleSource:
    """The article as a text source, with its own keys (they are kept in the newest revision)."""
    return source_of_revision(get_revision(session, article, article.revision))


def hash_anew(session: Session, article_ids: Iterable[int]) -> None:
    """After texts were changed in rows and revisions, without a new one: somebody's data were put out of them."""
    for number in article_ids:
        article = session.get_one(Article, number)
        revision = get_revision(session, article, article.revision)
        article.content_hash = revision.content_hash = source_of_revision(revision).content_hash


def source_of_revision(revision: ArticleRevision) -> ArticleSource:
    """What the article was in that revision."""
    fields = revision.fields
    review_by, reviewed_on = fields.get("review_by"), fields.get("reviewed_on")
    return ArticleSource(
        title=revision.title,
        slug=fields["slug"],
        language=fields["language"],
        translation_key=fields["translation_key"],
        topic=fields["topic"],
        audience=fields["audience"],
        status=fields["status"],
        body=revision.body,
        also_asked=tuple(fields.get("also_asked", ())),
        owner=fields.get("owner"),
        review_by=date.fromisoformat(review_by) if review_by else None,
        reviewed_on=date.fromisoformat(reviewed_on) if reviewed_on else None,
        extra=fields.get("extra", {}),
    )


def _write_row(article: Article, source: ArticleSource) -> None:
    article.slug = source.slug
    article.language = source.language
    article.translation_key = source.translation_key
    article.topic = source.topic
    article.audience = source.audience
    article.status = source.status
    article.title = source.title
    article.body = source.body
    article.also_asked = list(source.also_asked)
    article.owner = source.owner
    article.review_by = source.review_by
    if article.reviewed_on != source.reviewed_on:
        article.reviewed_by = None
    article.reviewed_on = source.reviewed_on


def _fields_of(source: ArticleSource) -> dict[str, Any]:
    return {
        "slug": source.slug,
        "language": source.language,
        "translation_key": source.translation_key,
        "topic": source.topic,
        "audience": source.audience,
        "status": source.status,
        "also_asked": list(source.also_asked),
        "owner": source.owner,
        "review_by": source.review_by.isoformat() if source.review_by else None,
        "reviewed_on": source.reviewed_on.isoformat() if source.reviewed_on else None,
        "extra": dict(source.extra),
    }
