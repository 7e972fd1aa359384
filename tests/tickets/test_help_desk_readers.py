"""Import of what Freshdesk and Chatwoot export."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError
from kb.tables import Ticket
from kb.tickets import ImportReport

Write = Callable[..., Path]
Import = Callable[..., ImportReport]
Reasons = Callable[[ImportReport], list[str]]


def only_ticket(session: Session) -> Ticket:
    return session.scalars(select(Ticket)).one()


def freshdesk_ticket(**changes: Any) -> dict[str, Any]:
    ticket: dict[str, Any] = {
        "cc_emails": [],
        "id": 20,
        "subject": "Lamp does not switch on",
        "description": "<div>My lamp does not switch on&nbsp;since Monday.<br>Call 98400 12345.</div>",
        "description_text": "My lamp does not switch on since Monday. Call 98400 12345.",
        "status": 4,
        "source": 1,
        "priority": 1,
        "requester_id": 129,
        "requester": {"id": 129, "name": "Asha Rao", "email": "Asha@mail.example", "phone": None},
        "responder_id": 7,
        "support_email": "help@lamps.example",
        "tags": ["lamp"],
        "created_at": "2026-03-01T08:00:00Z",
        "updated_at": "2026-05-05T08:00:00Z",
        "stats": {"resolved_at": "2026-03-02T08:00:00Z", "closed_at": "2026-03-04T08:00:00Z"},
        "conversations": [
            {"body_text": "Which bulb is in it, Asha?", "incoming": False, "private": False, "user_id": 7, "source": 0},
            {"body": "<div>The one that came with it.</div>", "incoming": True, "private": False, "user_id": 129, "source": 0},
            {"body_text": "Refund limit is 500.", "incoming": False, "private": True, "user_id": 7, "source": 2},
            {"body_text": "Push the ring at the socket to the right until it clicks.", "incoming": False, "private": False,
             "user_id": 7, "source": 0, "created_at": "2026-03-02T07:59:00Z"},
        ],
    }  # fmt: skip
    return {**ticket, **changes}


@pytest.mark.parametrize("shape", ["array", "lines", "results", "wrapped"])
def test_freshdesk_ticket_with_conversations(shape: str, write: Write, run_import: Import, session: Session) -> None:
    ticket = freshdesk_ticket()
    content: Any = {
        "array": [ticket],
        "lines": json.dumps(ticket),
        "results": {"results": [ticket], "total": 1},
        "wrapped": {"ticket": ticket},
    }[shape]
    report = run_import(write(content), "freshdesk")
    assert (report.created, report.rejected) == (1, [])
    found = only_ticket(session)
    assert (found.source, found.external_id, found.channel, found.status) == ("freshdesk", "20", "email", "resolved")
    assert found.problem == "My lamp does not switch on since Monday. Call [phone].\n\nThe one that came with it."
    assert found.resolution == "Push the ring at the socket to the right until it clicks."
    assert [m.text for m in found.messages if not m.public] == ["Refund limit is 500."]
    assert not [m.text for m in found.messages if "Asha" in m.text]
    assert found.resolved_at
    assert found.resolved_at.isoformat() == "2026-03-02T08:00:00+00:00"


def test_freshdesk_account_export(write: Write, run_import: Import, session: Session) -> None:
    ticket = {
        "display_id": 77,
        "subject": "Lamp flickers",
        "description": "It flickers in the evening.",
        "status_name": "Closed",
        "source_name": "Phone",
        "requester_name": "Asha Rao",
        "responder_name": "Neha Saxena",
        "created_at": "2026-03-01T08:00:00+05:30",
        "ticket_states": {"resolved_at": "2026-03-02T08:00:00+05:30"},
        "notes": [{"helpdesk_note": {"body": "Neha here: use the bulb of 9 W.", "incoming": False, "private": False}}],
    }
    run_import(write([{"helpdesk_ticket": ticket}]), "freshdesk")
    found = only_ticket(session)
    assert (found.external_id, found.channel, found.status) == ("77", "phone", "resolved")
    assert found.resolution == "[name] here: use the bulb of 9 W."


@pytest.mark.parametrize(
    ("status", "stored"),
    [(2, "open"), (3, "open"), (4, "resolved"), ("5", "resolved"), (6, "open"), (99, "open"), ("Closed", "resolved")],
)
def test_freshdesk_status(status: object, stored: str, write: Write, run_import: Import, session: Session) -> None:
    run_import(write([freshdesk_ticket(status=status)]), "freshdesk")
    assert only_ticket(session).status == stored


def test_freshdesk_table(write: Write, run_import: Import, session: Session) -> None:
    text = "Ticket ID,Subject,Status,Source,Created time,Resolved time,Last update time,Full name,Email,Description\n"
    text += "20,Lamp,Closed,Portal,2026-03-01 08:00,2026-03-02 08:00,2026-05-05 08:00,Asha Rao,a@x.example,Asha's lamp broke\n"
    run_import(write(text, "t.csv"), "freshdesk")
    found = only_ticket(session)
    assert (found.source, found.problem, found.channel) == ("freshdesk", "[name]'s lamp broke", "web")


def chatwoot_conversation(**changes: Any) -> dict[str, Any]:
    conversation: dict[str, Any] = {
        "meta": {
            "sender": {"id": 3, "name": "Asha Rao", "email": "asha@mail.example", "phone_number": None},
            "channel": "Channel::WebWidget",
            "assignee": {"name": "Neha Saxena"},
        },
        "id": 12,
        "status": "resolved",
        "labels": ["lamp"],
        "created_at": 1772352000,
        "last_activity_at": 1772366400,
        "messages": [
            {"id": 5, "content": "Push the ring to the right until it clicks, Asha.", "message_type": 1, "created_at": 1772352300,
             "private": False, "sender": {"name": "Neha Saxena", "type": "user"}},
            {"id": 1, "content": "hello, my lamp does not switch on", "message_type": 0, "created_at": 1772352000},
            {"id": 2, "content": "Conversation was assigned to Neha", "message_type": 2, "created_at": 1772352100},
            {"id": 3, "content": "Refund limit is 500", "message_type": 1, "private": True, "created_at": 1772352200},
            {"id": 6, "content": "Please rate the conversation", "message_type": 3, "content_type": "input_csat",
             "created_at": 1772352400, "content_attributes": {"submitted_values": {"csat_survey_response": {"rating": 5}}}},
        ],
    }  # fmt: skip
    return {**conversation, **changes}


@pytest.mark.parametrize("shape", ["array", "lines", "api", "payload"])
def test_chatwoot_conversation(shape: str, write: Write, run_import: Import, session: Session) -> None:
    conversation = chatwoot_conversation()
    content: Any = {
        "array": [conversation],
        "lines": json.dumps(conversation),
        "api": {"data": {"meta": {"all_count": 1}, "payload": [conversation]}},
        "payload": {"payload": [conversation]},
    }[shape]
    report = run_import(write(content), "chatwoot")
    assert (report.created, report.rejected) == (1, [])
    found = only_ticket(session)
    assert (found.source, found.external_id, found.channel, found.status) == ("chatwoot", "12", "chat", "resolved")
    assert (found.problem, found.satisfaction) == ("my lamp does not switch on", "5")
    assert found.resolution == "Push the ring to the right until it clicks, [name]."
    assert [m.text for m in found.messages if not m.public] == ["Refund limit is 500"]
    assert len(found.messages) == 3
    assert found.resolved_at
    assert found.resolved_at.isoformat() == "2026-03-01T12:00:00+00:00"


def test_chatwoot_mail_with_words_for_types(write: Write, run_import: Import, session: Session) -> None:
    mail = {"subject": "Lamp", "text_content": {"full": "It broke.\n\n> quoted", "reply": "It broke in two."}}
    messages = [
        {"message_type": "incoming", "content": None, "content_attributes": {"email": mail}},
        {"message_type": "outgoing", "content": "A new one left today and comes on Friday."},
        {"message_type": "activity", "content": "Neha resolved the conversation"},
    ]
    run_import(write([chatwoot_conversation(messages=messages, meta={"channel": "Channel::Email"})]), "chatwoot")
    found = only_ticket(session)
    assert (found.subject, found.problem, found.channel) == ("Lamp", "It broke in two.", "email")


def test_chatwoot_message_alone_is_a_clear_rejection(write: Write, run_import: Import, reasons: Reasons) -> None:
    rows = [{"id": 1, "conversation_id": 4, "message_type": 0, "content": "hello"}, chatwoot_conversation()]
    report = run_import(write(rows), "chatwoot")
    assert report.created == 1
    assert "message without its conversation" in reasons(report)[0]


@pytest.mark.parametrize("source", ["freshdesk", "chatwoot"])
@pytest.mark.parametrize("content", ['{"a": 1}', "[]", "{}", "", "\x00\x01", '"x"'])
def test_file_that_is_no_export_is_one_clear_error(source: str, content: str, write: Write, run_import: Import) -> None:
    with pytest.raises(InvalidInputError) as error:
        run_import(write(content, "t.json"), source)
    assert error.value.remedy
