"""Counts of limits in a file that all server processes of this machine share: a small SQLite database that may be lost.

An increment is one statement. Where the file cannot be used each process counts for itself (Flask-Limiter's way back).
"""

import hashlib
import os
import sqlite3
import threading
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

from limits.storage import Storage

SCHEME = "shared-file"
# Seconds that a count waits for another process; longer, and the request is counted in memory.
_LONGEST_WAIT = 0.25
# Counts after which those whose time is over are deleted.
_TIDIED_EVERY = 2000

_COUNT = """
INSERT INTO counts (key, count, ends) VALUES (:key, :amount, :ends) ON CONFLICT (key) DO UPDATE SET
count = CASE WHEN ends <= :now THEN excluded.count ELSE count + excluded.count END,
ends = CASE WHEN ends <= :now THEN excluded.ends ELSE ends END RETURNING count
"""


class SharedFileStorage(Storage):
    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 (as `limits` declares it)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._path = Path(unquote(urlsplit(uri or "").path))
        self._local = threading.local()
        self._counted = 0

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return (sqlite3.Error, OSError)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        values = {"key": _hash(key), "amount": amount, "ends": now + expiry, "now": now}
        connection = self._connection()
        count = int(connection.execute(_COUNT, values).fetchone()[0])
        self._counted += 1
        if self._counted % _TIDIED_EVERY == 0:
            connection.execute("DELETE FROM counts WHERE ends <= ?", (now,))
        return count

    def get(self, key: str) -> int:
        return int(self._read(key)[0])

    def get_expiry(self, key: str) -> float:
        return float(self._read(key)[1])

    def check(self) -> bool:
        try:
            self._connection().execute("SELECT 1 FROM counts LIMIT 1").fetchone()
        except (sqlite3.Error, OSError):
            return False
        return True

    def reset(self) -> int | None:
        return int(self._connection().execute("DELETE FROM counts").rowcount)

    def clear(self, key: str) -> None:
        self._connection().execute("DELETE FROM counts WHERE key = ?", (_hash(key),))

    def _read(self, key: str) -> tuple[int, float]:
        """Count and end; nothing, ending now, where it is over."""
        now = time.time()
        found = (
            self._connection()
            .execute("SELECT count, ends FROM counts WHERE key = ? AND ends > ?", (_hash(key), now))
            .fetchone()
        )
        return found or (0, now)

    def _connection(self) -> sqlite3.Connection:
        """That of this thread in this process: neither a thread nor a fork may share one."""
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            return held[1]
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self._path, timeout=_LONGEST_WAIT, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS counts (key BLOB PRIMARY KEY, count INTEGER, ends REAL) WITHOUT ROWID"
        )
        self._local.held = (os.getpid(), connection)
        return connection


def _hash(key: str) -> bytes:
    """Keys name addresses of people; the file need not."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
