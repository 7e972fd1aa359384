"""One question after a contact: how satisfied, or how easy it was, in turn. Asked once, answered once. The caller commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session, joinedload

from kb.core.clock import utc_now
from kb.core.database import insert_new
from kb.core.errors import InvalidInputError
from kb.privacy.redaction import redact
from kb.service.conversations import note_event
from kb.tables import Channel, Conversation, ConversationState, Customer, EventKind, Survey, SurveyKind

_SURVEYS = cast(Table, Survey.__table__)
LOWEST, HIGHEST = 1, 5
LONGEST_COMMENT = 2_000
# Ways by which the question reaches a customer after the end.
BY_MAIL = frozenset({Channel.EMAIL.value, Channel.WEB.value})
# Asked so long after the end (it may be opened again) and not much later; nobody more often than `_REST`.
_AFTER, _NOT_AFTER, _REST = timedelta(minutes=5), timedelta(days=2), timedelta(days=7)
VALID_FOR = timedelta(days=30)
_MOST_AT_ONCE = 100


def due_for_survey(session: Session, now: datetime | None = None) -> Sequence[Conversation]:
    """Conversations that ended lately with an answer, of customers who were not asked lately. One statement."""
    now = now or utc_now()
    asked = select(Survey.id).where(Survey.conversation_id == Conversation.id).exists()
    other = Conversation.__table__.alias()
    asked_lately = (
        select(Survey.id)
        .join(other, other.c.id == Survey.conversation_id)
        .where(other.c.customer_id == Conversation.customer_id, Survey.asked_at > now - _REST)
        .exists()
    )
    return session.scalars(
        select(Conversation)
        .join(Customer, Customer.id == Conversation.customer_id)
        .where(
            Conversation.state == ConversationState.CLOSED.value,
            Conversation.closed_at.between(now - _NOT_AFTER, now - _AFTER),
            Conversation.first_response_at.is_not(None),
            # Nobody contacted us who was only told of something (kb.service.voice_answers).
            Conversation.origin.not_in(("sample", "voice")),
            Customer.is_sample.is_(False),
            ~asked,
            ~asked_lately,
        )
        .options(joinedload(Conversation.customer).selectinload(Customer.identities))
        .order_by(Conversation.closed_at)
        .limit(_MOST_AT_ONCE)
    ).all()


def find_survey_of(session: Session, conversation: Conversation) -> Survey | None:
    """One statement."""
    return session.scalars(select(Survey).where(Survey.conversation_id == conversation.id)).first()


def kind_for(conversation: Conversation) -> SurveyKind:
    """Conversations are asked in turn: every second one the other question, the same whenever and however it is shown."""
    return SurveyKind.EFFORT if conversation.id % 2 else SurveyKind.SATISFACTION


def can_be_asked(conversation: Conversation, asked: Survey | None, now: datetime | None = None) -> bool:
    """Whether it ended with an answer, or was asked, not too long ago."""
    since = (now or utc_now()) - VALID_FOR
    if asked is not None:
        return asked.asked_at > since
    closed_at = conversation.closed_at
    return conversation.first_response_at is not None and closed_at is not None and closed_at > since


def survey_of(session: Session, conversation: Conversation, language: str, now: datetime | None = None) -> Survey:
    """The survey of this conversation; it is made where there is none. language: in which it is asked."""
    row = {
        "conversation_id": conversation.id,
        "kind": kind_for(conversation).value,
        "channel": conversation.channel,
        "language": language,
        "user_id": conversation.assigned_to_id,
        "asked_at": now or utc_now(),
        "comment": "",
    }
    session.flush()
    insert_new(session, _SURVEYS, row, key=("conversation_id",))
    return session.scalars(select(Survey).where(Survey.conversation_id == conversation.id)).one()


def answer_survey(session: Session, survey: Survey, score: str, comment: str = "", *, region: str = "") -> bool:
    """Keep the answer; False where there is one already, which stays. Raises InvalidInputError for what is no answer.

    A comment keeps nothing by which a person is known or that unlocks something.
    """
    if score not in {str(number) for number in range(LOWEST, HIGHEST + 1)}:
        raise InvalidInputError("Choose one of the five answers.")
    comment = redact(" ".join(comment.split())[:LONGEST_COMMENT], region=region)
    answered = session.execute(
        update(Survey)
        .where(Survey.id == survey.id, Survey.score.is_(None))
        .values(score=int(score), comment=comment, answered_at=utc_now())
        .returning(Survey.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(survey)
    if answered is None:
        return False
    conversation = session.get_one(Conversation, survey.conversation_id)
    data = {"kind": survey.kind, "score": survey.score, "comment": survey.comment}
    note_event(session, conversation, EventKind.SURVEYED, None, data)
    return True


@dataclass(frozen=True)
class SurveyFigures:
    """mean: of the scores from 1 to 5, None where nobody has answered; good: share of 4 and 5."""

    kind: str
    asked: int
    answered: int
    mean: float | None
    good: float | None


def survey_figures(session: Session, *, days: int = 28, now: datetime | None = None) -> list[SurveyFigures]:
    """By kind, of those asked lately. One statement."""
    since = (now or utc_now()) - timedelta(days=days)
    rows = session.execute(
        select(
            Survey.kind,
            func.count(Survey.id),
            func.count(Survey.score),
            func.avg(Survey.score),
            func.count(Survey.id).filter(Survey.score >= 4),
        )
        .where(Survey.asked_at > since)
        .group_by(Survey.kind)
        .order_by(Survey.kind)
    )
    return [
        SurveyFigures(
            kind, asked, answered, float(mean) if mean is not None else None, good / answered if answered else None
        )
        for kind, asked, answered, mean, good in rows
    ]


def last_comments(session: Session, *, limit: int = 10) -> Sequence[Survey]:
    """The newest answers that say something. One statement."""
    return session.scalars(
        select(Survey).where(Survey.comment != "").order_by(Survey.answered_at.desc()).limit(limit)
    ).all()
