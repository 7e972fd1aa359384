"""Counts of limits in a file that all server processes of this machine share: a small SQLite database that may be lost.

An increment is one statement. Where the file cannot be used (locked, unwritable, full) each process counts for itself for a
while, and a crowd of threads does not wait for it one after the other.
"""

import contextlib
import hashlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from limits.storage import MemoryStorage, Storage

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

SCHEME = "shared-file"
# Seconds that a count waits for another process or thread; longer, and the request is counted in memory.
_LONGEST_WAIT = 0.25
# Seconds after which a file that could not be used is tried again.
AGAIN_AFTER = 5.0
# Counts after which those whose time is over are deleted.
_TIDIED_EVERY = 2000

# One that ends much later than a new one would is of a clock that has been set back since; a little later is one that
# was asked for after this one and found the file free before it: requests that come at once must not begin anew.
_OVERTAKING = 60.0
_COUNT = """
INSERT INTO counts (key, count, ends) VALUES (:key, :amount, :ends) ON CONFLICT (key) DO UPDATE SET
count = CASE WHEN ends <= :now OR ends > :longest THEN excluded.count ELSE count + excluded.count END,
ends = CASE WHEN ends <= :now OR ends > :longest THEN excluded.ends ELSE ends END RETURNING count
"""


class SharedFileStorage(Storage):
    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 (as `limits` declares it)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._path = Path(unquote(urlsplit(uri or "").path))
        # One thread of a process at a time: SQLite lets whoever finds the file locked sleep for milliseconds.
        self._lock = threading.Lock()
        # Process and inode that the connection belongs to.
        self._held: tuple[tuple[int, int], sqlite3.Connection] | None = None
        self._counted = 0
        self._memory = MemoryStorage()
        self._unused_until = 0.0

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return (sqlite3.Error, OSError)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        ends = now + expiry
        values = {"key": _hash(key), "amount": amount, "ends": ends, "longest": ends + _OVERTAKING, "now": now}

        def count(connection: sqlite3.Connection) -> int:
            found = int(connection.execute(_COUNT, values).fetchone()[0])
            self._counted += 1
            if self._counted % _TIDIED_EVERY == 0:
                connection.execute("DELETE FROM counts WHERE ends <= ?", (now,))
            return found

        return self._in_file(count, lambda: self._memory.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        return self._in_file(lambda connection: int(_read(connection, key)[0]), lambda: self._memory.get(key))

    def get_expiry(self, key: str) -> float:
        return self._in_file(lambda connection: _read(connection, key)[1], lambda: self._memory.get_expiry(key))

    def check(self) -> bool:
        """Whether the file is used."""

        def look(connection: sqlite3.Connection) -> bool:
            connection.execute("SELECT 1 FROM counts LIMIT 1").fetchone()
            return True

        return self._in_file(look, lambda: False)

    def reset(self) -> int | None:
        return self._in_file(
            lambda connection: int(connection.execute("DELETE FROM counts").rowcount), self._memory.reset
        )

    def clear(self, key: str) -> None:
        def forget(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM counts WHERE key = ?", (_hash(key),))

        self._in_file(forget, lambda: self._memory.clear(key))

    def _in_file(self, work: Callable[[sqlite3.Connection], Result], in_memory: Callable[[], Result]) -> Result:
        """Never raises for a file that cannot be used, nor lets a crowd of threads wait for it one after the other."""
        if time.monotonic() >= self._unused_until and self._lock.acquire(timeout=_LONGEST_WAIT):
            try:
                if time.monotonic() >= self._unused_until:  # the thread before may have found out
                    return work(self._connection())
            except (sqlite3.Error, OSError) as error:
                self._unused_until = time.monotonic() + AGAIN_AFTER
                logger.warning("Limits: %s cannot be used (%s); each process counts for itself", self._path, error)
                self._drop(is_broken=type(error) is sqlite3.DatabaseError)
            finally:
                self._lock.release()
        return in_memory()

    def _connection(self) -> sqlite3.Connection:
        """That of this process and of the file that is there now: a fork may share none, and a file may be deleted."""
        with contextlib.suppress(FileNotFoundError):
            if self._held is not None and self._held[0] == (os.getpid(), self._path.stat().st_ino):
                return self._held[1]
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        inode = os.fstat(descriptor).st_ino
        os.close(descriptor)
        connection = sqlite3.connect(self._path, timeout=_LONGEST_WAIT, isolation_level=None, check_same_thread=False)
        self._held = ((os.getpid(), inode), connection)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS counts (key BLOB PRIMARY KEY, count INTEGER, ends REAL) WITHOUT ROWID"
        )
        return connection

    def _drop(self, *, is_broken: bool) -> None:
        """is_broken: the file is no database (a power cut may do that to it); it is put aside, and the next try makes one."""
        if self._held is not None:
            with contextlib.suppress(sqlite3.Error):
                self._held[1].close()
            self._held = None
        if is_broken:
            with contextlib.suppress(OSError):
                self._path.replace(self._path.with_name(f"{self._path.name}.broken"))
                for ending in ("-wal", "-shm"):
                    self._path.with_name(f"{self._path.name}{ending}").unlink(missing_ok=True)


def _read(connection: sqlite3.Connection, key: str) -> tuple[int, float]:
    """Count and end; nothing, ending now, where it is over."""
    now = time.time()
    rows = connection.execute("SELECT count, ends FROM counts WHERE key = ? AND ends > ?", (_hash(key), now))
    found: tuple[int, float] | None = rows.fetchone()
    return found or (0, now)


def _hash(key: str) -> bytes:
    """Keys name addresses of people; the file need not."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
