"""`kb tickets import` as a person types it."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.tables import IndexedDocument, Ticket

Make = Callable[..., dict[str, Any]]
Write = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(run_kb: Run) -> Run:
    """`run(file)` is `kb tickets import file`."""
    return partial(run_kb, "tickets", "import")


def test_import_makes_resolved_tickets_searchable(
    run: Run, zendesk_ticket: Make, zendesk_export: Make, write: Write, session: Session
) -> None:
    path = write(zendesk_export([zendesk_ticket(1), zendesk_ticket(2, status="open")]))
    status, out, err = run(path, "--from", "zendesk")
    assert (status, err) == (0, "")
    assert out == "Tickets: 2 created, 0 updated, 0 unchanged, 1 of them not resolved yet (kept, not searched).\n"
    assert session.scalar(select(func.count(IndexedDocument.id))) == 1
    assert run(path, "--from", "zendesk")[1].startswith("Tickets: 0 created, 0 updated, 2 unchanged")


def test_rejected_rows_go_to_standard_error_and_the_status_is_one(run: Run, write: Write, session: Session) -> None:
    path = write("id,subject\n1,Lamp broke\n,[bold]no id[/bold]\n", "t.csv")
    status, out, err = run(path, "--from", "csv", "--no-index")
    assert status == 1
    assert out == "Tickets: 1 created, 0 updated, 0 unchanged, 1 rejected.\n"
    assert err == f"{path}:3: it has no id\n"
    assert session.scalar(select(func.count(Ticket.id))) == 1
    assert session.scalar(select(func.count(IndexedDocument.id))) == 0


def test_tickets_imported_without_index_are_indexed_by_the_next_import(
    run: Run, write: Write, session: Session
) -> None:
    path = write("id,subject,resolution\n1,Lamp broke,A new one left today\n", "t.csv")
    run(path, "--from", "csv", "--no-index")
    assert run(path, "--from", "csv")[0] == 0
    assert session.scalar(select(func.count(IndexedDocument.id))) == 1


def test_report_as_json(run: Run, write: Write) -> None:
    path = write('{"id": 1, "subject": "where is my lamp"}\n[]\n', "t.jsonl")
    status, out, _ = run(path, "--from", "jsonl", "--json", "--no-index")
    report = json.loads(out)
    assert status == 1
    assert (report["created"], report["rejected"], report["languages"]) == (1, 1, {"en": 1})
    assert report["rejections"] == [{"path": str(path), "line": 2, "reason": "it is no JSON object"}]


@pytest.mark.parametrize(("name", "content"), [("x.json", b"\x00\x01binary"), ("x.csv", b"a,b\n1,2\n")])
def test_unusable_file_is_one_line_and_nothing_else_happens(name: str, content: bytes, run: Run, write: Write) -> None:
    status, out, err = run(write(content, name), "--from", "zendesk" if name.endswith("json") else "csv")
    assert (status, out) == (1, "")
    assert err.startswith("kb: ")
    assert err.count("\n") == 1


def test_missing_file_is_one_line(run: Run, tmp_path: Path) -> None:
    status, _, err = run(tmp_path / "none.csv", "--from", "csv")
    assert (status, err) == (1, f"kb: There is no file {tmp_path / 'none.csv'}.\n")


ODD = "sep=;\n\nTicket ID;Ticket Subject;Ticket Description;Ticket Status;Created;Weight\n1;Lamp;It broke;Odd;never;3\n"


def test_dry_run_prints_the_guess_and_stores_nothing(run: Run, write: Write, session: Session) -> None:
    status, out, err = run(write(ODD, "t.csv"), "--from", "csv", "--dry-run")
    assert (status, err) == (0, "")
    assert "'Ticket Subject' is subject" in out
    assert "not used: 'Weight'" in out
    assert "Ticket 1" in out
    assert "problem     It broke" in out
    assert "Nothing was stored." in out
    assert "'Odd' (1)" in out
    assert session.scalar(select(func.count(Ticket.id))) == 0
    shown = json.loads(run(write(ODD, "t.csv"), "--from", "csv", "--dry-run", "--json")[1])
    assert shown["columns"]["Created"] == "created_at"
    assert shown["tickets"][0]["problem"] == "It broke"


def test_import_shows_a_guess_first_and_tells_once_what_it_did_not_know(
    run: Run, write: Write, session: Session
) -> None:
    status, out, err = run(write(ODD, "t.csv"), "--from", "csv", "--no-index", "--map", "Weight=tags")
    assert status == 0
    assert "'Weight' is tags" in err
    assert out.splitlines()[1:] == [
        "Not known as a status, taken as open: 'Odd' (1).",
        "Left out: 1 date that could not be read: created_at 'never'.",
    ]
    assert session.scalars(select(Ticket.tags)).all() == [["3"]]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--map", "Weight"), "is not COLUMN=FIELD"),
        (("--map", "Weight=colour"), "Unknown field 'colour'"),
        (("--map", "Height=tags"), "There is no column 'Height'"),
    ],
)
def test_map_that_cannot_be_is_one_line(options: tuple[str, ...], words: str, run: Run, write: Write) -> None:
    status, out, err = run(write(ODD, "t.csv"), "--from", "csv", *options)
    assert status != 0
    assert out == ""
    assert words in err
    assert "Traceback" not in err


def test_dates_may_be_told(run: Run, write: Write, session: Session) -> None:
    path = write("id,subject,created\n1,a,03/04/2026\n", "t.csv")
    assert run(path, "--from", "csv", "--no-index", "--dates", "mdy")[1].count("\n") == 1
    assert f"{session.scalars(select(Ticket.created_at)).one():%Y-%m-%d}" == "2026-03-04"
