"""Logging in with a second step, as browsers see it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from people_factory import PASSWORD
from second_step import set_up
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kb.accounts.audit import find_events
from kb.accounts.people import get_user, set_active, set_password
from kb.accounts.second_step import take_away
from kb.core.clock import utc_now
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings
from kb.tables import CodeSecret, LoginAttempts, Passkey, Role, UserSession
from webapp.app import create_app

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
REP = "rep@test.example"


def password_typed(app: Flask, csrf: Csrf, email: str = REP, **form: str) -> tuple[FlaskClient, TestResponse]:
    client = app.test_client()
    form = {"email": email, "password": PASSWORD} | form
    return client, client.post("/login", data=form, headers=csrf(client))


def typed(client: FlaskClient, csrf: Csrf, code: str, **form: str) -> TestResponse:
    return client.post("/login/second", data={"code": code} | form, headers=csrf(client))


def next_code(app: pyotp.TOTP, session: Session) -> str:
    """A code that was not used, whatever was typed before."""
    session.execute(update(CodeSecret).values(last_step=0))
    session.commit()
    return app.now()


def move_waits(session: Session, by: timedelta) -> None:
    for row in session.scalars(select(LoginAttempts)):
        row.free_from += by
    session.commit()


def kinds(session: Session) -> list[str]:
    session.rollback()
    return [event.kind for event in find_events(session)]


def test_password_alone_opens_nothing(app: Flask, login: Login, csrf: Csrf, session: Session) -> None:
    phone, _codes = set_up(login("rep"), csrf)
    client, answer = password_typed(app, csrf, next="/desk/?q=refund")
    assert (answer.status_code, answer.location) == (303, "/login/second?next=/desk/?q%3Drefund")
    for page in ("/desk/", "/account/", "/account/codes/"):
        assert client.get(page).status_code == 302
    assert client.get("/api/v1/desk/search?q=a").status_code == 401
    assert 'autocomplete="one-time-code"' in client.get(answer.location).text
    wrong = typed(client, csrf, "12345", next="/desk/?q=refund")
    assert wrong.status_code == 422
    assert client.get("/desk/").status_code == 302
    right = typed(client, csrf, next_code(phone, session), next="/desk/?q=refund")
    assert (right.status_code, right.location) == (302, "/desk/?q=refund")
    assert client.get("/desk/").status_code == 200
    assert kinds(session)[:2] == ["log_in", "second_step_failed"]


def test_waiting_cookie_is_no_log_in_and_good_for_one(app: Flask, login: Login, csrf: Csrf, session: Session) -> None:
    phone, _codes = set_up(login("rep"), csrf)
    client, _answer = password_typed(app, csrf)
    thief = app.test_client()
    with client.session_transaction() as one, thief.session_transaction() as two:
        two["_user_id"] = one["second"]
        two["second"] = one["second"]
    assert thief.get("/desk/").status_code == 302
    assert typed(client, csrf, next_code(phone, session)).status_code == 302
    assert typed(thief, csrf, next_code(phone, session)).location == "/login"
    assert thief.get("/desk/").status_code == 302
    page = client.get("/account/").text
    assert page.count('class="request__name"') == 2, "what waited is over and shown to nobody"


def test_code_counts_once(app: Flask, login: Login, csrf: Csrf, session: Session) -> None:
    phone, _codes = set_up(login("rep"), csrf)
    code = next_code(phone, session)
    first, _answer = password_typed(app, csrf)
    assert typed(first, csrf, code).status_code == 302
    second, _answer = password_typed(app, csrf)
    assert typed(second, csrf, code).status_code == 422


def test_recovery_code_lets_in_once(app: Flask, login: Login, csrf: Csrf, session: Session) -> None:
    _phone, made = set_up(login("rep"), csrf)
    assert len(made) == 10
    client, _answer = password_typed(app, csrf)
    assert typed(client, csrf, made[0].upper()).status_code == 302
    assert "9 are left." in client.get("/account/codes/").text
    assert "recovery_code_used" in kinds(session)
    client, _answer = password_typed(app, csrf)
    assert typed(client, csrf, made[0]).status_code == 422


def test_codes_are_guessed_slowly_and_the_password_buys_no_guesses(
    app: Flask, login: Login, csrf: Csrf, session: Session
) -> None:
    phone, _codes = set_up(login("rep"), csrf)
    statuses = []
    for _ in range(10):
        client, answer = password_typed(app, csrf)  # typed anew before each guess
        assert answer.status_code == 303
        statuses.append(typed(client, csrf, "no code").status_code)
    assert statuses == [422] * 10
    client, _answer = password_typed(app, csrf)
    move_waits(session, timedelta(minutes=14))  # however slow this machine is, it is not over yet
    code = next_code(phone, session)
    assert typed(client, csrf, code).status_code == 429
    move_waits(session, -timedelta(hours=2))
    assert typed(client, csrf, code).status_code == 302
    client, _answer = password_typed(app, csrf)
    assert typed(client, csrf, next_code(phone, session)).status_code == 302, "forgotten after it went well"


@pytest.mark.parametrize("change", ["password", "close", "late"])
def test_what_changes_meanwhile_ends_the_log_in(
    app: Flask, login: Login, csrf: Csrf, session: Session, change: str
) -> None:
    phone, _codes = set_up(login("rep"), csrf)
    client, _answer = password_typed(app, csrf)
    user = get_user(session, REP)
    if change == "password":
        set_password(session, user, "four lamps on a boat")
    elif change == "close":
        set_active(session, user, False)
    else:
        session.execute(update(UserSession).values(created_at=utc_now() - timedelta(minutes=11)))
    session.commit()
    assert client.get("/login/second").location == "/login"
    assert typed(client, csrf, next_code(phone, session)).location == "/login"
    assert client.get("/desk/").status_code == 302


def test_who_has_no_log_in_before_them_is_led_to_the_beginning(client: FlaskClient, csrf: Csrf) -> None:
    assert client.get("/login/second?next=/desk/").location == "/login?next=/desk/"
    assert typed(client, csrf, "123456", next="//evil.example").location == "/login"


def test_wrong_first_code_turns_nothing_on(app: Flask, login: Login, csrf: Csrf) -> None:
    rep = login("rep")
    rep.post("/account/codes/set-up", headers=csrf(rep))
    for code in ("", "000", "x" * 5000, "١٢٣"):
        answer = rep.post("/account/codes/on", data={"code": code}, headers=csrf(rep))
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert password_typed(app, csrf)[1].location == "/desk/"


def test_turning_off_and_new_recovery_codes_ask_for_the_password(login: Login, csrf: Csrf, session: Session) -> None:
    rep = login("rep")
    _phone, made = set_up(rep, csrf)
    session.execute(update(UserSession).values(confirmed_at=utc_now() - timedelta(minutes=20)))
    session.commit()
    for act in ("set-up", "recovery", "off"):
        assert rep.post(f"/account/codes/{act}", headers=csrf(rep)).location.startswith("/account/confirm")
    rep.post("/account/confirm", data={"password": PASSWORD}, headers=csrf(rep))
    new = rep.post("/account/codes/recovery", headers=csrf(rep)).text
    assert made[0] not in new
    assert len(re.findall(r"<code>(?:[a-z0-9]{4}-){3}[a-z0-9]{4}</code>", new)) == 10
    assert rep.post("/account/codes/off", headers=csrf(rep)).status_code == 303
    assert "Set up an app" in rep.get("/account/codes/").text
    assert kinds(session)[0] == "codes_off"


def test_other_browsers_are_logged_out_when_codes_are_turned_on(login: Login, csrf: Csrf) -> None:
    here, there = login("rep"), login("rep")
    set_up(here, csrf)
    assert [client.get("/desk/").status_code for client in (here, there)] == [200, 302]


def test_role_that_must_have_a_second_step_sets_it_up_first(
    settings: Settings, engine: Engine, client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    app = create_app(replace(settings, second_step_text="trainer"), engine)
    app.test_client_class = type(client)
    rep, _answer = password_typed(app, csrf)
    assert rep.get("/desk/").status_code == 200
    trainer, _answer = password_typed(app, csrf, "trainer@test.example")
    assert trainer.get("/studio/gaps").location == "/account/codes/"
    assert trainer.post("/desk/pins", headers=csrf(trainer)).location == "/account/codes/"
    assert trainer.get("/desk/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/account/codes/"
    assert trainer.get("/api/v1/desk/search?q=a").status_code == 403
    assert trainer.get("/account/").status_code == 303
    assert trainer.get("/help/en/").status_code == 200
    assert "Set it up" in trainer.get("/account/codes/").text
    phone, _codes = set_up(trainer, csrf)
    assert trainer.get("/studio/gaps").status_code == 200
    trainer.post("/account/codes/off", headers=csrf(trainer))
    assert trainer.get("/account/codes/").text.count("Turn off") == 0
    again, answer = password_typed(app, csrf, "trainer@test.example")
    assert answer.location == "/login/second"
    assert typed(again, csrf, next_code(phone, session)).status_code == 302
    assert again.get("/studio/gaps").status_code == 200


def test_setting_names_a_role() -> None:
    assert load_settings({"KB_SECOND_STEP": " Admin "}).second_step == "admin"
    with pytest.raises(ConfigurationError, match="KB_SECOND_STEP"):
        load_settings({"KB_SECOND_STEP": "everybody"})


def test_password_of_who_has_a_passkey_sets_up_no_second_step_where_one_is_needed(
    settings: Settings, engine: Engine, client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    user = get_user(session, REP)
    session.add(
        Passkey(
            user_id=user.id,
            name="Phone",
            credential_id="a",
            credential_hash="a",
            public_key=b"",
            transports=["internal"],
        )
    )
    session.commit()
    app = create_app(replace(settings, second_step_text="rep"), engine)
    app.test_client_class = type(client)
    thief, answer = password_typed(app, csrf)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "log in with your passkey" in thief.get("/login").text
    assert thief.get("/account/codes/").status_code == 302
    take_away(session, user)
    session.commit()
    _client, answer = password_typed(app, csrf)
    assert answer.status_code == 302
