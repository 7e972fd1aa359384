"""A version of all content: another one whenever an article has been saved, published or archived, by whichever process."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.tables import ArticleRevision


def content_version(session: Session) -> str:
    """One statement, of the ends of indexes only. Every save makes a revision, and numbers of revisions only grow."""
    return str(session.scalar(select(func.max(ArticleRevision.id))) or 0)
