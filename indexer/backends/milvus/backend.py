"""Milvus as an installation has it: collections on a server, what is known of them in the database, words on this machine."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.segment import VectorSizes
from indexer.backends.faiss_tantivy.stored_passages import BLOCK, all_passages
from indexer.backends.milvus import catalogue
from indexer.backends.milvus.connection import MilvusConnection, MilvusUnavailableError, MissingCollectionError
from indexer.backends.milvus.reader import MilvusReader
from indexer.backends.milvus.view import MilvusView
from indexer.backends.milvus.words import as_vector
from indexer.backends.milvus.writer import MilvusBuild, remove_unused
from indexer.backends.protocol import BackendReader
from indexer.fingerprint import index_fingerprint
from kb.core.database import session_scope
from kb.search.encoding import Encoder
from kb.search.types import CollectionName
from kb.tables import IndexBuild, MilvusCollection

# What is stored as float32 and comes back as float32.
_SAME = 1e-6


class MilvusBackend:
    """Implements `indexer.backends.protocol.Backend`."""

    is_shared = True
    readers_need = 2.0  # they read texts and vectors from the database

    def __init__(self, folder: Path, connection: MilvusConnection) -> None:
        self.folder, self.connection = folder, connection

    def writer(self, engine: Engine, build: int, encoder: Encoder) -> MilvusBuild:
        fingerprint, sizes = index_fingerprint(encoder), VectorSizes.of(encoder)
        return MilvusBuild(engine, self.connection, self.folder, build, fingerprint, sizes)

    def reader(self, engine: Engine, fingerprint: str) -> MilvusReader:
        return MilvusReader(engine, self.connection, self.folder, fingerprint)

    def faults(self, session: Session, build: IndexBuild | None) -> Iterator[str]:
        rows = catalogue.live_rows(session)
        if rows.keys() != set(CollectionName):
            yield "There is no index in Milvus yet."
            return
        if build is not None and any(row.build_id != build.id for row in rows.values()):
            yield "The collections in Milvus are of an older index than the database."
            return
        try:
            for row in rows.values():
                yield from self._faults_of(row)
        except MilvusUnavailableError as error:
            yield str(error)

    def _faults_of(self, row: MilvusCollection) -> Iterator[str]:
        try:
            self.connection.load(row.name)
            count = self.connection.count(row.name)
        except MissingCollectionError:
            yield f"{row.collection}: {row.name} is not in Milvus."
            return
        if count != row.passages:
            yield f"{row.collection}: Milvus has {count} passages of {row.passages} that it was given."

    def differences(self, engine: Engine, build: int, reader: BackendReader) -> Iterator[str]:
        for name in CollectionName:
            view = reader.view(name)
            assert isinstance(view, MilvusView)
            try:
                yield from self._differences_of(engine, build, view)
            except MilvusUnavailableError as error:
                yield str(error)
                return

    def _differences_of(self, engine: Engine, build: int, view: MilvusView) -> Iterator[str]:
        with session_scope(engine) as session:
            row = catalogue.live_rows(session)[view.name]
        yield from self._faults_of(row)
        missing = differ = 0
        passages = all_passages(engine, build, view.name)
        while rows := list(islice(passages, BLOCK)):
            there = self.connection.vectors(view.base.name, [row.id for row in rows])
            for row_ in rows:
                if row_.id in there:
                    differ += bool(abs(there[row_.id] - as_vector(row_.vector)).max() > _SAME)
                else:
                    missing += row_.id not in view.held.rows
        if missing:
            yield f"{view.name}: {missing} passages of the database are missing in Milvus."
        if differ:
            yield f"{view.name}: {differ} vectors in Milvus differ from those in the database."

    def tidy(self, lock_timeout: float) -> None:
        """Nothing: Milvus does it by itself."""

    def remove_unused(self, engine: Engine, *, older_than: float) -> None:
        remove_unused(engine, self.connection, self.folder, older_than=older_than)
