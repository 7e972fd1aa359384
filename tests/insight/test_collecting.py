"""Collecting misses beside a live server: nobody waits for it, and what was looked at once is not looked at again."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, insert, text
from sqlalchemy.orm import Session
from statements import recorded_statements

from indexer.encoders.hashing import HashEncoder
from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.insight.gaps import (
    collect_misses,
    explain_gaps,
    has_something_new,
    has_unexplained,
    list_gaps,
    misses_of,
)
from kb.insight.gaps.misses import BATCH
from kb.search.encoding import Vectors
from kb.tables import Feedback, FeedbackKind, SearchEvent, utc_now

THINGS = ("lamp", "kettle", "mixer", "fan", "stove", "chair", "ladder", "bucket")


def add_searches(engine: Engine, count: int, *, outcome: str = "none", first: int = 1) -> None:
    asked = utc_now() - timedelta(hours=1)
    rows = [
        {
            "id": number,
            "public_id": f"e{number}",
            "place": "help",
            "audience": "customer",
            "query": f"broken {THINGS[number % len(THINGS)]} number {number % 50}",
            "language": "en",
            "outcome": outcome,
            "confidence": 0.5,
            "created_at": asked,
        }
        for number in range(first, first + count)
    ]
    with engine.begin() as connection:
        connection.execute(insert(SearchEvent), rows)


class BusyEncoder(HashEncoder):
    """While it encodes, somebody else writes to the database, and does not wait for it."""

    def __init__(self, other: Engine) -> None:
        super().__init__()
        self.other, self.calls = other, 0

    def encode_queries(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        self._write()
        return super().encode_queries(texts)

    def embed_query(self, text: str):  # type: ignore[no-untyped-def]
        self._write()
        return super().embed_query(text)

    def _write(self) -> None:
        self.calls += 1
        with self.other.begin() as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            connection.execute(text("PRAGMA busy_timeout=0" if is_sqlite else "SET LOCAL lock_timeout = '50ms'"))
            connection.execute(text("UPDATE users SET name = name"))


def test_another_writer_never_waits_while_queries_are_encoded(settings: Settings, engine: Engine) -> None:
    other = create_database_engine(settings)
    encoder = BusyEncoder(other)
    add_searches(engine, 3 * BATCH)
    runtime = SearchRuntime.open(settings, engine, HashEncoder())
    with Session(engine, expire_on_commit=False) as session:
        assert collect_misses(session, encoder, checkpoint=session.commit) == 3 * BATCH
        assert explain_gaps(session, encoder, runtime.all_views(), checkpoint=session.commit) > 0
    assert encoder.calls >= 3
    other.dispose()


def test_stopped_in_the_middle_it_goes_on_and_counts_nothing_twice(engine: Engine) -> None:
    add_searches(engine, 3 * BATCH)

    class StoppedError(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done >= BATCH:
            raise StoppedError

    with Session(engine) as session, pytest.raises(StoppedError):
        collect_misses(session, HashEncoder(), checkpoint=session.commit, progress=stop)
    with Session(engine) as session:
        assert collect_misses(session, HashEncoder(), checkpoint=session.commit) == 2 * BATCH
        assert sum(gap.count for gap in list_gaps(session)) == 3 * BATCH


def test_searches_that_are_no_misses_cost_nothing_the_next_time(engine: Engine) -> None:
    add_searches(engine, 20_000, outcome="answered")
    with engine.begin() as connection:
        clicks = [{"event_id": number, "kind": "click", "document": "article:1"} for number in range(1, 20_001)]
        connection.execute(insert(Feedback), [{**row, "created_at": utc_now() - timedelta(hours=1)} for row in clicks])
    with Session(engine) as session:
        assert has_something_new(session)
        assert collect_misses(session, HashEncoder(), checkpoint=session.commit) == 0
        with recorded_statements(engine) as statements:
            begun = time.process_time()
            assert not has_something_new(session)
            assert collect_misses(session, HashEncoder(), checkpoint=session.commit) == 0
        assert time.process_time() - begun < 0.5
        assert len(statements) <= 12
        # One of them is voted down much later: it is seen, and the others are not looked at again.
        session.add(
            Feedback(event_id=7, kind=FeedbackKind.NOT_ANSWERED.value, created_at=utc_now() - timedelta(minutes=1))
        )
        session.commit()
        assert has_something_new(session)
        assert collect_misses(session, HashEncoder(), checkpoint=session.commit) == 1
        assert not has_something_new(session)
        assert [gap.causes for gap in list_gaps(session)] == [{"voted_down": 1}]


def test_a_search_that_is_too_young_is_not_passed_over(engine: Engine) -> None:
    add_searches(engine, 2)
    with Session(engine) as session:
        young = session.get_one(SearchEvent, 1)
        young.created_at = utc_now()
        session.commit()
        assert collect_misses(session, HashEncoder(), checkpoint=session.commit) == 0
        later = utc_now() + timedelta(minutes=1)
        assert collect_misses(session, HashEncoder(), checkpoint=session.commit, now=later) == 2


@pytest.mark.parametrize("misses", [2, 200])
def test_a_gap_of_any_size_is_read_in_as_many_statements(engine: Engine, misses: int) -> None:
    add_searches(engine, misses)
    with engine.begin() as connection:
        connection.execute(text("UPDATE search_events SET query = 'broken lamp'"))
    with Session(engine) as session:
        collect_misses(session, HashEncoder(), checkpoint=session.commit)
        session.expunge_all()
        with recorded_statements(engine) as statements:
            (gap,) = list_gaps(session)
            found, shown, count = misses_of(session, gap.id)
            assert len({miss.event.query for miss in shown}) == 1
        assert (gap.count, len(shown), count, found.label) == (misses, misses, misses, "broken lamp")
        assert len(statements) == 6


def test_what_is_deleted_is_not_counted_any_more(engine: Engine) -> None:
    add_searches(engine, 40)
    with Session(engine) as session:
        collect_misses(session, HashEncoder(), checkpoint=session.commit)
        session.execute(delete(SearchEvent).where(SearchEvent.id <= 25))
        session.commit()
        assert sum(gap.count for gap in list_gaps(session)) == 15
        assert collect_misses(session, HashEncoder(), checkpoint=session.commit) == 0


def test_reasons_are_missing_until_they_are_found_and_again_when_articles_change(
    settings: Settings, engine: Engine
) -> None:
    add_searches(engine, 8)
    runtime = SearchRuntime.open(settings, engine, HashEncoder())
    with Session(engine) as session:
        assert not has_unexplained(session)
        collect_misses(session, HashEncoder(), checkpoint=session.commit)
        assert has_unexplained(session)
        explain_gaps(session, HashEncoder(), runtime.all_views(), checkpoint=session.commit)
        assert not has_unexplained(session)
