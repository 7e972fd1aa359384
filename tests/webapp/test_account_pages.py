"""Sessions as browsers see them: a copied cookie is worth nothing once its session has ended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from people_factory import PASSWORD
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kb.accounts import passwords
from kb.accounts.people import find_user, get_user, set_password
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings
from kb.tables import LoginAttempts, Role, User, UserSession, utc_now
from webapp.app import create_app

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


def copy_of(client: FlaskClient) -> FlaskClient:
    """Another browser with the same cookie."""
    twin = client.application.test_client()
    with client.session_transaction() as one, twin.session_transaction() as two:
        two.update(one)
    return twin


def by_form(app: Flask, csrf: Csrf, email: str = "rep@test.example") -> FlaskClient:
    client = app.test_client()
    form = {"email": email, "password": PASSWORD}
    answer = client.post("/login", data=form, headers=csrf(client) | {"User-Agent": "Lamp/1.0"})
    assert answer.status_code == 302
    return client


def age(session: Session, **ages: timedelta) -> None:
    """Make all sessions older."""
    session.execute(update(UserSession).values({name: utc_now() - value for name, value in ages.items()}))
    session.commit()


def test_copied_cookie_is_worth_nothing_after_logging_out(app: Flask, csrf: Csrf) -> None:
    client = by_form(app, csrf)
    thief = copy_of(client)
    assert thief.get("/desk/").status_code == 200
    client.post("/logout", headers=csrf(client))
    assert thief.get("/desk/").status_code == 302
    assert thief.get("/api/v1/desk/search?q=a").status_code == 401


def test_logging_in_again_ends_the_session_before(app: Flask, csrf: Csrf, session: Session) -> None:
    client = by_form(app, csrf)
    thief = copy_of(client)
    client.post("/login", data={"email": "admin@test.example", "password": PASSWORD}, headers=csrf(client))
    assert thief.get("/desk/").status_code == 302
    assert client.get("/admin/people").status_code == 200


def test_own_sessions_are_listed_and_all_others_ended(app: Flask, login: Login, csrf: Csrf) -> None:
    here, there, other = by_form(app, csrf), by_form(app, csrf), login("admin")
    page = here.get("/account/").text
    assert page.count("Lamp/1.0") == 2
    assert "127.0.0.1" in page
    answer = here.post("/account/sessions", headers=csrf(here))
    assert answer.status_code == 303
    assert here.get("/account/").text.count("Lamp/1.0") == 1
    assert there.get("/desk/").status_code == 302
    assert other.get("/desk/").status_code == 200


def test_one_session_is_ended_and_nobody_elses(login: Login, csrf: Csrf, session: Session) -> None:
    here, there, other = login("rep"), login("rep"), login("trainer")
    numbers = session.scalars(select(UserSession.id).order_by(UserSession.id)).all()
    for number in (*numbers[1:], 10**9):
        assert here.post(f"/account/sessions/{number}", headers=csrf(here)).status_code == 303
    assert [client.get("/desk/").status_code for client in (here, there, other)] == [200, 302, 200]


def test_session_that_nobody_uses_ends_and_use_keeps_it(login: Login, session: Session) -> None:
    client = login("rep")
    for hours in (11, 11, 11):
        age(session, seen_at=timedelta(hours=hours))
        assert client.get("/desk/").status_code == 200
    age(session, seen_at=timedelta(hours=13))
    assert client.get("/desk/").status_code == 302


def test_session_ends_in_any_case_after_its_longest_time(login: Login, session: Session) -> None:
    client = login("rep")
    age(session, created_at=timedelta(hours=167))
    assert client.get("/desk/").status_code == 200
    age(session, created_at=timedelta(hours=169))
    assert client.get("/desk/").status_code == 302


def test_times_come_from_the_settings(settings: Settings, engine: Engine, login: Login, session: Session) -> None:
    client = create_app(replace(settings, session_idle_text="1", session_longest_text="2"), engine).test_client()
    with login("rep").session_transaction() as one, client.session_transaction() as two:
        two.update(one)
    assert client.get("/desk/").status_code == 200
    age(session, seen_at=timedelta(minutes=61))
    assert client.get("/desk/").status_code == 302
    for name in ("KB_SESSION_IDLE", "KB_SESSION_LONGEST"):
        with pytest.raises(ConfigurationError, match=name):
            load_settings({name: "0"})


def test_password_is_asked_for_once_more_before_people_are_changed(login: Login, csrf: Csrf, session: Session) -> None:
    admin = login("admin")
    age(session, confirmed_at=timedelta(minutes=20))
    headers = csrf(admin) | {"Referer": "http://localhost/admin/people"}
    form = {"email": "new@test.example", "name": "New", "role": "rep"}
    answer = admin.post("/admin/people", data=form, headers=headers)
    assert (answer.status_code, answer.location) == (303, "/account/confirm?next=/admin/people")
    assert find_user(session, "new@test.example") is None
    assert "Type it now" in admin.get("/admin/people").text
    wrong = admin.post("/account/confirm", data={"password": "guess", "next": "/admin/people"}, headers=headers)
    assert wrong.status_code == 422
    assert admin.post("/admin/people", data=form, headers=headers).status_code == 303
    right = admin.post("/account/confirm", data={"password": PASSWORD, "next": "/admin/people"}, headers=headers)
    assert (right.status_code, right.location) == (303, "/admin/people")
    assert admin.post("/admin/people", data=form, headers=headers).status_code == 200
    session.rollback()
    assert find_user(session, "new@test.example") is not None


def test_confirming_leads_to_no_other_site(login: Login, csrf: Csrf) -> None:
    rep = login("rep")
    form = {"password": PASSWORD, "next": "//evil.example/"}
    assert rep.post("/account/confirm", data=form, headers=csrf(rep)).location == "/account/"


def test_looking_often_writes_once(login: Login, session: Session) -> None:
    client = login("rep")
    age(session, seen_at=timedelta(minutes=6))
    client.get("/desk/")
    first = session.scalars(select(UserSession.seen_at)).one()
    client.get("/desk/")
    session.expire_all()
    assert utc_now() - first < timedelta(minutes=1)
    assert session.scalars(select(UserSession.seen_at)).one() == first


def test_person_who_is_deleted_takes_their_sessions_along(login: Login, session: Session) -> None:
    login("rep")
    session.delete(session.scalars(select(User).where(User.email == "rep@test.example")).one())
    session.commit()
    assert session.scalars(select(UserSession)).all() == []


def test_first_password_must_be_changed_before_anything_else(app: Flask, csrf: Csrf, session: Session) -> None:
    set_password(session, get_user(session, "rep@test.example"), PASSWORD, must_change=True)
    session.commit()
    client = by_form(app, csrf)
    assert client.get("/desk/").location == "/account/password"
    assert client.post("/desk/pins", headers=csrf(client)).location == "/account/password"
    assert client.get("/desk/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/account/password"
    assert client.get("/api/v1/desk/search?q=a").status_code == 403
    assert client.get("/help/en/").status_code == 200
    assert "made by somebody else" in client.get("/account/password").text
    form = {"password": PASSWORD, "new": "four lamps on a boat", "again": "four lamps on a boat"}
    for wrong in (
        {"again": "another"},
        {"password": "guess"},
        {"new": "1234567890", "again": "1234567890"},
        {"new": "Jhilmil@2026", "again": "Jhilmil@2026"},
    ):
        answer = client.post("/account/password", data=form | wrong, headers=csrf(client))
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert form["new"] not in answer.text
    assert client.post("/account/password", data=form, headers=csrf(client)).status_code == 303
    assert client.get("/desk/").status_code == 200


def test_changing_the_password_keeps_this_session_and_ends_the_others(app: Flask, csrf: Csrf) -> None:
    here, there = by_form(app, csrf), by_form(app, csrf)
    form = {"password": PASSWORD, "new": "four lamps on a boat", "again": "four lamps on a boat"}
    here.post("/account/password", data=form, headers=csrf(here))
    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302


def test_sixty_wrong_passwords_from_sixty_addresses_are_slowed_over_all_processes(
    settings: Settings, engine: Engine, csrf: Csrf, session: Session
) -> None:
    clients = [create_app(settings, engine).test_client() for _ in range(2)]

    def log_in(number: int, password: str) -> TestResponse:
        client = clients[number % 2]
        form = {"email": "rep@test.example", "password": password}
        origin = {"REMOTE_ADDR": f"192.0.2.{number}"}
        return client.post("/login", data=form, headers=csrf(client), environ_base=origin)

    assert [log_in(number, "guess").status_code for number in range(25)] == [422] * 25
    move_waits(session, timedelta(seconds=50))  # the longest wait of an account is a minute; refusals take no time
    assert [log_in(number, "guess").status_code for number in range(25, 60)] == [429] * 35
    refused = log_in(100, PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    assert "Wait a little" in refused.text
    move_waits(session, -timedelta(hours=2))
    assert log_in(101, PASSWORD).status_code == 302


def move_waits(session: Session, by: timedelta) -> None:
    """As if they ended later, or earlier."""
    for row in session.scalars(select(LoginAttempts)):
        row.free_from += by
    session.commit()


@pytest.mark.parametrize("path", ["/account/confirm", "/account/password"])
def test_who_sits_at_an_open_browser_guesses_the_password_as_slowly_as_anybody(
    login: Login, csrf: Csrf, session: Session, path: str
) -> None:
    rep = login("rep")
    form = {"password": "guess", "new": "four lamps on a boat", "again": "four lamps on a boat"}
    headers = csrf(rep)
    assert [rep.post(path, data=form, headers=headers).status_code for _ in range(10)] == [422] * 10
    move_waits(session, timedelta(minutes=14))  # however slow this machine is, it is not over yet
    refused = rep.post(path, data=form | {"password": PASSWORD}, headers=headers)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    move_waits(session, -timedelta(hours=2))
    assert rep.post(path, data=form | {"password": PASSWORD}, headers=headers).status_code == 303
    assert rep.post(path, data=form, headers=csrf(rep)).status_code == 422, "what went well is no failure"


@pytest.mark.parametrize("path", ["/login", "/account/confirm", "/account/password"])
def test_attempt_for_which_too_many_wait_is_no_failure(login: Login, csrf: Csrf, session: Session, path: str) -> None:
    rep = login("rep")
    form = {"email": "rep@test.example", "password": PASSWORD, "new": "four lamps on a boat"}
    places = passwords._hashing()._places
    for _ in range(passwords.MOST_WAITING):
        assert places.acquire(timeout=60)
    try:
        busy = [rep.post(path, data=form | {"again": form["new"]}, headers=csrf(rep)) for _ in range(15)]
    finally:
        places.release(passwords.MOST_WAITING)
    assert {answer.status_code for answer in busy} == {503}
    assert set(session.scalars(select(LoginAttempts.failures))) == {0}
