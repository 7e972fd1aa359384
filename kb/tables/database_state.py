"""Whether the database is up to date, asked by every command and by `/readyz`.

Alembic is not imported for that: with what it brings it takes as long as all of a search. What it keeps is one row, and the steps
name themselves and the one before them.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from kb.core.errors import ConfigurationError

_VERSIONS = Path(__file__).resolve().parent / "migrations" / "versions"
_REVISION = re.compile(r"^(revision|down_revision|contract)\b[^=\n]*=\s*[\"']([^\"'\n]+)", re.MULTILINE)


@dataclass(frozen=True)
class DatabaseState:
    """Which migration the database has seen (None: none, it is empty) and which is the newest that this program knows.

    works_from: what a database that is newer says of itself: programs that know this migration work with it.
    """

    found: str | None
    newest: str
    known: frozenset[str]
    works_from: str | None = None

    @property
    def is_current(self) -> bool:
        return self.found == self.newest

    @property
    def is_newer(self) -> bool:
        return self.found is not None and self.found not in self.known

    @property
    def is_usable(self) -> bool:
        """Up to date, or newer in a way that this program need not know of: it runs while the newer one takes its place."""
        return self.is_current or (self.is_newer and self.works_from in self.known)

    def require_usable(self) -> None:
        """Raises ConfigurationError with the command that helps, unless this program works with the database."""
        if not self.is_usable:
            self.require_current()

    def require_current(self) -> None:
        """The same for who takes all of it: what a newer database has added would be left out. Raises as `require_usable`."""
        if self.is_current:
            return
        if self.is_newer:
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


@dataclass(frozen=True)
class KnownMigrations:
    """newest: that of this program; works_from: the newest step after which programs that do not know it fail."""

    newest: str
    works_from: str
    all: frozenset[str]


@cache
def known_migrations() -> KnownMigrations:
    """Those of this program."""
    steps = [dict(_REVISION.findall(path.read_text("utf-8"))) for path in _VERSIONS.glob("[0-9]*.py")]
    known = frozenset(step["revision"] for step in steps)
    [newest] = known - {step.get("down_revision") for step in steps}
    return KnownMigrations(newest, max(step["revision"] for step in steps if "contract" in step), known)


def database_state(engine: Engine) -> DatabaseState:
    """Raises ConfigurationError where the database cannot be reached."""
    known = known_migrations()
    works_from = None
    try:
        with engine.connect() as connection:
            found = None
            if inspect(connection).has_table("alembic_version"):
                found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            if found is not None and found not in known.all and inspect(connection).has_table("schema_marks"):
                works_from = connection.scalar(text("SELECT works_from FROM schema_marks"))
    except SQLAlchemyError as error:
        raise unreachable_database(engine, error) from error
    return DatabaseState(found, known.newest, known.all, works_from)


def unreachable_database(engine: Engine, error: SQLAlchemyError) -> ConfigurationError:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return ConfigurationError(
        f"The database {engine.url.render_as_string(hide_password=True)} cannot be used: {reason}.",
        remedy="Check KB_DATABASE and KB_HOME, and who may write there.",
    )
