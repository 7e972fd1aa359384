"""A public and an internal article to ask the API for, and tokens to ask with."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.accounts.people import get_user
from kb.accounts.tokens import issue_token
from kb.articles import parse_article, save_article
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


@pytest.fixture(autouse=True)
def articles(session: Session, settings: Settings, engine: Engine) -> None:
    """A public and an internal article, indexed."""
    for text in (PUBLIC, INTERNAL):
        save_article(session, parse_article(text, "article.md"), author="test")
    session.commit()
    SearchRuntime.open(settings, engine).update()


@pytest.fixture
def token(session: Session) -> Callable[[str], dict[str, str]]:
    def header(role: str) -> dict[str, str]:
        value = issue_token(session, get_user(session, f"{role}@test.example"), "test")
        session.commit()
        return {"Authorization": f"Bearer {value}"}

    return header
