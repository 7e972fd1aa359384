"""Tickets as flat records, whatever their columns are called: rows of a table, lines of JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kb.tickets.raw import RawTicket, RawTurn, RowError, channel_of, id_of, status_of, tags_of, text_of, time_of

# Column -> the headers that are understood for it, compared without case, spaces, hyphens and underscores.
_HEADERS = {
    "id": "id, ticket id, ticket, ticket number, ticket no, case id, case number, external id, reference, number, key",
    "subject": "subject, title, summary, topic, raw subject",
    "problem": "problem, description, question, customer message, message, body, issue, query, details, content",
    "resolution": "resolution, answer, agent reply, reply, response, solution, resolution note, resolution notes, closing note",
    "channel": "channel, via, source, origin, medium",
    "language": "language, lang, locale",
    "status": "status, state, ticket status",
    "created_at": "created at, created, created time, creation date, created date, date created, opened, opened at, date",
    "resolved_at": "resolved at, resolved, resolved time, solved at, closed at, closed, closed date, resolution time, updated at",
    "tags": "tags, tag, labels, categories, category",
    "requester": "requester, requester name, customer, customer name, name, contact name, from",
    "requester_email": "requester email, customer email, email, contact email, email address",
    "requester_phone": "requester phone, customer phone, phone, mobile, contact phone, phone number",
    "requester_id": "requester id, customer id, contact id, user id",
    "agent": "agent, agent name, assignee, assignee name, assigned to, owner, responder",
    "satisfaction": "satisfaction, satisfaction rating, csat, rating",
    "messages": "messages, conversation, turns, comments",
}
COLUMNS = {column: tuple(headers.split(", ")) for column, headers in _HEADERS.items()}

_LANGUAGES = {
    "english": "en",
    "hindi": "hi",
    "bengali": "bn",
    "bangla": "bn",
    "hinglish": "hi-Latn",
    "roman hindi": "hi-Latn",
    "romanised hindi": "hi-Latn",
    "banglish": "bn-Latn",
    "benglish": "bn-Latn",
    "roman bengali": "bn-Latn",
    "हिन्दी": "hi",
    "हिंदी": "hi",
    "বাংলা": "bn",
}
_AGENT_ROLES = frozenset(
    ("agent", "rep", "representative", "support", "admin", "assistant", "staff", "bot", "operator")
)
_CUSTOMER_ROLES = frozenset(("customer", "user", "end-user", "end_user", "requester", "client", "contact", "visitor"))


def _key(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


_COLUMN_OF = {_key(alias): column for column, aliases in COLUMNS.items() for alias in aliases}


def map_columns(headers: list[str]) -> dict[str, str]:
    """Header -> column, for those that are understood; of two headers for one column the first wins."""
    mapped: dict[str, str] = {}
    for header in headers:
        column = _COLUMN_OF.get(_key(header))
        if column and column not in mapped.values():
            mapped[header] = column
    return mapped


def has_needed_columns(columns: set[str]) -> bool:
    return "id" in columns and bool(columns & {"subject", "problem", "messages"})


def ticket_of_record(record: Mapping[str, Any], source: str) -> RawTicket:
    """A ticket of a record with our column names. Raises RowError."""
    external_id = id_of(record.get("id"))
    turns = _turns(record.get("messages"))
    subject = text_of(record.get("subject"), "subject").strip()
    problem = text_of(record.get("problem"), "problem")
    if not (subject or problem.strip() or any(turn.text.strip() for turn in turns)):
        raise RowError("it has neither a subject nor a problem")
    requester, name = _requester(record)
    agent = record.get("agent")
    return RawTicket(
        source=source,
        external_id=external_id,
        subject=subject,
        status=status_of(record.get("status")),
        channel=channel_of(_channel_value(record.get("channel"))),
        turns=turns,
        problem=problem,
        resolution=text_of(record.get("resolution"), "resolution"),
        language=_language(record.get("language")),
        tags=tags_of(record.get("tags")),
        satisfaction=satisfaction_of(record.get("satisfaction")),
        requester=requester,
        names=[found for found in (name, agent) if isinstance(found, str) and found.strip()],
        created_at=time_of(record.get("created_at"), "created_at"),
        resolved_at=time_of(record.get("resolved_at"), "resolved_at"),
    )


def satisfaction_of(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("score")
    text = str(value or "").strip().lower()
    return text[:20] if text and text not in {"unoffered", "none", "null"} else None


def _channel_value(value: Any) -> Any:
    return value.get("channel") if isinstance(value, dict) else value


def _language(value: Any) -> str:
    text = str(value or "").strip().replace("_", "-")
    if not text or len(text) > 35:
        return ""
    known = _LANGUAGES.get(text.casefold().replace("-", " "))
    if known:
        return known
    parts = text.split("-")
    if not (2 <= len(parts[0]) <= 3 and parts[0].isascii() and parts[0].isalpha()):
        return ""
    # The script matters to us, the country does not.
    return parts[0].lower() + ("-Latn" if any(part.lower() == "latn" for part in parts[1:]) else "")


def _requester(record: Mapping[str, Any]) -> tuple[str, str]:
    """(what identifies the requester, their name); either may be empty."""
    person = record.get("requester")
    if isinstance(person, dict):
        record = {
            **record,
            **{f"requester_{key}": person.get(key) for key in ("email", "phone", "id") if person.get(key)},
        }
        person = person.get("name")
    name = str(person or "").strip()
    reference = next(
        (str(record[key]).strip() for key in ("requester_email", "requester_phone", "requester_id") if record.get(key)),
        "",
    )
    if "@" in name:
        return reference or name, ""
    return reference or name, name


def _turns(value: Any) -> list[RawTurn]:
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise RowError("its messages are no list")
    turns = []
    for number, message in enumerate(value, start=1):
        if not isinstance(message, dict):
            raise RowError(f"message {number} is no object")
        role = str(message.get("role") or message.get("author") or "").strip().lower()
        if role not in _AGENT_ROLES and role not in _CUSTOMER_ROLES:
            raise RowError(f"message {number} has no role that is known (customer or agent)")
        text = text_of(message.get("text") or message.get("body") or message.get("content"), f"message {number}")
        turns.append(
            RawTurn(
                role="agent" if role in _AGENT_ROLES else "customer",
                text=text,
                public=message.get("public", True) is not False,
                created_at=_message_time(message),
            )
        )
    return turns


def _message_time(message: Mapping[str, Any]) -> datetime | None:
    return time_of(message.get("created_at") or message.get("at") or message.get("time"), "the time of a message")
