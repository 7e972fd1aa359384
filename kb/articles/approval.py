"""Which texts of an article colleagues have approved. A text is approved, not an article: another text is another question."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.source import ArticleSource
from kb.articles.store import source_of_revision
from kb.articles.text import hash_bytes
from kb.core.errors import ConflictError
from kb.tables import Article, ArticleReview, ArticleRevision, ReviewState

# Versions that are looked through for one that was published with this very text.
_MOST_VERSIONS = 100


class NotApprovedError(ConflictError):
    """Nobody but its writer has read this text."""


def digest_of(source: ArticleSource) -> str:
    """Of what readers find and read, and who they are. Topic, owner and days are not part of it."""
    parts = (
        source.title,
        source.slug,
        source.language,
        source.audience,
        list(source.also_asked),
        source.body,
    )
    return hash_bytes(json.dumps(parts, ensure_ascii=False).encode())


def is_approved(session: Session, article: Article | None, source: ArticleSource) -> bool:
    """Whether a colleague has approved this text, or it has been published before. Two statements."""
    if article is None:
        return False
    digest = digest_of(source)
    approved = select(ArticleReview.id).where(
        ArticleReview.article_id == article.id,
        ArticleReview.state == ReviewState.APPROVED.value,
        ArticleReview.digest == digest,
    )
    if session.scalar(approved.limit(1)) is not None:
        return True
    versions = select(ArticleRevision).where(ArticleRevision.article_id == article.id)
    for version in session.scalars(versions.order_by(ArticleRevision.number.desc()).limit(_MOST_VERSIONS)):
        if version.fields.get("status") == "published" and digest_of(source_of_revision(version)) == digest:
            return True
    return False


def require_approval(session: Session, article: Article | None, source: ArticleSource) -> None:
    """Raises NotApprovedError for a text that may not be published yet."""
    if not is_approved(session, article, source):
        raise NotApprovedError(
            "A colleague has to approve this text before it is published.", remedy="Ask for a review."
        )


def wrote_it(session: Session, article: Article, email: str) -> bool:
    """Whether this person has changed what readers read since the article was last published. One statement."""
    versions = select(ArticleRevision).where(ArticleRevision.article_id == article.id)
    newer: tuple[str, str] | None = None  # author and digest of the version after the one that is looked at
    for version in session.scalars(versions.order_by(ArticleRevision.number.desc()).limit(_MOST_VERSIONS)):
        digest = digest_of(source_of_revision(version))
        if newer is not None and newer[0] == email and newer[1] != digest:
            return True
        if version.fields.get("status") == "published":
            return False
        newer = (version.author, digest)
    return newer is not None and newer[0] == email
