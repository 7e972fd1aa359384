"""The embedded engine as an installation has it: files in one folder of this machine."""

from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.comparing import compare_files
from indexer.backends.faiss_tantivy.files import BuildFiles
from indexer.backends.faiss_tantivy.manifest import read_manifest, remove_unused
from indexer.backends.faiss_tantivy.merging import merge_large_segments
from indexer.backends.faiss_tantivy.reader import IndexReader
from indexer.backends.faiss_tantivy.segment import LIMITS, SegmentLimits, VectorSizes
from indexer.backends.faiss_tantivy.segments import Segments
from indexer.backends.protocol import BackendReader
from indexer.fingerprint import index_fingerprint
from kb.core.errors import IndexUnavailableError
from kb.search.encoding import Encoder
from kb.search.types import CollectionName
from kb.tables import IndexBuild


class EmbeddedBackend:
    """Implements `indexer.backends.protocol.Backend`."""

    is_shared = False
    readers_need = 0.0  # everything is in its files

    def __init__(self, folder: Path, limits: SegmentLimits = LIMITS, *, briefly: bool = False) -> None:
        """briefly: its reader is asked a question or two."""
        self.folder, self._limits, self._briefly = folder, limits, briefly

    def writer(self, engine: Engine, build: int, encoder: Encoder) -> BuildFiles:
        fingerprint, sizes = index_fingerprint(encoder), VectorSizes.of(encoder)
        return BuildFiles(engine, self.folder, build, fingerprint, sizes, limits=self._limits)

    def reader(self, engine: Engine, fingerprint: str) -> IndexReader:
        return IndexReader(engine, self.folder, fingerprint, briefly=self._briefly)

    def faults(self, session: Session, build: IndexBuild | None) -> Iterator[str]:  # noqa: ARG002  # it looks at files alone
        try:
            manifest = read_manifest(self.folder)
        except IndexUnavailableError as error:
            yield error.message
            return
        if build is not None and manifest.build != build.id:
            yield "The index files are of an older index than the database."
            return
        for name in CollectionName:
            try:
                Segments.open(self.folder / name.value, manifest.collection(name))
            except IndexUnavailableError as error:
                yield error.message

    def differences(self, engine: Engine, build: int, reader: BackendReader) -> Iterator[str]:
        for name in CollectionName:
            yield from compare_files(engine, build, reader.view(name))

    def tidy(self, lock_timeout: float) -> None:
        lock = FileLock(self.folder / "write.lock", timeout=lock_timeout)
        merge_large_segments(self.folder, lock, limits=self._limits)

    def remove_unused(self, engine: Engine, *, older_than: float) -> None:  # noqa: ARG002
        remove_unused(self.folder, read_manifest(self.folder), older_than=older_than)
