"""A trainer beside a rep: who looks at whose exercises, and what is said about them."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.privacy.redaction import redact
from kb.tables import Role, TrainingAttempt, TrainingCase, TrainingComment, TrainingPair, TrainingStep, User
from kb.text.cleaning import clean_text

LONGEST_COMMENT = 2_000
MOST_COMMENTS = 200


def pair(session: Session, rep_id: int, trainer_id: int | None) -> None:
    """None: nobody any more. Raises InvalidInputError for somebody who is no trainer, or for oneself."""
    rep = session.get(User, rep_id)
    if rep is None:
        raise NotFoundError("There is no such person.")
    there = session.get(TrainingPair, rep_id)
    if trainer_id is None:
        if there is not None:
            session.delete(there)
        return
    trainer = session.get(User, trainer_id)
    if trainer is None or not trainer.active or trainer.role == Role.REP.value or trainer_id == rep_id:
        raise InvalidInputError("Choose a trainer who works here.")
    if there is None:
        session.add(TrainingPair(rep_id=rep_id, trainer_id=trainer_id))
    elif there.trainer_id != trainer_id:
        there.trainer_id, there.since = trainer_id, utc_now()


def trainer_of(session: Session, rep_id: int) -> User | None:
    """One statement."""
    return session.scalar(
        select(User).join(TrainingPair, TrainingPair.trainer_id == User.id).where(TrainingPair.rep_id == rep_id)
    )


def comment(
    session: Session, attempt: TrainingAttempt, user_id: int, text: str, *, step_id: int | None = None, region: str
) -> TrainingComment:
    """Redacted as all of an exercise. Raises InvalidInputError for an empty one, or for a step of another exercise."""
    text = redact(clean_text(text).strip(), region=region)[:LONGEST_COMMENT]
    if not text:
        raise InvalidInputError("Write the comment first.")
    if step_id is not None:
        step = session.get(TrainingStep, step_id)
        if step is None or step.attempt_id != attempt.id:
            raise InvalidInputError("This step belongs to another exercise.")
    count = select(func.count(TrainingComment.id)).where(TrainingComment.attempt_id == attempt.id)
    if (session.scalar(count) or 0) >= MOST_COMMENTS:
        raise InvalidInputError("There are enough comments on this exercise.")
    # What the rep writes is seen by them already.
    seen = utc_now() if user_id == attempt.user_id else None
    found = TrainingComment(attempt_id=attempt.id, step_id=step_id, user_id=user_id, text=text, seen_at=seen)
    session.add(found)
    session.flush()
    return found


def comments_on(session: Session, attempt_id: int) -> list[TrainingComment]:
    """In their order, with who wrote them. Two statements."""
    statement = (
        select(TrainingComment)
        .where(TrainingComment.attempt_id == attempt_id)
        .order_by(TrainingComment.id)
        .options(selectinload(TrainingComment.user))
    )
    return list(session.scalars(statement))


def unseen_comments(
    session: Session, user_id: int, *, limit: int
) -> list[tuple[TrainingComment, TrainingAttempt, TrainingCase]]:
    """What was said of this person's exercises and not yet seen by them. One statement."""
    statement = (
        select(TrainingComment, TrainingAttempt, TrainingCase)
        .join(TrainingAttempt, TrainingAttempt.id == TrainingComment.attempt_id)
        .join(TrainingCase, TrainingCase.id == TrainingAttempt.case_id)
        .where(TrainingAttempt.user_id == user_id, TrainingComment.seen_at.is_(None))
        .order_by(TrainingComment.id)
        .limit(limit)
    )
    return [(said, attempt, case) for said, attempt, case in session.execute(statement)]


def note_seen(session: Session, attempt_id: int, *, now: datetime | None = None) -> None:
    """The rep has seen the comments on this exercise."""
    session.execute(
        update(TrainingComment)
        .where(TrainingComment.attempt_id == attempt_id, TrainingComment.seen_at.is_(None))
        .values(seen_at=now or utc_now())
    )
