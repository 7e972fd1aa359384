import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.accounts.people import authenticate, find_user, get_user
from kb.tables import Role, User

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def admin(login: Login) -> FlaskClient:
    return login("admin")


def person(session: Session, email: str) -> User:
    session.expire_all()
    session.rollback()
    return get_user(session, email)


def shown_password(page: str) -> str:
    return re.findall(r"<code>([\w-]{20})</code>", page)[0]


def test_people_are_listed(admin: FlaskClient) -> None:
    page = admin.get("/admin/people").text
    assert all(f"{role.value}@test.example" in page for role in Role)


def test_admin_adds_a_person_who_can_log_in_with_the_password_shown(
    admin: FlaskClient, csrf: Csrf, session: Session
) -> None:
    form = {"email": "New@test.example", "name": "New <b>person</b>", "role": "trainer"}
    answer = admin.post("/admin/people", data=form, headers=csrf(admin))
    assert answer.status_code == 200
    assert "<b>person</b>" not in answer.text
    assert authenticate(session, "new@test.example", shown_password(answer.text)).role == "trainer"
    assert "<code>" not in admin.get("/admin/people").text


@pytest.mark.parametrize(
    "form",
    [
        {"email": "no address", "name": "x", "role": "rep"},
        {"email": "rep@test.example", "name": "x", "role": "rep"},
        {"email": "new@test.example", "name": "x", "role": "owner"},
        {},
    ],
)
def test_person_who_cannot_be_added_is_not_and_the_form_keeps_what_was_typed(
    admin: FlaskClient, csrf: Csrf, session: Session, form: dict[str, str]
) -> None:
    answer = admin.post("/admin/people", data=form, headers=csrf(admin))
    assert answer.status_code == 422
    assert form.get("email", "") in answer.text
    assert 'role="alert"' in answer.text
    assert find_user(session, "new@test.example") is None


def test_admin_changes_role_closes_and_reopens(admin: FlaskClient, csrf: Csrf, session: Session, login: Login) -> None:
    rep = login("rep")
    url = f"/admin/people/{person(session, 'rep@test.example').id}"
    headers = csrf(admin)
    assert admin.post(url, data={"action": "role", "role": "trainer"}, headers=headers).status_code == 303
    assert person(session, "rep@test.example").role == "trainer"
    assert rep.get("/studio/gaps").status_code == 302, "another role begins with another log-in"
    assert (rep := login("rep")).get("/studio/gaps").status_code == 200
    admin.post(url, data={"action": "close"}, headers=headers)
    assert rep.get("/desk/").status_code == 302
    admin.post(url, data={"action": "reopen"}, headers=headers)
    assert person(session, "rep@test.example").active
    assert rep.get("/desk/").status_code == 302


def test_logging_out_everywhere_and_a_new_password_end_sessions(
    admin: FlaskClient, csrf: Csrf, session: Session, login: Login
) -> None:
    url = f"/admin/people/{person(session, 'rep@test.example').id}"
    for action in ("log-out", "password"):
        rep = login("rep")
        session.rollback()
        assert rep.get("/desk/").status_code == 200
        answer = admin.post(url, data={"action": action}, headers=csrf(admin))
        assert rep.get("/desk/").status_code == 302
        session.expire_all()
    assert authenticate(session, "rep@test.example", shown_password(answer.text))


@pytest.mark.parametrize("form", [{"action": "close"}, {"action": "role", "role": "rep"}, {"action": "promote"}, {}])
def test_what_may_not_be_done_to_the_last_administrator_is_refused(
    admin: FlaskClient, csrf: Csrf, session: Session, form: dict[str, str]
) -> None:
    url = f"/admin/people/{person(session, 'admin@test.example').id}"
    answer = admin.post(url, data=form, headers=csrf(admin))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    kept = person(session, "admin@test.example")
    assert (kept.role, kept.active) == ("admin", True)


def test_person_who_is_not_there_is_not_found(admin: FlaskClient, csrf: Csrf) -> None:
    assert admin.post("/admin/people/99999", data={"action": "close"}, headers=csrf(admin)).status_code == 404
