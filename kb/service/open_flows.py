"""Which flow of steps runs in a conversation, and what was decided in it. The caller commits."""

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.tables import Conversation, ConversationFlow


def open_flow(session: Session, conversation: Conversation) -> ConversationFlow | None:
    """The one that runs. One statement."""
    query = select(ConversationFlow).where(
        ConversationFlow.conversation_id == conversation.id, ConversationFlow.is_open.is_(True)
    )
    return session.scalars(query.order_by(ConversationFlow.updated_at.desc()).limit(1)).first()


def start_flow(session: Session, conversation: Conversation, flow: str) -> ConversationFlow:
    """Begin it, or go on where it was left; another one that runs is left, and keeps its place."""
    leave_flow(session, conversation)
    query = select(ConversationFlow).where(
        ConversationFlow.conversation_id == conversation.id, ConversationFlow.flow == flow
    )
    found = session.scalars(query.with_for_update()).first()
    if found is None:
        found = ConversationFlow(conversation_id=conversation.id, flow=flow, decisions={})
        session.add(found)
    found.is_open, found.updated_at = True, utc_now()
    session.flush()
    return found


def set_decisions(session: Session, row: ConversationFlow, decisions: Mapping[str, str]) -> None:
    row.decisions, row.updated_at = dict(decisions), utc_now()
    session.flush()


def leave_flow(session: Session, conversation: Conversation) -> None:
    session.execute(
        update(ConversationFlow)
        .where(ConversationFlow.conversation_id == conversation.id, ConversationFlow.is_open.is_(True))
        .values(is_open=False)
    )
