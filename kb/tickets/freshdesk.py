"""Freshdesk: tickets of its API with conversations (JSON), its account export ({"helpdesk_ticket": {…}}), its table (CSV)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb.core.errors import Rejection
from kb.core.progress import Progress
from kb.tickets.help_desk import read_export
from kb.tickets.raw import RawTicket, RawTurn, RowError, channel_of, id_of, tags_of, text_of
from kb.tickets.reading import Reading

_STATUSES = {2: "open", 3: "pending", 4: "resolved", 5: "closed", 6: "waiting on customer", 7: "waiting on third party"}
_SOURCES = {1: "email", 2: "portal", 3: "phone", 5: "twitter", 6: "facebook", 7: "chat", 9: "feedback widget", 10: "email",
            13: "whatsapp"}  # fmt: skip
# What a conversation is: notes and forwards to others are no answers to the customer, even where they are not private.
_NOTE, _FORWARD = 2, 8
_SURVEY = {103: "good", 102: "good", 101: "good", 100: "neutral", -101: "bad", -102: "bad", -103: "bad"}


def read_freshdesk(
    path: Path, progress: Progress | None = None, reading: Reading | None = None
) -> Iterator[RawTicket | Rejection]:
    """Each ticket, or a rejection with its line. Raises InvalidInputError for what is no such export."""
    yield from read_export(path, progress, reading, "Freshdesk", _ticket_of)


def _ticket_of(value: Mapping[str, Any], reading: Reading) -> RawTicket:
    external_id = id_of(value.get("display_id") or value.get("id"))
    requester = _person(value.get("requester"))
    agent = _person(value.get("responder") or value.get("agent"))
    requester_id = value.get("requester_id")
    turns = [*_opening(value), *_conversations(value, requester_id, reading)]
    subject = text_of(value.get("subject"), "subject").strip()
    if not subject and not any(turn.text.strip() for turn in turns):
        raise RowError("it has neither a subject nor text")
    status = reading.status(_named(value, "status", _STATUSES))
    name = requester["name"] or _text(value.get("requester_name"))
    reference = requester["email"] or _text(value.get("email")) or requester["phone"] or _text(value.get("phone"))
    return RawTicket(
        source="freshdesk",
        external_id=external_id,
        subject=subject,
        status=status,
        channel=channel_of(_named(value, "source", _SOURCES)),
        turns=turns,
        tags=tags_of(_tag_names(value.get("tags"))),
        satisfaction=_satisfaction(value),
        requester=reference.lower() or (f"freshdesk:{requester_id}" if requester_id is not None else ""),
        names=tuple(
            dict.fromkeys(found for found in (name, agent["name"], _text(value.get("responder_name"))) if found)
        ),
        own_domains=_own_domains(value),
        created_at=reading.time(value.get("created_at"), "created_at"),
        resolved_at=_resolved_at(value, reading) if status == "resolved" else None,
    )


def _opening(value: Mapping[str, Any]) -> Iterator[RawTurn]:
    text = text_of(
        value.get("description_text") or value.get("description") or value.get("description_html"), "description"
    )
    if text.strip():
        # Source 10: an agent wrote first.
        yield RawTurn("agent" if value.get("source") == 10 else "customer", text)


def _conversations(value: Mapping[str, Any], requester_id: object, reading: Reading) -> Iterator[RawTurn]:
    given = value.get("conversations") if value.get("conversations") is not None else value.get("notes")
    if given is None:
        return
    if not isinstance(given, list):
        raise RowError("its conversations are no list")
    for number, note in enumerate(given, start=1):
        note = note.get("helpdesk_note", note.get("note", note)) if isinstance(note, dict) else note
        if not isinstance(note, dict):
            raise RowError(f"conversation {number} is no object")
        is_customer = bool(note.get("incoming")) or (
            "incoming" not in note and requester_id is not None and note.get("user_id") == requester_id
        )
        is_private = bool(note.get("private")) or note.get("source") == _FORWARD
        yield RawTurn(
            "customer" if is_customer else "agent",
            text_of(note.get("body_text") or note.get("body") or note.get("body_html"), f"conversation {number}"),
            not is_private,
            reading.time(note.get("created_at"), f"created_at of conversation {number}"),
        )


def _resolved_at(value: Mapping[str, Any], reading: Reading) -> Any:
    for holder in (value.get("stats"), value.get("ticket_states"), value):
        if isinstance(holder, dict):
            for key in ("resolved_at", "closed_at"):
                if holder.get(key):
                    return reading.time(holder[key], key)
    return reading.time(value.get("updated_at"), "updated_at")


def _named(value: Mapping[str, Any], key: str, names: Mapping[int, str]) -> Any:
    """The word for a status or a source, which is a number in most exports; "7" in some."""
    given = value.get(f"{key}_name") or value.get(key)
    if isinstance(given, str) and given.strip().isdecimal() and len(given) < 4:
        given = int(given)
    return names.get(given, given) if isinstance(given, int) else given


def _satisfaction(value: Mapping[str, Any]) -> str | None:
    survey = value.get("satisfaction_rating") or value.get("survey_result") or value.get("csat")
    if isinstance(survey, dict):
        ratings = survey.get("ratings")
        survey = ratings.get("default_question") if isinstance(ratings, dict) else survey.get("rating")
    if isinstance(survey, int):
        return _SURVEY.get(survey, str(survey)[:20])
    return str(survey).strip().lower()[:20] or None if isinstance(survey, str) else None


def _tag_names(tags: object) -> object:
    if isinstance(tags, list):
        return [tag.get("name") if isinstance(tag, dict) else tag for tag in tags]
    return tags if isinstance(tags, str) else None


def _own_domains(value: Mapping[str, Any]) -> frozenset[str]:
    """Of the addresses that the help desk writes from: those stay in answers."""
    others = value.get("to_emails")
    given = [value.get("support_email"), *(others if isinstance(others, list) else [])]
    addresses = [
        text.rpartition("@")[2].strip(" <>\"'").lower() for text in given if isinstance(text, str) and "@" in text
    ]
    return frozenset(address for address in addresses if address)


def _person(value: object) -> dict[str, str]:
    held = value if isinstance(value, dict) else {}
    return {key: _text(held.get(key)) for key in ("name", "email", "phone")}


def _text(value: object) -> str:
    return text_of(value, "name")[:300].strip() if isinstance(value, str) else ""
