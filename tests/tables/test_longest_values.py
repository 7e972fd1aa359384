"""PostgreSQL refuses a text that is longer than its column, SQLite takes it: whatever comes in, it fits on both."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, String, func, select
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from kb.accounts.people import create_user
from kb.core.errors import KbError
from kb.insight.gaps import collect_misses, list_gaps
from kb.search.events import record_search
from kb.search.types import Outcome, SearchAnswer
from kb.tables import Base, Conversation, Role, SearchEvent, Ticket, User
from kb.tickets import import_tickets

LONG = "long text " * 500


def check_lengths(session: Session) -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String) and column.type.length:
                longest = session.scalar(select(func.max(func.length(column)))) or 0
                assert longest <= column.type.length, f"{table.name}.{column.name} holds {longest} characters"


FIELDS = {
    "id": "7", "subject": "Lamp", "problem": "The lamp is broken", "resolution": "Sent a new one", "channel": "email",
    "language": "en", "status": "solved", "tags": ["lamp"], "satisfaction": "good", "created_at": "2026-01-02",
    "requester": "asha@example.com",
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [LONG, "x" * 3000, "a\0b", "\ud83d\ude00" * 700, "ক্ষ" * 400, "٣" * 400])
def test_ticket_with_a_long_or_strange_field_goes_in_or_is_rejected(
    session: Session, tmp_path: Path, field: str, value: str
) -> None:
    path = tmp_path / "tickets.jsonl"
    row = {**FIELDS, field: [value] if field == "tags" else value}
    path.write_text(json.dumps(row) + "\n" + json.dumps({**FIELDS, "id": "8"}) + "\n", encoding="utf-8")
    import_tickets(session, path, "jsonl", requester_key=b"k" * 32)
    session.commit()
    assert session.scalars(select(Ticket).where(Ticket.external_id == "8")).one()
    check_lengths(session)


def test_long_query_is_recorded_and_becomes_the_label_of_a_gap(session: Session, engine: Engine) -> None:
    for query in (LONG, "ক্ষমা " * 900, "a\0b kettle", "\u2028 lamp \x07"):
        answer = SearchAnswer(
            query=query, language="en", outcome=Outcome.NONE, confidence=0.0, results=[], timings_ms={},
            public_id=str(uuid.uuid4()),
        )  # fmt: skip
        record_search(session, answer, place="help", audience="customer", region="IN", reader_language="en")
        session.commit()
    for event in session.scalars(select(SearchEvent)):
        event.created_at = event.created_at.replace(year=2025)
    session.commit()
    collect_misses(session, HashEncoder())
    session.commit()
    assert list_gaps(session)
    check_lengths(session)


@pytest.mark.parametrize("name", [LONG, "x" * 201, "आ" * 201, "Asha\0", "\ud800"])
def test_person_with_such_a_name_is_refused_or_stored(session: Session, name: str) -> None:
    try:
        create_user(session, "long@example.com", Role.REP, "a password of mine", name=name)
        session.commit()
    except KbError:
        session.rollback()
    check_lengths(session)
    assert session.scalars(select(User)).all()


def test_contact_form_with_long_fields_is_refused(
    client: FlaskClient, csrf: Callable[[FlaskClient], dict[str, str]], session: Session
) -> None:
    fields = {"name": "Asha", "contact": "asha@example.com", "message": "Where is it?"}
    for change in ({"name": LONG}, {"contact": f"{'a' * 64}@{'b.' * 400}example"}, {"message": LONG * 20}):
        answer = client.post("/help/en/contact", data=fields | change, headers=csrf(client))
        assert answer.status_code == 422
    assert not session.scalars(select(Conversation)).all()
