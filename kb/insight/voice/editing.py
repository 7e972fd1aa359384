"""What trainers do with themes: owner, name, state, due dates, answers. The caller commits."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.insight.voice.judging import VoiceKind
from kb.insight.voice.listing import get_theme
from kb.tables import (
    AnsweredHow,
    Conversation,
    ConversationState,
    Delivery,
    Message,
    MessageRole,
    ThemeState,
    User,
    VoiceAnswer,
    VoiceStatement,
    VoiceTheme,
)

LONGEST_TITLE, LONGEST_ANSWER = 200, 5000


def edit_theme(session: Session, theme_id: int, *, title: str, state: str, owner_id: int | None) -> VoiceTheme:
    """Raises NotFoundError or InvalidInputError; then nothing is changed. An empty title: the one it has stays."""
    theme = get_theme(session, theme_id)
    if state not in list(ThemeState):
        raise InvalidInputError(
            "%(state)r is no state of a theme.",
            remedy="There are %(listed)s.",
            state=state,
            listed=", ".join(ThemeState),
        )
    if len(title) > LONGEST_TITLE:
        raise InvalidInputError(
            "The title has %(length)s characters; %(longest_title)s at most.",
            length=len(title),
            longest_title=LONGEST_TITLE,
        )
    if owner_id is not None and session.get(User, owner_id) is None:
        raise InvalidInputError("There is no such person.")
    if title.strip() and title.strip() != theme.title:
        theme.title, theme.is_named = title.strip(), True
    theme.state, theme.owner_id, theme.updated_at = state, owner_id, utc_now()
    session.flush()
    return theme


def set_due(session: Session, theme_id: int, due_on: date) -> int:
    """Another day for the complaints that wait for an answer; returns how many. Raises NotFoundError."""
    get_theme(session, theme_id)
    changed = session.execute(
        update(VoiceStatement)
        .where(
            VoiceStatement.theme_id == theme_id,
            VoiceStatement.due_on.is_not(None),
            VoiceStatement.answered_at.is_(None),
        )
        .values(due_on=due_on)
        .returning(VoiceStatement.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


def mark_answered(session: Session, theme_id: int, statement_id: int, answered: bool) -> VoiceStatement:
    """A complaint was answered in another way, or was not after all. Raises NotFoundError."""
    statement = session.get(VoiceStatement, statement_id)
    if statement is None or statement.theme_id != theme_id or statement.kind != VoiceKind.COMPLAINT:
        raise NotFoundError("There is no such complaint.")
    statement.answered_at = utc_now() if answered else None
    # Also where it was not: what a person says is not said otherwise by the job.
    statement.answered_how = AnsweredHow.HAND.value
    return statement


def answer_theme(session: Session, theme_id: int, texts: Mapping[str, str], user_id: int) -> VoiceAnswer:
    """Write down what those who raised it are told, by primary language; a job sends it. Raises NotFoundError, and
    InvalidInputError where there is no text or one is too long."""
    get_theme(session, theme_id)
    kept = {language: text.strip() for language, text in texts.items() if text.strip()}
    if not kept:
        raise InvalidInputError("An answer needs words.")
    longest = max(map(len, kept.values()))
    if longest > LONGEST_ANSWER:
        raise InvalidInputError(
            "The answer has %(longest)s characters; %(longest_answer)s at most.",
            longest=longest,
            longest_answer=LONGEST_ANSWER,
        )
    answer = VoiceAnswer(theme_id=theme_id, user_id=user_id, texts=kept)
    session.add(answer)
    session.flush()
    return answer


def note_answered(session: Session, now: datetime | None = None) -> int:
    """Complaints whose conversation was closed after a reply are answered; returns how many. One statement."""
    replied = exists().where(
        Message.conversation_id == VoiceStatement.conversation_id,
        Message.role == MessageRole.AGENT.value,
        Message.sent_at > VoiceStatement.said_at,
        Message.delivery != Delivery.WITHDRAWN.value,
    )
    closed = (
        select(Conversation.id)
        .where(
            Conversation.id == VoiceStatement.conversation_id,
            Conversation.state == ConversationState.CLOSED.value,
            Conversation.closed_at > VoiceStatement.said_at,
        )
        .exists()
    )
    changed = session.execute(
        update(VoiceStatement)
        .where(
            VoiceStatement.kind == VoiceKind.COMPLAINT.value,
            VoiceStatement.answered_at.is_(None),
            VoiceStatement.answered_how == "",
            replied,
            closed,
        )
        .values(answered_at=now or utc_now(), answered_how=AnsweredHow.CONVERSATION.value)
        .returning(VoiceStatement.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())
