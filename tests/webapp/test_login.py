import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.accounts.people import get_user, set_active
from kb.accounts.sessions import end_sessions
from kb.tables import Role
from webapp.auth.hashing import may_hash
from webapp.shared.access import safe_next

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
REP = {"email": "rep@test.example", "password": "a password for tests"}


def token_on(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def test_person_logs_in_with_the_form_and_lands_where_they_wanted_to_go(client: FlaskClient) -> None:
    sent_away = client.get("/desk/?q=refund")
    assert sent_away.status_code == 302
    form = client.get(sent_away.location)
    answer = client.post("/login", data={**REP, "next": "/desk/?q=refund", "csrf_token": token_on(form.text)})
    assert (answer.status_code, answer.location) == (302, "/desk/?q=refund")
    assert client.get("/desk/").status_code == 200
    assert "kb_session" not in client.get("/desk/").headers.get("Set-Cookie", ""), (
        "it is set when it changes, not each time"
    )


@pytest.mark.parametrize(("role", "home"), [("rep", "/desk/"), ("trainer", "/studio/gaps"), ("admin", "/studio/gaps")])
def test_each_role_lands_in_its_place(login: Login, role: str, home: str) -> None:
    assert login(role).get("/login").location == home


@pytest.mark.parametrize("email", ["rep@test.example", "nobody@test.example", "", "rep@test.example\x00"])
def test_refused_log_in_keeps_the_address_and_tells_nothing_more(client: FlaskClient, csrf: Csrf, email: str) -> None:
    answer = client.post("/login", data={"email": email, "password": "wrong"}, headers=csrf(client))
    assert answer.status_code == 422
    assert "The e-mail address or the password is wrong." in answer.text
    assert email.strip("\x00") in answer.text
    assert 'value="wrong"' not in answer.text
    assert client.get("/desk/").status_code == 302


def test_log_in_without_a_csrf_token_is_refused(client: FlaskClient) -> None:
    assert client.post("/login", data=REP).status_code == 400
    assert client.get("/desk/").status_code == 302


def test_logging_out_ends_the_session(login: Login, csrf: Csrf) -> None:
    client = login("rep")
    assert client.get("/desk/").status_code == 200
    assert client.post("/logout", headers=csrf(client)).location == "/login"
    assert client.get("/desk/").status_code == 302


def test_logging_out_everywhere_makes_old_cookies_worthless(login: Login, session: Session) -> None:
    client = login("rep")
    assert client.get("/desk/").status_code == 200
    end_sessions(session, get_user(session, "rep@test.example"))
    session.commit()
    assert client.get("/desk/").status_code == 302


def test_piece_of_a_page_sends_the_browser_to_the_log_in_when_the_session_has_run_out(client: FlaskClient) -> None:
    headers = {"HX-Request": "true", "Referer": "http://localhost/desk/?q=refund"}
    answer = client.get("/desk/?q=refunds", headers=headers)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["HX-Redirect"] == "/login?next=/desk/?q%3Drefund"
    assert client.get(answer.headers["HX-Redirect"]).status_code == 200


def test_form_of_a_session_that_has_run_out_leads_back_to_its_page(client: FlaskClient, csrf: Csrf) -> None:
    def sent_to(referrer: str) -> str:
        return client.post("/desk/feedback", headers=csrf(client) | {"Referer": referrer}).location

    assert sent_to("http://localhost/desk/articles/3") == "/login?next=/desk/articles/3"
    assert sent_to("http://evil.example/desk/articles/3") == "/login"
    assert sent_to("") == "/login"


def test_closed_account_is_out_at_once(login: Login, session: Session) -> None:
    client = login("rep")
    set_active(session, get_user(session, "rep@test.example"), False)
    session.commit()
    assert client.get("/desk/").status_code == 302


@pytest.mark.parametrize(
    "cookie_id", ["1", "1:", ":1", "1:2:3", "x:y", "1:1\n", "٣:1", "99999:1", "-1:1", "9" * 30 + ":1", "1:\ud800"]
)
def test_session_of_nobody_is_nobody(app: Flask, cookie_id: str) -> None:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = cookie_id
    assert client.get("/desk/").status_code == 302


def test_what_an_anonymous_session_held_is_not_carried_into_a_persons(client: FlaskClient, csrf: Csrf) -> None:
    headers = csrf(client)
    client.post("/login", data=REP, headers=headers)
    assert client.post("/logout", headers=headers).status_code == 400


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/login").headers["Set-Cookie"]
    assert cookie.startswith("kb_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\\/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "desk/",
        "/\t/evil.example",
        "/\n/evil.example",
        "http:evil.example",
        "",
        None,
    ],
)
def test_log_in_leads_to_no_other_site(target: str | None) -> None:
    assert safe_next(target) == ""


def test_log_in_leads_back_with_query_and_fragment() -> None:
    assert safe_next("/desk/?q=a%20b&x=//y#top") == "/desk/?q=a%20b&x=//y#top"


def test_open_redirect_is_refused_by_the_form(client: FlaskClient, csrf: Csrf) -> None:
    answer = client.post("/login", data={**REP, "next": "//evil.example/"}, headers=csrf(client))
    assert answer.location == "/desk/"


def test_guessing_passwords_is_slowed_down(client: FlaskClient, csrf: Csrf) -> None:
    headers = csrf(client)
    statuses = [
        client.post("/login", data={"email": "a", "password": "b"}, headers=headers).status_code for _ in range(12)
    ]
    assert statuses[:10] == [422] * 10
    assert statuses[10:] == [429] * 2
    assert client.get("/login").status_code == 200


def test_every_page_that_hashes_a_password_is_known_to_the_server_in_front(app: Flask) -> None:
    hashing = {"/login", "/account/password", "/account/confirm", "/admin/people", "/admin/people/1"}
    assert [path for path in hashing if not may_hash(app, "POST", path)] == []
    assert not any(
        may_hash(app, *one) for one in (("GET", "/login"), ("POST", "/help/en/contact"), ("POST", "/nowhere"))
    )
