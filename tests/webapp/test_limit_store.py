"""Limits that all server processes of a machine count together, in a file."""

import multiprocessing
import stat
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from webapp.shared.limit_store import SCHEME, SharedFileStorage


def open_store(path: Path) -> SharedFileStorage:
    store = storage_from_string(f"{SCHEME}://{quote(str(path))}")
    assert isinstance(store, SharedFileStorage)
    return store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home of ঘর %41?" / "limits.sqlite3"


def _count(path: Path, times: int) -> None:
    store = open_store(path)
    for _ in range(times):
        store.incr("192.0.2.1", 60)


def test_processes_count_together(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_count, args=(path, 40)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
        assert process.exitcode == 0
    assert open_store(path).get("192.0.2.1") == 120


def test_count_begins_anew_when_its_time_is_over(path: Path) -> None:
    store = open_store(path)
    assert [store.incr("a", 1), store.incr("a", 1), store.incr("b", 60, amount=5)] == [1, 2, 5]
    assert 0 < store.get_expiry("b") - time.time() <= 60
    time.sleep(1.1)
    assert (store.get("a"), store.get("b")) == (0, 5)
    assert store.incr("a", 60) == 1


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


def test_file_that_cannot_be_used_is_no_healthy_store(tmp_path: Path) -> None:
    (tmp_path / "limits.sqlite3").write_bytes(b"no database" * 1000)
    assert not open_store(tmp_path / "limits.sqlite3").check()
    (tmp_path / "file").write_text("x")
    assert not open_store(tmp_path / "file" / "limits.sqlite3").check()
