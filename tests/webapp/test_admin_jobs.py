"""The pages of jobs and imports, with the handlers of the real worker."""

import html
import io
import json
import os
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from page_checks import check_page, get_page, parse_strictly
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from kb.core.database import session_scope
from kb.core.errors import ConflictError
from kb.core.settings import Settings
from kb.jobs import enqueue
from kb.jobs.claiming import claim, close, heartbeat
from kb.jobs.running import run_next
from kb.jobs.schedule import ask_where_wanted
from kb.tables import Job, JobState, Passage, Role, Ticket, TicketMessage, UploadPart, utc_now
from kb.tickets.uploads import Uploads
from webapp.admin.jobs import KINDS
from webapp.app import create_app
from webapp.shared.security import load_secret_key
from webapp.worker.kinds import job_kinds
from webapp.worker.tickets import IMPORT_PREFIX

Csrf = Callable[[FlaskClient], dict[str, str]]
TICKETS = [
    {"id": 1, "subject": "Lamp", "problem": "My lamp is broken, call 9876543210", "resolution": "Sent a new one."},
    {"id": 2, "subject": "Kettle", "problem": "The kettle leaks", "resolution": "Use the other seal."},
]


@pytest.fixture
def admin(login: Callable[[Role | str], FlaskClient]) -> FlaskClient:
    return login("admin")


def export(rows: list[dict[str, object]] = TICKETS, *more: str) -> bytes:
    return "\n".join([*map(json.dumps, rows), *more]).encode()


def upload(
    client: FlaskClient,
    csrf: Csrf,
    data: bytes,
    name: str = "export.jsonl",
    source: str = "jsonl",
    action: str = "import",
):  # type: ignore[no-untyped-def]
    # Put together by hand: the test client would leave a temporary file open behind a large one.
    head = "Content-Disposition: form-data; name="
    parts = [f'{head}"action"\r\n\r\n{action}'.encode()]
    parts += [f'{head}"source"\r\n\r\n{source}'.encode(), f'{head}"file"; filename="{name}"\r\n\r\n'.encode() + data]
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    return client.post("/admin/imports", data=body, headers=csrf(client), content_type=kind)


def work(settings: Settings, engine: Engine, *kinds: str) -> None:
    """What a worker does: jobs that were asked for, and those of kinds that find something to do."""
    registry = job_kinds(settings, engine)
    for name in kinds:
        while run_next(engine, registry, "w", [name]):
            pass
        ask_where_wanted(engine, registry["index"])


def uploads(engine: Engine) -> set[str]:
    with Session(engine) as session:
        return Uploads(session, "").names()


def test_every_job_has_a_name_on_the_page(settings: Settings, engine: Engine) -> None:
    """Those too that run only where something is set."""
    everything = {
        "check_links_text": "1",
        "mail_imap_text": "imaps://a:b@mail.example",
        "mail_smtp_text": "smtps://a:b@mail.example",
        "mail_from_text": "help@mail.example",
        "public_url_text": "https://help.example",
    }
    kinds = job_kinds(Settings(**{**vars(settings), **everything}), engine)
    assert {"outside_links", "mailbox", "reminders", "gap_news"} <= set(kinds)
    assert [name for name in kinds if name not in KINDS] == []


def test_page_tells_what_runs_waits_and_failed(admin: FlaskClient, engine: Engine) -> None:
    assert "No jobs" in get_page(admin, "/admin/jobs")
    with session_scope(engine) as session:
        enqueue(session, "index")
        enqueue(session, "gaps")
        enqueue(session, "retention")
    running, failed = claim(engine, "w", ["index"]), claim(engine, "w", ["gaps"])
    assert running
    assert failed
    heartbeat(engine, running, 30, 120)
    close(engine, failed, JobState.FAILED, "The disk <is> full.")
    page = get_page(admin, "/admin/jobs")
    assert re.search(r'<progress [^>]*max="120" value="30"', page)
    assert "25%" in page
    assert "The disk &lt;is&gt; full." in page
    assert "Deleting what is old" in page
    # While something moves the list asks for itself again, and is answered with the list alone.
    assert 'hx-trigger="every 3s"' in page
    part = admin.get("/admin/jobs", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'hx-trigger="every 3s"' in part
    close(engine, running, JobState.DONE, "")
    with session_scope(engine) as session:
        session.scalars(select(Job).where(Job.kind == "retention")).one().state = "cancelled"
    assert "every 3s" not in get_page(admin, "/admin/jobs")


def test_failed_job_is_run_again_and_waiting_one_cancelled(admin: FlaskClient, csrf: Csrf, engine: Engine) -> None:
    with session_scope(engine) as session:
        job = enqueue(session, "index")
    taken = claim(engine, "w", ["index"])
    assert taken
    close(engine, taken, JobState.FAILED, "No.")

    def act(job_id: int, action: str) -> str:
        return check_page(
            admin.post(f"/admin/jobs/{job_id}", data={"action": action}, headers=csrf(admin), follow_redirects=True)
        )

    assert "It waits for a worker." in act(job, "retry")
    with Session(engine) as session:
        again = session.scalars(select(Job).where(Job.state == "waiting")).one().id
    assert "It is cancelled." in act(again, "cancel")
    assert "is over" in act(again, "cancel")
    assert "There is no job 999" in act(999, "retry")
    assert admin.post("/admin/jobs/1", data={"action": "burn"}, headers=csrf(admin)).status_code == 400


def test_uploaded_tickets_are_imported_redacted_and_searchable_and_the_file_is_gone(
    admin: FlaskClient, csrf: Csrf, settings: Settings, engine: Engine
) -> None:
    assert upload(admin, csrf, export(TICKETS, "this is no JSON"), "July <tickets>.jsonl").status_code == 303
    assert len(uploads(engine)) == 1
    with Session(engine) as session:
        stored = session.scalars(select(UploadPart.sealed)).one()
        assert b"9876543210" not in stored + zlib.compress(stored)
        with pytest.raises(ConflictError, match="KB_SECRET_KEY"):
            next(Uploads(session, "another key").parts(*uploads(engine)))
    page = get_page(admin, "/admin/imports")
    assert "July &lt;tickets&gt;.jsonl" in page
    assert "every 3s" in page
    work(settings, engine, "ticket_import", "index")
    assert uploads(engine) == set()
    page = get_page(admin, "/admin/imports")
    assert "2 new" in page
    assert "1 rejected" in page
    assert "July &lt;tickets&gt;.jsonl:3:" in page
    assert str(settings.home) not in page
    with Session(engine) as session:
        assert session.scalar(select(func.count(Ticket.id))) == 2
        texts = [*session.scalars(select(Ticket.problem)), *session.scalars(select(TicketMessage.text))]
        assert not any("9876543210" in text for text in texts)
        assert session.scalars(select(Passage.id).where(Passage.collection == "tickets")).all()


def test_a_worker_of_another_machine_imports_what_was_sent_to_this_one(
    admin: FlaskClient, csrf: Csrf, settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    upload(admin, csrf, export())
    key = load_secret_key(settings)
    other = replace(settings, home_text=str(tmp_path / "other machine"), secret_key=key)
    other.home.mkdir(mode=0o700)
    work(other, engine, "ticket_import")
    with Session(engine) as session:
        assert session.scalar(select(func.count(Ticket.id))) == 2
        assert session.scalars(select(Job).where(Job.kind == "ticket_import")).one().state == "done"
    assert uploads(engine) == set()
    assert not list(other.home.glob(f"{IMPORT_PREFIX}*"))


def test_page_tells_once_what_was_not_understood(
    admin: FlaskClient, csrf: Csrf, settings: Settings, engine: Engine
) -> None:
    text = "Ticket ID,Ticket Subject,Status,Created\n1,a,Zzz,03/04/2026\n2,b,Zzz,never\n3,c,Closed,05/06/2026\n"
    upload(admin, csrf, text.encode(), "odd.csv", "csv")
    work(settings, engine, "ticket_import")
    page = get_page(admin, "/admin/imports")
    assert "Zzz (2)" in page
    assert "created_at &#39;never&#39;" in page
    assert "3 April" in page


def test_file_that_is_no_export_fails_in_words_and_is_deleted(
    admin: FlaskClient, csrf: Csrf, settings: Settings, engine: Engine
) -> None:
    upload(admin, csrf, b"\x00\x01 nonsense", "wrong.csv", "csv")
    work(settings, engine, "ticket_import")
    page = get_page(admin, "/admin/imports")
    assert "Failed" in page
    assert "wrong.csv" in page
    assert str(settings.home) not in page
    assert uploads(engine) == set()


@pytest.mark.parametrize(
    ("data", "name", "source", "words"),
    [(b"", "x.csv", "csv", "empty"), (b"x", "", "csv", "Choose a file"), (b"x", "x.csv", "excel", "exported as")],
)
def test_upload_that_cannot_be_one_is_told_at_once(
    admin: FlaskClient, csrf: Csrf, settings: Settings, engine: Engine, data: bytes, name: str, source: str, words: str
) -> None:
    answer = upload(admin, csrf, data, name, source)
    assert words in check_page(answer, status=422)
    assert uploads(engine) == set()
    with Session(engine) as session:
        assert session.scalars(select(Job)).all() == []


def test_upload_may_be_larger_than_other_requests_and_not_larger_than_the_setting(
    settings: Settings, engine: Engine, admin: FlaskClient, csrf: Csrf
) -> None:
    rows = [{"id": n, "problem": f"Lamp {n} " + "is broken " * 60} for n in range(12_000)]
    data = export(rows)
    assert len(data) > 7_000_000
    assert upload(admin, csrf, data).status_code == 303
    with Session(engine) as session:
        kept = b"".join(Uploads(session, load_secret_key(settings)).parts(*uploads(engine)))
    assert kept == data
    small = create_app(replace(settings, largest_upload_text="2"), engine)
    client = small.test_client()
    with admin.session_transaction() as cookie, client.session_transaction() as other:
        other.update(cookie)
    assert upload(client, csrf, data).status_code == 413
    assert len(uploads(engine)) == 1


def test_others_may_not_send_large_requests(
    app: object, login: Callable[[Role | str], FlaskClient], csrf: Csrf, engine: Engine
) -> None:
    assert upload(login("trainer"), csrf, export()).status_code == 403
    assert uploads(engine) == set()


@pytest.mark.parametrize("language", ["hi", "bn"])
@pytest.mark.parametrize("path", ["/admin/jobs", "/admin/imports"])
def test_pages_are_valid_in_each_language(
    admin: FlaskClient, csrf: Csrf, engine: Engine, settings: Settings, path: str, language: str
) -> None:
    upload(admin, csrf, export(TICKETS, "no"), "a.jsonl")
    work(settings, engine, "ticket_import")
    admin.post("/preferences", data={"language": language}, headers=csrf(admin))
    page = get_page(admin, path)
    assert f'<html lang="{language}"' in page
    assert parse_strictly(page) is not None


def test_uploads_and_caches_that_nobody_needs_are_deleted_and_waiting_ones_are_not(
    admin: FlaskClient, csrf: Csrf, settings: Settings, engine: Engine
) -> None:
    upload(admin, csrf, export(), "waiting.jsonl")
    (waiting,) = uploads(engine)
    killed, running = settings.home / f"{IMPORT_PREFIX}killed", settings.home / f"{IMPORT_PREFIX}running"
    of_before = settings.home / "uploads"
    cache = settings.home / "cache" / "vectors.sqlite3"
    for path in (killed / "export", running / "export", of_before / "0a", cache):
        path.parent.mkdir()
        path.write_text("x")
    for path, days in ((killed, 3), (of_before, 3), (cache, 40)):
        past = time.time() - days * 86_400
        os.utime(path, (past, past))
    with session_scope(engine) as session:
        enqueue(session, "cleanup")
        orphan, young = (Uploads(session, "a key").keep(io.BytesIO(b"x"), checkpoint=session.flush) for _ in range(2))
        old = UploadPart.upload.in_([waiting, orphan])
        session.execute(update(UploadPart).where(old).values(created_at=utc_now() - timedelta(days=3)))
    work(settings, engine, "cleanup")
    assert uploads(engine) == {waiting, young}
    assert not killed.exists()
    assert not of_before.exists()
    assert (running / "export").exists()
    assert not cache.exists()
    assert "4 files" in get_page(admin, "/admin/jobs")


def test_retention_runs_by_the_settings(settings: Settings, engine: Engine) -> None:
    with session_scope(engine) as session:
        session.add(Job(kind="index", state="done", finished_at=utc_now() - timedelta(days=20)))
        enqueue(session, "retention")
    work(replace(settings, keep_jobs_text="30"), engine, "retention")
    with session_scope(engine) as session:
        assert len(session.scalars(select(Job).where(Job.kind == "index")).all()) == 1
        enqueue(session, "retention", run_at=utc_now())
    work(settings, engine, "retention")
    with Session(engine) as session:
        assert session.scalars(select(Job).where(Job.kind == "index")).all() == []
        done = session.scalars(select(Job).where(Job.kind == "retention", Job.state == "done")).one()
        assert done.result == {"jobs": 1}


def send(client: FlaskClient, csrf: Csrf, fields: dict[str, object]) -> str:
    answer = client.post("/admin/imports", data=fields, headers=csrf(client), content_type="multipart/form-data")
    return check_page(answer, status=answer.status_code)


def hidden_fields(page: str) -> dict[str, object]:
    fields: dict[str, object] = dict(
        re.findall(r'<input type="hidden" name="(kept|name|source|map)" value="([^"]*)"', page)
    )
    fields["header"] = re.findall(r'name="header" value="([^"]*)"', page)
    fields["column"] = re.findall(r'<option value="(\w+)" selected>', page)[: len(fields["header"])]  # type: ignore[arg-type]
    return fields


STRANGE = "Nummer,Was ist los,Gesagt,Am\n1,Lamp,Call 9876543210,03/04/2026\n2,Kettle,leaks,05/06/2026\n"


def test_guess_is_seen_and_mended_before_anything_is_stored(
    admin: FlaskClient, csrf: Csrf, settings: Settings, engine: Engine
) -> None:
    page = send(admin, csrf, {"source": "csv", "action": "look", "file": (io.BytesIO(STRANGE.encode()), "odd.csv")})
    assert "Say which columns hold" in page
    fields = hidden_fields(page)
    assert fields["header"] == ["Nummer", "Was ist los", "Gesagt", "Am"]
    fields["column"] = ["id", "subject", "problem", "created_at"]
    page = send(admin, csrf, fields | {"action": "look", "dates": "mdy"})
    assert "So the file would be read" in page
    assert "Call [phone]" in page
    assert "9876543210" not in page
    assert "2026-03-04" in page
    assert hidden_fields(page)["column"] == ["id", "subject", "problem", "created_at"]
    with Session(engine) as session:
        assert session.scalars(select(Job)).all() == []
    assert "The file is here" not in page
    send(admin, csrf, hidden_fields(page) | {"action": "import", "dates": "mdy"})
    work(settings, engine, "ticket_import")
    with Session(engine) as session:
        found = session.scalars(select(Ticket).order_by(Ticket.external_id)).all()
        assert [(ticket.subject, ticket.created_at.month) for ticket in found] == [("Lamp", 3), ("Kettle", 5)]
    assert uploads(engine) == set()


def test_columns_and_dates_may_be_said_at_once(
    admin: FlaskClient, csrf: Csrf, settings: Settings, engine: Engine
) -> None:
    asked = {"source": "csv", "map": "Nummer=id\n\nWas ist los=subject\nAm = created_at", "dates": "dmy"}
    send(admin, csrf, asked | {"file": (io.BytesIO(STRANGE.encode()), "odd.csv")})
    work(settings, engine, "ticket_import")
    with Session(engine) as session:
        found = session.scalars(select(Ticket).order_by(Ticket.external_id)).all()
        assert [(ticket.subject, ticket.created_at.month) for ticket in found] == [("Lamp", 4), ("Kettle", 6)]


def test_fields_of_json_may_be_said_and_looked_at(admin: FlaskClient, csrf: Csrf, engine: Engine) -> None:
    rows = export([{"key": 1, "fields": {"summary": "Lamp"}, "description": "It broke"}])
    asked = {
        "source": "jsonl",
        "action": "look",
        "map": "fields.summary=subject",
        "file": (io.BytesIO(rows), "a.jsonl"),
    }
    page = send(admin, csrf, asked)
    assert "Lamp" in page
    assert hidden_fields(page)["map"] == "fields.summary=subject"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"map": "Gewicht"}, "is not COLUMN=FIELD"),
        ({"map": "Am=weight"}, "Unknown field"),
        ({"map": "Farbe=subject"}, "There is no column"),
        ({"map": "Am=subject\nGesagt=subject"}, "Two columns cannot both be subject"),
        ({"dates": "ymd"}, "order of dates"),
        ({"file": None, "kept": "../kb.sqlite3"}, "Choose a file"),
        ({"file": None, "kept": "0" * 32}, "Choose a file"),
        ({"action": "look", "source": "zendesk"}, "is no Zendesk export"),
    ],
)
def test_what_cannot_be_asked_for_is_told_at_once(
    admin: FlaskClient, csrf: Csrf, engine: Engine, settings: Settings, fields: dict[str, object], words: str
) -> None:
    asked = {"source": "csv", "file": (io.BytesIO(STRANGE.encode()), "odd.csv")} | fields
    page = send(admin, csrf, {name: value for name, value in asked.items() if value is not None})
    assert words in html.unescape(page)
    assert str(settings.home) not in page
    with Session(engine) as session:
        assert session.scalars(select(Job)).all() == []


def test_beginning_of_a_long_file_is_enough_for_a_look(admin: FlaskClient, csrf: Csrf, engine: Engine) -> None:
    text = "id,subject,status\n" + "".join(f"{n},Lamp {n},Zzz\n" for n in range(400_000))
    page = check_page(upload(admin, csrf, text.encode(), "long.csv", "csv", "look"))
    assert "Only its beginning was looked at" in page
    assert "Lamp 2" in page


@pytest.mark.parametrize("language", ["hi", "bn"])
def test_look_at_a_file_is_valid_in_each_language(
    admin: FlaskClient, csrf: Csrf, engine: Engine, language: str
) -> None:
    admin.post("/preferences", data={"language": language}, headers=csrf(admin))
    page = send(admin, csrf, {"source": "csv", "action": "look", "file": (io.BytesIO(STRANGE.encode()), "odd.csv")})
    assert f'<html lang="{language}"' in page
    assert parse_strictly(page) is not None
    assert "Not used" not in page
