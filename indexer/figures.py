"""How far the index is behind what it is made from, for those who watch it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from indexer.builds import live_build
from kb.core.clock import utc_now
from kb.search.types import CollectionName
from kb.tables import Article, IndexChange, IndexedDocument, Ticket
from kb.tables.changed_documents import EVERYTHING, ChangedDocument


@dataclass(frozen=True)
class IndexFigures:
    """waiting: documents that have changed and are not indexed yet; oldest: seconds that the first of them has waited, 0 where
    nobody knows; built_at: since when this build serves; indexed_at: when a document was last indexed. None: never."""

    waiting: int
    oldest: float
    built_at: datetime | None
    indexed_at: datetime | None


@dataclass(frozen=True)
class Behind:
    """Changes of the index that a process does not search yet, and how old the oldest is, in seconds."""

    changes: int
    seconds: float


def index_figures(session: Session, *, now: datetime | None = None) -> IndexFigures:
    """Four statements that look at few rows, however large the index is."""
    now = now or utc_now()
    build = live_build(session)
    waiting = session.scalar(
        select(func.count()).select_from(ChangedDocument).where(ChangedDocument.document_kind != EVERYTHING)
    )
    last = select(IndexedDocument.indexed_at).order_by(IndexedDocument.id.desc()).limit(1)
    indexed_at = session.scalar(last.where(IndexedDocument.build_id == build.id)) if build else None
    changed_at = _changed_at(session)
    return IndexFigures(
        waiting or 0,
        max(0.0, (now - changed_at).total_seconds()) if changed_at else 0.0,
        build.switched_at if build else None,
        indexed_at,
    )


def behind(session: Session, seen: Iterable[tuple[CollectionName, int]], *, now: datetime | None = None) -> Behind:
    """What came after the last changes that were seen, by collection. One statement."""
    now = now or utc_now()
    newer = [and_(IndexChange.collection == name.value, IndexChange.id > last) for name, last in seen]
    build = live_build(session)
    if build is None or not newer:
        return Behind(0, 0.0)
    number, oldest = session.execute(
        select(func.count(), func.min(IndexChange.created_at)).where(IndexChange.build_id == build.id, or_(*newer))
    ).one()
    return Behind(number, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)


def _changed_at(session: Session) -> datetime | None:
    """When the document that has waited longest was changed, of the first that is still there."""
    first = select(ChangedDocument.document_kind, ChangedDocument.document_id).order_by(ChangedDocument.id).limit(1)
    row = session.execute(first.where(ChangedDocument.document_kind != EVERYTHING)).first()
    if row is None:
        return None
    if row.document_kind == "article":
        return session.scalar(select(Article.updated_at).where(Article.id == row.document_id))
    return session.scalar(select(Ticket.imported_at).where(Ticket.id == row.document_id))
