"""A public and an internal article to ask the API for, and tokens to ask with."""

from collections.abc import Callable

import pytest
from databases import Databases, Prepared
from people_factory import prepare_people
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.accounts.people import get_user
from kb.accounts.tokens import issue_token
from kb.articles import parse_article, save_article
from kb.core.database import session_scope
from kb.core.settings import Settings

PUBLIC = """---
title: Reset your password
slug: reset-password
language: en
topic: account
audience: public
status: published
---
Open the account page and choose a new password. The link in the message is valid for ten minutes.
"""
INTERNAL = """---
title: Refund limits and approvals
slug: refund-limits
language: en
topic: internal
audience: internal
status: published
---
A rep may refund two thousand rupees alone; the floor manager approves more.
"""


@pytest.fixture
def prepared(databases: Databases, database_kind: str) -> Prepared:
    """A database with a public and an internal article, and its index beside it."""

    def fill(settings: Settings, engine: Engine) -> None:
        with session_scope(engine) as session:
            for text in (PUBLIC, INTERNAL):
                save_article(session, parse_article(text, "article.md"), author="test")
        SearchRuntime.open(settings, engine).update()

    return databases.prepare(database_kind, "api", fill, start=prepare_people(databases, database_kind))


@pytest.fixture
def token(session: Session) -> Callable[[str], dict[str, str]]:
    def header(role: str) -> dict[str, str]:
        value = issue_token(session, get_user(session, f"{role}@test.example"), "test")
        session.commit()
        return {"Authorization": f"Bearer {value}"}

    return header
