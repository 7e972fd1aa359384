"""An installation from a backup, into an empty place, on either kind of database."""

import hashlib
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from kb.backup.archive import DATABASE, HOME, Manifest, extract, open_archive
from kb.backup.state_files import sqlite_file, state_files
from kb.core.database import create_database_engine, snapshot_scope
from kb.core.durable import sync_folder
from kb.core.errors import ConfigurationError, ConflictError, InvalidInputError
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.tables.copying import copy_rows, held_tables
from kb.tables.database_state import database_state, known_migrations, unreachable_database
from kb.tables.migrations import upgrade_database

_SCRATCH = ".kb-restore-"
_EMPTY = "A backup is restored into an empty place: an empty database, and a KB_HOME without files of another."
_ELSEWHERE = "Name another folder in KB_HOME, and another database in KB_DATABASE where you set it."


@dataclass(frozen=True)
class Restored:
    """migrated_from: the migration that the backup was made at, None where it was the newest. odd: a line for each value that
    this kind of database could not take as it was."""

    manifest: Manifest
    migrated_from: str | None
    odd: list[str]


def check_backup(path: Path, progress: Progress | None = None) -> Manifest:
    """Read all of it. Raises as `open_archive`, and ConfigurationError where it is of a newer version of this program."""
    with open_archive(path, progress) as (_, manifest):
        _require_known(manifest)
        return manifest


def restore_backup(settings: Settings, path: Path, progress: Progress | None = None) -> Restored:
    """Make the installation that `settings` name out of the backup. progress: parts of a whole, in bytes or rows.

    The database comes last and at once: who is stopped on the way has an empty one, and may do it again. Raises ConflictError
    where the place is not empty, otherwise as `check_backup`; ConfigurationError where the database cannot be reached.
    """
    with open_archive(path, progress) as (archive, manifest):
        newest = _require_known(manifest)
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_empty_home(settings, manifest)
        engine = create_database_engine(settings)
        try:
            _require_empty_database(settings, engine)
            target = sqlite_file(settings)
            odd: list[str] = []
            with _scratch(settings.home) as files, _scratch(target.parent if target else settings.home) as folder:
                database = folder / DATABASE
                extract(archive, DATABASE, manifest.files[DATABASE], database, progress)
                _upgrade_copy(settings, database)
                _place_files(archive, manifest, files, settings.home)
                # What is left of another database would be taken for this one's.
                shutil.rmtree(settings.index_dir, ignore_errors=True)
                if target:
                    _place_file(database, target)
                else:
                    odd = _fill(engine, settings, database, progress)
        except SQLAlchemyError as error:
            raise unreachable_database(engine, error) from error
        finally:
            engine.dispose()
    return Restored(manifest, None if manifest.migration == newest else manifest.migration, odd)


def _require_known(manifest: Manifest) -> str:
    known = known_migrations()
    if manifest.migration not in known.all:
        raise ConfigurationError(
            "The backup was made by a newer version of this program (%(program)s, migration %(migration)s).",
            remedy="Update the program, then restore again: git pull && make setup",
            program=manifest.program,
            migration=manifest.migration,
        )
    return known.newest


def _require_empty_home(settings: Settings, manifest: Manifest) -> None:
    """Files of this very backup may be there: somebody was stopped in the middle of restoring it."""
    for file in state_files(settings):
        stored = manifest.files.get(f"{HOME}{file.name}")
        if stored is None or stored.sha256 != hashlib.sha256(file.path.read_bytes()).hexdigest():
            raise ConflictError(f"%(path)s is there already. {_EMPTY}", remedy=_ELSEWHERE, path=file.path)


def _require_empty_database(settings: Settings, engine: Engine) -> None:
    path = sqlite_file(settings)
    where = engine.url.render_as_string(hide_password=True)
    is_missing = path is not None and not path.exists()
    if _has_log(path) if is_missing else not _is_empty(engine):
        raise ConflictError(f"The database %(where)s is not empty. {_EMPTY}", remedy=_ELSEWHERE, where=where)
    if path and path.exists():
        engine.dispose()
        _remove_empty(path, where)


def _has_log(path: Path | None) -> bool:
    """What is left of a database whose file is gone."""
    return path is not None and path.with_name(f"{path.name}-wal").exists()


def _is_empty(engine: Engine) -> bool:
    """No tables, or those of this program without a row, as `kb init` makes them."""
    is_current = database_state(engine).is_current
    with engine.connect() as connection:
        if not inspect(connection).get_table_names():
            return True
        return is_current and not held_tables(connection)


def _remove_empty(path: Path, where: str) -> None:
    """What is left in a log beside it must not be taken for a part of the new one."""
    connection = sqlite3.connect(path, timeout=1)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise ConflictError(
            "The database %(where)s is in use.", remedy="Stop the server and the workers first.", where=where
        ) from error
    finally:
        connection.close()
    path.unlink()


@contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=parent) as folder:
        yield Path(folder)


def _upgrade_copy(settings: Settings, path: Path) -> None:
    copy = create_database_engine(replace(settings, database_url=f"sqlite:///{path}"))
    try:
        upgrade_database(copy)
        with copy.connect() as connection:  # all into the one file that is moved
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        copy.dispose()


def _place_files(archive: zipfile.ZipFile, manifest: Manifest, scratch: Path, home: Path) -> None:
    for number, (name, stored) in enumerate(manifest.files.items()):
        if not name.startswith(HOME):
            continue
        target = home / name.removeprefix(HOME)
        if "\0" in name or not target.resolve().is_relative_to(home.resolve()):
            raise InvalidInputError("%(name)s in the backup lies outside of KB_HOME.", name=name)
        extract(archive, name, stored, scratch / str(number))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _place_file(scratch / str(number), target)


def _place_file(source: Path, target: Path) -> None:
    source.replace(target)
    sync_folder(target.parent)


def _fill(engine: Engine, settings: Settings, path: Path, progress: Progress | None) -> list[str]:
    """The tables, then all rows in one transaction: until it ends the database is an empty one. Returns `Restored.odd`."""
    copy = create_database_engine(replace(settings, database_url=f"sqlite:///{path}"))
    try:
        upgrade_database(engine)
        with snapshot_scope(copy) as session, engine.connect() as connection:
            report = copy_rows(session.connection(), connection, progress)
            connection.commit()
            return report.odd_lines
    finally:
        copy.dispose()
