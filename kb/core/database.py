"""Engine and sessions. Domain functions take a session and never commit: the request or the command does."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings

# Drivers whose package has another name, or needs a part that is not installed by itself.
_PACKAGES = {"psycopg": "'psycopg[binary]'", "psycopg2": "psycopg2-binary"}


def create_database_engine(settings: Settings) -> Engine:
    """An engine for the configured database; SQLite gets WAL, foreign keys and a busy timeout on each connection."""
    try:
        url = make_url(settings.database)
        engine = create_engine(url)
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
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            _make_home(settings)
        event.listen(engine, "connect", _prepare_sqlite_connection)
    return engine


def _make_home(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The folder {settings.home} cannot be made: {error.strerror}.", remedy="Name another one in KB_HOME."
        ) from error


def _prepare_sqlite_connection(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=15000")
    cursor.close()


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """A session that commits at the end and rolls back on any error: for commands. Requests have their own (webapp)."""
    with sessionmaker(engine, expire_on_commit=False)() as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def upsert(session: Session, table: Table, row: Mapping[str, Any], *, key: str, change: Sequence[str] = ()) -> None:
    """Insert `row`, or change those columns of the row that has its value of the unique column `key`: one statement.

    Of two who do it at once both succeed, and one row stays.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(row)
    if change:
        statement = statement.on_conflict_do_update(
            index_elements=[key], set_={name: statement.excluded[name] for name in change}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=[key])
    session.connection().execute(statement)
