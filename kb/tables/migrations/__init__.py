"""Bringing the database up to date. The steps are in `versions/`, run by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from kb.core.errors import ConfigurationError
from kb.tables.changed_documents import install_change_triggers
from kb.tables.database_state import DatabaseState, database_state, unreachable_database

_FOLDER = Path(__file__).resolve().parent
_LOCK = 0x6B625F61  # any number that no other program takes in this database


def migration_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade_database(engine: Engine) -> DatabaseState:
    """Run the missing migrations, all or none. Returns the state that was found before.

    Raises ConfigurationError where the database cannot be reached, is newer than this program, or holds foreign tables.
    """
    before = database_state(engine)
    if before.is_current:
        return before
    if before.found is not None and before.found not in before.known:
        before.require_current()
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                # SQLite's driver would commit before each CREATE; begun by hand all migrations are one transaction,
                # and a second `kb init` at the same moment waits for this one.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            elif engine.dialect.name == "postgresql":
                # PostgreSQL would let both make the same tables, and fail the second; released with the transaction.
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            untouched = MigrationContext.configure(connection).get_current_revision() is None
            if untouched and inspect(connection).get_table_names():
                raise ConfigurationError(
                    "The database holds tables that are not of this program.",
                    remedy="Give it a database of its own in KB_DATABASE.",
                )
            config = migration_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            install_change_triggers(connection)
            connection.commit()
    except SQLAlchemyError as error:
        raise unreachable_database(engine, error) from error
    return before
