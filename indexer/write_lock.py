"""Who may change the index, one at a time; and what is said where it cannot be written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from kb.core.errors import ConflictError, IndexUnavailableError
from kb.core.postgresql import past_pooler

LOCK_WAIT_SECONDS = 600
# The number of PostgreSQL's advisory lock: writers on several machines share no file.
_ADVISORY_LOCK = 0x6B62


@contextmanager
def write_lock(engine: Engine, index_dir: Path) -> Iterator[None]:
    """Held by whoever changes the live index. Raises ConflictError after ten minutes."""
    index_dir.mkdir(parents=True, exist_ok=True)
    with file_lock(index_dir / "write.lock"), past_pooler(engine) as direct, direct.connect() as connection:
        if engine.dialect.name != "postgresql":
            yield
            return
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        connection.commit()  # the lock is the connection's; an open transaction would only hold back cleaning
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
            connection.commit()


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    try:
        with FileLock(path).acquire(timeout=LOCK_WAIT_SECONDS):
            yield
    except Timeout as error:
        raise ConflictError(
            "Another process has been indexing for more than ten minutes.",
            remedy="Wait until it is done, or stop it, then run: kb index",
        ) from error


@contextmanager
def told_plainly() -> Iterator[None]:
    """A full or read-only disk and a locked database in one line, with what to type."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
    else:
        return
    raise IndexUnavailableError(
        f"The index could not be written: {reason}. What was finished is kept, and searches go on with it.",
        remedy="When that is mended, run: kb index",
    )
