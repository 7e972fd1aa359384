"""Tokens: made and withdrawn on the page of their person, good for what they say, over when they end or the password is new."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.accounts.tokens import Scope, issue_token, scopes_of_role
from kb.tables import ApiToken, Role, UserSession, utc_now
from webapp.shared.access import BLUEPRINT_ACCESS, TOKEN_AREAS, required_scope

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
FORM = {"name": "Nightly <b>export</b>", "scope": ["studio:read"], "days": "30"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_token_is_made_used_shown_and_withdrawn_on_the_page(
    login: Login, csrf: Csrf, app: Flask, session: Session
) -> None:
    trainer = login("trainer")
    page = trainer.post("/account/tokens", data=FORM, headers=csrf(trainer))
    token = re.findall(r"<code>(kb_[\w-]+)</code>", page.text)[0]
    assert "<b>export</b>" not in page.text
    program = app.test_client()
    assert program.get("/api/v1/studio/gaps", headers=bearer(token)).status_code == 200
    shown = trainer.get("/account/").text
    assert token not in shown
    assert "last used" in shown
    assert (utc_now() + timedelta(days=30)).date().isoformat() in shown
    number = session.scalars(select(ApiToken.id)).one()
    other = login("admin")
    other.post(f"/account/tokens/{number}", headers=csrf(other))
    assert program.get("/api/v1/studio/gaps", headers=bearer(token)).status_code == 200
    trainer.post(f"/account/tokens/{number}", headers=csrf(trainer))
    assert program.get("/api/v1/studio/gaps", headers=bearer(token)).status_code == 401


def test_token_is_good_for_what_it_says_and_nothing_else(app: Flask, session: Session) -> None:
    user = get_user(session, "trainer@test.example")
    calls = {
        "desk:read": ("GET", "/api/v1/desk/search?q=lamp", None),
        "desk:write": ("POST", "/api/v1/desk/conversations", {"external_id": "1", "channel": "chat"}),
        "studio:read": ("GET", "/api/v1/studio/gaps", None),
    }
    for held in calls:
        token = issue_token(session, user, held, scopes=[held])
        session.commit()
        for needed, (method, path, body) in calls.items():
            answer = app.test_client().open(path, method=method, json=body, headers=bearer(token))
            assert (answer.status_code == 403) == (needed != held), (held, needed, answer.status_code)
            if needed != held:
                assert needed in answer.text


def test_every_call_that_takes_a_token_refuses_one_for_everything_else(app: Flask, session: Session) -> None:
    user = get_user(session, "admin@test.example")
    tokens = {
        scope: issue_token(session, user, f"but {scope}", scopes=set(scopes_of_role(user.role)) - {scope})
        for scope in scopes_of_role(user.role)
    }
    session.commit()
    tried = set()
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) if rule.rule.startswith("/api/") else ():
            needed = required_scope(rule.endpoint, method)
            if needed is not None and method != "OPTIONS":
                path = re.sub(r"<[^>]+>", "1", rule.rule)
                answer = app.test_client().open(path, method=method, json={}, headers=bearer(tokens[Scope(needed)]))
                assert answer.status_code == 403, (method, path)
                assert method == "HEAD" or needed in answer.text
                tried.add(rule.endpoint.partition(".")[0])
    assert tried == set(TOKEN_AREAS)


def test_reading_by_post_needs_no_right_to_write(app: Flask, session: Session) -> None:
    token = issue_token(session, get_user(session, "rep@test.example"), "panel", scopes=["desk:read"])
    session.commit()
    answer = app.test_client().post("/api/v1/desk/check", json={"text": "Hello."}, headers=bearer(token))
    assert answer.status_code == 200


def test_token_ends(app: Flask, session: Session) -> None:
    token = issue_token(session, get_user(session, "rep@test.example"), "crm", days=1)
    session.commit()
    assert app.test_client().get("/api/v1/desk/search?q=a", headers=bearer(token)).status_code == 200
    session.execute(update(ApiToken).values(expires_at=utc_now() - timedelta(seconds=1)))
    session.commit()
    assert app.test_client().get("/api/v1/desk/search?q=a", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize("action", ["password", "tokens", "close"])
def test_administrator_ends_the_tokens_of_a_person(
    login: Login, csrf: Csrf, app: Flask, session: Session, action: str
) -> None:
    user = get_user(session, "rep@test.example")
    token = issue_token(session, user, "crm")
    session.commit()
    admin = login("admin")
    admin.post(f"/admin/people/{user.id}", data={"action": action}, headers=csrf(admin))
    assert app.test_client().get("/api/v1/desk/search?q=a", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize(
    "change",
    [{"scope": ["studio:read"]}, {"scope": []}, {"days": "0"}, {"days": "9" * 5000}, {"days": "x"}, {"name": "  "},
     {"name": "x" * 101}],
)  # fmt: skip
def test_token_that_cannot_be_made_is_not(
    login: Login, csrf: Csrf, session: Session, change: dict[str, object]
) -> None:
    rep = login("rep")
    form = {"name": "crm", "scope": ["desk:read"], "days": "30"} | change
    answer = rep.post("/account/tokens", data=form, headers=csrf(rep))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert session.scalars(select(ApiToken)).all() == []


def test_password_is_asked_for_once_more_before_a_token_is_made(login: Login, csrf: Csrf, session: Session) -> None:
    trainer = login("trainer")
    session.execute(update(UserSession).values(confirmed_at=utc_now() - timedelta(hours=1)))
    session.commit()
    assert "/account/confirm" in trainer.post("/account/tokens", data=FORM, headers=csrf(trainer)).location
    assert "/account/confirm" in trainer.post("/desk/extension/token", headers=csrf(trainer)).location
    assert session.scalars(select(ApiToken)).all() == []


def test_no_programs_interface_takes_a_token_without_saying_what_it_must_be_good_for() -> None:
    protected = {name for name, role in BLUEPRINT_ACCESS.items() if name.startswith("api_") and role is not None}
    assert protected == set(TOKEN_AREAS)
    assert required_scope("desk.home", "GET") is None
    assert required_scope("api_conversations.add_message", "POST") == "desk:write"
