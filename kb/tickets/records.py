"""Tickets as flat records, whatever their columns are called: rows of a table, lines of JSON."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kb.tickets.raw import RawTicket, RawTurn, RowError, channel_of, id_of, tags_of, text_of
from kb.tickets.reading import Reading

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
    "deutsch": "de",
    "german": "de",
    "français": "fr",
    "french": "fr",
    "español": "es",
    "spanish": "es",
    "português": "pt",
    "portuguese": "pt",
    "हिन्दी": "hi",
    "हिंदी": "hi",
    "বাংলা": "bn",
}
_AGENT_ROLES = """
agent rep representative support admin assistant staff bot operator owner teammate human_agent outgoing outbound
support_agent employee ai teammember team_member service customer_service customer_support helpdesk
mitarbeiter bearbeiter berater agente atendente conseiller conseillère técnico operador
एजेंट प्रतिनिधि सहायक सपोर्ट এজেন্ট প্রতিনিধি সহায়ক সাপোর্ট
"""
_CUSTOMER_ROLES = """
customer user end_user enduser requester client contact visitor lead incoming inbound human guest buyer caller
consumer subscriber member kunde kundin anfragender cliente usuario usuário ग्राहक उपयोगकर्ता গ্রাহক ক্রেতা ব্যবহারকারী
"""
# Nobody said it to anybody: the conversation was assigned, the prompt of a program.
_SYSTEM_ROLES = """
system developer tool function event activity automation automated workflow trigger notification info meta log template
"""
_ROLES = {
    "agent": frozenset(_AGENT_ROLES.split()),
    "customer": frozenset(_CUSTOMER_ROLES.split()),
    "system": frozenset(_SYSTEM_ROLES.split()),
}


def ticket_of_record(record: Mapping[str, Any], source: str, reading: Reading) -> RawTicket:
    """A ticket of a record with our column names. Raises RowError."""
    external_id = id_of(record.get("id"))
    requester, name = _requester(record)
    agent = record.get("agent")
    turns = _turns(record.get("messages"), reading, {"customer": (name, requester), "agent": (agent,)})
    subject = text_of(record.get("subject"), "subject").strip()
    problem = text_of(record.get("problem"), "problem")
    if not (subject or problem.strip() or any(turn.text.strip() for turn in turns)):
        raise RowError("it has neither a subject nor a problem")
    return RawTicket(
        source=source,
        external_id=external_id,
        subject=subject,
        status=reading.status(record.get("status")),
        channel=channel_of(_channel_value(record.get("channel"))),
        turns=turns,
        problem=problem,
        resolution=text_of(record.get("resolution"), "resolution"),
        language=_language(record.get("language")),
        tags=tags_of(record.get("tags")),
        satisfaction=satisfaction_of(record.get("satisfaction")),
        requester=requester,
        names=[found for found in (name, agent) if isinstance(found, str) and found.strip()],
        created_at=reading.time(record.get("created_at"), "created_at"),
        resolved_at=reading.time(record.get("resolved_at"), "resolved_at"),
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


def _turns(value: Any, reading: Reading, people: Mapping[str, tuple[object, ...]]) -> list[RawTurn]:
    """people: role -> the names and addresses that the record gives for it."""
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise RowError("its messages are no list")
    words = {str(word).strip().casefold(): role for role, known in people.items() for word in known if word}
    turns = []
    for number, message in enumerate(value, start=1):
        if isinstance(message, str):
            message = {"role": "", "text": message}
        if not isinstance(message, dict):
            raise RowError(f"message {number} is no object")
        role = _role_of(message, words)
        if role == "system":
            reading.skipped["notes of the help desk's program"] += 1
            continue
        if not role:
            # Taken for an answer, a stranger's words could be told to others; as the customer's they only ask.
            reading.count_unknown_role(_named_role(message))
            role = "customer"
        text = text_of(
            _first(message, "text", "body", "content", "message", "plain_body", "html_body"), f"message {number}"
        )
        turns.append(
            RawTurn(
                role=role,
                text=text,
                public=message.get("public", True) is not False and not message.get("private"),
                created_at=reading.time(
                    _first(message, "created_at", "at", "time", "timestamp", "date"), "the time of a message"
                ),
            )
        )
    return turns


_ROLE_KEYS = ("role", "author", "author_type", "sender_type", "sender", "type", "from", "direction")


def _role_words(message: Mapping[str, Any]) -> Iterator[str]:
    """What a message says of who wrote it."""
    for key in _ROLE_KEYS:
        value = message.get(key)
        if isinstance(value, dict):
            for inner in ("role", "type", "email", "name"):
                yield str(value.get(inner) or "").strip()
        else:
            yield str(value or "").strip()


def _role_of(message: Mapping[str, Any], people: Mapping[str, str]) -> str:
    """`customer`, `agent`, `system`, or "" for what nobody knows."""
    for word in _role_words(message):
        if not word:
            continue
        plain = re.sub(r"[\s-]+", "_", word.lower())
        if role := next((name for name, words in _ROLES.items() if plain in words), people.get(word.casefold(), "")):
            return role
    return ""


def _named_role(message: Mapping[str, Any]) -> str:
    return next(filter(None, _role_words(message)), "")


def _first(message: Mapping[str, Any], *keys: str) -> Any:
    return next((message[key] for key in keys if message.get(key)), None)
