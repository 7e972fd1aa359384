"""Administrators look a customer up, hand out what is stored of them and have it erased; nobody else, and never by accident."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.audit import AuditKind, find_events
from kb.core.settings import Settings
from kb.jobs import enqueue
from kb.jobs.running import run_next
from kb.service.attachments import add_file
from kb.service.timeline import newest_messages
from kb.tables import Conversation, Customer, Job, Role, UserSession
from webapp.worker.erasing import ERASING
from webapp.worker.kinds import job_kinds
from webapp.worker.tickets import TICKET_IMPORT

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
Run = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.sqlite_only(reason="tests/privacy looks at both databases")


@pytest.fixture
def talk(session: Session) -> Conversation:
    talk = make_talk(
        session, ["customer: My lamp hums", "agent: We send another"], name="Nilufa Yasmin", email="nilufa@x.example"
    )
    first = newest_messages(session, talk)[0]
    add_file(session, talk, "../lamp.txt", b"hum", user_id=None, message_id=first.id, largest=99)
    make_talk(session, ["customer: Where is it?"], name="Somebody Else", email="else@x.example")
    session.commit()
    return talk


def test_what_is_handed_out_is_theirs_whole_and_readable(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    admin = login("admin")
    page = admin.get("/admin/privacy/?q=nilufa").text
    assert f"/admin/privacy/customers/{talk.customer_id}" in page
    url = f"/admin/privacy/customers/{talk.customer_id}"
    assert re.search(r"Messages</td><td>2<", admin.get(url).text)
    answer = admin.post(f"{url}/export", headers=csrf(admin))
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        data = json.loads(archive.read("data.json"))
        (file,) = (name for name in names if name.startswith("files/"))
        assert archive.read(file) == b"hum"
        assert ".." not in file
    said = [row["text"] for row in data["tables"]["conversation_messages"]["rows"]]
    assert said == ["My lamp hums", "We send another"]
    assert data["tables"]["customers"]["rows"][0]["name"] == "Nilufa Yasmin"
    assert all(table["what"] for table in data["tables"].values())
    assert "else@x.example" not in json.dumps(data)
    (event,) = find_events(session, kind=AuditKind.EXPORTED.value)
    assert (event.about, event.actor) == (f"customer {talk.customer_id}", "admin@test.example")


def test_erasing_needs_a_tick_and_a_job_does_it(
    login: Login, csrf: Csrf, settings: Settings, engine: Engine, session: Session, talk: Conversation
) -> None:
    admin, number, about = login("admin"), talk.id, f"customer {talk.customer_id}"
    url = f"/admin/privacy/customers/{talk.customer_id}"
    assert admin.post(f"{url}/erase", headers=csrf(admin)).status_code == 422
    assert session.scalars(select(Job).where(Job.kind == ERASING)).all() == []
    asked = admin.post(f"{url}/erase", data={"sure": "1"}, headers=csrf(admin))
    assert asked.status_code == 303
    assert "is being erased" in admin.get(asked.location).text
    assert run_next(engine, job_kinds(settings, engine), "test", [ERASING])
    session.expire_all()
    assert session.scalars(select(Customer.name)).all() == ["Somebody Else"]
    assert admin.get(url).status_code == 404
    assert login("rep").get(f"/desk/inbox/{number}").status_code == 404
    told = [(one.kind, one.about) for one in find_events(session, text=about)]
    assert told == [("erased", about), ("erasure_asked", about)]


def test_it_waits_for_an_import_that_may_bring_more(
    login: Login, csrf: Csrf, settings: Settings, engine: Engine, session: Session, talk: Conversation
) -> None:
    admin = login("admin")
    enqueue(session, TICKET_IMPORT, payload={"file": "f", "name": "n", "source": "csv"})
    session.commit()
    admin.post(f"/admin/privacy/customers/{talk.customer_id}/erase", data={"sure": "1"}, headers=csrf(admin))
    assert run_next(engine, job_kinds(settings, engine), "test", [ERASING])
    session.expire_all()
    assert len(session.scalars(select(Customer)).all()) == 2
    states = session.scalars(select(Job.state).where(Job.kind == ERASING).order_by(Job.id)).all()
    assert states == ["done", "waiting"]
    assert "waits for an import" in admin.get("/admin/privacy/").text


def test_the_password_is_asked_for_once_more(login: Login, csrf: Csrf, session: Session, talk: Conversation) -> None:
    admin = login("admin")
    for row in session.scalars(select(UserSession)):
        row.confirmed_at = row.confirmed_at.replace(year=2020)
    session.commit()
    for act in ("export", "erase"):
        answer = admin.post(
            f"/admin/privacy/customers/{talk.customer_id}/{act}", data={"sure": "1"}, headers=csrf(admin)
        )
        assert answer.status_code == 303
        assert "/account/confirm" in answer.location
    assert len(session.scalars(select(Customer)).all()) == 2


def test_only_administrators_are_led_there(login: Login, talk: Conversation) -> None:
    address = f"/desk/customers/{talk.customer_id}"
    assert "/admin/privacy/" in login("admin").get(address).text
    assert "/admin/privacy/" not in login("trainer").get(address).text


class TestCommand:
    def test_export_is_a_file_of_its_owner_alone(self, run_kb: Run, talk: Conversation, tmp_path: Path) -> None:
        file = tmp_path / "out.zip"
        status, out, _ = run_kb("customer", "export", "NILUFA@x.example", file)
        assert status == 0
        assert "nilufa" not in out.lower()
        assert file.stat().st_mode & 0o077 == 0
        with zipfile.ZipFile(file) as archive:
            assert "My lamp hums" in archive.read("data.json").decode()
        assert run_kb("customer", "export", str(talk.customer_id), file)[0] == 1, "no file is written over"

    def test_erase_does_nothing_without_yes(self, run_kb: Run, session: Session, talk: Conversation) -> None:
        status, _, err = run_kb("customer", "erase", "nilufa@x.example")
        assert status == 1
        assert "--yes" in err
        assert len(session.scalars(select(Customer)).all()) == 2
        status, out, _ = run_kb("customer", "erase", "--yes", "--json", str(talk.customer_id))
        assert status == 0
        assert json.loads(out)["rows"] >= 5
        session.expire_all()
        assert session.scalars(select(Customer.name)).all() == ["Somebody Else"]

    @pytest.mark.parametrize("who", ["4711", "cust-none", "", "\0"])
    def test_nobody_is_one_line(self, run_kb: Run, who: str) -> None:
        status, _, err = run_kb("customer", "erase", "--yes", who)
        assert status == 1
        assert len(err.strip().splitlines()) == 1

    def test_somebody_who_only_wrote_tickets(self, run_kb: Run, settings: Settings, session: Session) -> None:
        from kb.tables import Ticket
        from kb.tickets.requesters import hash_requester, load_requester_key

        key = load_requester_key(settings.home)
        for number, sender in enumerate(["old@x.example", "+91 98300 12345", "other@x.example"]):
            session.add(
                Ticket(
                    source="csv", external_id=str(number), problem=sender, content_hash="x",
                    requester_ref=hash_requester(key, sender),
                )
            )  # fmt: skip
        session.commit()
        assert run_kb("customer", "erase", "--yes", "old@x.example")[0] == 0
        assert run_kb("customer", "erase", "--yes", "9830012345")[0] == 0
        session.expire_all()
        assert session.scalars(select(Ticket.problem)).all() == ["other@x.example"]
