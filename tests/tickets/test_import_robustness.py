"""Imports of damaged files, interrupted imports, and imports of big files in bounded memory."""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from kb.core.errors import KbError
from kb.tables import Base, Ticket, TicketMessage
from kb.tickets import READERS, ImportReport, import_tickets
from kb.tickets.importing import BATCH

Make = Callable[..., dict[str, Any]]
Write = Callable[..., Path]
Import = Callable[..., ImportReport]

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def scratch() -> Iterator[Session]:
    """A database that fuzzing may fill; what is in it does not matter."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def import_anything(session: Session, path: Path, source: str) -> ImportReport | None:
    """An import ends with a report or with an error for people, never otherwise; and stores nothing half."""
    try:
        report = import_tickets(session, path, source, requester_key=b"k" * 32)
    except KbError:
        return None
    assert all(rejection.reason and "\n" not in rejection.reason for rejection in report.rejected)
    return report


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("source", READERS)
@FUZZ
@given(content=st.binary(max_size=400))
def test_arbitrary_bytes(source: str, content: bytes, scratch: Session, tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(content)
    import_anything(scratch, path, source)


@pytest.mark.parametrize("source", READERS)
@FUZZ
@given(content=_JSON)
def test_arbitrary_json(source: str, content: Any, scratch: Session, tmp_path: Path) -> None:
    path = tmp_path / "any.json"
    path.write_text(json.dumps(content), "utf-8")
    import_anything(scratch, path, source)


_KEYS = st.sampled_from(
    ["id", "ticket", "tickets", "results", "data", "payload", "users", "messages", "comments", "conversations", "subject",
     "status", "meta", "sender", "requester", "description", "via", "created_at", "message_type", "notes", "stats", "content",
     "body", "tags"]
)  # fmt: skip
_TICKETS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**13)
    | st.text(max_size=10)
    | st.sampled_from(["solved", "2026-03-01", "03/04/2026"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=20,
)


@pytest.mark.parametrize("source", ["zendesk", "freshdesk", "chatwoot", "jsonl"])
@FUZZ
@given(contents=st.lists(_TICKETS, min_size=1, max_size=3), cut=st.integers(0, 40))
def test_json_with_keys_of_help_desks(
    source: str, contents: list[Any], cut: int, scratch: Session, tmp_path: Path
) -> None:
    path = tmp_path / "any.json"
    whole = "\n".join(json.dumps(content) for content in contents)
    path.write_text(whole[: len(whole) - cut], "utf-8")
    import_anything(scratch, path, source)


_CELLS = st.sampled_from(["id", "Ticket ID", "subject", "status", "date", '"', "sep=;", "1", "03/04/2026", "\n", ""])


@FUZZ
@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(["id", "Ticket ID", "subject", "status", "date", '"', "sep=;", "1", "03/04/2026", "\n", ""])
            | st.text(max_size=9)
        ),
        max_size=6,
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_arbitrary_tables(rows: list[list[str]], delimiter: str, scratch: Session, tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_text("\n".join(delimiter.join(row) for row in rows), "utf-8", errors="replace")
    import_anything(scratch, path, "csv")


@FUZZ
@given(content=st.binary(max_size=200))
def test_arbitrary_bytes_after_a_good_header(content: bytes, scratch: Session, tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"id,subject,problem,created_at\n" + content)
    assert import_anything(scratch, path, "csv") is not None


@FUZZ
@given(data=st.data())
def test_fields_missing_or_of_another_kind(
    data: st.DataObject, zendesk_ticket: Make, scratch: Session, tmp_path: Path
) -> None:
    ticket = zendesk_ticket(5)
    for target in (ticket, *ticket["comments"]):
        for key in data.draw(st.lists(st.sampled_from(sorted(target)), max_size=3, unique=True)):
            if data.draw(st.booleans()):
                del target[key]
            else:
                target[key] = data.draw(_JSON)
        if "comments" not in ticket or (target is not ticket and not isinstance(ticket.get("comments"), list)):
            break
    users = data.draw(st.lists(_JSON, max_size=3))
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"tickets": [ticket, zendesk_ticket(6)], "users": users}), "utf-8")
    report = import_anything(scratch, path, "zendesk")
    assert report is not None
    assert report.read + report.rejected_count == 2
    path.write_text(json.dumps(ticket) + "\n" + json.dumps(zendesk_ticket(6)) + "\n", "utf-8")
    for source in ("zendesk", "jsonl"):
        import_anything(scratch, path, source)


@FUZZ
@given(
    record=st.dictionaries(
        st.sampled_from(["id", "subject", "problem", "messages", "tags", "created_at", "requester"]), _JSON
    )
)
def test_json_lines_with_values_of_any_kind(record: dict[str, Any], scratch: Session, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(record) + "\n", "utf-8")
    report = import_anything(scratch, path, "jsonl")
    assert report is not None
    assert report.read + report.rejected_count == 1


def csv_of(tickets: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "subject", "problem", "resolution"])
    for number in range(tickets):
        writer.writerow([number, f"Lamp {number}", 'It "broke"\nyesterday, really.', "A new one left today."])
    return out.getvalue()


def test_zendesk_file_cut_at_every_thousandth_byte(
    zendesk_ticket: Make, zendesk_export: Make, scratch: Session, tmp_path: Path
) -> None:
    whole = json.dumps(zendesk_export([zendesk_ticket(n) for n in range(20)]), indent=1, ensure_ascii=False).encode()
    path = tmp_path / "cut.json"
    for cut in range(1000, len(whole), 1000):
        path.write_bytes(whole[:cut])
        report = import_anything(scratch, path, "zendesk")
        assert report is not None
        before = whole[:cut].count(b'"ignored where there are comments"')
        assert before - 1 <= report.read <= before
        assert report.rejected_count == 1
        assert "the file ends in the middle" in report.rejected[0].reason


@pytest.mark.parametrize("source", ["csv", "jsonl"])
def test_line_files_cut_at_every_thousandth_byte(source: str, scratch: Session, tmp_path: Path) -> None:
    if source == "csv":
        whole = csv_of(200).encode()
    else:
        whole = "".join(
            json.dumps({"id": n, "subject": f"Lamp {n}", "problem": "It broke. " * 20}) + "\n" for n in range(60)
        ).encode()
    path = tmp_path / "cut"
    for cut in range(1000, len(whole), 1000):
        path.write_bytes(whole[:cut])
        report = import_anything(scratch, path, source)
        assert report is not None
        assert report.rejected_count <= 1
        assert report.read > 0


def test_interrupted_import_keeps_whole_batches_and_finishes_when_run_again(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, session: Session
) -> None:
    path = write(zendesk_export([zendesk_ticket(n) for n in range(BATCH + 50)]))
    stored = 0

    def interrupt(done: int, total: int) -> None:
        nonlocal stored
        stored = session.scalar(select(func.count(Ticket.id))) or 0
        if stored > BATCH + 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_tickets(session, path, "zendesk", requester_key=b"k" * 32, checkpoint=session.commit, progress=interrupt)
    session.rollback()
    assert stored > BATCH
    assert session.scalar(select(func.count(Ticket.id))) == BATCH
    assert session.scalar(select(func.count(TicketMessage.id))) == 5 * BATCH
    report = import_tickets(session, path, "zendesk", requester_key=b"k" * 32)
    assert (report.created, report.unchanged) == (50, BATCH)


def test_same_id_twice_in_one_file_is_one_ticket(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, run_import: Import, session: Session
) -> None:
    report = run_import(write(zendesk_export([zendesk_ticket(1), zendesk_ticket(1, subject="Another subject")])))
    assert (report.created, report.updated) == (1, 1)
    assert session.scalars(select(Ticket.subject)).all() == ["Another subject"]


def write_big_export(path: Path, size: int, ticket: dict[str, Any], users: list[dict[str, Any]]) -> int:
    """An export of about `size` bytes with one ticket over and over; users last, as Zendesk has them. Returns the count."""
    filler = "The parcel was scanned at the hub and did not move for days, nobody could say why. " * 400
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"tickets": [\n')
        while file.tell() < size:
            comments = [*ticket["comments"], {"author_id": 2, "public": False, "body": filler}]
            file.write(("," if count else "") + json.dumps({**ticket, "id": count, "comments": comments}) + "\n")
            count += 1
        file.write('], "users": ' + json.dumps(users) + "}")
    return count


@pytest.mark.slow
def test_twenty_megabytes_take_a_few(zendesk_ticket: Make, zendesk_export: Make, tmp_path: Path) -> None:
    """What the reader holds at a time is measured, not what storing costs: every ticket is dropped as it comes."""
    from kb.tickets.zendesk import read_zendesk

    path = tmp_path / "big.json"
    count = write_big_export(path, 20_000_000, zendesk_ticket(), zendesk_export([])["users"])
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_zendesk(path)) == count
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


def test_session_does_not_grow_with_the_import(
    zendesk_ticket: Make, zendesk_export: Make, write: Write, session: Session
) -> None:
    path = write(zendesk_export([zendesk_ticket(n) for n in range(40)]))
    import_tickets(session, path, "zendesk", requester_key=b"k" * 32)
    assert len(session.identity_map) == 0
