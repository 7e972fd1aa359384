"""A backup is made while people work, and what is restored from it is everything, on either kind of database."""

import hashlib
import os
import random
import resource
import stat
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from content_factory import add_article
from databases import KINDS, Databases
from every_table import fill_every_table, row_of, rows_of_every_table
from kb_process import KB, without_settings
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.accounts.audit import COMMAND_LINE, AuditKind, has_event, record, verify_chain
from kb.backup.archive import ArchiveWriter, Manifest, StoredFile
from kb.backup.making import backup_path, make_backup
from kb.backup.restoring import check_backup, restore_backup
from kb.backup.state_files import sqlite_file
from kb.core.database import create_database_engine, session_scope
from kb.core.errors import ConfigurationError, ConflictError, InvalidInputError, KbError
from kb.core.settings import Settings
from kb.search.types import Audience
from kb.tables import ChangedDocument, Passage, User, UserSession
from kb.tables.database_state import database_state
from kb.tables.migrations import migration_config


def back_up(settings: Settings, engine: Engine, folder: Path) -> tuple[Path, Manifest]:
    path = folder / "copy.zip"
    return path, make_backup(settings, engine, path, {"KB_HOME": "x", "PATH": "y"})


@contextmanager
def empty_place(databases: Databases, kind: str, folder: Path) -> Iterator[tuple[Settings, Engine]]:
    settings = Settings(home_text=str(folder / "new home"), model="hash", database_url=databases.new_url(kind))
    with databases.open(settings) as engine:
        yield settings, engine


def files_below(home: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(home)): (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in home.rglob("*")
        if path.is_file() and not path.name.startswith("kb.sqlite3")
    }


@pytest.mark.parametrize("target_kind", KINDS)
def test_all_rows_and_files_are_there_after_restoring_into_an_empty_place(
    engine: Engine, settings: Settings, databases: Databases, tmp_path: Path, target_kind: str
) -> None:
    with engine.begin() as connection:
        fill_every_table(connection, (901, 902))
    with session_scope(engine) as session:
        for name in ("one", "two"):
            record(session, AuditKind.EXPORTED, COMMAND_LINE, about=name)
    for name in ("secret_key", "requester_key", "held/a.json", "more/notes.csv", "flows/way.yaml", "own.json"):
        (settings.home / name).parent.mkdir(exist_ok=True)
        (settings.home / name).write_text(f"{name} ক")
        (settings.home / name).chmod(0o600 if "key" in name else 0o640)
    kept = files_below(settings.home)
    for name in (
        "index/manifest.json",
        "models/m/model.onnx",
        "cache/vectors.sqlite3",
        "limits.sqlite3",
        "a.lock",
        ".b",
    ):
        (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.home / name).write_text("made anew")

    path, manifest = back_up(settings, engine, tmp_path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []
    assert manifest.settings == ["KB_HOME"]
    with zipfile.ZipFile(path) as archive:  # any program opens it
        assert archive.testzip() is None
    expected = rows_of_every_table(engine)
    assert all(expected.values())
    with empty_place(databases, target_kind, tmp_path) as (elsewhere, new_engine):
        assert restore_backup(elsewhere, path).migrated_from is None
        assert rows_of_every_table(new_engine) == expected
        assert files_below(elsewhere.home) == kept
        with session_scope(new_engine) as session:
            assert verify_chain(session).problem == ""
            assert verify_chain(session).entries == 2


@pytest.mark.parametrize("target_kind", KINDS)
def test_a_restored_database_goes_on_where_the_other_stood(
    engine: Engine, settings: Settings, databases: Databases, tmp_path: Path, target_kind: str
) -> None:
    """Ids of deleted rows stay taken, triggers and foreign keys are there, the audit trail refuses changes."""
    values = {"collection": "help", "document_kind": "article", "document_id": 1, "document_group": 1, "position": 0}
    values |= {"language": "en", "part": "body", "text": "Text", "text_hash": "", "build_id": 1, "vector": b""}
    with session_scope(engine) as session:
        gone = Passage(**values)
        session.add(gone)
        session.flush()
        deleted = gone.id
        session.delete(gone)
        record(session, AuditKind.EXPORTED, COMMAND_LINE)
    path, _ = back_up(settings, engine, tmp_path)
    with empty_place(databases, target_kind, tmp_path) as (elsewhere, new_engine):
        restore_backup(elsewhere, path)
        with session_scope(new_engine) as session:
            new = Passage(**values)
            session.add(new)
            article = add_article(session, "Brass lamp", "How to clean it")
            session.flush()
            assert new.id > deleted
            marked = select(ChangedDocument.document_id).where(ChangedDocument.document_kind == "article")
            assert article.id in session.scalars(marked).all()
        with pytest.raises(DBAPIError, match="audit"), new_engine.begin() as connection:
            connection.execute(text("UPDATE audit_events SET about = 'x'"))
        with pytest.raises(IntegrityError, match=r"(?i)foreign key|fk_"), new_engine.begin() as connection:
            connection.execute(insert(UserSession).values(row_of(UserSession.__table__, 903)))


def test_a_backup_shows_one_moment_while_others_write(
    engine: Engine, settings: Settings, databases: Databases, database_kind: str, tmp_path: Path
) -> None:
    with engine.begin() as connection:  # enough for many pieces
        row = {"collection": "help", "document_kind": "article", "document_id": 1, "document_group": 1, "position": 0}
        row |= {
            "language": "en",
            "part": "body",
            "text": "x",
            "text_hash": "",
            "build_id": 1,
            "vector": os.urandom(200_000),
        }
        connection.execute(insert(Passage.__table__), [row] * 150)
    stop, written = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            with session_scope(engine) as session:
                record(session, AuditKind.EXPORTED, COMMAND_LINE)
                add_article(session, f"Lamp {len(written)}", "How to clean it")
            written.append(verified_head(engine))

    def verified_head(engine: Engine) -> str:
        with session_scope(engine) as session:
            return verify_chain(session).head

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 2:
            stop.wait(0.01)
        acknowledged, before = written[-1], len(written)
        path, _ = back_up(settings, engine, tmp_path)
        assert len(written) > before + 1, "nobody wrote while it was made"
    finally:
        stop.set()
        writer.join()
    with empty_place(databases, database_kind, tmp_path) as (elsewhere, new_engine):
        restore_backup(elsewhere, path)
        rows = rows_of_every_table(new_engine)
        with session_scope(new_engine) as session:
            verified = verify_chain(session)
            assert verified.problem == ""
            assert has_event(session, acknowledged)
        # Written together, so there together.
        assert verified.entries == len(rows["articles"]) >= before


def test_what_is_truncated_or_has_one_wrong_bit_is_refused_with_one_line(
    engine: Engine,
    settings: Settings,
    tmp_path: Path,
    run_kb: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, _ = back_up(settings, engine, tmp_path)
    whole = path.read_bytes()
    chance = random.Random(5)
    places = [0, 1, 5, 30, len(whole) - 1, len(whole) - 64, len(whole) - 70, len(whole) - 83, len(whole) - 100]
    for place in places + [chance.randrange(len(whole)) for _ in range(60)]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :])
        with pytest.raises(InvalidInputError):
            check_backup(path)
    for length in [0, 1, 80, len(whole) // 2, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(20))]:
        path.write_bytes(whole[:length])
        with pytest.raises(InvalidInputError):
            check_backup(path)
    monkeypatch.setenv("KB_HOME", str(tmp_path / "elsewhere"))
    for option in ((), ("--check",)):
        status, out, error = run_kb("restore", path, *option)
        assert status == 1
        assert out == ""
        assert len(error.splitlines()) == 1
        assert "cut short" in error or "no backup" in error
    assert not (tmp_path / "elsewhere").exists()
    path.write_bytes(whole)
    assert run_kb("restore", path, "--check")[0] == 0


def made_up(path: Path, whole: Manifest, database: Path, name: str, content: bytes, **stored: object) -> Path:
    """A backup as somebody else would write one, with a checksum that is right; stored: what its manifest says of the file."""
    said = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "mode": 0o600, "modified_ns": 0}
    source = path.with_suffix(".part")
    source.write_bytes(content)
    with ArchiveWriter(path) as archive:
        files = {"database.sqlite3": archive.add("database.sqlite3", database)}
        archive.add(name.partition("\0")[0], source)
        files[name] = StoredFile(**(said | stored))  # type: ignore[arg-type]
        archive.finish(replace(whole, files=files))
    return path


def test_a_backup_that_somebody_made_up_writes_nothing_else_and_nowhere_else(
    engine: Engine, settings: Settings, tmp_path: Path, databases: Databases
) -> None:
    path, manifest = back_up(settings, engine, tmp_path)
    with zipfile.ZipFile(path) as archive:
        database = Path(archive.extract("database.sqlite3", tmp_path / "unpacked"))
    outside = tmp_path / "outside"
    odd: list[tuple[str, bytes, dict[str, object]]] = [
        ("home/../../outside", b"x", {}),
        (f"home/{outside}", b"x", {}),
        ("home/a\0b", b"x", {}),
        ("home/bomb", b"\0" * 50_000_000, {"size": 10}),
        ("home/short", b"x", {"size": 10**15}),
        ("home/odd", b"x", {"size": "many"}),
        ("home/odd", b"x", {"mode": None}),
        ("home/odd", b"x", {"modified_ns": [1]}),
    ]
    for number, (name, content, stored) in enumerate(odd):
        crafted = made_up(tmp_path / f"{number}.zip", manifest, database, name, content, **stored)
        with empty_place(databases, "sqlite", tmp_path / f"place{number}") as (place, _):
            with pytest.raises(InvalidInputError):
                restore_backup(place, crafted)
            assert files_below(place.home) == {}
        assert not outside.exists()
    crafted = made_up(tmp_path / "mode.zip", manifest, database, "home/program", b"x", mode=0o104755)
    with empty_place(databases, "sqlite", tmp_path / "last") as (place, _):
        restore_backup(place, crafted)
        assert stat.S_IMODE((place.home / "program").stat().st_mode) == 0o755


@pytest.mark.parametrize("manifest", [b"[]", b"{", b'{"format": 1}', b"[" * 100_000, b"\xff", b" " * 70_000_000])
def test_a_manifest_that_cannot_be_read_is_said_to_be_none(tmp_path: Path, manifest: bytes) -> None:
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", manifest)
        archive.comment = b"kb-backup sha256:" + b"0" * 64
    before = path.read_bytes()[:-81]
    path.write_bytes(before + b"kb-backup sha256:" + hashlib.sha256(before).hexdigest().encode())
    with pytest.raises(InvalidInputError, match="no backup that can be read"):
        check_backup(path)


def test_a_place_that_is_not_empty_is_left_alone(
    engine: Engine, settings: Settings, databases: Databases, database_kind: str, tmp_path: Path
) -> None:
    (settings.home / "secret_key").write_text("one")
    path, _ = back_up(settings, engine, tmp_path)
    before = rows_of_every_table(engine)
    with pytest.raises(ConflictError, match="is not empty"):
        restore_backup(settings, path)
    assert rows_of_every_table(engine) == before
    with empty_place(databases, database_kind, tmp_path) as (elsewhere, new_engine):
        (elsewhere.home / "secret_key").write_text("another")
        with pytest.raises(ConflictError, match="secret_key is there already"):
            restore_backup(elsewhere, path)
        assert (elsewhere.home / "secret_key").read_text() == "another"
        assert database_state(new_engine).found is None
        # As somebody left it who was stopped in the middle of restoring this very backup.
        (elsewhere.home / "secret_key").write_text("one")
        if database := sqlite_file(elsewhere):
            with pytest.raises(ConflictError, match="in use"):
                restore_backup(elsewhere, path)
            assert database.exists()
        new_engine.dispose()
        restore_backup(elsewhere, path)
        assert rows_of_every_table(new_engine) == before


@pytest.mark.parametrize("target_kind", KINDS)
def test_an_older_backup_is_brought_up_to_date_and_a_newer_one_refused(
    tmp_path: Path, databases: Databases, target_kind: str
) -> None:
    old = Settings(home_text=str(tmp_path / "old"), model="hash")
    engine = create_database_engine(old)
    config = migration_config()
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "0040")
        connection.execute(
            text(
                "INSERT INTO users (email, name, role, password_hash, language, active, session_version, created_at) "
                "VALUES ('asha@example.com', 'आशा', 'admin', 'x', 'hi', 1, 1, '2026-03-01 10:00:00')"
            )
        )
        connection.commit()
    path, manifest = back_up(old, engine, tmp_path)
    assert manifest.migration == "0040"
    with empty_place(databases, target_kind, tmp_path) as (elsewhere, new_engine):
        assert restore_backup(elsewhere, path).migrated_from == "0040"
        assert database_state(new_engine).is_current
        with session_scope(new_engine) as session:
            assert session.scalars(select(User.name)).all() == ["आशा"]
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    engine = create_database_engine(old)
    newer, _ = back_up(old, engine, tmp_path / "newer")
    engine.dispose()
    with empty_place(databases, target_kind, tmp_path / "another") as (elsewhere, new_engine):
        with pytest.raises(ConfigurationError, match="newer version") as refused:
            restore_backup(replace(elsewhere, home_text=str(tmp_path / "third")), newer)
        assert "git pull" in refused.value.remedy
        assert not database_state(new_engine).found


@pytest.mark.sqlite_only(reason="the limit on sizes of files does not reach the server of PostgreSQL")
def test_a_full_disk_leaves_no_half_backup_and_no_half_installation(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path, _ = back_up(settings, engine, tmp_path)
    room = path.stat().st_size // 2

    def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = without_settings()
        return subprocess.run(
            [*KB, *arguments],
            env=environment | {"KB_HOME": str(home), "KB_MODEL": "hash"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
            capture_output=True,
            text=True,
            check=False,
        )

    target = tmp_path / "target"
    target.mkdir()
    for home, arguments in (
        (settings.home, ("backup", str(target / "b.zip"))),
        (tmp_path / "elsewhere", ("restore", str(path))),
    ):
        ended = run(home, *arguments)
        assert ended.returncode == 1
        [line] = [line for line in ended.stderr.splitlines() if "audit trail" not in line]
        # SQLite says of a file that may not grow what it says of a broken disk.
        assert line.startswith(("kb: There is no room left on the disk", "kb: The disk cannot be read or written."))
    assert list(target.iterdir()) == []
    assert list((tmp_path / "elsewhere").iterdir()) == []
    target.rmdir()


def test_a_name_that_is_taken_or_no_backup_is_refused_and_a_folder_gets_one_by_the_time(tmp_path: Path) -> None:
    assert backup_path(tmp_path).name.startswith("kb-backup-20")
    (tmp_path / "a.zip").touch()
    for name in ("a.zip", "a.tar"):
        with pytest.raises(KbError):
            backup_path(tmp_path / name)


def answers(settings: Settings, engine: Engine) -> list[tuple[str, float, list[str]]]:
    runtime = SearchRuntime.open(settings, engine, HashEncoder())
    try:
        found = []
        with session_scope(engine) as session:
            for query in ("clean lamp number 7", "copper kettle", "lamp 12 brass", "nothing of that kind"):
                response = runtime.searcher(Audience.CUSTOMER).search(session, query, reader_language="en")
                found.append((response.outcome, response.confidence, [result.title for result in response.results]))
        return found
    finally:
        runtime.close()


def test_a_restored_index_gives_the_same_answers_and_so_does_one_that_is_made_anew(
    session: Session, engine: Engine, settings: Settings, databases: Databases, database_kind: str, tmp_path: Path
) -> None:
    for i in range(40):
        add_article(session, f"Lamp number {i}", f"How to clean lamp number {i} of brass")
    add_article(session, "Copper kettle", "A copper kettle is cleaned with lemon")
    session.commit()
    bring_up_to_date(engine, settings.index_dir, HashEncoder())
    expected = answers(settings, engine)
    path, _ = back_up(settings, engine, tmp_path)
    with empty_place(databases, database_kind, tmp_path) as (elsewhere, new_engine):
        restore_backup(elsewhere, path)
        assert answers(elsewhere, new_engine) == expected
        fingerprint = index_fingerprint(HashEncoder())
        assert verify_index(new_engine, elsewhere.index_dir, fingerprint) == []
        report = bring_up_to_date(new_engine, elsewhere.index_dir, HashEncoder(), rebuild=True)
        assert report.documents == 41
        assert answers(elsewhere, new_engine) == expected
        assert verify_index(new_engine, elsewhere.index_dir, fingerprint) == []
