"""Make a backup while everybody goes on working: the database as it is at one moment, and the files that belong to it."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine, create_engine

from kb.backup.archive import DATABASE, FORMAT, HOME, ArchiveWriter, Manifest, StoredFile
from kb.backup.state_files import StateFile, sqlite_file, state_files
from kb.core.clock import utc_now
from kb.core.database import snapshot_scope
from kb.core.durable import sync_folder
from kb.core.errors import ConfigurationError, ConflictError
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.tables.copying import copy_rows
from kb.tables.database_state import database_state
from kb.tables.migrations import upgrade_database

_SCRATCH = ".kb-backup-"
# Of a backup that was killed; none takes so long.
_ABANDONED_AFTER = 2 * 86_400
# Pages of 4 KB that are copied before the progress is told.
_PAGES = 2000


def backup_path(target: Path) -> Path:
    """The file to make: `target` itself, or in a folder one that is named by the time. Raises ConflictError if it is there."""
    if target.is_dir():
        target /= f"kb-backup-{utc_now():%Y%m%dT%H%M%SZ}.zip"
    if target.suffix != ".zip":
        raise ConfigurationError(
            "%(path)s does not end in .zip, as a backup does.",
            remedy="Name it FILE.zip, or name a folder.",
            path=target,
        )
    if target.exists():
        raise ConflictError("%(path)s is there already.", remedy="Name another file, or a folder.", path=target)
    return target


def make_backup(
    settings: Settings, engine: Engine, target: Path, environment: Mapping[str, str], progress: Progress | None = None
) -> Manifest:
    """Write the backup to `target`, which is there whole or not at all; mode 0600. progress: of the database.

    environment: the variables of the process; of those of this program the names are noted. Raises ConfigurationError where the
    database is not at the newest migration (on PostgreSQL; on SQLite any will do) or cannot be reached, OSError.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear_abandoned(target.parent)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=target.parent) as folder:
        scratch = Path(folder)
        with ArchiveWriter(scratch / target.name) as archive:
            # Before the database what it will soon have, after it what belongs to rows of the last moment: nothing falls between.
            files = _add_files(archive, state_files(settings), {})
            copy = scratch / DATABASE
            _copy_database(settings, engine, copy, progress)
            files = _add_files(archive, state_files(settings), files)
            files[DATABASE] = archive.add(DATABASE, copy)
            manifest = Manifest(
                format=FORMAT,
                program=version("kb-assist"),
                made_at=utc_now().isoformat(timespec="seconds"),
                database_kind=engine.dialect.name,
                migration=_migration_of(copy),
                tables=count_rows_of_file(copy),
                settings=sorted(name for name in environment if name.startswith("KB_")),
                files=files,
            )
            archive.finish(manifest)
        (scratch / target.name).rename(target)
    sync_folder(target.parent)
    return manifest


def _add_files(
    archive: ArchiveWriter, found: list[StateFile], known: Mapping[str, StoredFile]
) -> dict[str, StoredFile]:
    files = dict(known)
    for file in found:
        name = f"{HOME}{file.name}"
        if name not in known:
            try:
                files[name] = archive.add(name, file.path)
            except FileNotFoundError:  # it is in the database by now
                continue
    return files


def _copy_database(settings: Settings, engine: Engine, target: Path, progress: Progress | None) -> None:
    if (path := sqlite_file(settings)) is not None:
        if not database_state(engine).found:
            database_state(engine).require_current()
        _copy_sqlite(path, target, progress)
        return
    database_state(engine).require_current()
    copy = create_engine(f"sqlite:///{target}")
    try:
        upgrade_database(copy)
        with snapshot_scope(engine) as session, copy.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            copy_rows(session.connection(), connection, progress)
            connection.commit()
    finally:
        copy.dispose()


def _copy_sqlite(path: Path, target: Path, progress: Progress | None) -> None:
    source = sqlite3.connect(path, isolation_level=None)
    copy = sqlite3.connect(target)
    try:
        # Held while it is copied piece by piece: without it, whoever writes would have it begin again each time.
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master").fetchone()
        source.backup(
            copy,
            pages=_PAGES,
            progress=lambda _status, left, total: progress(total - left, total) if progress else None,
        )
        source.execute("ROLLBACK")
    finally:
        copy.close()
        source.close()


def _migration_of(path: Path) -> str:
    copy = sqlite3.connect(path)
    try:
        return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    finally:
        copy.close()


def count_rows_of_file(path: Path) -> dict[str, int]:
    """Rows of each table of a SQLite file, of any version of this program."""
    copy = sqlite3.connect(path)
    try:
        tables = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return {
            name: int(copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608  # names of tables
            for (name,) in sorted(tables)
        }
    finally:
        copy.close()


def _clear_abandoned(folder: Path) -> None:
    for old in folder.glob(f"{_SCRATCH}*"):
        if old.is_dir() and time.time() - old.stat().st_mtime > _ABANDONED_AFTER:
            shutil.rmtree(old, ignore_errors=True)
