"""A server of PostgreSQL that a test may stop, beside the one that all tests share."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from postgresql_server import PostgresqlServer
from sqlalchemy import Engine

from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.tables.migrations import upgrade_database

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def own_server() -> Iterator[PostgresqlServer]:
    server = PostgresqlServer()
    yield server
    server.stop()


@pytest.fixture
def own_settings(settings: Settings, own_server: PostgresqlServer) -> Settings:
    """With a migrated database of that server."""
    name = f"kb_own_{next(_numbers)}"
    own_server.create(name)
    own = replace(settings, database_url=own_server.url(name))
    engine = create_database_engine(own)
    upgrade_database(engine)
    engine.dispose()
    return own


@pytest.fixture
def own_engine(own_settings: Settings) -> Iterator[Engine]:
    engine = create_database_engine(own_settings)
    yield engine
    engine.dispose()
