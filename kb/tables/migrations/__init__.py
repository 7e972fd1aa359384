"""Bringing the database up to date. The steps are in `versions/`, run by Alembic."""

import time
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, delete, func, insert, inspect, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from kb.core.errors import ConfigurationError
from kb.core.postgresql import past_pooler
from kb.tables.change_signals import install_change_signals
from kb.tables.changed_documents import install_change_triggers
from kb.tables.database_state import DatabaseState, database_state, known_migrations, unreachable_database
from kb.tables.schema_marks import SchemaMark

_FOLDER = Path(__file__).resolve().parent
_LOCK = 0x6B625F61  # any number that no other program takes in this database
# A step that does not get its table lets go of everything, and all steps are tried again.
_TRIES, _PAUSE_SECONDS, _LOCK_WAIT_MILLISECONDS = 10, 3.0, 2_000
_LOCK_NOT_AVAILABLE = "55P03"


def migration_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade_database(engine: Engine) -> DatabaseState:
    """Run the missing migrations, all or none. Returns the state that was found before.

    Does nothing to a database that is newer than this program and works with it. Raises ConfigurationError where the database
    cannot be reached, is too new, holds foreign tables, or is used all the while by somebody who holds what must be changed.
    """
    before = database_state(engine)
    if before.is_usable:
        return before
    if before.is_newer:
        before.require_usable()
    _try(engine, _upgrade)
    return before


def downgrade_database(engine: Engine, revision: str) -> None:
    """Take back all migrations after `revision`, all or none, with what they alone have room for.

    Raises ConfigurationError as `upgrade_database`, and where the database has not seen that migration.
    """
    state = database_state(engine)
    if state.is_newer or revision not in state.known or (state.found or "") < revision:
        raise ConfigurationError(
            "The database is at migration %(found)s: there is no way back to %(revision)s.",
            found=state.found or "none",
            revision=revision,
        )

    def back(connection: Connection) -> None:
        command.downgrade(_config(connection), revision)

    _try(engine, back)


def _try(engine: Engine, change: Callable[[Connection], None]) -> None:
    with past_pooler(engine) as direct:
        for again in reversed(range(_TRIES)):
            try:
                _in_transaction(direct, change)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                    raise unreachable_database(engine, error) from error
                if not again:
                    raise ConfigurationError(
                        "The database was not changed: somebody who uses it held for long what must be changed.",
                        remedy="Run it again at a quieter time: kb init",
                    ) from error
                time.sleep(_PAUSE_SECONDS)
            except SQLAlchemyError as error:
                raise unreachable_database(engine, error) from error
            else:
                return


def _in_transaction(engine: Engine, change: Callable[[Connection], None]) -> None:
    """One of all machines at a time."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # SQLite's driver would commit before each CREATE; begun by hand all migrations are one transaction,
            # and a second `kb init` at the same moment waits for this one.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif engine.dialect.name == "postgresql":
            # PostgreSQL would let both make the same tables, and fail the second; released with the transaction.
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            # Behind a change that waits for a table everybody waits who wants to read it.
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_LOCK_WAIT_MILLISECONDS}")
        change(connection)
        connection.commit()


def _upgrade(connection: Connection) -> None:
    untouched = MigrationContext.configure(connection).get_current_revision() is None
    if untouched and inspect(connection).get_table_names():
        raise ConfigurationError(
            "The database holds tables that are not of this program.",
            remedy="Give it a database of its own in KB_DATABASE.",
        )
    command.upgrade(_config(connection), "head")
    install_change_triggers(connection)
    install_change_signals(connection)
    connection.execute(delete(SchemaMark))
    connection.execute(insert(SchemaMark).values(id=1, works_from=known_migrations().works_from))


def _config(connection: Connection) -> Config:
    config = migration_config()
    config.attributes["connection"] = connection
    return config
