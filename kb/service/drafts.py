"""What reps have typed and not sent, and who else is looking at a conversation or typing in it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from sqlalchemy import Table, and_, delete, func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import upsert
from kb.core.errors import InvalidInputError
from kb.tables import Conversation, DeskPresence, Draft, Presence, User, shown_name

_PRESENCES, _DRAFTS = cast(Table, Presence.__table__), cast(Table, Draft.__table__)
_AT_DESK = cast(Table, DeskPresence.__table__)
# One row for each person in each conversation.
_OF_PERSON = ("conversation_id", "user_id")
LONGEST_DRAFT = 100_000
# A browser says every 20 s that it is there, and every few seconds that somebody types.
THERE_FOR, TYPING_FOR = timedelta(seconds=45), timedelta(seconds=8)


@dataclass(frozen=True)
class Colleague:
    """Somebody who may answer; is_here: looks at the conversation in question now."""

    user_id: int
    name: str
    is_here: bool
    is_typing: bool


def save_draft(
    session: Session,
    conversation: Conversation,
    user_id: int,
    text: str,
    *,
    is_note: bool = False,
    recipient: str = "",
    last_message_id: int | None = None,
) -> None:
    """One draft a person and conversation; an empty text deletes it. recipient, last_message_id: as it began."""
    if len(text) > LONGEST_DRAFT:
        raise InvalidInputError(
            "The draft has %(length)s characters; %(longest_draft)s at most.",
            length=len(text),
            longest_draft=LONGEST_DRAFT,
        )
    if not text.strip():
        delete_draft(session, conversation.id, user_id)
        return
    row: dict[str, object] = {
        "conversation_id": conversation.id,
        "user_id": user_id,
        "text": text,
        "is_note": is_note,
        "recipient": recipient,
        "last_message_id": last_message_id,
        "updated_at": utc_now(),
    }
    upsert(session, _DRAFTS, row, key=_OF_PERSON, change=("text", "is_note", "updated_at"))


def get_draft(session: Session, conversation_id: int, user_id: int) -> Draft | None:
    return session.scalars(
        select(Draft)
        .where(Draft.conversation_id == conversation_id, Draft.user_id == user_id)
        .execution_options(populate_existing=True)
    ).first()


def delete_draft(session: Session, conversation_id: int, user_id: int) -> None:
    session.execute(delete(Draft).where(Draft.conversation_id == conversation_id, Draft.user_id == user_id))


def note_presence(session: Session, conversation_id: int, user_id: int, *, typing: bool) -> None:
    """This person looks at the conversation now, and types in it or not."""
    now = utc_now()
    row: dict[str, object] = {"conversation_id": conversation_id, "user_id": user_id, "seen_at": now}
    row["typed_at"] = now if typing else None
    upsert(session, _PRESENCES, row, key=_OF_PERSON, change=("seen_at", "typed_at"))


def note_at_desk(session: Session, user_id: int) -> None:
    """This person has the desk before them, whether they look at a conversation or not."""
    row: dict[str, object] = {"user_id": user_id, "seen_at": utc_now()}
    upsert(session, _AT_DESK, row, key=("user_id",), change=("seen_at",))


def colleagues_of(session: Session, conversation_id: int, user_id: int) -> list[Colleague]:
    """Everybody else who can log in, and who of them is looking at this conversation or typing in it. One statement."""
    now = utc_now()
    looks = and_(
        Presence.user_id == User.id,
        Presence.conversation_id == conversation_id,
        Presence.seen_at > now - THERE_FOR,
    )
    rows = session.execute(
        select(User.id, User.name, User.email, Presence.seen_at, Presence.typed_at)
        .outerjoin(Presence, looks)
        .where(User.active, User.id != user_id)
        .order_by(func.lower(shown_name()), User.id)
    ).all()
    return [
        Colleague(
            row.id,
            row.name or row.email,
            row.seen_at is not None,
            row.typed_at is not None and row.typed_at > now - TYPING_FOR,
        )
        for row in rows
    ]


def delete_old_presences(session: Session) -> None:
    session.execute(delete(Presence).where(Presence.seen_at < utc_now() - timedelta(days=1)))
