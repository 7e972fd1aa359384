"""Databases of both kinds, filled once and copied for each test."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from compiled_once import CompiledStatements
from postgresql_server import PostgresqlServer, PostgresqlUnavailableError
from sqlalchemy import Engine, make_url

from kb.core.database import create_database_engine
from kb.core.settings import Settings

STATEMENTS = CompiledStatements()
KINDS = ("sqlite", "postgresql")
Fill = Callable[[Settings, Engine], Any]


@dataclass(frozen=True)
class Prepared:
    """A filled database: its home folder (SQLite's file, the index), PostgreSQL's template, what filling returned."""

    home: Path
    template: str
    made: Any


class Databases:
    """Starts PostgreSQL when the first test wants it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: PostgresqlServer | None = None
        self._numbers = itertools.count(1)
        self._prepared: dict[tuple[str, str], Prepared] = {}

    @property
    def server(self) -> PostgresqlServer:
        if self._server is None:
            try:
                self._server = PostgresqlServer()
            except PostgresqlUnavailableError as error:
                pytest.fail(
                    "The tests run on SQLite and on PostgreSQL, and PostgreSQL cannot be started here "
                    f"(tests/factories/postgresql_server.py):\n{error}",
                    pytrace=False,
                )
        return self._server

    def new_url(self, kind: str) -> str:
        """For KB_DATABASE: a name that is not taken; "" is SQLite's default, a file in the home folder. Nothing is made yet."""
        return "" if kind == "sqlite" else self.server.url(f"kb_test_{next(self._numbers)}")

    def prepare(self, kind: str, name: str, fill: Fill, start: Prepared | None = None) -> Prepared:
        """The database `name`, filled by `fill` at the first call, from an empty one or from a copy of `start`."""
        if (kind, name) not in self._prepared:
            home = self._folder / f"{kind}-{name}"
            settings = Settings(home_text=str(home), model="hash", database_url=self.new_url(kind))
            self.make(settings, start)
            engine = create_database_engine(settings)
            made = fill(settings, engine)
            if kind == "sqlite":  # Everything into the one file that is copied.
                with engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
            self._prepared[kind, name] = Prepared(home, engine.url.database or "", made)
        return self._prepared[kind, name]

    def make(self, settings: Settings, start: Prepared | None = None) -> None:
        """The home and the database that the settings name: empty, or copies of the prepared ones."""
        if start is None:
            settings.home.mkdir(parents=True, exist_ok=True)
        else:
            shutil.copytree(start.home, settings.home, dirs_exist_ok=True)
        if settings.database_url:
            self.server.create(_name(settings), "" if start is None else start.template)

    @contextmanager
    def open(self, settings: Settings, start: Prepared | None = None) -> Iterator[Engine]:
        """An engine for such a database, which is dropped at the end."""
        self.make(settings, start)
        engine = create_database_engine(settings)
        engine.update_execution_options(compiled_cache=STATEMENTS)
        try:
            yield engine
        finally:
            engine.dispose()
            if settings.database_url:
                self.server.drop(_name(settings))

    def close(self) -> None:
        if self._server is not None:
            self._server.stop()


def _name(settings: Settings) -> str:
    return make_url(settings.database).database or ""
