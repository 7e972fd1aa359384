"""The pages of jobs and imports, with the handlers of the real worker."""

import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from page_checks import check_page, get_page, parse_strictly
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from kb.core.database import session_scope
from kb.core.settings import Settings
from kb.jobs import enqueue
from kb.jobs.claiming import claim, close, heartbeat
from kb.jobs.worker import ask_where_wanted, run_next
from kb.tables import Job, JobState, Passage, Role, Ticket, TicketMessage, utc_now
from webapp.app import create_app
from webapp.worker.kinds import job_kinds

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


def upload(client: FlaskClient, csrf: Csrf, data: bytes, name: str = "export.jsonl", source: str = "jsonl"):  # type: ignore[no-untyped-def]
    # Put together by hand: the test client would leave a temporary file open behind a large one.
    head = "Content-Disposition: form-data; name="
    parts = [f'{head}"source"\r\n\r\n{source}'.encode(), f'{head}"file"; filename="{name}"\r\n\r\n'.encode() + data]
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


def uploads(settings: Settings) -> list[Path]:
    folder = settings.home / "uploads"
    return list(folder.iterdir()) if folder.exists() else []


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
    (kept,) = uploads(settings)
    assert kept.stat().st_mode & 0o077 == 0
    page = get_page(admin, "/admin/imports")
    assert "July &lt;tickets&gt;.jsonl" in page
    assert "every 3s" in page
    work(settings, engine, "ticket_import", "index")
    assert uploads(settings) == []
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
    assert uploads(settings) == []


@pytest.mark.parametrize(
    ("data", "name", "source", "words"),
    [(b"", "x.csv", "csv", "empty"), (b"x", "", "csv", "Choose a file"), (b"x", "x.csv", "excel", "exported as")],
)
def test_upload_that_cannot_be_one_is_told_at_once(
    admin: FlaskClient, csrf: Csrf, settings: Settings, engine: Engine, data: bytes, name: str, source: str, words: str
) -> None:
    answer = upload(admin, csrf, data, name, source)
    assert words in check_page(answer, status=422)
    assert uploads(settings) == []
    with Session(engine) as session:
        assert session.scalars(select(Job)).all() == []


def test_upload_may_be_larger_than_other_requests_and_not_larger_than_the_setting(
    settings: Settings, engine: Engine, admin: FlaskClient, csrf: Csrf
) -> None:
    rows = [{"id": n, "problem": f"Lamp {n} " + "is broken " * 60} for n in range(12_000)]
    data = export(rows)
    assert len(data) > 7_000_000
    assert upload(admin, csrf, data).status_code == 303
    assert uploads(settings)[0].stat().st_size == len(data)
    small = create_app(replace(settings, largest_upload_text="2"), engine)
    client = small.test_client()
    with admin.session_transaction() as cookie, client.session_transaction() as other:
        other.update(cookie)
    assert upload(client, csrf, data).status_code == 413
    assert len(uploads(settings)) == 1


def test_others_may_not_send_large_requests(
    app: object, login: Callable[[Role | str], FlaskClient], csrf: Csrf, settings: Settings
) -> None:
    assert upload(login("trainer"), csrf, export()).status_code == 403
    assert uploads(settings) == []


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
    (waiting,) = uploads(settings)
    orphan, young = waiting.with_name("orphan"), waiting.with_name("young")
    cache = settings.home / "cache" / "vectors.sqlite3"
    cache.parent.mkdir()
    for path in (orphan, young, cache):
        path.write_text("x")
    for path, days in ((waiting, 3), (orphan, 3), (cache, 40)):
        past = time.time() - days * 86_400
        os.utime(path, (past, past))
    with session_scope(engine) as session:
        enqueue(session, "cleanup")
    work(settings, engine, "cleanup")
    assert sorted(path.name for path in uploads(settings)) == sorted([waiting.name, "young"])
    assert not cache.exists()
    assert "2 files" in get_page(admin, "/admin/jobs")


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
