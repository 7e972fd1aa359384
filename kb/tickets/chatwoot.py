"""Chatwoot: conversations with their messages (JSON of its API or of a dump), or a table of them (CSV)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb.core.errors import Rejection
from kb.core.progress import Progress
from kb.tickets.help_desk import read_export
from kb.tickets.raw import RawTicket, RawTurn, RowError, channel_of, id_of, tags_of, text_of
from kb.tickets.reading import Reading

_TYPES = {0: "incoming", 1: "outgoing", 2: "activity", 3: "template"}
_STATUSES = {0: "open", 1: "resolved", 2: "pending", 3: "snoozed"}
_CHANNELS = {"web_widget": "chat", "webwidget": "chat", "twilio_sms": "sms", "facebook_page": "facebook",
             "twitter_profile": "twitter", "api": "other"}  # fmt: skip


def read_chatwoot(
    path: Path, progress: Progress | None = None, reading: Reading | None = None
) -> Iterator[RawTicket | Rejection]:
    """Each conversation, or a rejection with its line. Raises InvalidInputError for what is no such export."""
    yield from read_export(path, progress, reading, "Chatwoot", _ticket_of)


def _ticket_of(value: Mapping[str, Any], reading: Reading) -> RawTicket:
    if "message_type" in value:
        raise RowError("it is a message without its conversation; export conversations with their messages")
    external_id = id_of(value.get("display_id") or value.get("id"))
    meta, extra = _held(value, "meta"), _held(value, "additional_attributes")
    sender = _held(meta, "sender") or _held(value, "contact") or _held(value, "sender")
    agent = _held(meta, "assignee") or _held(value, "assignee")
    messages = _messages(value)
    turns = [turn for turn in (_turn(message, number, reading) for number, message in enumerate(messages, 1)) if turn]
    subject = text_of(
        extra.get("mail_subject") or extra.get("subject") or value.get("subject") or _mail_subject(messages), "subject"
    )
    if not subject.strip() and not any(turn.text.strip() for turn in turns):
        raise RowError("it has neither a subject nor a message")
    status = reading.status(
        _STATUSES.get(value["status"], value["status"]) if isinstance(value.get("status"), int) else value.get("status")
    )
    email, phone, name = (_text(sender.get(key)) for key in ("email", "phone_number", "name"))
    resolved_at = value.get("resolved_at") or value.get("last_activity_at") or value.get("updated_at")
    names = (name, _text(agent.get("name")), *(_text(_held(message, "sender").get("name")) for message in messages))
    return RawTicket(
        source="chatwoot",
        external_id=external_id,
        subject=subject.strip(),
        status=status,
        channel=_channel(value, meta),
        turns=turns,
        tags=tags_of(value.get("labels") if isinstance(value.get("labels"), list | str) else None),
        satisfaction=_rating(messages),
        requester=(email or phone).lower() or (f"chatwoot:{sender['id']}" if sender.get("id") else ""),
        names=tuple(dict.fromkeys(found for found in names if found)),
        created_at=reading.time(value.get("created_at") or value.get("timestamp"), "created_at"),
        resolved_at=reading.time(resolved_at, "last_activity_at") if status == "resolved" else None,
    )


def _messages(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """In the order in which they were written."""
    given = value.get("messages")
    if given is None:
        given = []
    if not isinstance(given, list):
        raise RowError("its messages are no list")
    for number, message in enumerate(given, start=1):
        if not isinstance(message, dict):
            raise RowError(f"message {number} is no object")
    return sorted(given, key=_written_at)


def _written_at(message: Mapping[str, Any]) -> float:
    when = message.get("created_at")
    return float(when) if isinstance(when, int | float) and not isinstance(when, bool) and abs(when) < 1e15 else 0.0


def _turn(message: Mapping[str, Any], number: int, reading: Reading) -> RawTurn | None:
    """None for what Chatwoot itself noted (assigned, resolved) and asked (how was it?)."""
    kind = message.get("message_type")
    kind = _TYPES.get(kind, "") if isinstance(kind, int) else str(kind or "").lower()
    if kind in {"activity", "template"} or message.get("content_type") == "input_csat":
        reading.skipped["notes of the help desk's program"] += 1
        return None
    if not kind:
        sender = str(_held(message, "sender").get("type") or message.get("sender_type") or "").lower()
        kind = "incoming" if sender in {"contact", "customer"} else "outgoing" if sender else ""
    if kind not in {"incoming", "outgoing"}:
        raise RowError(f"message {number} has no type that is known (incoming or outgoing)")
    return RawTurn(
        "customer" if kind == "incoming" else "agent",
        text_of(message.get("content") or _mail_text(message), f"message {number}"),
        not message.get("private"),
        reading.time(message.get("created_at"), f"created_at of message {number}"),
    )


def _mail_text(message: Mapping[str, Any]) -> object:
    mail = _held(_held(message, "content_attributes"), "email")
    for kind in ("text_content", "html_content"):
        held = _held(mail, kind)
        if held.get("reply") or held.get("full"):
            return held.get("reply") or held.get("full")
    return None


def _mail_subject(messages: list[dict[str, Any]]) -> object:
    subjects = (_held(_held(message, "content_attributes"), "email").get("subject") for message in messages)
    return next((subject for subject in subjects if isinstance(subject, str)), None)


def _rating(messages: list[dict[str, Any]]) -> str | None:
    for message in messages:
        answers = _held(_held(message, "content_attributes"), "submitted_values")
        rating = _held(answers, "csat_survey_response").get("rating")
        if isinstance(rating, int) and 1 <= rating <= 5:
            return str(rating)
    return None


def _channel(value: Mapping[str, Any], meta: Mapping[str, Any]) -> str:
    given = meta.get("channel") or value.get("channel") or _held(value, "inbox").get("channel_type")
    word = str(given or "").rpartition("::")[2]
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in word).strip("_")
    return channel_of(_CHANNELS.get(snake, snake))


def _held(value: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return text_of(value, "name")[:300].strip() if isinstance(value, str) else ""
