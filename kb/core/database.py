"""Engine and sessions. Domain functions take a session and never commit: the request or the command does."""

import contextlib
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from kb.core.errors import ConfigurationError, ConflictError
from kb.core.home import make_home
from kb.core.postgresql import make_postgresql_engine
from kb.core.settings import Settings

# Drivers whose package has another name, or needs a part that is not installed by itself.
_PACKAGES = {"psycopg": "'psycopg[binary]'", "psycopg2": "psycopg2-binary"}


# Connections of a process at once. A worker has a thread for each lane of jobs, and a job that runs writes how far it is, and
# keeps its lease, by further ones: with fewer they would wait for each other.
KEPT_CONNECTIONS, MORE_CONNECTIONS = 5, 55
# Seconds that a command or a job waits for somebody else's writing.
PATIENT = 15.0
# Constraints that only a row of somebody else can break, as SQLite and PostgreSQL name them.
_OF_OTHERS = frozenset(
    {
        "SQLITE_CONSTRAINT_UNIQUE",
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_FOREIGNKEY",
        "23505",
        "23503",
    }
)
# Classes of PostgreSQL's errors of which the words repeat what was to be stored: wrong data, broken constraints.
_TELLS_VALUES = frozenset({"22", "23"})
# State of PostgreSQL: the transaction may only read.
_READ_ONLY = "25006"
# Times that the log is tried to be emptied, each waiting so long for readers.
_CHECKPOINTS = 5


def create_database_engine(
    settings: Settings, *, longest_wait: float = PATIENT, longest_statement: float | None = None
) -> Engine:
    """An engine for the configured database; SQLite gets WAL and foreign keys on each connection.

    longest_wait: seconds after which a statement that waits for another writer fails with an OperationalError;
    longest_statement: after which any statement does (PostgreSQL).
    """
    try:
        url = make_url(settings.database)
        engine = _make_engine(settings, url, longest_wait, longest_statement)
    except ArgumentError as error:  # not an address, or of a kind of database that SQLAlchemy does not know
        raise ConfigurationError(
            f"KB_DATABASE is {settings.database!r}, which is no database URL.",
            remedy="An example: postgresql+psycopg://user:password@localhost/kb",
        ) from error
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"KB_DATABASE needs the Python package {error.name}, which is not installed.",
            remedy=f"Type: .venv/bin/pip install {_PACKAGES.get(error.name or '', error.name)}",
        ) from error
    event.listen(engine, "handle_error", _without_values)
    event.listen(engine, "handle_error", _read_only_is_operational, retval=True)
    if url.get_backend_name() == "sqlite":
        if url.database and not _is_in_memory(url):
            make_home(settings.home)
            path = Path(url.database)
            event.listen(engine, "connect", lambda _connection, _record: _keep_private(path))
            event.listen(engine, "connect", lambda _connection, record: record.info.update(file=_identity(path)))
        event.listen(engine, "connect", lambda connection, _record: _prepare_sqlite(connection, longest_wait))
    return engine


def _make_engine(settings: Settings, url: URL, longest_wait: float, longest_statement: float | None) -> Engine:
    # What people write stands in the parameters of statements: it must not come into a log with an error.
    options: dict[str, Any] = {"hide_parameters": True}
    if not _is_in_memory(url):
        options |= {"pool_size": KEPT_CONNECTIONS, "max_overflow": MORE_CONNECTIONS}
    if url.get_backend_name() != "postgresql":
        return create_engine(url, **options)
    return make_postgresql_engine(
        url,
        make_url(settings.direct_url) if settings.direct_url else None,
        lock_wait=longest_wait if longest_wait < PATIENT else None,
        longest_statement=longest_statement,
        **options,
    )


def _is_in_memory(url: URL) -> bool:
    """Such a SQLite has one connection a thread, and no pool of a size."""
    return url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}


def require_same_file(connection: Connection) -> None:
    """Raises ConfigurationError where the file of a SQLite database is not where it was opened any more: moved, deleted or
    replaced. What is written then goes to a file that nobody sees, until the process is started again."""
    opened = connection.info.get("file")
    if opened is not None and opened != _identity(Path(connection.engine.url.database or "")):
        raise ConfigurationError(
            "The database %(path)s is not the file any more that this process has open.",
            remedy="Put the file back, or restart the server with the new one.",
            path=connection.engine.url.database,
        )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _keep_private(path: Path) -> None:
    """The files are their owner's alone, whatever the umask. Those of another owner stay as they are."""
    for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with contextlib.suppress(OSError):
            if stat.S_IMODE(one.stat().st_mode) & 0o077:
                one.chmod(0o600)


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL says what stood in a row that it refuses: names, addresses, messages. Errors go to the log."""
    error: Any = context.original_exception
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
    if state[:2] not in _TELLS_VALUES:
        return
    diagnosis = error.diag
    where = filter(None, (diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name))
    text = f"{state} {'.'.join(where)}".strip()
    error.args = (text,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(error).__module__}.{type(error).__name__}) {text}",)


def _read_only_is_operational(context: ExceptionContext) -> OperationalError | None:
    """A server that only reads (a standby) is a fault of operation, as a full disk is; psycopg calls it internal."""
    if getattr(context.original_exception, "sqlstate", None) != _READ_ONLY:
        return None
    # What a listener returns is raised in place of what was.
    return OperationalError(context.statement, context.parameters, context.original_exception, hide_parameters=True)


def _prepare_sqlite(connection: Any, longest_wait: float) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(longest_wait * 1000)}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten: somebody who asks to be erased must not stand in a freed page.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """A session that commits at the end and rolls back on any error: for commands. Requests have their own (webapp)."""
    with Session(engine, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def upsert(
    session: Session, table: Table, row: Mapping[str, Any], *, key: Sequence[str], change: Sequence[str] = ()
) -> None:
    """Insert `row`, or change those columns of the row that is the same in the unique columns `key`: one statement.

    Of two who do it at once both succeed, and one row stays.
    """
    statement = _insert(session, table, row)
    if change:
        statement = statement.on_conflict_do_update(
            index_elements=list(key), set_={name: statement.excluded[name] for name in change}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=list(key))
    session.connection().execute(statement)


def insert_new(session: Session, table: Table, row: Mapping[str, Any], *, key: Sequence[str]) -> int | None:
    """Insert `row` and return its id; None where there is one already that is the same in the unique columns `key`."""
    connection = session.connection()
    statement = _insert_unless_there(connection.dialect.name, table, tuple(key))
    number: int | None = connection.execute(statement, dict(row)).scalar_one_or_none()
    return number


@lru_cache(maxsize=100)
def _insert_unless_there(dialect: str, table: Table, key: tuple[str, ...]) -> Insert:
    """Made once: that takes longer than to run it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(table.c.id)


def _insert(session: Session, table: Table, row: Mapping[str, Any]) -> postgresql.Insert | sqlite.Insert:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table).values(row)


def wait_for_turn(session: Session, what: str) -> None:
    """Until this transaction ends nobody else comes past here for the same: what is looked for now and not found is not added by
    two. On SQLite, which has one writer, nobody comes past for anything."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))
    elif not cast(Any, connection.connection.dbapi_connection).in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def is_same_at_once(error: IntegrityError) -> bool:
    """Whether it is what others did in this moment: the same key was added, or the row that is referred to taken away. A row that
    is wrong by itself is a fault of ours."""
    name = getattr(error.orig, "sqlite_errorname", "") or getattr(error.orig, "sqlstate", "")
    return name in _OF_OTHERS


def forget_deleted(engine: Engine) -> None:
    """Have the database give up what was deleted, of which its log still has copies. Nobody is held up.

    Raises ConflictError where somebody reads all the while: try again.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name != "sqlite":
            connection.exec_driver_sql("VACUUM")
            return
        for _ in range(_CHECKPOINTS):
            if not connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one():
                return
            time.sleep(1)
    raise ConflictError("Others read the database all the while; its log still has what was deleted.")


@contextmanager
def snapshot_scope(engine: Engine) -> Iterator[Session]:
    """A session for reading: all its statements see the database as it was at the first, whatever others commit meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        else:
            connection.exec_driver_sql("BEGIN")
        with Session(connection) as session:
            yield session
        connection.rollback()
