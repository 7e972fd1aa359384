"""Import of Zendesk's JSON export."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError, NotFoundError
from kb.core.settings import PROJECT_ROOT
from kb.tables import Ticket, TicketMessage
from kb.tickets import ImportReport
from kb.tickets.zendesk import read_zendesk

Make = Callable[..., dict[str, Any]]
Write = Callable[..., Path]
Import = Callable[..., ImportReport]
Reasons = Callable[[ImportReport], list[str]]
SAMPLE = PROJECT_ROOT / "articles" / "sample-tickets.zendesk.json"


def only_ticket(session: Session) -> Ticket:
    return session.scalars(select(Ticket)).one()


def all_texts(session: Session) -> str:
    tickets = session.scalars(select(Ticket)).all()
    texts = [text for ticket in tickets for text in (ticket.subject, ticket.problem, ticket.resolution)]
    return "\n".join([*texts, *session.scalars(select(TicketMessage.text))])


def test_ticket_is_split_into_problem_and_resolution(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    report = run_import(write(zendesk_export([zendesk_ticket()])))
    assert (report.created, report.rejected) == (1, [])
    ticket = only_ticket(session)
    assert ticket.problem == "My lamp has not come since five days. Call [phone]."
    assert ticket.resolution == "The courier lost the parcel. A new lamp left today and comes on Friday."
    assert (ticket.channel, ticket.language, ticket.status, ticket.satisfaction) == ("phone", "en", "resolved", "good")
    assert ticket.created_at.isoformat() == "2026-03-10T05:49:02+00:00"
    assert ticket.resolved_at
    assert ticket.resolved_at.isoformat() == "2026-03-12T11:09:41+00:00"


def test_private_note_is_kept_apart(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    run_import(write(zendesk_export([zendesk_ticket()])))
    ticket = only_ticket(session)
    notes = [message.text for message in ticket.messages if not message.public]
    assert notes == ["Courier lost it. Refund limit 500, ask L2."]
    assert "Refund limit" not in ticket.problem + ticket.resolution


@pytest.mark.parametrize("users_first", [True, False])
def test_names_of_users_are_redacted_wherever_the_list_stands(
    users_first: bool, zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    ticket = zendesk_ticket(subject="RAMESH's order", requester_id=1)
    ticket["comments"].append({"author_id": 2, "public": True, "body": "सुनीता वर्मा, Verma and iyer spoke. [ok]"})
    run_import(write(zendesk_export([ticket], users_first=users_first)))
    text = all_texts(session)
    for name in ("ramesh", "iyer", "sunita", "verma", "सुनीता", "98400"):
        assert name not in text.casefold()
    assert only_ticket(session).subject == "[name]'s order"


def test_requester_is_a_keyed_hash_that_joins_their_tickets(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    run_import(write(zendesk_export([zendesk_ticket(1), zendesk_ticket(2), zendesk_ticket(3, requester_id=3)])))
    first, second, third = session.scalars(select(Ticket.requester_ref).order_by(Ticket.external_id))
    assert first == second != third
    assert first
    assert len(first) == 64


def test_importing_again_changes_only_what_has_changed(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    path = write(zendesk_export([zendesk_ticket(1), zendesk_ticket(2)]))
    run_import(path)
    imported_at = {t.external_id: t.imported_at for t in session.scalars(select(Ticket))}
    again = run_import(path)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    changed = zendesk_ticket(2)
    changed["comments"][3]["body"] = "We have refunded the full amount to your card instead, it takes five days."
    changed["comments"].pop()
    third = run_import(write(zendesk_export([zendesk_ticket(1), changed])))
    assert (third.created, third.updated, third.unchanged) == (0, 1, 1)
    session.expire_all()
    tickets = {t.external_id: t for t in session.scalars(select(Ticket))}
    assert tickets["1"].imported_at == imported_at["1"]
    assert tickets["2"].resolution.startswith("We have refunded")
    assert [m.position for m in tickets["2"].messages] == [0, 1, 2, 3]


def test_open_ticket_is_stored_as_open(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    report = run_import(write(zendesk_export([zendesk_ticket(status="pending")])))
    assert report.open == 1
    assert only_ticket(session).status == "open"


@pytest.mark.parametrize("shape", ["array", "lines", "one line", "bom", "no users"])
def test_other_shapes_are_understood(
    shape: str, zendesk_ticket: Make, write: Write, run_import: Import, session: Session
) -> None:
    tickets = [zendesk_ticket(1), zendesk_ticket(2)]
    for ticket in tickets:
        ticket["requester"] = {"id": 1, "name": "Ramesh Iyer", "email": "ramesh.iyer@mail.example"}
    content: Any = {
        "array": tickets,
        "lines": "\n".join(json.dumps(ticket) for ticket in tickets) + "\n\n",
        "one line": json.dumps({"count": 2, "next_page": None, "tickets": tickets}),
        "bom": b"\xef\xbb\xbf" + json.dumps({"tickets": tickets}).encode(),
        "no users": {"tickets": tickets},
    }[shape]
    report = run_import(write(content))
    assert (report.created, report.rejected) == (2, [])
    assert "Ramesh" not in all_texts(session)
    assert session.scalars(select(Ticket.resolution)).first() == (
        "The courier lost the parcel. A new lamp left today and comes on Friday."
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "it has no id"),
        ({"id": "x" * 300}, "its id is longer than 200 characters"),
        ({"status": "deleted"}, "the ticket's status is 'deleted'"),
        ({"comments": "none"}, "its comments are no list"),
        ({"comments": [3]}, "comment 1 is no object"),
        ({"comments": [{"author_id": 1, "body": ["a"]}]}, "comment 1 is no text"),
        ({"comments": [], "description": "", "subject": ""}, "it has neither a subject nor text"),
    ],
)
def test_bad_ticket_is_reported_with_its_line_and_the_others_are_kept(
    changes: dict[str, Any], reason: str, zendesk_ticket: Make, zendesk_export: Make, write: Write,
    run_import: Import, session: Session, reasons: Reasons,
) -> None:  # fmt: skip
    tickets = [zendesk_ticket(1), {**zendesk_ticket(2), **changes}, zendesk_ticket(3)]
    path = write(zendesk_export(tickets))
    report = run_import(path)
    assert report.created == 2
    (found,) = reasons(report)
    line, _, text = found.partition(": ")
    assert reason in text
    # The line where the second ticket begins: `{` alone, before its id.
    lines = path.read_text("utf-8").splitlines()
    assert lines[int(line) - 1].strip() == "{"
    assert '"id": 1,' in "".join(lines[: int(line)])
    assert '"id": 3,' not in "".join(lines[: int(line)])


@pytest.mark.parametrize("date", ["soon", "0001-01-01T00:00:00+14:00", "31/31/2026", "", "2026-99-99", "x" * 500])
def test_date_that_cannot_be_read_costs_the_date_only(
    date: str, zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    report = run_import(write(zendesk_export([zendesk_ticket(1, created_at=date, solved_at=date)])))
    assert (report.created, report.rejected) == (1, [])
    assert report.reading.unreadable_dates == (2 if date else 0)
    resolved_at = only_ticket(session).resolved_at
    assert resolved_at
    assert resolved_at.isoformat() == "2026-03-12T11:09:41+00:00"  # the last change is known


def test_unknown_status_means_open_and_is_counted_once(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    words = ["Pending Customer Response", "Pending Customer Response", "zzz", "Solved", "in progress"]
    report = run_import(write(zendesk_export([zendesk_ticket(n, status=word) for n, word in enumerate(words)])))
    assert (report.created, report.open, report.rejected) == (5, 4, [])
    assert report.to_json()["unknown_statuses"] == {"Pending Customer Response": 2, "zzz": 1}
    assert sum("taken as open" in note for note in report.reading.notes()) == 1


@pytest.mark.parametrize("shape", ["ticket", "results", "pages", "page lines", "array of pages", "wrapped lines"])
def test_shapes_of_the_api_are_understood(
    shape: str, zendesk_ticket: Make, write: Write, run_import: Import, session: Session
) -> None:
    one, two = zendesk_ticket(1), zendesk_ticket(2)
    pages = [{"tickets": [one], "next_page": "https://x.example/2", "count": 2}, {"tickets": [two], "next_page": None}]
    content = {
        "ticket": json.dumps({"ticket": one}, indent=1) + "\n" + json.dumps({"ticket": two}, indent=1),
        "results": {"results": [one, {"result_type": "user", "id": 4, "name": "x"}, two], "facets": None, "count": 3},
        "pages": json.dumps(pages[0], indent=2) + json.dumps(pages[1], indent=2),
        "page lines": "\n".join(json.dumps(page) for page in pages),
        "array of pages": pages,
        "wrapped lines": "\n".join(json.dumps({"ticket": ticket}) for ticket in (one, two)),
    }[shape]
    report = run_import(write(content))
    assert (report.created, report.rejected) == (2, [])
    assert sorted(session.scalars(select(Ticket.external_id))) == ["1", "2"]


@pytest.mark.parametrize("unit", ["[", '{"a":', '{"tickets":[', '{"data":', '[{"tickets":', '[{"id":1,"x":['])
@pytest.mark.parametrize("source", ["zendesk", "jsonl"])
def test_nesting_of_any_depth_is_one_clear_line(
    unit: str, source: str, write: Write, run_import: Import, reasons: Reasons
) -> None:
    path = write(unit * 200_000)
    if unit in {"[", '{"a":'}:
        with pytest.raises(InvalidInputError) as error:
            run_import(path, source)
        assert str(path) in error.value.message
    else:
        assert "the file ends in the middle" in reasons(run_import(path, source))[0]


def test_nesting_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text('[{"id":1,"x":' + "[" * 200_000)
    tracemalloc.start()
    try:
        rejected = list(read_zendesk(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(rejected) == 1
    assert peak < 10_000_000


def test_deep_nesting_within_one_ticket_costs_that_ticket(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, reasons: Reasons
) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    text = json.dumps(zendesk_export([zendesk_ticket(1), zendesk_ticket(2, custom="DEEP"), zendesk_ticket(3)]))
    report = run_import(write(text.replace('"DEEP"', deep)))
    assert report.created == 2
    assert reasons(report) == ["1: it is nested deeper than 100 levels"]


def test_notes_of_the_help_desk_are_in_neither_problem_nor_resolution(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    ticket = zendesk_ticket(1)
    ticket["comments"] += [
        {"author_id": -1, "public": True, "body": "Ticket was touched by a machine that nobody knows."},
        {"author_id": 2, "public": True, "body": 'This request was closed and merged into request #7713 "Lamp".'},
        {"author_id": 2, "public": True, "via": {"channel": "system"}, "body": "Rating requested from the customer."},
    ]
    run_import(write(zendesk_export([ticket])))
    found = only_ticket(session)
    assert found.resolution == "The courier lost the parcel. A new lamp left today and comes on Friday."
    assert not [m.text for m in found.messages if "merged" in m.text or "machine" in m.text or "Rating" in m.text]


def test_solved_at_goes_before_the_last_change(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    run_import(write(zendesk_export([zendesk_ticket(1, metric_set={"solved_at": "2026-03-11T08:00:00Z"})])))
    found = only_ticket(session).resolved_at
    assert found
    assert found.isoformat() == "2026-03-11T08:00:00+00:00"


def test_cut_file_keeps_what_is_before_the_cut(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session, reasons: Reasons
) -> None:
    whole = json.dumps(zendesk_export([zendesk_ticket(n) for n in range(1, 6)]), indent=1)
    cut = whole.index('"id": 4,') + 300
    path = write(whole[:cut])
    report = run_import(path)
    assert report.created == 3
    (reason,) = reasons(report)
    assert "the file ends in the middle, in ticket number 4, which begins here; 3 before it were read" in reason
    assert "import the whole file again" in reason
    line = int(reason.partition(":")[0])
    assert whole[:cut].splitlines()[line].strip() == '"id": 4,'
    # The whole file later: names are known now, so that texts may change; nothing is there twice.
    assert run_import(write(whole)).rejected == []
    assert len(session.scalars(select(Ticket.id)).all()) == 5


def test_broken_json_in_the_middle_is_one_rejection(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, reasons: Reasons
) -> None:
    whole = json.dumps(zendesk_export([zendesk_ticket(n) for n in range(1, 4)]), indent=1)
    report = run_import(write(whole.replace('"id": 3,', '"id": 3 oops,')))
    assert report.created == 2
    assert len(report.rejected) == 1
    assert "broken" in reasons(report)[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"hello",
        b'"text"',
        b'{"a": 1}',
        b"\xff\xfe{\x00}\x00",
        b"{",
        b"[1",
        b"\x00" * 50,
    ],
)
def test_file_that_is_no_export_is_one_clear_error(content: bytes, write: Write, run_import: Import) -> None:
    path = write(content)
    if content == b"[1":
        assert len(run_import(path).rejected) >= 1
        return
    with pytest.raises(InvalidInputError) as error:
        run_import(path)
    assert str(path) in error.value.message
    assert error.value.remedy


def test_missing_file_folder_and_unknown_format_are_clear_errors(tmp_path: Path, run_import: Import) -> None:
    with pytest.raises(NotFoundError):
        run_import(tmp_path / "none.json")
    with pytest.raises(InvalidInputError, match="is a folder"):
        run_import(tmp_path)
    with pytest.raises(InvalidInputError, match="Unknown format"):
        run_import(tmp_path, source="excel")


def test_control_characters_and_lone_surrogates_do_not_reach_the_database(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    ticket = zendesk_ticket(subject="a\x00b\u202ec")
    ticket["comments"][0]["body"] = "It is \ud83d broken\x07 \u200d क्‍ष since yesterday"
    run_import(write(json.dumps(zendesk_export([ticket]))))
    stored = only_ticket(session)
    assert stored.subject == "abc"
    assert "\x07" not in stored.problem
    assert stored.problem.endswith("broken \u200d क्‍ष since yesterday")
    assert stored.problem.encode()


def test_sample_is_imported_whole_and_holds_nobodys_data(run_import: Import, session: Session) -> None:
    report = run_import(SAMPLE)
    assert (report.created, report.rejected) == (200, [])
    assert set(report.languages) == {"en", "hi", "bn", "hi-Latn", "bn-Latn"}
    export = json.loads(SAMPLE.read_text("utf-8"))
    people = {user["id"]: user for user in export["users"]}
    text = all_texts(session)
    assert not [user["email"] for user in people.values() if user["email"] in text]
    digits = "".join(c for c in text if c.isdigit())
    assert not [
        user["phone"] for user in people.values() if user["role"] == "end-user" and user["phone"][-10:] in digits
    ]
    requesters = {str(t["id"]): people[t["requester_id"]]["name"] for t in export["tickets"]}
    for ticket in session.scalars(select(Ticket)):
        whole = "\n".join([ticket.subject, ticket.problem, ticket.resolution, *(m.text for m in ticket.messages)])
        assert requesters[ticket.external_id].casefold() not in whole.casefold()
        assert ticket.problem
        assert ticket.resolution


def test_progress_reaches_the_end_and_never_goes_back(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import
) -> None:
    seen: list[tuple[int, int]] = []
    path = write(zendesk_export([zendesk_ticket(n) for n in range(50)]))
    run_import(path, progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert {total for _, total in seen} == {2 * path.stat().st_size}
    assert seen[-1][0] <= seen[-1][1]
