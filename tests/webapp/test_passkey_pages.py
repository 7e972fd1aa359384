"""Passkeys by the pages: what a browser would send, from the question in the page to the page behind it."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from authenticator import Authenticator
from flask import Flask
from flask.testing import FlaskClient
from people_factory import PASSWORD
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from kb.accounts.people import get_user, set_active
from kb.core.settings import Settings
from kb.tables import AuditEvent, Passkey, Role, UserSession, utc_now
from webapp.app import create_app

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


def asked(page: str) -> dict[str, str]:
    """The question in the form of a page, and the same signed."""
    form = re.search(r"<form[^>]*data-passkey=.*?</form>", page, re.DOTALL)
    assert form, page
    options = re.search(r'data-options="([^"]*)"', form[0])
    signed = re.search(r'name="challenge" value="([^"]*)"', form[0])
    assert options
    assert signed
    return {"options": html.unescape(options[1]), "challenge": signed[1]}


def add(client: FlaskClient, headers: dict[str, str], key: Authenticator, name: str = "Phone") -> int:
    question = asked(client.get("/account/passkeys/new").text)
    form = {"name": name, "challenge": question["challenge"], "credential": key.create(question["options"])}
    return client.post("/account/passkeys/new", data=form, headers=headers).status_code


def answer(client: FlaskClient, key: Authenticator, page: str = "/login") -> dict[str, str]:
    question = asked(client.get(page).text)
    return {"challenge": question["challenge"], "credential": key.get(question["options"])}


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id)))


def test_person_adds_a_passkey_and_logs_in_with_it_from_then_on(
    app: Flask, login: Login, csrf: Csrf, session: Session
) -> None:
    rep, key = login("rep"), Authenticator()
    assert add(rep, csrf(rep), key, "<Phone>") == 303
    assert "&lt;Phone&gt;" in rep.get("/account/passkeys/").text
    visitor = app.test_client()
    form = answer(visitor, key) | {"next": "/desk/inbox"}
    inside = visitor.post("/login/passkey", data=form, headers=csrf(visitor))
    assert (inside.status_code, inside.location) == (302, "/desk/inbox")
    assert visitor.get("/desk/inbox").status_code == 200
    assert kinds(session) == ["passkey_added", "log_in"]
    assert session.scalars(select(AuditEvent.detail)).all()[-1] == {"way": "passkey"}


def test_what_was_answered_before_or_for_something_else_gets_nobody_in(
    app: Flask, login: Login, csrf: Csrf, session: Session
) -> None:
    rep, key = login("rep"), Authenticator(counts=False)
    add(rep, csrf(rep), key)
    visitor = app.test_client()
    form = answer(visitor, key)
    assert visitor.post("/login/passkey", data=form, headers=csrf(visitor)).status_code == 302
    for other in (form, answer(rep, key, "/account/confirm"), {}, {"challenge": "x", "credential": "[" * 3000}):
        thief = app.test_client()
        refused = thief.post("/login/passkey", data=other, headers=csrf(thief))
        assert refused.status_code == 422
        assert "This passkey did not get you in." in refused.text
        assert thief.get("/desk/").status_code == 302
    assert kinds(session)[-1] == "log_in_failed"
    assert visitor.post("/login/passkey", data=form).status_code == 400  # no CSRF token


def test_question_is_answered_within_some_minutes(
    app: Flask, login: Login, csrf: Csrf, monkeypatch: pytest.MonkeyPatch
) -> None:
    rep, key, visitor = login("rep"), Authenticator(), app.test_client()
    add(rep, csrf(rep), key)
    form = answer(visitor, key)
    monkeypatch.setattr("webapp.auth.challenges.VALID_FOR", timedelta(seconds=-1))
    assert visitor.post("/login/passkey", data=form, headers=csrf(visitor)).status_code == 422


def test_closed_account_and_removed_passkey_get_nobody_in(
    app: Flask, login: Login, csrf: Csrf, session: Session
) -> None:
    rep, key, visitor = login("rep"), Authenticator(), app.test_client()
    add(rep, csrf(rep), key)
    user = get_user(session, "rep@test.example")
    set_active(session, user, False)
    session.commit()
    assert visitor.post("/login/passkey", data=answer(visitor, key), headers=csrf(visitor)).status_code == 422
    set_active(session, user, True)
    session.commit()
    number = session.scalars(select(Passkey.id)).one()
    admin, rep = login("admin"), login("rep")
    admin.post(f"/account/passkeys/{number}", headers=csrf(admin))
    assert visitor.post("/login/passkey", data=answer(visitor, key), headers=csrf(visitor)).status_code == 302
    rep.post(f"/account/passkeys/{number}", headers=csrf(rep))
    visitor = app.test_client()
    assert visitor.post("/login/passkey", data=answer(visitor, key), headers=csrf(visitor)).status_code == 422
    assert "passkey_removed" in kinds(session)


def test_passkey_does_where_the_password_is_asked_for_once_more(login: Login, csrf: Csrf, session: Session) -> None:
    admin, key, other = login("admin"), Authenticator(), Authenticator()
    add(admin, csrf(admin), key)
    rep = login("rep")
    add(rep, csrf(rep), other)
    session.execute(update(UserSession).values(confirmed_at=utc_now() - timedelta(minutes=20)))
    session.commit()
    sent = admin.get("/account/passkeys/new")
    assert (sent.status_code, sent.location) == (303, "/account/confirm?next=/account/passkeys/new")
    form = answer(admin, key, sent.location)
    foreign = {"challenge": form["challenge"], "credential": other.get(asked(admin.get(sent.location).text)["options"])}
    assert admin.post("/account/passkeys/confirm", data=foreign, headers=csrf(admin)).status_code == 422
    # Somebody else's session cannot use what this one was asked.
    assert rep.post("/account/passkeys/confirm", data=form, headers=csrf(rep)).status_code == 422
    done = admin.post("/account/passkeys/confirm", data=form | {"next": "/account/passkeys/new"}, headers=csrf(admin))
    assert (done.status_code, done.location) == (303, "/account/passkeys/new")
    assert admin.get("/account/passkeys/new").status_code == 200
    assert kinds(session)[-3:] == ["confirming_failed", "confirming_failed", "confirmed"]


def test_address_in_figures_has_no_passkeys_and_says_so(settings: Settings, engine: Engine, login: Login) -> None:
    held = login("rep").get_cookie("kb_session")
    assert held is not None
    visitor = create_app(settings, engine).test_client(use_cookies=False)
    for host in ("127.0.0.1:8000", "[::1]:8000"):
        headers = {"Host": host, "Cookie": f"kb_session={held.value}"}
        for page in ("/account/passkeys/new", "/account/passkeys/"):
            text = visitor.get(page, headers=headers).text
            assert "address in figures" in text
            assert "data-passkey" not in text
        assert "data-passkey" not in visitor.get("/login", headers={"Host": host}).text
    named = create_app(replace(settings, trusted_hosts_text="desk.test.example"), engine).test_client()
    question = asked(named.get("/login", headers={"Host": "desk.test.example"}).text)
    assert '"rpId": "desk.test.example"' in question["options"]


def test_device_of_a_false_page_is_refused(app: Flask, login: Login, csrf: Csrf) -> None:
    """The page asked our server, and the device of somebody whom it deceived."""
    rep, key, visitor = login("rep"), Authenticator(), app.test_client()
    add(rep, csrf(rep), key)
    key.origin = "http://localhost.evil.example"
    assert visitor.post("/login/passkey", data=answer(visitor, key), headers=csrf(visitor)).status_code == 422


def test_passkey_is_the_second_step_that_a_role_needs(
    settings: Settings, engine: Engine, client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    app, key = create_app(replace(settings, second_step_text="rep"), engine), Authenticator()
    app.test_client_class = type(client)
    rep = app.test_client()
    rep.post("/login", data={"email": "rep@test.example", "password": PASSWORD}, headers=csrf(rep))
    assert rep.get("/desk/").location == "/account/codes/"
    assert add(rep, csrf(rep), key) == 303
    assert rep.get("/desk/").status_code == 200
    again = app.test_client()
    form = {"email": "rep@test.example", "password": PASSWORD}
    assert again.post("/login", data=form, headers=csrf(again)).location == "/login"
    assert again.post("/login/passkey", data=answer(again, key), headers=csrf(again)).status_code == 302
    assert again.get("/desk/").status_code == 200
    # A session of before without it adds no other one.
    session.execute(update(UserSession).values(had_second=False))
    session.commit()
    assert add(rep, csrf(rep), Authenticator()) == 422
