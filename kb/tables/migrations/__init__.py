"""Bringing the database up to date, and telling whether it is. The steps are in `versions/`, run by Alembic."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from kb.core.errors import ConfigurationError
from kb.tables.changed_documents import install_change_triggers

_FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class DatabaseState:
    """Which migration the database has seen (None: none, it is empty) and which is the newest that this program knows."""

    found: str | None
    newest: str
    known: frozenset[str]

    @property
    def is_current(self) -> bool:
        return self.found == self.newest

    def require_current(self) -> None:
        """Raises ConfigurationError with the command that helps, unless the database is up to date."""
        if self.is_current:
            return
        if self.found is not None and self.found not in self.known:
            raise ConfigurationError(
                f"The database was made by a newer version of this program, or by one from before the first release "
                f"(its migration {self.found} is not known here).",
                remedy="Update the program: git pull && make setup",
            )
        what = (
            "The database is empty."
            if self.found is None
            else f"The database is at migration {self.found}, not {self.newest}."
        )
        raise ConfigurationError(what, remedy="Type: kb init")


def migration_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _known_migrations() -> tuple[str, frozenset[str]]:
    scripts = ScriptDirectory.from_config(migration_config())
    newest = scripts.get_current_head()
    assert newest is not None
    return newest, frozenset(script.revision for script in scripts.walk_revisions())


def database_state(engine: Engine) -> DatabaseState:
    """Raises ConfigurationError where the database cannot be reached."""
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise _unreachable(engine, error) from error
    newest, known = _known_migrations()
    return DatabaseState(found=found, newest=newest, known=known)


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
        raise _unreachable(engine, error) from error
    return before


def _unreachable(engine: Engine, error: SQLAlchemyError) -> ConfigurationError:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return ConfigurationError(
        f"The database {engine.url.render_as_string(hide_password=True)} cannot be used: {reason}.",
        remedy="Check KB_DATABASE and KB_HOME, and who may write there.",
    )
