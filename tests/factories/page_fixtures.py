"""Fixtures for tests of pages. The content is indexed once; each test gets a copy of database and index."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from databases import Databases, Prepared
from flask import Flask
from flask.testing import FlaskClient
from page_content import add_page_content
from people_factory import prepare_people
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from webapp.app import create_app

# Confidence from which an outcome holds; the hashing encoder of tests knows nothing of meaning, so outcomes are forced.
FORCED = {"answered": ("0", "0"), "unsure": ("1", "0"), "none": ("1", "1")}


@dataclass(frozen=True)
class PageContent:
    """Ids of what `page_content` makes."""

    refund: dict[str, int]
    english_only: int
    internal: int
    ticket: int


@pytest.fixture
def prepared(databases: Databases, database_kind: str) -> Prepared:
    """A database with the content in it, and its index beside it."""

    def fill(settings: Settings, engine: Engine) -> PageContent:
        with sessionmaker(engine, expire_on_commit=False)() as session:
            refund, english_only, internal, ticket = add_page_content(session)
            made = PageContent({tag: a.id for tag, a in refund.items()}, english_only.id, internal.id, ticket.id)
        SearchRuntime.open(settings, engine).update()
        return made

    return databases.prepare(database_kind, "pages", fill, start=prepare_people(databases, database_kind))


@pytest.fixture
def content(prepared: Prepared) -> PageContent:
    made: PageContent = prepared.made
    return made


@pytest.fixture
def app_with_outcome(settings: Settings, engine: Engine, app: Flask) -> Callable[[str], Flask]:
    """The application in which every search ends in this outcome."""

    def make(outcome: str) -> Flask:
        answered, unsure = FORCED[outcome]
        forced = create_app(replace(settings, answered_text=answered, unsure_text=unsure), engine)
        forced.test_client_class = app.test_client_class
        return forced

    return make


@pytest.fixture
def client_with_outcome(app_with_outcome: Callable[[str], Flask]) -> Callable[[str], FlaskClient]:
    """A customer for whom every search ends in this outcome."""
    return lambda outcome: app_with_outcome(outcome).test_client()
