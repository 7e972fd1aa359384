"""The files of the sample: JSON lines, in the shape of the API, with times in minutes before now."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kb.core.errors import InvalidInputError
from kb.service.customers import GivenCustomer
from kb.tables import Channel, ConversationState, EventKind, MessageRole

_Item = TypeVar("_Item")
# Many times what the sample has: whatever file is named, reading it ends.
LARGEST_FILE = 20_000_000  # bytes


@dataclass(frozen=True)
class SampleMessage:
    """author: of an agent's message or a note, the name of a demo person, such as "rep"."""

    external_id: str
    role: MessageRole
    text: str
    minutes_ago: int
    author: str | None


@dataclass(frozen=True)
class SampleEvent:
    """by and to: names of demo people. note: external id of the message that went along. desk, reason: of an escalation."""

    kind: EventKind
    minutes_ago: int
    by: str
    to: str
    note: str
    desk: str
    reason: str


@dataclass(frozen=True)
class SampleConversation:
    """assigned_to: the name of a demo person. snoozed_for_minutes: from now."""

    external_id: str
    channel: Channel
    customer: GivenCustomer
    subject: str
    details: Mapping[str, Any]
    state: ConversationState
    assigned_to: str | None
    snoozed_for_minutes: int
    messages: Sequence[SampleMessage]
    events: Sequence[SampleEvent]


@dataclass(frozen=True)
class Turn:
    """What a played customer writes. pause_seconds: before it. waits_for_reply: nothing follows at once, it is a question."""

    text: str
    pause_seconds: float
    waits_for_reply: bool


@dataclass(frozen=True)
class Script:
    id: str
    title: str
    channel: Channel
    customer: GivenCustomer
    subject: str
    turns: Sequence[Turn]


def read_conversations(path: Path) -> list[SampleConversation]:
    """Raises InvalidInputError, with the line, for what cannot be used."""
    return list(_read(path, _conversation))


def read_scripts(path: Path) -> list[Script]:
    """Raises InvalidInputError, with the line, for what cannot be used."""
    return list(_read(path, _script))


def _read(path: Path, make: Callable[[dict[str, Any]], _Item]) -> Iterator[_Item]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InvalidInputError(f"{path.name} is larger than {LARGEST_FILE // 1_000_000} MB.")
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} cannot be read: {error}.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield make(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InvalidInputError(f"{path.name}, line {number}: {type(error).__name__}: {error}") from error


def _conversation(row: dict[str, Any]) -> SampleConversation:
    return SampleConversation(
        external_id=_text(row["external_id"]),
        channel=Channel(row["channel"]),
        customer=GivenCustomer(**{name: _text(value) for name, value in row["customer"].items()}),
        subject=_text(row["subject"]),
        details={_text(name): _text(value) for name, value in row["metadata"].items()},
        state=ConversationState(row["state"]),
        assigned_to=row["assigned_to"],
        snoozed_for_minutes=_minutes(row.get("snoozed_for_minutes", 0)),
        messages=[_message(message) for message in row["messages"]],
        events=[_event(event) for event in row.get("events", [])],
    )


def _message(row: dict[str, Any]) -> SampleMessage:
    return SampleMessage(
        external_id=_text(row["external_id"]),
        role=MessageRole(row["role"]),
        text=_text(row["text"]),
        minutes_ago=_minutes(row["minutes_ago"]),
        author=row.get("author"),
    )


def _event(row: dict[str, Any]) -> SampleEvent:
    return SampleEvent(
        kind=EventKind(row["kind"]),
        minutes_ago=_minutes(row["minutes_ago"]),
        by=_text(row["by"]),
        to=_text(row["to"]),
        note=_text(row["note"]),
        desk=_text(row.get("desk", "")),
        reason=_text(row.get("reason", "")),
    )


def _script(row: dict[str, Any]) -> Script:
    return Script(
        id=_text(row["id"]),
        title=_text(row["title"]),
        channel=Channel(row["channel"]),
        customer=GivenCustomer(**{name: _text(value) for name, value in row["customer"].items()}),
        subject=_text(row["subject"]),
        turns=[
            Turn(_text(turn["text"]), float(turn["pause_seconds"]), bool(turn.get("waits_for_reply", False)))
            for turn in row["turns"]
        ],
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _minutes(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no number of minutes")
    return value
