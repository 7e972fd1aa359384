"""Handing a conversation over: to a colleague, to a later shift, or to somebody of a role. The caller commits.

The summary goes along as a note, each line with the message that it is from; who gets it, and who gave it, is an event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.service.conversations import assign, note_event, snooze
from kb.service.heard import HAND_OVER
from kb.service.messages import store_message
from kb.tables import Conversation, ConversationState, EventKind, Message, MessageRole, Role, User

MOST_LINES, LONGEST_LINE, LONGEST_OWN_WORDS = 60, 500, 10_000
LATEST_SHIFT = timedelta(days=60)
# Whose rank is above a rep's: somebody who decides.
MANAGERS = (Role.TRAINER, Role.ADMIN)


@dataclass(frozen=True)
class NoteLine:
    """heading: in words, as the note says it; message_id: None for what the rep added."""

    heading: str
    text: str
    message_id: int | None = None


@dataclass(frozen=True)
class Recipient:
    """One of the three: a person, a time from which the next shift has it, or somebody of a role."""

    user_id: int | None = None
    until: datetime | None = None
    role: Role | None = None


def hand_over(
    session: Session,
    conversation: Conversation,
    user_id: int,
    to: Recipient,
    lines: Sequence[NoteLine],
    own_words: str = "",
) -> Message | None:
    """Returns the note, None where there was nothing to say.

    Raises InvalidInputError where nobody is named, the time is over or too far off, or nobody has that role; NotFoundError for
    a person who is not there.
    """
    receiver = _receiver(session, to, user_id)
    note = _note(session, conversation, user_id, lines[:MOST_LINES], own_words.strip()[:LONGEST_OWN_WORDS])
    data = {
        "to": receiver,
        "until": to.until.isoformat() if to.until else None,
        "role": to.role.value if to.role else None,
        "note": note.id if note else None,
    }
    note_event(session, conversation, EventKind.HANDED_OVER, user_id, data)
    assign(session, conversation, receiver, user_id)
    if to.until is not None:
        snooze(session, conversation, to.until, user_id)
    return note


def _receiver(session: Session, to: Recipient, user_id: int) -> int | None:
    if to.until is not None:
        now = utc_now()
        if not now < to.until <= now + LATEST_SHIFT:
            raise InvalidInputError("That time is over, or too far off.", remedy="Choose one of the next 60 days.")
        return None
    if to.role is not None:
        return _least_busy(session, to.role, user_id)
    if to.user_id is None or to.user_id == user_id:
        raise InvalidInputError(
            "Nobody is named to whom it is handed over.", remedy="Choose a colleague, a shift or a role."
        )
    return to.user_id


def _least_busy(session: Session, role: Role, not_id: int) -> int:
    """Who of a role has the fewest open conversations."""
    has = func.count(Conversation.id).filter(Conversation.state == ConversationState.OPEN.value)
    found = session.execute(
        select(User.id)
        .outerjoin(Conversation, Conversation.assigned_to_id == User.id)
        .where(User.active, User.role == role.value, User.id != not_id)
        .group_by(User.id)
        .order_by(has, User.id)
        .limit(1)
    ).scalar()
    if found is None:
        raise InvalidInputError("There is nobody of that role.", remedy="Choose another one, or a colleague by name.")
    return found


def _note(
    session: Session, conversation: Conversation, user_id: int, lines: Sequence[NoteLine], own_words: str
) -> Message | None:
    kept = [line for line in lines if line.text.strip()]
    parts: list[str] = []
    for heading in dict.fromkeys(line.heading for line in kept):
        of_heading = [" ".join(line.text.split())[:LONGEST_LINE] for line in kept if line.heading == heading]
        parts.append("\n".join([heading, *(f"– {text}" for text in of_heading)]))
    if own_words:
        parts.append(own_words)
    if not parts:
        return None
    sources = [{"heading": line.heading, "text": line.text[:LONGEST_LINE], "message": line.message_id} for line in kept]
    return store_message(
        session,
        conversation,
        MessageRole.NOTE,
        "\n\n".join(parts),
        user_id=user_id,
        details={HAND_OVER: sources},
    ).message
