"""Two machines between which nothing is shared but PostgreSQL, started once for the tests of a module."""

from collections.abc import Iterator

import pytest
from databases import Databases
from machines import Machine, machines
from people_factory import prepare_people
from sqlalchemy import Engine

from kb.core.settings import Settings


@pytest.fixture(scope="module")
def fleet_database(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Engine]]:
    """Its address, and an engine for it."""
    home = tmp_path_factory.mktemp("nobody")
    settings = Settings(home_text=str(home), model="hash", database_url=databases.new_url("postgresql"))
    with databases.open(settings, prepare_people(databases, "postgresql")) as engine:
        yield settings.database, engine


@pytest.fixture(scope="module")
def fleet(fleet_database: tuple[str, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Machine]]:
    # Long enough for the balancer of the tests, which looks every fifth of a second, on a busy machine too.
    more = {"KB_DRAIN_SECONDS": "3"}
    with machines(tmp_path_factory.mktemp("machines"), fleet_database[0], more=more) as found:
        yield found
