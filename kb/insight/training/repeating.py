"""Spaced repetition of what went wrong: a case is met again when it would be forgotten, by the FSRS scheduler."""

from datetime import datetime, timedelta

import fsrs
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.training.scoring import Rating
from kb.tables import TrainingCard, TrainingCase

# A case takes minutes, not seconds: it comes again on another day, and not later than within half a year.
_LONGEST_DAYS = 180
_SCHEDULER = fsrs.Scheduler(
    learning_steps=(), relearning_steps=(), maximum_interval=_LONGEST_DAYS, enable_fuzzing=False
)
_LEAST = timedelta(days=1)


def note_result(
    session: Session, user_id: int, case_id: int, rating: Rating, *, now: datetime | None = None
) -> TrainingCard | None:
    """Plan when the rep meets the case again. None for one that went well and was never wrong: it need not come again."""
    now = now or utc_now()
    card = session.scalar(select(TrainingCard).where(TrainingCard.user_id == user_id, TrainingCard.case_id == case_id))
    if card is None:
        if rating >= Rating.GOOD:
            return None
        card = TrainingCard(user_id=user_id, case_id=case_id, state={}, due_at=now, lapses=0)
        session.add(card)
    before = fsrs.Card.from_dict(card.state) if card.state else fsrs.Card(card_id=case_id)  # type: ignore[arg-type]
    after, _ = _SCHEDULER.review_card(before, fsrs.Rating(int(rating)), now)
    card.state = dict(after.to_dict())
    card.due_at = max(after.due, now + _LEAST)
    card.lapses += rating is Rating.AGAIN
    return card


def due_cards(session: Session, user_id: int, *, limit: int, now: datetime | None = None) -> list[TrainingCard]:
    """What is due, the longest waiting first, with their cases; not those that a trainer has excluded. One statement."""
    statement = (
        select(TrainingCard, TrainingCase)
        .join(TrainingCase, TrainingCase.id == TrainingCard.case_id)
        .where(
            TrainingCard.user_id == user_id,
            TrainingCard.due_at <= (now or utc_now()),
            TrainingCase.excluded_at.is_(None),
        )
        .order_by(TrainingCard.due_at, TrainingCard.id)
        .limit(limit)
    )
    return [card for card, _ in session.execute(statement)]


def next_due(session: Session, user_id: int) -> datetime | None:
    """When the next case comes again that is not due yet."""
    statement = (
        select(func.min(TrainingCard.due_at))
        .join(TrainingCase, TrainingCase.id == TrainingCard.case_id)
        .where(TrainingCard.user_id == user_id, TrainingCard.due_at > utc_now(), TrainingCase.excluded_at.is_(None))
    )
    return session.scalar(statement)
