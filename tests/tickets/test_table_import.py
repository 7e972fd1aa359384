"""Import of tables (CSV) and of JSON lines."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError
from kb.tables import Ticket
from kb.tickets import ImportReport

Write = Callable[..., Path]
Import = Callable[..., ImportReport]
Reasons = Callable[[ImportReport], list[str]]

HEADER = "id,subject,problem,resolution,channel,language,status,created_at,resolved_at,tags,requester,requester_email"
ROW = (
    '41,Lamp,"It came broken, call 98400 12345",We sent a new one today.,email,,solved,'
    '2026-03-01,2026-03-02 10:00,"a, b",Asha Rao,x@y.example'
)


def tickets(session: Session) -> dict[str, Ticket]:
    return {ticket.external_id: ticket for ticket in session.scalars(select(Ticket))}


def test_row_becomes_a_ticket(write: Write, run_import: Import, session: Session) -> None:
    report = run_import(write(f"{HEADER}\n{ROW}\n", "t.csv"), "csv")
    assert (report.created, report.rejected) == (1, [])
    ticket = tickets(session)["41"]
    assert ticket.problem == "It came broken, call [phone]"
    assert (ticket.source, ticket.channel, ticket.language, ticket.tags) == ("csv", "email", "en", ["a", "b"])
    assert ticket.resolved_at
    assert ticket.resolved_at.isoformat() == "2026-03-02T10:00:00+00:00"
    assert ticket.requester_ref


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_delimiters_and_encodings_are_recognised(
    delimiter: str, encoding: str, write: Write, run_import: Import, session: Session
) -> None:
    text = delimiter.join(("Ticket ID", "Title", "Description", "Resolution Note", "Language")) + "\r\n"
    text += delimiter.join(("7", "ফেরত", "রিফান্ড কবে পাব", "তিন দিনে পাবেন।", "Bengali")) + "\r\n"
    report = run_import(write(text.encode(encoding), "t.csv"), "csv")
    assert (report.created, report.rejected) == (1, [])
    assert (tickets(session)["7"].problem, tickets(session)["7"].language) == ("রিফান্ড কবে পাব", "bn")


def test_wrong_columns_are_one_error_that_names_them(write: Write, run_import: Import) -> None:
    with pytest.raises(InvalidInputError) as error:
        run_import(write("nummer;betreff\n1;x\n", "t.csv"), "csv")
    assert "'nummer" in error.value.message
    assert "Needed: id, and subject or problem" in error.value.message
    assert "resolution" in error.value.remedy


def test_rejected_rows_have_the_line_where_they_begin(
    write: Write, run_import: Import, session: Session, reasons: Reasons
) -> None:
    rows = [
        "id,subject,problem,created_at",
        '1,a,"two\nlines",2026-03-01',
        ",b,no id,2026-03-01",
        '2,c,"again\ntwo",never',
        "3,d",
        "4,e,fine,2026-03-01",
        "5,f,too,2026-03-01,many",
        '6,"g" h,bad quote,2026-03-01',
        "7,h,fine,",
        '8,i,"the end is missing',
    ]
    report = run_import(write("\n".join(rows), "t.csv"), "csv")
    assert sorted(tickets(session)) == ["1", "2", "4", "7"]
    lines = {reason.split(": ")[0]: reason.split(": ", 1)[1] for reason in reasons(report)}
    assert lines["4"] == "it has no id"
    assert lines["7"] == "it has 2 of 4 columns"
    assert lines["9"] == "it has 5 columns, the header 4"
    assert "no valid CSV" in lines["10"]
    assert "ends in the middle" in lines["12"]
    assert len(lines) == 5


def test_row_in_another_encoding_is_rejected_and_the_others_are_kept(
    write: Write, run_import: Import, session: Session, reasons: Reasons
) -> None:
    content = b"id,subject\n1,fine\n" + "2,für\n".encode("latin-1") + b"3,fine too\n"
    report = run_import(write(content, "t.csv"), "csv")
    assert sorted(tickets(session)) == ["1", "3"]
    assert reasons(report) == ["3: it is not valid UTF-8; save the table as UTF-8 (in Excel: CSV UTF-8)"]


def test_names_in_requester_and_agent_columns_are_redacted(write: Write, run_import: Import, session: Session) -> None:
    text = "id,problem,resolution,requester,agent\n1,Asha Rao here: asha's lamp broke,Neha sent a new one,Asha Rao,Neha Saxena\n"
    run_import(write(text, "t.csv"), "csv")
    ticket = tickets(session)["1"]
    assert "Rao" not in ticket.problem
    assert "Neha" not in ticket.resolution


def test_day_comes_before_month_and_times_without_zone_are_utc(
    write: Write, run_import: Import, session: Session
) -> None:
    run_import(write("id,subject,created\n1,a,03/04/2026 10:30\n2,b,2026-04-03T10:30:00+05:30\n", "t.csv"), "csv")
    found = tickets(session)
    assert found["1"].created_at.isoformat() == "2026-04-03T10:30:00+00:00"
    assert found["2"].created_at.isoformat() == "2026-04-03T05:00:00+00:00"


def test_quotation_mark_never_closed_does_not_take_the_memory(
    write: Write, run_import: Import, reasons: Reasons
) -> None:
    report = run_import(write('id,subject\n1,"' + "x" * 1_500_000, "t.csv"), "csv")
    assert report.created == 0
    assert "quotation mark" in reasons(report)[0]


def test_json_lines_with_fields_or_messages(write: Write, run_import: Import, session: Session) -> None:
    rows = [
        {
            "id": "a",
            "subject": "Lamp",
            "problem": "It broke.",
            "resolution": "A new one left today.",
            "channel": "whatsapp",
        },
        {
            "id": "b",
            "language": "hi-IN",
            "requester": {"name": "Asha Rao", "email": "asha@mail.example"},
            "messages": [
                {"role": "customer", "text": "लैंप टूटा हुआ आया, Asha Rao"},
                {"role": "agent", "text": "note for us", "public": False},
                {"role": "agent", "text": "नया लैंप आज भेज दिया है, शुक्रवार को पहुँचेगा।"},
            ],
        },
    ]
    report = run_import(write("\n".join(map(json.dumps, rows)), "t.jsonl"), "jsonl")
    assert (report.created, report.rejected) == (2, [])
    found = tickets(session)
    assert (found["a"].channel, found["a"].resolution) == ("social", "A new one left today.")
    assert (found["b"].language, found["b"].resolution) == ("hi", "नया लैंप आज भेज दिया है, शुक्रवार को पहुँचेगा।")
    assert "Asha" not in found["b"].problem


def test_bad_lines_of_json_are_rejected_by_number(
    write: Write, run_import: Import, session: Session, reasons: Reasons
) -> None:
    lines = [
        '{"id": 1, "subject": "fine"}',
        "",
        "[1]",
        '{"id": 2',
        '{"subject": "x"}',
        '{"id": 3, "subject": "x", "messages": [{"role": "ghost", "text": "boo"}]}',
        "[" * 100_000,
        '{"id": 4, "subject": "fine"}',
        '{"id": 5, "subj',
    ]
    report = run_import(write("\n".join(lines), "t.jsonl"), "jsonl")
    assert sorted(tickets(session)) == ["1", "4"]
    found = reasons(report)
    assert [reason.split(":")[0] for reason in found] == ["3", "4", "5", "6", "7", "9"]
    assert found[0] == "3: it is no JSON object"
    assert found[2] == "5: it has no id"
    assert "no role that is known" in found[3]
    assert "the file ends in the middle of it" in found[5]
