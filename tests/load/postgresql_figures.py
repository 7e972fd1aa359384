"""Figures of PostgreSQL as the record: `python tests/load/postgresql_figures.py` (two minutes, JSON).

How long until another process knows of a change, and how much one asks that waits, with signals and by looking alone; what
statements cost that the server does not prepare; how many rows are copied in a second.
"""

import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "factories"))

from postgresql_server import PostgresqlServer
from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.orm import Session

from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.jobs import enqueue
from kb.jobs.kind import Kind
from kb.jobs.worker import Worker
from kb.tables import Passage
from kb.tables.copying import copy_database
from kb.tables.migrations import upgrade_database

_ROUNDS, _LANES, _IDLE_SECONDS = 30, 20, 5
_STATEMENTS = 3_000
_PASSAGES, _SEARCHES = 10_000, 40_000


def main() -> None:
    server = PostgresqlServer()
    try:
        server.create("kb")
        hearing = Settings(home_text=tempfile.mkdtemp(), database_url=server.url("kb"))
        # Where the one that listens finds nobody, everybody looks.
        looking = replace(hearing, direct_url="postgresql+psycopg://postgres@127.0.0.1:1/kb")
        engine = create_database_engine(hearing)
        upgrade_database(engine)
        ways = {"signals": hearing, "looking": looking}
        figures = {
            "job_lag_ms": {name: _lag(one, engine) for name, one in ways.items()},
            "idle_transactions_per_s": {name: _idle(one, engine) for name, one in ways.items()},
            "statement_ms": {
                "prepared": _statement(hearing.database_url, 5),
                "not": _statement(hearing.database_url, None),
            },
            "copy": _copy(server),
        }
        print(json.dumps(figures, indent=2))
        engine.dispose()
    finally:
        server.stop()


def _with_worker(settings: Settings, handler: Callable[[object], dict[str, object]], use: Callable[[], None]) -> None:
    engine = create_database_engine(settings)
    kinds = {f"kind{lane}": Kind(f"kind{lane}", handler, lane=str(lane)) for lane in range(_LANES)}  # type: ignore[arg-type]
    worker = Worker(engine, kinds, "a worker")
    thread = threading.Thread(target=worker.run)
    thread.start()
    time.sleep(3)
    use()
    worker.stop.set()
    thread.join()
    engine.dispose()


def _lag(settings: Settings, engine: Engine) -> dict[str, float]:
    """From the commit of a job until a worker with twenty lanes has begun it."""
    begun = threading.Event()
    lags = []

    def handler(_context: object) -> dict[str, object]:
        begun.set()
        return {}

    def use() -> None:
        for number in range(_ROUNDS):
            with Session(engine) as session:
                enqueue(session, "kind0", key=str(number))
                session.commit()
            since = time.perf_counter()
            begun.wait()
            lags.append((time.perf_counter() - since) * 1000)
            begun.clear()
            time.sleep(0.237)

    _with_worker(settings, handler, use)
    return {"median": round(statistics.median(lags), 1), "p95": round(sorted(lags)[int(len(lags) * 0.95)], 1)}


def _idle(settings: Settings, engine: Engine) -> float:
    def transactions() -> int:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_stat_force_next_flush()"))
            return int(
                connection.scalar(
                    text("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()")
                )
            )

    found: list[float] = []

    def use() -> None:
        before = transactions()
        time.sleep(_IDLE_SECONDS)
        found.append((transactions() - before) / _IDLE_SECONDS)

    _with_worker(settings, lambda _context: {}, use)
    return round(found[0], 1)


def _statement(url: str, threshold: int | None) -> float:
    """A row by its id, in a transaction of its own."""
    engine = create_engine(url, connect_args={"prepare_threshold": threshold})
    with engine.connect() as connection:
        for _ in range(20):
            connection.execute(text("SELECT * FROM jobs WHERE id = :id"), {"id": 1})
        begun = time.perf_counter()
        for number in range(_STATEMENTS):
            connection.execute(text("SELECT * FROM jobs WHERE id = :id"), {"id": number}).all()
        taken = time.perf_counter() - begun
    engine.dispose()
    return round(taken * 1000 / _STATEMENTS, 3)


def _copy(server: PostgresqlServer) -> dict[str, float]:
    """Searches, and passages with their vectors, from SQLite to PostgreSQL and back."""
    source = create_database_engine(Settings(home_text=tempfile.mkdtemp()))
    upgrade_database(source)
    values = {
        "build_id": 1,
        "collection": "help",
        "document_kind": "article",
        "document_group": 1,
        "position": 0,
        "language": "en",
    }
    values |= {
        "part": "body",
        "heading_path": ["Title"],
        "text": "some words " * 60,
        "text_hash": "x" * 64,
        "vector": b"\x01" * 1536,
    }
    with source.begin() as connection:
        connection.execute(
            insert(Passage.__table__),  # type: ignore[arg-type]
            [values | {"document_id": number, "word_vectors": b"\x02" * 20_000} for number in range(_PASSAGES)],
        )
        connection.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) "
                "INSERT INTO search_events (public_id, created_at, place, audience, query, language, reader_language, outcome, "
                "confidence, results, timings) SELECT 's' || i, '2026-11-01 00:00:00.000000', 'help', 'customer', "
                "'where is my refund ' || i, 'en', 'en', 'none', 0.25, '[]', '{}' FROM n"
            ),
            {"most": _SEARCHES},
        )
    server.create("copied")
    target = create_database_engine(Settings(home_text=tempfile.mkdtemp(), database_url=server.url("copied")))
    there = copy_database(source, target)
    last = create_database_engine(Settings(home_text=tempfile.mkdtemp()))
    back = copy_database(target, last)
    assert back.tables == there.tables
    return {"rows": there.rows, "to_postgresql_s": round(there.seconds, 1), "to_sqlite_s": round(back.seconds, 1)}


if __name__ == "__main__":
    main()
