"""What people do and are refused stands in the audit trail, which an administrator searches and hands out."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from people_factory import PASSWORD
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kb.accounts import audit
from kb.accounts.audit import AuditKind, find_events
from kb.accounts.people import get_user
from kb.core.settings import Settings
from kb.tables import AuditEvent, Role
from webapp.app import create_app
from webapp.shared.limits import LIMITS

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
Run = Callable[..., tuple[int, str, str]]


def newest(session: Session, count: int = 1) -> list[tuple[str, str, str]]:
    session.rollback()
    session.expire_all()
    return [(one.kind, one.actor, one.about) for one in reversed(find_events(session, limit=count))]


def test_log_ins_and_failures_are_told_and_no_text_that_was_typed(
    client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    for email, password in (
        ("rep@test.example", "wrong"),
        ("my secret password", "wrong"),
        ("rep@test.example", PASSWORD),
    ):
        client.post("/login", data={"email": email, "password": password}, headers=csrf(client))
    client.post("/logout", headers=csrf(client))
    rep = "rep@test.example"
    assert newest(session, 4) == [
        ("log_in_failed", "", rep),
        ("log_in_failed", "", ""),
        ("log_in", rep, rep),
        ("log_out", rep, rep),
    ]
    assert find_events(session)[0].address == "127.0.0.1"


def test_what_an_administrator_does_to_people_is_told(login: Login, csrf: Csrf, session: Session) -> None:
    admin, user = login("admin"), get_user(session, "rep@test.example")
    url = f"/admin/people/{user.id}"
    admin.post("/admin/people", data={"email": "new@test.example", "name": "", "role": "rep"}, headers=csrf(admin))
    forms = [{"action": action} for action in ("password", "log-out", "tokens", "close", "reopen")]
    for form in (*forms, {"action": "role", "role": "trainer"}):
        admin.post(url, data=form, headers=csrf(admin))
    kinds = ["password_reset", "session_ended", "token_withdrawn", "account_closed", "account_reopened", "role_changed"]
    assert newest(session, 7) == [
        ("person_added", "admin@test.example", "new@test.example"),
        *((kind, "admin@test.example", "rep@test.example") for kind in kinds),
    ]
    assert find_events(session)[0].detail == {"before": "rep", "now": "trainer"}
    admin.post(url, data={"action": "promote"}, headers=csrf(admin))
    assert newest(session)[0][0] == "role_changed", "what did not happen is not told"


def test_every_form_of_the_account_is_told(login: Login, csrf: Csrf, session: Session) -> None:
    rep = login("rep")
    token = {"name": "crm", "scope": ["desk:read"], "days": "7"}
    new = {"password": PASSWORD, "new": "four lamps on a boat", "again": "four lamps on a boat"}
    forms: list[tuple[str, dict[str, Any], str]] = [
        ("/account/confirm", {"password": "guess"}, "confirming_failed"),
        ("/account/confirm", {"password": PASSWORD}, "confirmed"),
        ("/account/tokens", token, "token_made"),
        ("/account/tokens/1", {}, "token_withdrawn"),
        ("/account/sessions", {}, "session_ended"),
        ("/account/password", new, "password_changed"),
        ("/desk/extension/token", {}, "token_made"),
    ]
    for path, form, kind in forms:
        rep.post(path, data=form, headers=csrf(rep))
        assert newest(session) == [(kind, "rep@test.example", "rep@test.example")], path


@pytest.mark.sqlite_only(reason="limits are counted by address, whatever the database")
def test_refusals_are_told_once_a_minute_and_not_for_each_of_a_flood(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, engine: Engine, login: Login, csrf: Csrf, session: Session
) -> None:
    monkeypatch.setitem(LIMITS, "api.search", "10 per hour")
    rep = login("rep")
    for _ in range(5):
        assert rep.get("/admin/people").status_code == 403
    assert newest(session, 3) == [("refused", "rep@test.example", "GET admin.people")]
    few = create_app(settings, engine)
    few.test_client_class = rep.application.test_client_class
    anonymous = few.test_client()
    # As many new addresses of one network are one visitor.
    addresses = [{"REMOTE_ADDR": f"2001:db8::{number:x}"} for number in range(20)]
    statuses = [anonymous.get("/api/v1/search?q=&limit=0", environ_base=address).status_code for address in addresses]
    assert statuses.count(429) == 10
    assert newest(session, 3)[1:] == [("too_often", "", "GET api.search")]


@pytest.mark.sqlite_only(reason="limits are counted by address, whatever the database")
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:5:6::7", "2001:db8:5::/48"),
        ("::ffff:198.51.100.9", "198.51.100.0/24"),
    ],
)
def test_of_who_may_be_a_customer_a_refusal_keeps_the_network_alone(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    engine: Engine,
    login: Login,
    session: Session,
    address: str,
    told: str,
) -> None:
    monkeypatch.setitem(LIMITS, "api.search", "1 per hour")
    few = create_app(settings, engine)
    few.test_client_class = login("rep").application.test_client_class
    client = few.test_client()
    for _ in range(2):
        client.get("/api/v1/search?q=&limit=0", environ_base={"REMOTE_ADDR": address})
    assert (newest(session), find_events(session)[0].address) == ([("too_often", "", "GET api.search")], told)
    login("rep").get("/admin/people", environ_base={"REMOTE_ADDR": address})
    assert (newest(session)[0][1], find_events(session)[0].address) == ("rep@test.example", address)


def test_what_is_handed_out_is_told(login: Login, session: Session) -> None:
    assert login("trainer").get("/studio/numbers/searches.csv").status_code == 200
    assert newest(session) == [("exported", "trainer@test.example", "GET studio_numbers.table")]


def test_administrator_searches_and_hands_out(login: Login, csrf: Csrf, session: Session) -> None:
    admin = login("admin")
    for _ in range(60):
        audit.record(session, AuditKind.CONFIRMING_FAILED, audit.Actor(name="<b>"))
    session.commit()
    login("rep").get("/admin/people")
    page = admin.get("/admin/audit/")
    assert page.status_code == 200
    assert "GET admin.people" in page.text
    assert "before=" in page.text
    assert "GET admin.people" not in admin.get("/admin/audit/?kind=confirming_failed").text
    assert admin.get("/admin/audit/?q=rep@test&since=2020-01-01&until=9999-12-31").text.count("GET admin.people") == 1
    for odd in ("since=x&until=0001-01-01", "before=-1", "before=" + "9" * 30, "kind=%00&q=%25", "before=x"):
        assert admin.get(f"/admin/audit/?{odd}").status_code == 200
    handed = admin.post("/admin/audit/export", headers=csrf(admin))
    rows = [json.loads(line) for line in handed.text.splitlines()]
    assert [row["id"] for row in rows] == list(range(1, 63))
    assert rows[-1]["kind"] == "exported"
    assert handed.headers["Cache-Control"] == "no-store"


def test_commands_are_told_and_the_chain_is_verified(run_kb: Run, session: Session) -> None:
    assert run_kb("audit", "verify")[:2] == (0, "0 events, none altered. The last has the hash (none).\n")
    run_kb("user", "role", "rep@test.example", "trainer")
    run_kb("user", "password", "rep@test.example")
    run_kb("user", "token", "rep@test.example")
    run_kb("user", "close", "rep@test.example")
    run_kb("user", "add", "new@test.example", "--role", "rep")
    kinds = ["role_changed", "password_reset", "token_made", "account_closed", "person_added"]
    assert [row[0] for row in newest(session, 9)] == kinds
    assert {row[1] for row in newest(session, 9)} == {"command line"}
    status, out, _ = run_kb("audit", "export")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [row["kind"] for row in rows] == [*kinds, "exported"]
    status, out, _ = run_kb("audit", "verify", "--json", "--head", rows[2]["hash"])
    assert (status, json.loads(out)["events"]) == (0, 6)
    status, _, error = run_kb("audit", "verify", "--head", "f" * 64)
    assert (status, error) == (1, f"kb: There is no event with the hash {'f' * 64}.\n")
    assert session.get(AuditEvent, 1) is not None
