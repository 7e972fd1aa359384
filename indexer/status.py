"""Is the index what the database says it should be? Answered without loading the encoder, in milliseconds."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.segment import open_segment
from indexer.chunking import CHUNKER
from indexer.documents import wanted_documents
from indexer.encoders.bundled_model import FINGERPRINT
from kb.core.errors import IndexUnavailableError
from kb.core.settings import Settings
from kb.search.types import CollectionName
from kb.tables import IndexedDocument


@dataclass(frozen=True)
class IndexStatus:
    """`pending`: documents to index, again or away. `fingerprints`: of the stored vectors. `faults`: files to make anew."""

    documents: int
    pending: int
    fingerprints: frozenset[str]
    faults: tuple[str, ...]

    def is_current(self, fingerprint: str | None) -> bool:
        """True where nothing is to do for the encoder with this fingerprint."""
        return not self.pending and not self.faults and self.fingerprints <= {fingerprint}


def expected_fingerprint(settings: Settings) -> str | None:
    """What the vectors of the bundled encoder carry. None for other models: they must be loaded to know."""
    return f"{FINGERPRINT}+chunks/{CHUNKER}" if settings.model == "bundled" else None


def index_status(session: Session, index_dir: Path) -> IndexStatus:
    """Compare documents, stored vectors and files. Nothing is changed."""
    wanted = {state.key: (state.collection.value, state.content_hash) for state in wanted_documents(session)}
    rows = session.scalars(select(IndexedDocument)).all()
    there = {(row.document_kind, row.document_id): (row.collection, row.content_hash) for row in rows}
    pending = sum(there.get(key) != state for key, state in wanted.items()) + len(there.keys() - wanted.keys())
    faults = []
    for name in CollectionName:
        try:
            open_segment(index_dir, name)
        except IndexUnavailableError as error:
            faults.append(error.message)
    return IndexStatus(len(wanted), pending, frozenset(row.fingerprint for row in rows), tuple(faults))
