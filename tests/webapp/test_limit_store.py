"""Limits that all server processes of a machine count together, in a file."""

import multiprocessing
import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from webapp.shared import limit_store
from webapp.shared.limit_store import SCHEME, SharedFileStorage


def open_store(path: Path) -> SharedFileStorage:
    store = storage_from_string(f"{SCHEME}://{quote(str(path))}")
    assert isinstance(store, SharedFileStorage)
    return store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home of ঘর %41?" / "limits.sqlite3"


def _count(path: Path, times: int) -> None:
    # A machine may be so busy that who holds the file gets no turn for long.
    limit_store._LONGEST_WAIT = 60.0
    store = open_store(path)
    for _ in range(times):
        store.incr("192.0.2.1", 3600)


def test_processes_count_together(path: Path) -> None:
    assert open_store(path).check()
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_count, args=(path, 40)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
        assert process.exitcode == 0
    assert open_store(path).get("192.0.2.1") == 120


def test_one_that_is_overtaken_on_its_way_to_the_file_is_counted_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, now = open_store(path), time.time()
    counts = []
    for late in (0.0, 0.2, 0.1, -30.0, 0.0):
        monkeypatch.setattr(time, "time", lambda late=late: now + late)
        counts.append(store.incr("a", 60))
    assert counts == [1, 2, 3, 4, 5]


def test_count_begins_anew_when_its_time_is_over(path: Path) -> None:
    store = open_store(path)
    assert [store.incr("a", 3600), store.incr("a", 3600), store.incr("b", 7200, amount=5)] == [1, 2, 5]
    assert 3600 < store.get_expiry("b") - time.time() <= 7200
    with sqlite3.connect(path) as other:
        other.execute("UPDATE counts SET ends = ends - 3601")
    other.close()
    assert (store.get("a"), store.get("b")) == (0, 5)
    assert store.incr("a", 60) == 1


def test_a_clock_that_is_set_back_keeps_nobody_out(path: Path) -> None:
    store = open_store(path)
    assert [store.incr("a", 60), store.incr("a", 60), store.incr("a", 60)] == [1, 2, 3]
    with sqlite3.connect(path) as other:  # counted two hours later than it is now
        other.execute("UPDATE counts SET ends = ends + 7200")
    other.close()
    assert [store.incr("a", 60), store.incr("a", 60)] == [1, 2]
    assert store.get_expiry("a") - time.time() <= 60


def test_it_is_what_the_limiter_needs(path: Path) -> None:
    limiter, limit = FixedWindowRateLimiter(open_store(path)), parse("3 per hour")
    assert [limiter.hit(limit, "x") for _ in range(5)] == [True, True, True, False, False]
    limiter.clear(limit, "x")
    assert limiter.hit(limit, "x")
    assert open_store(path).check()
    open_store(path).reset()
    assert limiter.get_window_stats(limit, "x").remaining == 3


def test_file_is_its_owners_and_names_no_address(path: Path) -> None:
    open_store(path).incr("LIMITER/192.0.2.77/auth.log_in", 60)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(b"192.0.2.77" in entry.read_bytes() for entry in path.parent.iterdir())


def test_crowd_that_finds_the_file_locked_is_counted_by_this_process_and_nobody_gets_an_error(path: Path) -> None:
    store = open_store(path)
    assert store.incr("a", 3600) == 1
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with ThreadPoolExecutor(8) as crowd:
        counts = list(crowd.map(lambda _: store.incr("a", 3600), range(40)))
    assert sorted(counts) == list(range(1, 41))
    assert store.get("a") == 40
    assert not store.check()
    other.execute("ROLLBACK")
    other.close()
    store._unused_until = 0.0  # as after AGAIN_AFTER
    assert store.incr("a", 3600) == 2


@pytest.mark.parametrize("name", ["a folder", "file/limits.sqlite3"])
def test_file_that_cannot_be_made_is_counted_in_memory(tmp_path: Path, name: str) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "file").write_text("x")
    store = open_store(tmp_path / name)
    assert [store.incr("a", 3600) for _ in range(3)] == [1, 2, 3]
    assert not store.check()
    store.clear("a")
    assert store.get("a") == 0
    store.reset()


def test_file_that_is_no_database_any_more_is_put_aside(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    store = open_store(path)
    assert store.incr("a", 3600) == 1
    store._unused_until = 0.0
    assert [store.incr("b", 3600), open_store(path).incr("b", 3600)] == [1, 2]
    assert path.with_name("limits.sqlite3.broken").read_bytes().startswith(b"no database")


def test_processes_count_together_again_after_the_file_was_deleted(path: Path) -> None:
    one, two = open_store(path), open_store(path)
    assert [one.incr("a", 3600), two.incr("a", 3600)] == [1, 2]
    for ending in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
    assert [one.incr("a", 3600), two.incr("a", 3600)] == [1, 2]
