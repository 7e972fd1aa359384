"""Bring the answer to a theme to those who raised it: in their conversation, or by mail where that is over or was spoken.

What was raised and who is answered stands in rows of tables that the studio writes (kb.insight.voice). The caller commits.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.service.conversations import close, get_conversation, open_conversation
from kb.service.heard import SPOKEN
from kb.service.messages import reply
from kb.tables import (
    AnsweredHow,
    Channel,
    Conversation,
    ConversationState,
    VoiceAnswer,
    VoiceStatement,
    VoiceTheme,
)

ORIGIN = "voice"
# Somebody who waits for a person's reply gets that first; for so long the answer to the theme waits for it.
_PATIENCE = timedelta(days=3)


def has_unsent_answers(session: Session) -> bool:
    """One statement."""
    return session.scalar(select(VoiceAnswer.id).where(VoiceAnswer.sent_at.is_(None)).limit(1)) is not None


def send_answers(session: Session, *, checkpoint: Callable[[], None] | None = None, now: datetime | None = None) -> int:
    """Send what is not sent yet; returns to how many conversations. Nobody gets an answer twice, whenever it is stopped."""
    now = now or utc_now()
    sent = 0
    for answer_id in session.scalars(select(VoiceAnswer.id).where(VoiceAnswer.sent_at.is_(None))).all():
        answer = session.get_one(VoiceAnswer, answer_id)
        waits = False
        for conversation_id in _raised_in(session, answer):
            conversation = get_conversation(session, conversation_id)
            if conversation.waiting_since is not None and now - answer.created_at < _PATIENCE:
                waits = True
            elif _send(session, answer, conversation):
                _mark_answered(session, answer, conversation_id, now)
                sent += 1
            (checkpoint or session.flush)()
        if not waits:
            answer.sent_at = now
        (checkpoint or session.flush)()
    return sent


def _raised_in(session: Session, answer: VoiceAnswer) -> list[int]:
    """Conversations that have not had it: each is told once, if it was raised there before it was written."""
    found = session.scalars(
        select(VoiceStatement.conversation_id)
        .join(Conversation, Conversation.id == VoiceStatement.conversation_id)
        .where(
            VoiceStatement.theme_id == answer.theme_id,
            VoiceStatement.said_at <= answer.created_at,
            Conversation.origin != "sample",
        )
        .distinct()
        .order_by(VoiceStatement.conversation_id)
    )
    return [number for number in found if number is not None and number not in answer.told]


def _send(session: Session, answer: VoiceAnswer, conversation: Conversation) -> bool:
    text = _text_for(answer.texts, conversation)
    if text is None or answer.user_id is None:
        return False
    customer = conversation.customer
    is_over = conversation.is_own_chat and conversation.state == ConversationState.CLOSED.value
    by_mail = (conversation.channel in SPOKEN or is_over) and customer.email
    if conversation.channel in SPOKEN and not by_mail:
        return False
    target = _mail_to(session, answer, conversation) if by_mail else conversation
    reply(
        session,
        target,
        text,
        answer.user_id,
        last_seen_id=None,
        recipient="",
        undo_seconds=0,
        anyway=True,
        key=f"voice-{answer.id}",
    )
    if by_mail:
        # Nobody has to do anything with it until the customer writes back, which opens it.
        close(session, target, None)
    answer.told = [*answer.told, conversation.id]
    session.flush()
    return True


def _text_for(texts: Mapping[str, str], conversation: Conversation) -> str | None:
    """In the customer's language, whatever letters it is typed in; None where nothing was written in it."""
    return texts.get((conversation.language or "en").partition("-")[0])


def _mail_to(session: Session, answer: VoiceAnswer, conversation: Conversation) -> Conversation:
    theme = session.get_one(VoiceTheme, answer.theme_id)
    return open_conversation(
        session,
        conversation.customer,
        Channel.EMAIL,
        origin=ORIGIN,
        external_id=f"{answer.id}-{conversation.id}",
        subject=conversation.subject or theme.title,
        language=conversation.language,
    ).conversation


def _mark_answered(session: Session, answer: VoiceAnswer, conversation_id: int, now: datetime) -> None:
    session.execute(
        update(VoiceStatement)
        .where(
            VoiceStatement.theme_id == answer.theme_id,
            VoiceStatement.conversation_id == conversation_id,
            VoiceStatement.said_at <= answer.created_at,
            VoiceStatement.kind == "complaint",
            VoiceStatement.answered_at.is_(None),
        )
        .values(answered_at=now, answered_how=AnsweredHow.THEME.value)
        .execution_options(synchronize_session=False)
    )
