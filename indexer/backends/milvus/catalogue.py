"""The rows of `milvus_collections`: what is filled, what serves, what is to be dropped."""

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, undefer

from indexer.backends.milvus.words import CollectionStatistics
from kb.core.clock import utc_now
from kb.search.types import CollectionName
from kb.tables import IndexChange, MilvusCollection, MilvusState

# Changes stay in the database so long at least: a machine that was away takes them up, else makes its words anew.
KEEP_CHANGES_SECONDS = 600


def live_rows(session: Session, *, with_statistics: bool = False) -> dict[CollectionName, MilvusCollection]:
    """Of each collection the row that serves; the three are switched together."""
    statement = select(MilvusCollection).where(MilvusCollection.state == MilvusState.LIVE)
    if with_statistics:
        statement = statement.options(undefer(MilvusCollection.statistics))
    return {CollectionName(row.collection): row for row in session.scalars(statement)}


def all_names(session: Session) -> set[str]:
    """In Milvus, whether they serve or not."""
    return set(session.scalars(select(MilvusCollection.name)))


def give_up_unfinished(session: Session, build: int) -> None:
    """What an earlier run began for this build and did not finish is to be dropped."""
    session.execute(
        update(MilvusCollection)
        .where(MilvusCollection.build_id == build, MilvusCollection.state == MilvusState.FILLING)
        .values(state=MilvusState.RETIRED, retired_at=utc_now())
    )


def switch_to(session: Session, names: Sequence[CollectionName], rows: Iterable[int]) -> None:
    """Let these rows take the place of those that serve for the collections `names`."""
    wanted = [name.value for name in names]
    retire(session, wanted)
    session.execute(update(MilvusCollection).where(MilvusCollection.id.in_(list(rows))).values(state=MilvusState.LIVE))


def retire(session: Session, names: Sequence[str] = tuple(CollectionName)) -> None:
    """What serves for these collections does not serve any more. Nothing happens where none is in Milvus."""
    session.execute(
        update(MilvusCollection)
        .where(MilvusCollection.state == MilvusState.LIVE, MilvusCollection.collection.in_(list(names)))
        .values(state=MilvusState.RETIRED, retired_at=utc_now())
    )


def retired_rows(session: Session, *, older_than: float) -> list[MilvusCollection]:
    """Those that nobody has needed for so many seconds."""
    statement = select(MilvusCollection).where(
        MilvusCollection.state == MilvusState.RETIRED,
        MilvusCollection.retired_at <= utc_now() - timedelta(seconds=older_than),
    )
    return list(session.scalars(statement))


def tell(
    session: Session, row_id: int, *, change: int, passages: int, statistics: CollectionStatistics, staleness: float
) -> None:
    """Milvus has been given all changes up to `change`; forget those that nobody asks for any more."""
    row = session.get_one(MilvusCollection, row_id)
    row.version += 1
    row.change_id, row.passages, row.statistics = change, passages, statistics.pack()
    row.recent = add_recent(row.recent, change, time.time(), staleness)
    old = select(func.max(IndexChange.id)).where(
        IndexChange.build_id == row.build_id,
        IndexChange.collection == row.collection,
        IndexChange.id <= int(row.recent[0][0]),
        IndexChange.created_at < utc_now() - timedelta(seconds=KEEP_CHANGES_SECONDS),
    )
    if forgotten := session.scalar(old):
        row.forgotten = forgotten
        session.execute(
            delete(IndexChange).where(
                IndexChange.build_id == row.build_id,
                IndexChange.collection == row.collection,
                IndexChange.id <= forgotten,
            )
        )


def add_recent(recent: Sequence[Sequence[float]], change: int, now: float, staleness: float) -> list[list[float]]:
    """With one entry more. The first one is always as old as every search has it; what is older is of no use."""
    found = [*map(list, recent), [change, now]]
    while len(found) > 1 and found[1][1] <= now - staleness:
        found.pop(0)
    return found
