"""What reps send instead: the proposal, what it would do, the change in the editor, leaving it; in three languages."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from page_checks import check_page
from page_fixtures import PageContent
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import is_write, recorded_statements
from talks import make_talk

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.jobs.running import run_now
from kb.service.messages import reply
from kb.tables import Article, ArticleDraft, EditProposal, Role
from webapp.worker.kinds import job_kinds
from webapp.worker.taught import TAUGHT

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def proposal(session: Session, settings: Settings, engine: Engine, content: PageContent) -> EditProposal:
    """Three replies of two people, read by the worker's job."""
    sent = "Return a lamp\n\nWrite to us within <b>14</b> days with a picture. See refunds and limits."
    for email in ("rep@test.example", "trainer@test.example", "rep@test.example"):
        user = get_user(session, email)
        assert user
        talk = make_talk(session, ["customer: How long can I return a lamp?"])
        message = reply(
            session, talk, sent, user.id, last_seen_id=None, recipient="", undo_seconds=0, anyway=True,
            details={"documents": [f"article:{content.english_only}"]},
        )  # fmt: skip
        message.created_at = utc_now() - timedelta(hours=1)
        message.sent_at = message.created_at
    session.commit()
    run_now(engine, job_kinds(settings, engine), TAUGHT, "test")
    return session.scalars(select(EditProposal)).one()


@pytest.mark.parametrize(("language", "words"), [("en", "by 2 reps"), ("hi", "2 एजेंटों ने"), ("bn", "জন এজেন্ট")])
def test_pages_in_each_language(
    login: Login, csrf: Csrf, engine: Engine, proposal: EditProposal, language: str, words: str
) -> None:
    client = login("trainer")
    client.post("/preferences", data={"language": language}, headers=csrf(client))
    for path in ("/studio/edits/", f"/studio/edits/{proposal.id}", "/studio/edits/?view=decided&page=9"):
        with recorded_statements(engine) as statements:
            page = check_page(client.get(path))
        assert len(statements) <= 15
        assert not any(map(is_write, statements))
        if "view" not in path:
            assert words in page
            assert "&lt;b&gt;" in page
    assert client.get("/studio/edits/98765").status_code == 404


def test_it_is_tried_out_then_made_in_the_editor(
    login: Login, csrf: Csrf, session: Session, proposal: EditProposal, content: PageContent
) -> None:
    client, path = login("trainer"), f"/studio/edits/{proposal.id}"
    assert client.post(path, data={"step": "replay"}, headers=csrf(client)).status_code == 303
    page = check_page(client.get(path))
    assert "What it would do" in page
    assert "How long can I return a lamp?" in page
    article = session.get_one(Article, content.english_only)
    before = article.body
    done = client.post(path, data={"step": "accept"}, headers=csrf(client))
    assert done.status_code == 303
    session.expire_all()
    assert article.body == before, "nothing is published by it"
    draft = session.scalars(select(ArticleDraft)).one()
    assert "days with a picture" in draft.body
    assert "[refunds](when-refund-arrives.md)" in draft.body
    for late in ({"step": "accept"}, {"step": "dismiss", "reason": "No"}):  # in another tab
        second = client.post(path, data=late, headers=csrf(client))
        assert second.status_code == 409
        assert "somebody has decided already" in second.text
    assert len(session.scalars(select(ArticleDraft)).all()) == 1
    editor = check_page(client.get(done.location))
    assert "days with a picture" in editor
    assert "Taken over" in client.get("/studio/edits/?view=decided").text
    assert client.post(path, data={"step": "undo"}, headers=csrf(client)).status_code == 303
    assert session.get_one(EditProposal, proposal.id, populate_existing=True).state == "open"


def test_leaving_it_needs_a_reason_and_an_article_that_has_changed_is_said(
    login: Login, csrf: Csrf, session: Session, proposal: EditProposal, content: PageContent
) -> None:
    client, path = login("trainer"), f"/studio/edits/{proposal.id}"
    for wrong in ({"step": "dismiss", "reason": " "}, {"step": "odd"}, {}):
        assert client.post(path, data=wrong, headers=csrf(client)).status_code == 422
    article = session.get_one(Article, content.english_only)
    article.body = "Another text."
    session.commit()
    refused = client.post(path, data={"step": "accept"}, headers=csrf(client))
    assert refused.status_code == 409
    assert "Change it by hand" in refused.text
    assert re.search(r"<h1[^>]*>Return a lamp", refused.text)
    assert client.post(path, data={"step": "dismiss", "reason": "No"}, headers=csrf(client)).status_code == 303
    assert "Not taken" in client.get(path).text
