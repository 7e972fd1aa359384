"""Where a build is not what the documents are now."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer.documents import DocumentState, Key, wanted_documents
from kb.tables import IndexedDocument


def count_differences(session: Session, build: int) -> tuple[int, int]:
    """How many documents should be searchable, and how many of all are not in the build as they should be."""
    changed, gone = differences(session, build)
    return sum(1 for _ in wanted_documents(session)), len(changed) + len(gone)


def differences(session: Session, build: int) -> tuple[list[DocumentState], list[Key]]:
    """Documents that are not in the build as they are now, and those in it that should not be."""
    statement = select(
        IndexedDocument.document_kind,
        IndexedDocument.document_id,
        IndexedDocument.collection,
        IndexedDocument.content_hash,
    ).where(IndexedDocument.build_id == build)
    there = {(kind, number): (collection, content) for kind, number, collection, content in session.execute(statement)}
    changed = []
    for state in wanted_documents(session):
        if there.pop(state.key, None) != (state.collection, state.content_hash):
            changed.append(state)
    return sorted(changed, key=lambda state: state.key), sorted(there)


def indexed_among(session: Session, build: int, keys: Sequence[Key]) -> dict[Key, tuple[str, str]]:
    found: dict[Key, tuple[str, str]] = {}
    for kind in {kind for kind, _ in keys}:
        rows = session.execute(
            select(IndexedDocument.document_id, IndexedDocument.collection, IndexedDocument.content_hash).where(
                IndexedDocument.build_id == build,
                IndexedDocument.document_kind == kind,
                IndexedDocument.document_id.in_([number for of_kind, number in keys if of_kind == kind]),
            )
        )
        found.update({(kind, row.document_id): (row.collection, row.content_hash) for row in rows})
    return found
