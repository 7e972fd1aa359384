"""Dialects in JSON: what interfaces and exports of chat programs give, one document or one object a line."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kb.assist.transcript.labels import role_of_label
from kb.assist.transcript.messages import NOTHING, Message, Reading
from kb.assist.turns import Role, role_of_word
from kb.text.cleaning import blank_controls
from kb.text.html import html_to_text

_TEXT_KEYS = (
    "text", "content", "message", "body_text", "plain_body", "body", "utterance", "msg", "value", "message_parts", "html_body",
    "comment", "description", "parts",
)  # fmt: skip
_ROLE_KEYS = (
    "role",
    "actor_type",
    "sender_type",
    "author_type",
    "sender",
    "from",
    "author",
    "speaker",
    "user",
    "name",
    "username",
    "type",
)
_NAME_KEYS = (
    "name",
    "username",
    "display_name",
    "from_name",
    "sender_name",
    "author_name",
    "from",
    "sender",
    "author",
    "user",
    "speaker",
)
# Names and numbers of people in the order in which they tell most.
_ID_KEYS = ("author_id", "sender_id", "user_id", "from_id", "actor_id")
_MESSAGE_TYPES = {0: Role.CUSTOMER, 1: Role.AGENT, 2: Role.SYSTEM, 3: Role.AGENT}
_DIRECTIONS = {
    "inbound": Role.CUSTOMER, "incoming": Role.CUSTOMER, "in": Role.CUSTOMER, "received": Role.CUSTOMER,
    "outbound": Role.AGENT, "outgoing": Role.AGENT, "out": Role.AGENT, "sent": Role.AGENT,
}  # fmt: skip
_OUR_FLAGS = ("is_agent", "from_agent", "is_staff", "is_bot", "isAgent", "fromMe", "from_me", "outgoing")
_THEIR_FLAGS = ("is_customer", "from_customer", "incoming", "isCustomer")
_MOST_NODES = 100_000


def read_records(text: str) -> Reading:
    """Messages of a JSON document, of a document a line, or nothing where it is no JSON or holds no conversation."""
    if not text.lstrip().startswith(("[", "{")):
        return NOTHING
    document = _spelled_out(_load(text))
    if document is None:
        return NOTHING
    found = max(_lists_of_messages(document), key=len, default=[])
    if not found:
        return NOTHING
    requester = _requester(document)
    messages = [_message(item, requester) for item in found]
    roles = {message.role for message in messages}
    if len(messages) < 2 and not roles & {Role.CUSTOMER, Role.AGENT}:
        return NOTHING
    for item, message in zip(found, messages, strict=True):
        if message.role is Role.SYSTEM and item.get("role") is not None:
            # An instruction to an assistant; where there is no other on that side, it is the program that answers.
            message.role = Role.NOTE if Role.AGENT in roles else Role.AGENT
    return Reading("JSON", messages, 1000.0)


def is_json(text: str) -> bool:
    """Whether a text is JSON, with or without a conversation in it."""
    return text.lstrip().startswith(("[", "{")) and _load(text) is not None


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return [json.loads(line.strip().removesuffix(",")) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None


def _spelled_out(document: Any) -> Any:
    """[["customer", "hello"], …] and [{"customer": "hello"}, …] as objects with a role and a text."""
    if not isinstance(document, list) or len(document) < 2:
        return document
    pairs = []
    for item in document:
        pair = next(iter(item.items())) if isinstance(item, Mapping) and len(item) == 1 else item
        if not (isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            return document
        if _role_of_value(pair[0]) is None:
            return document
        pairs.append({"role": pair[0], "text": pair[1]})
    return pairs


def _lists_of_messages(document: Any) -> Iterator[list[Mapping[str, Any]]]:
    """Each list of objects with words, and what came before it in the same object (Intercom's "source")."""
    waiting: list[Any] = [document]
    opening: list[Mapping[str, Any]] = []
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, Mapping):
            source = node.get("source")
            if isinstance(source, Mapping) and _text_of(source):
                opening = [source]
            waiting.extend(node.values())
        elif isinstance(node, list):
            items = [item for item in node if isinstance(item, Mapping) and _is_message(item)]
            if items:
                yield [*opening, *items]
            waiting.extend(item for item in node if not (isinstance(item, Mapping) and _is_message(item)))


def _is_message(item: Mapping[str, Any]) -> bool:
    return bool(_text_of(item)) and any(
        key in item
        for key in (*_ROLE_KEYS, *_ID_KEYS, *_OUR_FLAGS, *_THEIR_FLAGS, "direction", "message_type", "part_type")
    )


def _text_of(item: Any, depth: int = 0) -> str:
    """The words of an object: a string, or parts of strings ([{"type": "text", "text": "…"}])."""
    if isinstance(item, str):
        return item
    if depth > 5:
        return ""
    if isinstance(item, list):
        return "\n".join(filter(None, (_text_of(part, depth + 1) for part in item)))
    if isinstance(item, Mapping):
        for key in _TEXT_KEYS:
            text = _text_of(item.get(key), depth + 1)
            if text.strip():
                return text
    return ""


def _requester(document: Any) -> Any:
    ticket = document.get("ticket", document) if isinstance(document, Mapping) else None
    return ticket.get("requester_id") if isinstance(ticket, Mapping) else None


def _message(item: Mapping[str, Any], requester: Any) -> Message:
    text = _text_of(item)
    if "</" in text or "<br" in text:
        text = html_to_text(text)
    role = _role_of(item, requester)
    return Message(blank_controls(text).splitlines(), _name_of(item), role=role)


def _role_of(item: Mapping[str, Any], requester: Any) -> Role | None:
    private = item.get("private") is True or item.get("public") is False or item.get("is_note") is True
    if private or any(item.get(key) in ("note", "private") for key in ("part_type", "message_type", "type")):
        return Role.NOTE
    kind = item.get("message_type")
    if isinstance(kind, int) and not isinstance(kind, bool) and kind in _MESSAGE_TYPES:
        return _MESSAGE_TYPES[kind]
    for flag, (yes, no) in (
        *((flag, (Role.AGENT, Role.CUSTOMER)) for flag in _OUR_FLAGS),
        *((flag, (Role.CUSTOMER, Role.AGENT)) for flag in _THEIR_FLAGS),
    ):
        if isinstance(item.get(flag), bool):
            return yes if item[flag] else no
    for key in ("direction", "message_type"):
        direction = item.get(key)
        if isinstance(direction, str) and direction.casefold() in _DIRECTIONS:
            return _DIRECTIONS[direction.casefold()]
    for key in _ROLE_KEYS:
        role = _role_of_value(item.get(key))
        if role is not None:
            return role
    if requester is not None and "author_id" in item:
        return Role.CUSTOMER if item["author_id"] == requester else Role.AGENT
    return None


def _role_of_value(value: Any) -> Role | None:
    if isinstance(value, Mapping):
        return next(
            (role for key in ("role", "type", "name") if (role := _role_of_value(value.get(key))) is not None), None
        )
    if not isinstance(value, str):
        return None
    if value.casefold() == "system":
        return Role.SYSTEM
    return role_of_word(value) or role_of_label(value)


def _name_of(item: Mapping[str, Any]) -> str:
    for key in (*_NAME_KEYS, *_ID_KEYS):
        value = item.get(key)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("id")
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return ""
