"""Passwords chosen by links from mails: forgotten ones, and those of people who were invited."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mail_servers import Outgoing
from people_factory import PASSWORD
from second_step import set_up
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from kb.accounts.audit import find_events
from kb.accounts.invitations import ask_for_reset
from kb.accounts.links import MailKind, find_link, make_link
from kb.accounts.people import find_user, get_user, set_active, set_password
from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.service.account_mails import has_due_account_mails, send_account_mails
from kb.tables import AccountMail, Passkey, Role, UserSession
from webapp.app import create_app
from webapp.shared.account_links import nonce_of, sign_link
from webapp.worker.account_mails import ACCOUNT_MAILS, account_words
from webapp.worker.channels import ways_out
from webapp.worker.kinds import job_kinds

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
REP, NEW = "rep@test.example", "four lamps on a boat"
SITE = "https://help.shop.example"


@pytest.fixture
def app(with_mail: Settings, engine: Engine, app: Flask) -> Flask:
    made = create_app(with_mail, engine)
    made.test_client_class = app.test_client_class
    return made


@pytest.fixture
def send(engine: Engine, with_mail: Settings) -> Callable[..., dict[str, int]]:
    def run(later: timedelta = timedelta(0)) -> dict[str, int]:
        return send_account_mails(
            engine, ways_out(with_mail), lambda due: account_words(with_mail, due), now=lambda: utc_now() + later
        )

    return run


def link_in(outgoing: Outgoing) -> str:
    """The path of the link in the newest mail."""
    found = re.search(rf"{SITE}(/login/password/\S+)", outgoing.mails[-1].get_content())
    assert found
    return found[1]


def choose(client: FlaskClient, csrf: Csrf, link: str, password: str = NEW, **form: str) -> int:
    data = {"new": password, "again": password} | form
    return client.post(link, data=data, headers=csrf(client)).status_code


def logs_in(app: Flask, csrf: Csrf, email: str, password: str) -> bool:
    client = app.test_client()
    answer = client.post("/login", data={"email": email, "password": password}, headers=csrf(client))
    return answer.status_code == 302


def kinds(session: Session) -> list[str]:
    session.rollback()
    return [event.kind for event in find_events(session)]


def test_forgotten_password_is_chosen_anew_by_a_link_that_is_good_once(
    app: Flask,
    login: Login,
    csrf: Csrf,
    session: Session,
    outgoing: Outgoing,
    send: Callable[..., dict[str, int]],
) -> None:
    there, client = login("rep"), app.test_client()
    assert "/login/forgotten" in client.get("/login").text
    answer = client.post("/login/forgotten", data={"email": " Rep@Test.example "}, headers=csrf(client))
    assert "a mail with a link is on its way" in answer.text
    assert has_due_account_mails(session)
    assert send() == {"sent": 1}
    mail = outgoing.mails[-1]
    assert (mail["To"], mail["Auto-Submitted"]) == (REP, "auto-generated")
    link = link_in(outgoing)
    row = session.scalars(select(AccountMail)).one()
    assert (row.nonce or "-") in nonce_of(link.rpartition("/")[2], app.config["SECRET_KEY"])
    assert client.get(link).status_code == 200 == client.get(link).status_code, "looking uses nothing up"
    assert client.get(link).headers["Cache-Control"] == "no-store"
    for wrong in ("short", "1234567890", "rep@test.example", "Jhilmil2026", "help.shop#2026"):
        assert choose(client, csrf, link, wrong) == 422
    assert choose(client, csrf, link, NEW, again="another one of mine") == 422
    assert logs_in(app, csrf, REP, PASSWORD)
    assert choose(client, csrf, link) == 303
    assert there.get("/desk/").status_code == 302, "everything that was begun has ended"
    assert not logs_in(app, csrf, REP, PASSWORD)
    assert logs_in(app, csrf, REP, NEW)
    assert choose(client, csrf, link, "five lamps on a boat") == 404
    assert client.get(link).status_code == 404
    assert {"reset_asked", "password_reset"} <= set(kinds(session))
    assert send() == {"sent": 1}
    assert "changed" in outgoing.mails[-1]["Subject"]
    assert send() == {}


def test_nobody_learns_who_has_an_account(app: Flask, csrf: Csrf, session: Session) -> None:
    set_active(session, get_user(session, "trainer@test.example"), False)
    session.commit()
    seen = set()
    for email in (REP, "trainer@test.example", "nobody@test.example", "", "x" * 2000, REP + "\x00", "\u202e@x"):
        client = app.test_client()
        answer = client.post("/login/forgotten", data={"email": email}, headers=csrf(client))
        page = re.sub(r'value="[^"]{30,}"', "", answer.text)
        seen.add((answer.status_code, page, tuple(sorted(answer.headers.keys()))))
    assert len(seen) == 1
    session.rollback()
    assert [mail.user_id for mail in session.scalars(select(AccountMail))] == [get_user(session, REP).id]


def test_account_is_looked_for_only_after_the_answer(app: Flask, csrf: Csrf, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr("webapp.auth.reset.run_after_response", looked.append)
    monkeypatch.setattr("webapp.auth.reset.ask_for_reset", lambda *_: pytest.fail("the answer waits for this"))
    client = app.test_client()
    for email in (REP, "nobody@test.example"):
        assert client.post("/login/forgotten", data={"email": email}, headers=csrf(client)).status_code == 200
    assert len(looked) == 2


def test_mailbox_is_not_filled_and_the_newest_link_counts(session: Session) -> None:
    user = get_user(session, REP)
    now = utc_now()
    first = make_link(session, user, MailKind.RESET, now=now)
    assert make_link(session, user, MailKind.RESET, now=now + timedelta(seconds=90)) is None
    second = make_link(session, user, MailKind.RESET, now=now + timedelta(minutes=3))
    assert second not in {None, first}
    assert session.scalars(select(AccountMail.nonce)).all() == [second]


@pytest.mark.parametrize("change", ["password", "close", "late", "other key", "cut", "made up"])
def test_link_that_is_no_good_is_refused_in_the_same_words(
    app: Flask, csrf: Csrf, session: Session, change: str
) -> None:
    user = get_user(session, REP)
    nonce = make_link(session, user, MailKind.RESET) or ""
    token = sign_link(nonce, app.config["SECRET_KEY"])
    if change == "password":
        set_password(session, user, "another of my passwords")
    elif change == "close":
        set_active(session, user, False)
    elif change == "late":
        session.execute(update(AccountMail).values(expires_at=utc_now() - timedelta(seconds=1)))
    elif change == "other key":
        token = sign_link(nonce, "another key " * 5)
    elif change == "cut":
        token = token[:-1]
    else:
        token = nonce
    session.commit()
    client = app.test_client()
    answer = client.get(f"/login/password/{token}")
    assert (answer.status_code, "This link is not good any more" in answer.text) == (404, True)
    assert choose(client, csrf, f"/login/password/{token}") == 404
    assert not logs_in(app, csrf, REP, NEW)


@pytest.mark.parametrize("token", ["x", "a.b", "é", "%00", "%ed%a0%80", "x" * 3000, "IiI.x", "WzFd.x"])
def test_anything_for_a_link_is_not_found(app: Flask, token: str) -> None:
    assert app.test_client().get(f"/login/password/{token}").status_code in {400, 404}


def test_mail_waits_while_the_server_is_down_and_not_longer_than_its_link(
    session: Session, outgoing: Outgoing, send: Callable[..., dict[str, int]]
) -> None:
    make_link(session, get_user(session, REP), MailKind.RESET)
    session.commit()
    outgoing.answers = ["451 later"]
    assert send() == {"waiting": 1}
    assert send() == {}
    outgoing.stop()
    assert send(timedelta(minutes=2)) == {"waiting": 1}
    assert send(timedelta(minutes=61)) == {"over": 1}
    session.rollback()
    assert session.scalars(select(AccountMail)).all() == []


def test_without_mail_nothing_is_offered(
    settings: Settings, engine: Engine, client: FlaskClient, login: Login, csrf: Csrf
) -> None:
    plain = create_app(settings, engine).test_client()
    assert "An administrator gives you a new password" in plain.get("/login/forgotten").text
    assert plain.post("/login/forgotten", data={"email": REP}, headers=csrf(plain)).status_code == 404


def test_own_link_from_the_account_page(
    app: Flask, login: Login, csrf: Csrf, outgoing: Outgoing, send: Callable[..., dict[str, int]]
) -> None:
    rep = login("rep")
    assert "Send a link to my address" in rep.get("/account/password").text
    assert rep.post("/account/password/link", headers=csrf(rep)).status_code == 303
    assert send() == {"sent": 1}
    assert choose(rep, csrf, link_in(outgoing)) == 303
    assert logs_in(app, csrf, REP, NEW)


def test_invited_person_chooses_name_and_password(
    app: Flask,
    login: Login,
    csrf: Csrf,
    session: Session,
    outgoing: Outgoing,
    send: Callable[..., dict[str, int]],
) -> None:
    admin, guest = login("admin"), app.test_client()
    form = {"email": "Mira@test.example", "name": "", "role": "trainer", "action": "invite"}
    page = admin.post("/admin/people", data=form, headers=csrf(admin)).text
    assert "The invitation is on its way." in page
    assert not re.search(r"<code>[\w-]{20}</code>", page)
    assert admin.post("/admin/people", data=form, headers=csrf(admin)).status_code == 422
    outgoing.answers = ["550 no such mailbox"]
    assert send() == {"failed": 1}
    assert "550 no such mailbox" in admin.get("/admin/people").text
    session.rollback()
    user = get_user(session, "mira@test.example")
    again = admin.post(f"/admin/people/{user.id}", data={"action": "invite"}, headers=csrf(admin))
    assert again.status_code == 303
    assert send() == {"sent": 1}
    link = link_in(outgoing)
    assert choose(guest, csrf, link, name="Mira\x07 Roy") == 422
    guest.set_cookie("language", "hi")
    assert choose(guest, csrf, link, name="Mira Roy") == 303
    assert logs_in(app, csrf, "mira@test.example", NEW)
    session.expire_all()
    session.rollback()
    user = get_user(session, "mira@test.example")
    assert (user.name, user.role, user.language, user.must_change) == ("Mira Roy", "trainer", "hi", False)
    assert admin.post(f"/admin/people/{user.id}", data={"action": "invite"}, headers=csrf(admin)).status_code == 422
    assert {"invited", "invitation_taken"} <= set(kinds(session))


def test_withdrawn_invitation_lets_nobody_in(
    app: Flask, login: Login, csrf: Csrf, session: Session, outgoing: Outgoing, send: Callable[..., dict[str, int]]
) -> None:
    admin = login("admin")
    form = {"email": "mira@test.example", "name": "Mira", "role": "rep", "action": "invite"}
    admin.post("/admin/people", data=form, headers=csrf(admin))
    send()
    user = get_user(session, "mira@test.example")
    admin.post(f"/admin/people/{user.id}", data={"action": "close"}, headers=csrf(admin))
    assert choose(app.test_client(), csrf, link_in(outgoing), name="Mira") == 404


def test_command_invites_by_mail_or_shows_the_link(
    app: Flask,
    csrf: Csrf,
    session: Session,
    with_mail: Settings,
    monkeypatch: pytest.MonkeyPatch,
    run_kb: Callable[..., tuple[int, str, str]],
    outgoing: Outgoing,
    send: Callable[..., dict[str, int]],
) -> None:
    def kb(*words: str) -> str:
        _status, out, err = run_kb("user", "invite", "ravi@test.example", "--role", "rep", *words)
        return out + err

    monkeypatch.setenv("KB_SECRET_KEY", with_mail.secret_key)
    assert "KB_PUBLIC_URL" in kb()
    monkeypatch.setenv("KB_PUBLIC_URL", SITE)
    assert "KB_MAIL_SMTP" in kb()
    shown = kb("--link")
    found = re.search(rf"{SITE}(/login/password/\S+)", shown)
    assert found
    monkeypatch.setenv("KB_MAIL_SMTP", with_mail.mail_smtp_text)
    monkeypatch.setenv("KB_MAIL_FROM", with_mail.mail_from_text)
    assert "Invited ravi@test.example (rep)." in kb()
    assert send() == {"sent": 1}
    assert choose(app.test_client(), csrf, found[1], name="Ravi") == 404, "the newest counts"
    assert choose(app.test_client(), csrf, link_in(outgoing), name="Ravi") == 303
    session.rollback()
    assert find_user(session, "ravi@test.example") is not None


def test_mails_are_in_the_language_of_their_reader(
    session: Session, outgoing: Outgoing, send: Callable[..., dict[str, int]]
) -> None:
    user = get_user(session, REP)
    user.language = "hi"
    make_link(session, user, MailKind.RESET)
    session.commit()
    send()
    assert "पासवर्ड" in outgoing.mails[-1]["Subject"]
    assert "पासवर्ड" in outgoing.mails[-1].get_content()


def test_administrator_lets_in_who_has_lost_the_second_step(
    app: Flask, login: Login, csrf: Csrf, session: Session
) -> None:
    rep, admin = login("rep"), login("admin")
    set_up(rep, csrf)
    page = admin.get("/admin/people").text
    assert page.count("Let in without the second step") == 1
    number = get_user(session, REP).id
    assert admin.post(f"/admin/people/{number}", data={"action": "second-step"}, headers=csrf(admin)).status_code == 303
    assert rep.get("/desk/").status_code == 302
    assert logs_in(app, csrf, REP, PASSWORD)
    assert session.scalars(select(UserSession.had_second).where(UserSession.user_id == number)).all() == [False]


def test_job_is_there_where_mail_is(settings: Settings, with_mail: Settings, engine: Engine, session: Session) -> None:
    assert ACCOUNT_MAILS not in job_kinds(settings, engine)
    kind = job_kinds(with_mail, engine)[ACCOUNT_MAILS]
    assert kind.is_wanted is not None
    assert not kind.is_wanted(session)
    make_link(session, get_user(session, REP), MailKind.RESET)
    assert kind.is_wanted(session)


def test_mailbox_does_not_get_round_the_second_step(app: Flask, login: Login, csrf: Csrf, session: Session) -> None:
    set_up(login("rep"), csrf)
    user = get_user(session, REP)
    passkey = Passkey(
        user_id=user.id, name="Phone", credential_id="a", credential_hash="a", public_key=b"", transports=["internal"]
    )
    session.add(passkey)
    nonce = make_link(session, user, MailKind.RESET) or ""
    session.commit()
    client = app.test_client()
    assert choose(client, csrf, f"/login/password/{sign_link(nonce, app.config['SECRET_KEY'])}") == 303
    answer = client.post("/login", data={"email": REP, "password": NEW}, headers=csrf(client))
    assert answer.location == "/login/second"
    session.rollback()
    assert session.scalars(select(Passkey.name)).all() == ["Phone"]


def test_who_logs_in_by_a_provider_gets_no_password_by_mail(session: Session) -> None:
    user = get_user(session, REP)
    before = make_link(session, user, MailKind.INVITATION) or ""
    user.password_hash = ""
    session.commit()
    assert ask_for_reset(session, REP) is None
    assert find_link(session, before) is None
    assert session.scalars(select(AccountMail.kind)).all() == ["invitation"]
