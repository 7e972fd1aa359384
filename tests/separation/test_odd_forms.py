"""Every form of every page, found by a crawl, filled in as nobody would: whatever it says, it is no fault of ours."""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from form_fuzzing import send_odd
from looking_around import STARTS, Csrf, walk
from page_fixtures import PageContent, content, prepared
from practice import add_practice
from sqlalchemy.orm import Session
from talks import make_talk

from kb.tables import Role

__all__ = ["content", "prepared"]

# How often each form is sent. What ends the crawl's own log-in is left out.
ROUNDS = 2
LEFT_OUT = ("/logout", "/account/sessions", "password")


@pytest.mark.sqlite_only(reason="what reaches the database is tried on both by tests of each form")
@pytest.mark.parametrize("asker", [None, Role.ADMIN], ids=["anonymous", "admin"])
def test_no_form_ends_in_a_fault(
    app: Flask,
    login: Callable[[Role | str], FlaskClient],
    csrf: Csrf,
    session: Session,
    content: PageContent,
    asker: Role | None,
) -> None:
    app.extensions["kb_limiter"].enabled = False
    make_talk(session, ["customer: Where is my refund?", "agent: Soon"], user_id=1)
    add_practice(session, content.refund["en"])
    session.commit()
    client = login(asker) if asker else app.test_client()
    crawl = walk(app, client, STARTS, 2)
    dice, answers, wrong = random.Random(62), Counter[int](), []
    for form in list(crawl.forms.values()) * ROUNDS:
        if not any(part in form.action for part in LEFT_OUT):
            sent = send_odd(crawl.client, form, dice, csrf(client))
            answers[sent.status] += 1
            if sent.status >= 500:
                wrong.append(f"{form.method} {form.action}: {sent.status} {sent.shown}")
    assert wrong == []
    # What customers write asks for a proof of work after some messages; all else was read.
    assert answers[429] < sum(answers.values()) / 10
    assert len(answers) >= 3, answers
