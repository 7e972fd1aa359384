"""Noting that an article was opened in a visit."""

from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import insert_new
from kb.tables import ArticleRead

_READS = cast(Table, ArticleRead.__table__)


def note_read(session: Session, article_id: int, language: str, visit: str, *, from_search: bool) -> None:
    """Once for each visit and article; reading on writes nothing. language: of the page."""
    known = select(ArticleRead.id).where(ArticleRead.visit == visit, ArticleRead.article_id == article_id)
    if session.scalar(known) is not None:
        return
    row = {
        "visit": visit,
        "article_id": article_id,
        "language": language,
        "from_search": from_search,
        "created_at": utc_now(),
    }
    insert_new(session, _READS, row, key=("visit", "article_id"))
