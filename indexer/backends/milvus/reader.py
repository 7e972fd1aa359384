"""The collections in Milvus as one process sees them, in step with the database.

That Milvus does not answer is no reason to have none: they go on with words and with what changed last.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.stored_passages import newest_change
from indexer.backends.following_reader import FollowingReader
from indexer.backends.milvus import catalogue
from indexer.backends.milvus.connection import MilvusConnection, MilvusUnavailableError
from indexer.backends.milvus.held import HeldChanges, read_held
from indexer.backends.milvus.passages import StoredPassages
from indexer.backends.milvus.replica import LexicalReplica
from indexer.backends.milvus.view import MilvusView, StoredCollection
from indexer.backends.milvus.words import CollectionStatistics
from indexer.backends.milvus.writer import replicas_folder
from kb.core.database import snapshot_scope
from kb.core.errors import IndexUnavailableError, ModelError
from kb.search.types import CollectionName
from kb.tables import MilvusCollection, Passage

logger = logging.getLogger(__name__)

# How long a server may go on without asking whether Milvus is there, where no search has.
_ASK_EVERY_SECONDS = 5.0


@dataclass(frozen=True)
class _Followed:
    """A view, and since when (`time.monotonic`) the version that it is of has been known."""

    view: MilvusView
    since: float
    replica: LexicalReplica


class MilvusReader(FollowingReader):
    """Implements `indexer.backends.protocol.OpenReader`. fingerprint: that of the encoder that queries are read by."""

    def __init__(self, engine: Engine, connection: MilvusConnection, root: Path, fingerprint: str) -> None:
        """Raises IndexUnavailableError where nothing was indexed into Milvus yet, ModelError for what another encoder made."""
        super().__init__(engine)
        self._connection, self._root, self._fingerprint = connection, root, fingerprint
        self._loaded: set[str] = set()
        self._asked_at = time.monotonic()
        self._followed: Mapping[CollectionName, _Followed] = {}
        self._followed = self._newest()
        self._problem = self._load()
        self._looked_at = time.monotonic()

    @property
    def problem(self) -> str | None:
        """Why searches are not answered from all there is, for the operator."""
        return super().problem or self._connection.problem

    def view(self, name: CollectionName) -> MilvusView:
        """The collection as it is now, at most a quarter of a second old while all is well."""
        self._look_if_due()
        return self._followed[name].view

    def follow(self) -> None:
        if self._follower is None:
            threading.Thread(target=self._keep_words, name="index-words", daemon=True).start()
        super().follow()

    def _take_up(self) -> str | None:
        self._followed = self._newest()
        return self._load()

    def _keep_words(self) -> None:
        """Bring the words on this machine up to date, where no other process does, in a thread that searches do not wait for."""
        while not self._stopped.wait(1.0):
            try:
                for followed in self._followed.values():
                    base = followed.view.base
                    if followed.replica.change_id() < base.change_id or followed.replica.searcher() is None:
                        followed.replica.follow(base.change_id, base.forgotten, wait=False)
            except Exception:
                logger.exception("The words on this machine could not be brought up to date")
                self._stopped.wait(30)

    def _load(self) -> str | None:
        """Have Milvus ready with what is followed, and see whether it is there. Returns what it answers that it has not."""
        missing = {followed.view.base.name for followed in self._followed.values()} - self._loaded
        is_due = time.monotonic() - self._asked_at > _ASK_EVERY_SECONDS if self._loaded else True
        problem: str | None = None
        try:
            for name in missing:
                self._connection.load(name)
                self._loaded.add(name)
            if self._connection.problem is not None or is_due:
                self._connection.ask()
        except MilvusUnavailableError as error:
            if self._connection.problem is None:  # it answers, and has not what it should
                problem = str(error)
        self._asked_at = time.monotonic()
        return problem

    def _newest(self) -> Mapping[CollectionName, _Followed]:
        """One moment of the database: a passage and what takes its place are never seen apart."""
        with snapshot_scope(self._engine) as session:
            rows = catalogue.live_rows(session)
            if rows.keys() != set(CollectionName):
                raise IndexUnavailableError("There is no index in Milvus yet.", remedy="Make it with: kb index")
            if foreign := next((row for row in rows.values() if row.fingerprint != self._fingerprint), None):
                raise ModelError(
                    "The index was made with %(made)s, the encoder is now %(now)s.",
                    remedy="Make the vectors anew with: kb index; or set KB_MODEL back. A server that runs must be restarted.",
                    made=foreign.fingerprint,
                    now=self._fingerprint,
                )
            return {name: self._newest_of(session, name, rows[name]) for name in CollectionName}

    def _newest_of(self, session: Session, name: CollectionName, row: MilvusCollection) -> _Followed:
        before = self._followed.get(name)
        old = before.view if before else None
        is_known = old is not None and (old.base.row, old.base.version) == (row.id, row.version)
        since = before.since if before and is_known else time.monotonic()
        newest = max(newest_change(session, row.build_id, name), row.change_id)
        if before and old is not None and old.base.row == row.id:
            replica = before.replica
        else:
            replica = LexicalReplica(self._engine, replicas_folder(self._root), row.name, row.build_id, name)
            self._first_words(replica, row)
        floor = self._floor(row, since, replica)
        if before and old is not None and is_known and (old.floor, old.change_id) == (floor, newest):
            return self._with_newer_words(before)
        base = old.base if old is not None and is_known else _read_base(session, row)
        stored = (
            old.stored
            if old is not None and old.stored.build == row.build_id
            else StoredPassages(self._engine, row.build_id, name, base.statistics.word_dimensions)
        )
        is_weighed_alike = (
            old is not None
            and old.base.build == base.build
            and old.base.statistics.lengths.in_force == base.statistics.lengths.in_force
        )
        held = read_held(
            session, base.build, name, after=floor, base=base.change_id, until=newest,
            before=old.held if old is not None and is_weighed_alike else HeldChanges(),
            lengths=base.statistics.lengths, width=base.statistics.word_dimensions,
        )  # fmt: skip
        stored.forget(held.removed | (old.held.removed if old is not None else frozenset()))
        largest = session.scalar(
            select(func.max(Passage.id)).where(Passage.build_id == base.build, Passage.collection == name.value)
        )
        view = MilvusView(
            name, self._connection, base, stored, held, replica.searcher(), replica.change_id(),
            floor=floor, change_id=newest, newest=largest or 0,
        )  # fmt: skip
        return _Followed(view, since, replica)

    def _first_words(self, replica: LexicalReplica, row: MilvusCollection) -> None:
        """Where Milvus has no words, a search cannot do without them: they are made before the first one."""
        try:
            is_needed = not self._connection.has_sparse
        except MilvusUnavailableError:
            is_needed = True
        if is_needed:
            replica.follow(row.change_id, row.forgotten, wait=True)

    def _floor(self, row: MilvusCollection, since: float, replica: LexicalReplica) -> int:
        """The last change that need not be held: every search has it."""
        staleness = self._connection.staleness
        floor = row.change_id if time.monotonic() - since >= staleness else int(row.recent[0][0])
        try:
            has_words = self._connection.has_sparse
        except MilvusUnavailableError:
            has_words = False
        return floor if has_words else min(floor, max(replica.change_id(), row.forgotten))

    def _with_newer_words(self, followed: _Followed) -> _Followed:
        change = followed.replica.change_id()
        if change == followed.view.words_change:
            return followed
        return _Followed(
            followed.view.with_words(followed.replica.searcher(), change), followed.since, followed.replica
        )


def _read_base(session: Session, row: MilvusCollection) -> StoredCollection:
    content = session.scalar(select(MilvusCollection.statistics).where(MilvusCollection.id == row.id))
    return StoredCollection(
        row.id,
        row.version,
        row.name,
        row.build_id,
        row.change_id,
        row.passages,
        row.forgotten,
        CollectionStatistics.unpack(content or b""),
    )
