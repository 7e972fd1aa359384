"""Is the index what the database says it should be? Answered without loading the encoder, in milliseconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.manifest import read_manifest
from indexer.backends.faiss_tantivy.segments import Segments
from indexer.builds import live_build
from indexer.updating import count_differences
from kb.core.errors import IndexUnavailableError
from kb.search.types import CollectionName
from kb.tables import IndexBuild


@dataclass(frozen=True)
class IndexStatus:
    """pending: documents to index, again or away; fingerprint: of the live vectors, None without any; faults: of files."""

    documents: int
    pending: int
    fingerprint: str | None
    faults: tuple[str, ...]

    def is_current(self, fingerprint: str | None) -> bool:
        """True where nothing is to do for the encoder with this fingerprint."""
        return not self.pending and not self.faults and self.fingerprint == fingerprint


def index_status(session: Session, index_dir: Path) -> IndexStatus:
    """Compare documents, stored vectors and files. Nothing is changed."""
    build = live_build(session)
    documents, pending = count_differences(session, build.id if build else 0)
    return IndexStatus(documents, pending, build.fingerprint if build else None, tuple(_faults(index_dir, build)))


def _faults(index_dir: Path, build: IndexBuild | None) -> Iterator[str]:
    try:
        manifest = read_manifest(index_dir)
    except IndexUnavailableError as error:
        yield error.message
        return
    if build is not None and manifest.build != build.id:
        yield "The index files are of an older index than the database."
        return
    for name in CollectionName:
        try:
            Segments.open(index_dir / name.value, manifest.collection(name))
        except IndexUnavailableError as error:
            yield error.message
