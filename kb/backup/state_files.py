"""The files of KB_HOME that a backup holds: all but those that are made anew by themselves."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from kb.backup.archive import is_backup
from kb.core.settings import Settings

# Folders and files of KB_HOME that are not in a backup, and where they come from again. Whatever is not named here is in it.
LEFT_OUT = {
    "index": "made from the database by the first start, or by: kb index",
    "models": "made by: kb model prepare",
    "cache": "vectors that were looked up before",
    "metrics": "figures of running processes",
    "limits.sqlite3": "how often who asked within the last minutes",
}
_OF_SQLITE = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class StateFile:
    """name: below KB_HOME, with `/`."""

    name: str
    path: Path


def state_files(settings: Settings) -> list[StateFile]:
    """What there is now, in the order of names. Locks, half-written files (whose names begin with a dot) and backups are none.

    Raises OSError where a folder cannot be read.
    """
    return sorted(_below(settings.home, "", _passed_over(settings), set()), key=lambda file: file.name)


def _passed_over(settings: Settings) -> set[Path]:
    paths = {settings.home / f"{name}{suffix}" for name in LEFT_OUT for suffix in _OF_SQLITE}
    if (database := sqlite_file(settings)) is not None:
        paths |= {database.with_name(database.name + suffix) for suffix in _OF_SQLITE}
    return paths


def sqlite_file(settings: Settings) -> Path | None:
    """The file of the database; None for another kind, or one in memory."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database)).resolve()


def _below(folder: Path, prefix: str, passed_over: set[Path], seen: set[Path]) -> Iterator[StateFile]:
    real = folder.resolve()
    if real in seen:  # a link that leads back
        return
    seen.add(real)
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        path = Path(entry.path)
        if path in passed_over or entry.name.startswith(".") or entry.name.endswith(".lock"):
            continue
        if entry.is_dir():
            yield from _below(path, f"{prefix}{entry.name}/", passed_over, seen)
        elif entry.is_file() and not is_backup(path):
            yield StateFile(f"{prefix}{entry.name}", path)
