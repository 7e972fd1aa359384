"""Is the index what the database says it should be? Answered without loading the encoder, in milliseconds."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from indexer.backends.opening import as_backend
from indexer.backends.protocol import Backend
from indexer.builds import live_build
from indexer.differences import count_differences


@dataclass(frozen=True)
class IndexStatus:
    """pending: documents to index, again or away; fingerprint: of the live vectors, None without any; faults: of the engine."""

    documents: int
    pending: int
    fingerprint: str | None
    faults: tuple[str, ...]

    def is_current(self, fingerprint: str | None) -> bool:
        """True where nothing is to do for the encoder with this fingerprint."""
        return not self.pending and not self.faults and self.fingerprint == fingerprint


def index_status(session: Session, where: Path | Backend) -> IndexStatus:
    """Compare documents, stored vectors and what the engine has. Nothing is changed."""
    build = live_build(session)
    documents, pending = count_differences(session, build.id if build else 0)
    faults = tuple(as_backend(where).faults(session, build))
    return IndexStatus(documents, pending, build.fingerprint if build else None, faults)
