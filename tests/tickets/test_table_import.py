"""Import of tables (CSV) and of JSON lines."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError
from kb.tables import Ticket
from kb.tickets import ImportReport, preview_tickets
from kb.tickets.columns import guess_column, map_columns

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
        run_import(write("foo;bar\n1;x\n", "t.csv"), "csv")
    assert "'foo', 'bar'" in error.value.message
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


def test_rows_in_windows_1252_are_read_and_told_once(write: Write, run_import: Import, session: Session) -> None:
    rows = [
        "Référence;Objet;Solution",
        "1;Écran cassé – “à droite”;Réglé",
        "2;plain;fine",
        "3;10 € zuviel;Größe geändert",
    ]
    report = run_import(write("\r\n".join(rows).encode("cp1252"), "t.csv"), "csv")
    found = tickets(session)
    assert report.rejected == []
    assert (found["1"].subject, found["1"].resolution) == ("Écran cassé – “à droite”", "Réglé")
    assert (found["3"].subject, found["3"].resolution) == ("10 € zuviel", "Größe geändert")
    assert report.reading.rows_in_other_encoding == 2
    assert report.to_json()["rows_in_other_encoding"] == 2
    assert [note for note in report.reading.notes() if "Windows-1252" in note]


def test_row_of_other_bytes_among_utf_8_and_a_letter_that_was_cut(
    write: Write, run_import: Import, session: Session
) -> None:
    cut = "3,रिफंड कब मिलेगा".encode()[:-1]
    content = "id,subject\n1,ठीक है\n".encode() + "2,für\n".encode("latin-1") + cut + b"\n4,fine too\n"
    report = run_import(write(content, "t.csv"), "csv")
    found = {key: ticket.subject for key, ticket in tickets(session).items()}
    assert report.rejected == []
    assert found == {"1": "ठीक है", "2": "für", "3": "रिफंड कब मिलेग", "4": "fine too"}


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf\xef\xbb\xbfid,subject\n7,lamp\n",
        b'\n\n\xef\xbb\xbf"id","subject"\n7,lamp\n',
        b"id,subject\n\xef\xbb\xbf7,lamp\n",
        b"\xef\xbb\xbfsep=;\nid;subject\n7;lamp\n",
        '\ufeff\ufeff"id";"subject"\n7;lamp\n'.encode("utf-16-be"),
        b"\xff\xfe" + "id,subject\r\n7,lamp\r\n".encode("utf-16-le"),
    ],
)
def test_byte_order_marks_anywhere_are_no_part_of_a_name(
    content: bytes, write: Write, run_import: Import, session: Session
) -> None:
    report = run_import(write(content, "t.csv"), "csv")
    assert report.rejected == []
    assert tickets(session)["7"].subject == "lamp"


@pytest.mark.parametrize(
    "headers",
    [
        ("Ticketnummer", "Betreff", "Problembeschreibung", "Lösung", "Erstellt am", "Gelöst am", "Kundenname", "Bearbeiter"),
        ("Vorgangs-Nr.", "Kurztext", "Anfrage", "Antwort", "Eröffnet am", "Geschlossen am", "Kunde", "Zugewiesen an"),
        ("N° de ticket", "Objet", "Description du problème", "Résolution", "Créé le", "Clos le", "Nom du client", "Assigné à"),
        ("Numero", "Sujet", "Reclamation", "Reponse", "Date de creation", "Date de cloture", "Demandeur", "Conseiller"),
        ("Número de caso", "Asunto", "Descripción", "Solución", "Fecha de creación", "Fecha de cierre", "Cliente", "Agente"),
        ("Nº do chamado", "Assunto", "Descrição", "Solução", "Aberto em", "Fechado em", "Nome do cliente", "Atendente"),
        ("टिकट संख्या", "विषय", "समस्या का विवरण", "समाधान", "दर्ज दिनांक", "समाधान की तारीख", "ग्राहक का नाम", "एजेंट"),
        ("शिकायत क्रमांक", "शीर्षक", "शिकायत", "उत्तर", "शिकायत की तारीख", "बंद होने की तारीख", "शिकायतकर्ता", "प्रतिनिधि"),
        ("টিকিট নম্বর", "বিষয়", "সমস্যার বিবরণ", "সমাধান", "তৈরির তারিখ", "সমাধানের তারিখ", "গ্রাহকের নাম", "এজেন্ট"),
        ("অভিযোগ নং", "শিরোনাম", "অভিযোগের বিবরণ", "উত্তর", "অভিযোগের তারিখ", "নিষ্পত্তির তারিখ", "নাম", "প্রতিনিধি"),
    ],
)  # fmt: skip
def test_headers_of_other_languages_are_understood(headers: tuple[str, ...]) -> None:
    wanted = ("id", "subject", "problem", "resolution", "created_at", "resolved_at", "requester", "agent")
    assert tuple(map_columns(headers).values()) == wanted
    composed = [unicodedata.normalize("NFD", header).upper() for header in headers]
    assert tuple(map_columns(composed).values()) == wanted


def test_two_columns_cannot_be_asked_for_as_one() -> None:
    with pytest.raises(InvalidInputError, match="Two columns cannot both be subject: 'a', 'b'"):
        map_columns(["a", "b", "id"], {"a": "subject", "b": "subject"})


def test_message_of_an_unknown_role_costs_the_role_and_not_the_ticket(
    write: Write, run_import: Import, session: Session
) -> None:
    messages = [
        {"role": "Zeuge", "text": "The lid of my jar broke on the way."},
        {"role": "Beobachter", "text": "I have seen it, too."},
        "Nobody said who wrote this.",
        {"author": {"name": "Tania Roy"}, "text": "We sent a new lid today, it comes on Friday."},
    ]
    rows = [{"id": n, "agent": "Tania Roy", "messages": messages} for n in (1, 2)]
    report = run_import(write("\n".join(map(json.dumps, rows)), "t.jsonl"), "jsonl")
    assert (report.created, report.rejected) == (2, [])
    ticket = tickets(session)["1"]
    assert [message.role for message in ticket.messages] == ["customer", "customer", "customer", "agent"]
    assert ticket.resolution == "We sent a new lid today, it comes on Friday."
    assert dict(report.reading.unknown_roles) == {"Zeuge": 2, "Beobachter": 2, "": 2}
    assert "'Zeuge' (2)" in " ".join(report.reading.notes())


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
        '{"id": 3, "subject": "x", "messages": [17]}',
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
    assert "message 1 is no object" in found[3]
    assert "the file ends in the middle of it" in found[5]


KAGGLE = (
    "Ticket ID,Customer Name,Customer Email,Customer Age,Product Purchased,Date of Purchase,Ticket Type,Ticket Subject,"
    "Ticket Description,Ticket Status,Resolution,Ticket Priority,Ticket Channel,First Response Time,Time to Resolution,"
    "Customer Satisfaction Rating"
)


def test_headers_with_prefixes_and_unknown_statuses(write: Write, run_import: Import, session: Session) -> None:
    rows = [
        "1,Asha Rao,a@x.example,32,TV,2021-03-22,Technical issue,Product setup,The TV shows no picture.,Closed,Press source.,"
        "Low,Social media,2023-06-01 12:15:36,2023-06-01 18:05:38,3",
        "2,Ben,b@x.example,42,TV,2021-03-22,Refund request,Refund,I want it back.,Pending Customer Response,,Low,Chat,,,",
        "3,Cy,c@x.example,42,TV,2021-03-22,Refund request,Refund,I want it too.,Pending Customer Response,,Low,Phone,,,",
    ]
    report = run_import(write("\n".join([KAGGLE, *rows]), "t.csv"), "csv")
    assert (report.created, report.open, report.rejected) == (3, 2, [])
    assert report.to_json()["unknown_statuses"] == {"Pending Customer Response": 2}
    found = tickets(session)
    assert (found["1"].subject, found["1"].problem) == ("Product setup", "The TV shows no picture.")
    assert (found["1"].channel, found["1"].resolution, found["1"].satisfaction) == ("social", "Press source.", "3")
    assert "Date of Purchase" in report.reading.unused_columns


@pytest.mark.parametrize(
    "above",
    ["sep=;\n", "\n\n \n", ";;;\n;;;\n", "Tickets of March\nExported on 1 April;by Asha\n\n", '\ufeff"sep=;"\n\n'],
)
def test_what_stands_above_the_header_is_passed_over(
    above: str, write: Write, run_import: Import, session: Session, reasons: Reasons
) -> None:
    path = write(above + "Ticket Number;Ticket Subject;Comments\n7;Lamp;It broke, badly.\n;no;id\n", "t.csv")
    report = run_import(path, "csv")
    assert (tickets(session)["7"].subject, tickets(session)["7"].problem) == ("Lamp", "It broke, badly.")
    assert reasons(report) == [f"{above.count(chr(10)) + 3}: it has no id"]


def test_given_separator_is_the_one_that_is_used(write: Write, run_import: Import, session: Session) -> None:
    run_import(write("sep=#\nid#subject#problem\n7#Lamp, red; big#It broke\n", "t.csv"), "csv")
    assert tickets(session)["7"].subject == "Lamp, red; big"


@pytest.mark.parametrize(
    ("headers", "row", "expected"),
    [
        ("Case Number,Case Subject,Updated At,Solved At", "1,a,2026-05-05,2026-03-02", "2026-03-02"),
        ("Case Number,Case Subject,Solved At,Updated At", "1,a,2026-03-02,2026-05-05", "2026-03-02"),
        (
            "Request ID,Request Title,Last update time,Closed time,Resolved time",
            "1,a,2026-05-05,2026-04-04,2026-03-02",
            "2026-03-02",
        ),
        ("Issue key,Summary,Updated", "1,a,2026-05-05", "2026-05-05"),
    ],
)
def test_surest_column_is_taken_wherever_it_stands(
    headers: str, row: str, expected: str, write: Write, run_import: Import, session: Session
) -> None:
    run_import(write(f"{headers}\n{row}\n", "t.csv"), "csv")
    resolved_at = tickets(session)["1"].resolved_at
    assert resolved_at
    assert f"{resolved_at:%Y-%m-%d}" == expected


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Ticket Channel", "channel"), ("ticketSubject", "subject"), ("TICKET_DESCRIPTION", "problem"),
        ("Created At (UTC)", "created_at"), ("Support Agent", "agent"),
        ("Case Status", "status"), ("Customer Phone", "requester_phone"), ("Full name", "requester"), ("Agent Name", "agent"),
        ("Current Tags", "tags"), ("CSAT", "satisfaction"), ("Resolution Notes", "resolution"), ("Conversation ID", "id"),
        ("Description [plain]", "problem"), ("Issue Description", "problem"), ("Assigned To", "agent"),
    ],
)  # fmt: skip
def test_header_is_understood(header: str, column: str) -> None:
    found = guess_column(header)
    assert found
    assert found[0] == column


@pytest.mark.parametrize(
    "header",
    ["Customer Age", "Date of Purchase", "Ticket Priority", "First Response Time", "Time to Resolution", "", "(x)"],
)
def test_header_that_means_something_else_is_not_guessed(header: str) -> None:
    assert guess_column(header) is None


def test_map_goes_before_any_guess(write: Write, run_import: Import, session: Session) -> None:
    path = write("nummer;betreff;subject;typ\n1;Lampe kaputt;x;y\n", "t.csv")
    run_import(path, "csv", columns={"nummer": "id", "Betreff": "subject", "typ": "tags"})
    assert (tickets(session)["1"].subject, tickets(session)["1"].tags) == ("Lampe kaputt", ["y"])


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"none": "id"}, "no column 'none'"),
        ({"id": "nothing"}, "Unknown field 'nothing'"),
        ({"id": "ignore"}, "Needed: id"),
    ],
)
def test_map_that_cannot_be_is_one_clear_error(
    columns: dict[str, str], words: str, write: Write, run_import: Import
) -> None:
    with pytest.raises(InvalidInputError) as error:
        run_import(write("id,subject\n1,a\n", "t.csv"), "csv", columns=columns)
    assert words in error.value.message
    assert error.value.remedy


def test_map_reaches_into_objects(write: Write, run_import: Import, session: Session) -> None:
    lines = [
        {"key": "K-1", "fields": {"summary": "Lamp", "text": {"body": "It broke"}}},
        {"key": "K-2", "fields": None},
    ]
    report = run_import(
        write("\n".join(map(json.dumps, lines)), "t.jsonl"),
        "jsonl",
        columns={"fields.summary": "subject", "fields.text.body": "problem"},
    )
    assert (tickets(session)["K-1"].subject, tickets(session)["K-1"].problem) == ("Lamp", "It broke")
    assert report.rejected_count == 1


def test_comments_hold_messages_or_what_was_answered(write: Write, run_import: Import, session: Session) -> None:
    messages = json.dumps(
        [{"role": "user", "text": "It broke at once"}, {"role": "agent", "text": "A new one left today."}]
    )
    quoted = messages.replace('"', '""')
    text = (
        f'id,subject,description,comments\n1,Lamp,It broke,We sent a new one.\n2,Lamp,,"{quoted}"\n3,Lamp,It broke,\n'
    )
    run_import(write(text, "t.csv"), "csv")
    found = tickets(session)
    assert found["1"].resolution == "We sent a new one."
    assert (found["2"].problem, found["2"].resolution) == ("It broke at once", "A new one left today.")
    assert found["3"].resolution == ""


@pytest.mark.parametrize("shape", ["array", "indented", "tickets", "one", "appended"])
def test_json_of_any_shape_comes_in_as_jsonl(shape: str, write: Write, run_import: Import, session: Session) -> None:
    rows = [{"id": 1, "subject": "a", "problem": "It broke"}, {"id": 2, "subject": "b"}]
    content = {
        "array": json.dumps(rows),
        "indented": json.dumps(rows, indent=2),
        "tickets": json.dumps({"tickets": rows}, indent=2),
        "one": "\n".join(json.dumps({"ticket": row}) for row in rows),
        "appended": "".join(json.dumps(row, indent=1) for row in rows),
    }[shape]
    report = run_import(write(content, "t.json"), "jsonl")
    assert (report.created, report.rejected) == (2, [])
    assert sorted(tickets(session)) == ["1", "2"]


def test_system_messages_are_left_out(write: Write, run_import: Import, session: Session) -> None:
    messages = [
        {"role": "system", "content": "You are a helpful agent of the lamp shop."},
        {"role": "user", "content": "my lamp broke in two"},
        {"role": "assistant", "content": "A new one is on its way and comes on Friday."},
        {"role": "Activity", "content": "Conversation was resolved by nobody in particular"},
    ]
    report = run_import(write(json.dumps({"id": 1, "messages": messages}), "t.jsonl"), "jsonl")
    ticket = tickets(session)["1"]
    assert (ticket.problem, ticket.resolution) == (
        "my lamp broke in two",
        "A new one is on its way and comes on Friday.",
    )
    assert len(ticket.messages) == 2
    assert report.to_json()["left_out"] == {"notes of the help desk's program": 2}


def test_dry_run_shows_what_would_be_stored(write: Write, session: Session) -> None:
    text = (
        KAGGLE
        + "\n"
        + "".join(f"{n},Asha Rao,a@x.example,3,TV,x,T,Lamp,Asha's lamp broke,Odd,,L,Chat,,,\n" for n in range(9))
    )
    preview = preview_tickets(write(text, "t.csv"), "csv", requester_key=b"k" * 32, limit=3)
    assert [ticket.external_id for ticket in preview.tickets] == ["0", "1", "2"]
    shown = preview.to_json()
    assert shown["columns"]["Ticket Subject"] == "subject"
    assert shown["tickets"][0]["problem"] == "[name]'s lamp broke"
    assert shown["unknown_statuses"] == {"Odd": 3}
    assert tickets(session) == {}
