"""Which articles and tickets a rep used in a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import insert_new
from kb.tables import Conversation, Delivery, Message, MessageRole, UsedDocument, UsedState
from kb.tables.feedback import article_numbers, parse_document

_USED = cast(Table, UsedDocument.__table__)
# What has happened to a document stays: one that was sent is not inserted only because it is inserted again.
_ORDER = (UsedState.INSERTED, UsedState.SENT)


def note_used(
    session: Session, conversation: Conversation, document: str, user_id: int, state: UsedState
) -> UsedDocument | None:
    """Note that `document` ("article:12") was inserted into a draft or sent; None where it names nothing."""
    if parse_document(document) is None:
        return None
    row = {
        "conversation_id": conversation.id,
        "document": document,
        "user_id": user_id,
        "state": state.value,
        "question": "",
        "created_at": utc_now(),
    }
    is_new = insert_new(session, _USED, row, key=("conversation_id", "document")) is not None
    used = session.scalars(
        select(UsedDocument).where(UsedDocument.conversation_id == conversation.id, UsedDocument.document == document)
    ).one()
    if not is_new and used.state in _ORDER and _ORDER.index(UsedState(used.state)) < _ORDER.index(state):
        used.state, used.user_id = state.value, user_id
        session.flush()
    return used


def note_taken_back(session: Session, conversation: Conversation, documents: Sequence[str]) -> None:
    """The reply that held them was withdrawn: they are inserted again, unless another reply of the conversation has them."""
    if not documents:
        return
    sent = session.scalars(
        select(Message.details).where(
            Message.conversation_id == conversation.id,
            Message.role == MessageRole.AGENT.value,
            Message.delivery != Delivery.WITHDRAWN.value,
        )
    )
    still = {name for details in sent for name in details.get("documents", ())}
    for used in session.scalars(
        select(UsedDocument).where(
            UsedDocument.conversation_id == conversation.id,
            UsedDocument.document.in_(set(documents) - still),
            UsedDocument.state == UsedState.SENT.value,
        )
    ):
        used.state = UsedState.INSERTED.value
    session.flush()


def inserted_by(session: Session, conversation: Conversation, user_id: int) -> Sequence[str]:
    """What this person has put into their draft and not sent."""
    return session.scalars(
        select(UsedDocument.document).where(
            UsedDocument.conversation_id == conversation.id,
            UsedDocument.user_id == user_id,
            UsedDocument.state == UsedState.INSERTED.value,
        )
    ).all()


def note_solved(session: Session, conversation: Conversation) -> None:
    """The conversation was closed: what was sent in it solved it."""
    _move(session, conversation, (UsedState.SENT, UsedState.REOPENED), UsedState.SOLVED, utc_now())


def note_not_solved(session: Session, conversation: Conversation) -> None:
    """It is open again: what seemed to solve it did not."""
    _move(session, conversation, (UsedState.SOLVED,), UsedState.REOPENED, None)


def _move(
    session: Session, conversation: Conversation, before: Sequence[UsedState], after: UsedState, at: datetime | None
) -> None:
    session.execute(
        update(UsedDocument)
        .where(
            UsedDocument.conversation_id == conversation.id, UsedDocument.state.in_([state.value for state in before])
        )
        .values(state=after.value, solved_at=at)
    )


@dataclass(frozen=True)
class Solved:
    times: int
    last_at: datetime


def solved_by(session: Session, documents: Sequence[str]) -> Solved | None:
    """How often these (an article in all its languages) solved a conversation, and when last; None for never. One statement."""
    times, last_at = session.execute(
        select(func.count(UsedDocument.id), func.max(UsedDocument.solved_at)).where(
            UsedDocument.document.in_(documents), UsedDocument.state == UsedState.SOLVED.value
        )
    ).one()
    return Solved(times, last_at) if times and last_at else None


def used_articles(session: Session, conversation: Conversation) -> list[int]:
    """The articles that were sent in it."""
    names = session.scalars(
        select(UsedDocument.document).where(
            UsedDocument.conversation_id == conversation.id,
            UsedDocument.state.in_([UsedState.SENT.value, UsedState.SOLVED.value, UsedState.REOPENED.value]),
        )
    )
    return article_numbers(names)


def last_article(session: Session, conversation: Conversation) -> int | None:
    """The number of the article that was used last in a conversation."""
    document = session.scalars(
        select(UsedDocument.document)
        .where(UsedDocument.conversation_id == conversation.id, UsedDocument.document.startswith("article:"))
        .order_by(UsedDocument.created_at.desc(), UsedDocument.id.desc())
        .limit(1)
    ).first()
    parsed = parse_document(document) if document else None
    return parsed[1] if parsed else None
