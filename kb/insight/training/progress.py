"""How far reps have come: of each the figures of a time, and week by week. Counted in SQL from exercises that have ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.training.scoring import TOP, Rating
from kb.tables import CaseKind, TrainingAttempt, TrainingCard, TrainingCase, TrainingPair, User

WEEKS = 8
# Of so many exercises, the newest, the middle of the seconds is taken.
_MOST_READ = 5_000


@dataclass(frozen=True)
class Progress:
    """Of one time. found: replays in which the article stood among the first three; replays_with: those that have one; seconds:
    the middle of the times to the article; likeness: the mean; well: exercises of any kind that went well."""

    finished: int = 0
    replays_with: int = 0
    found: int = 0
    seconds: float | None = None
    likeness: float | None = None
    well: int = 0

    @property
    def found_share(self) -> float | None:
        return self.found / self.replays_with if self.replays_with else None

    @property
    def well_share(self) -> float | None:
        return self.well / self.finished if self.finished else None


@dataclass(frozen=True)
class RepProgress:
    """One line of the trainer's table."""

    user: User
    progress: Progress
    due: int
    last_at: datetime | None
    trainer_id: int | None


@dataclass(frozen=True)
class Week:
    """monday: the day on which it begins, in UTC."""

    monday: date
    progress: Progress


@dataclass(frozen=True)
class _Row:
    user_id: int
    finished_at: datetime
    kind: str
    has_article: bool
    rank: int | None
    seconds: float | None
    likeness: float | None
    rating: int


def weeks_of(session: Session, user_id: int | None = None, *, now: datetime | None = None) -> list[Week]:
    """The last WEEKS weeks up to this one, of one person or of all. One statement."""
    today = (now or utc_now()).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    rows = _rows(session, _midnight(mondays[0]), user_id)
    return [
        Week(one, _sum([row for row in rows if one <= row.finished_at.date() < one + timedelta(weeks=1)]))
        for one in mondays
    ]


def progress_of(session: Session, user_id: int, *, days: int = 30, now: datetime | None = None) -> Progress:
    """One statement."""
    return _sum(_rows(session, (now or utc_now()) - timedelta(days=days), user_id))


def list_reps(session: Session, *, days: int = 30, now: datetime | None = None) -> list[RepProgress]:
    """Everybody who works here, those who practised last first. Five statements, however many they are."""
    now = now or utc_now()
    users = session.scalars(select(User).where(User.active).order_by(User.name, User.email)).all()
    rows = _rows(session, now - timedelta(days=days), None)
    due = dict(
        session.execute(
            select(TrainingCard.user_id, func.count())
            .join(TrainingCase, TrainingCase.id == TrainingCard.case_id)
            .where(TrainingCard.due_at <= now, TrainingCase.excluded_at.is_(None))
            .group_by(TrainingCard.user_id)
        ).all()
    )
    last = dict(
        session.execute(
            select(TrainingAttempt.user_id, func.max(TrainingAttempt.finished_at))
            .where(TrainingAttempt.finished_at.is_not(None))
            .group_by(TrainingAttempt.user_id)
        ).all()
    )
    pairs = dict(session.execute(select(TrainingPair.rep_id, TrainingPair.trainer_id)).all())
    by_user: dict[int, list[_Row]] = {}
    for row in rows:
        by_user.setdefault(row.user_id, []).append(row)
    found = [
        RepProgress(
            user,
            _sum(by_user.get(user.id, [])),
            due.get(user.id, 0),
            last.get(user.id),
            pairs.get(user.id),
        )
        for user in users
    ]
    beginning = datetime.min.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda one: one.last_at or beginning, reverse=True)


def attempts_of(
    session: Session, user_id: int | None, *, limit: int, offset: int = 0
) -> list[tuple[TrainingAttempt, TrainingCase, User]]:
    """Ended exercises, of one person or of all, the newest first. One statement."""
    statement = (
        select(TrainingAttempt, TrainingCase, User)
        .join(TrainingCase, TrainingCase.id == TrainingAttempt.case_id)
        .join(User, User.id == TrainingAttempt.user_id)
        .where(TrainingAttempt.finished_at.is_not(None))
        .order_by(TrainingAttempt.finished_at.desc(), TrainingAttempt.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if user_id is not None:
        statement = statement.where(TrainingAttempt.user_id == user_id)
    return [(attempt, case_of, user) for attempt, case_of, user in session.execute(statement)]


def count_attempts(session: Session, user_id: int) -> int:
    statement = select(func.count(TrainingAttempt.id)).where(
        TrainingAttempt.user_id == user_id, TrainingAttempt.finished_at.is_not(None)
    )
    return session.scalar(statement) or 0


def _rows(session: Session, since: datetime, user_id: int | None) -> list[_Row]:
    statement = (
        select(
            TrainingAttempt.user_id,
            TrainingAttempt.finished_at,
            TrainingCase.kind,
            TrainingCase.documents,
            TrainingAttempt.best_rank,
            TrainingAttempt.seconds_to_article,
            TrainingAttempt.likeness,
            TrainingAttempt.rating,
        )
        .join(TrainingCase, TrainingCase.id == TrainingAttempt.case_id)
        .where(TrainingAttempt.finished_at >= since)
        .order_by(TrainingAttempt.finished_at.desc())
        .limit(_MOST_READ)
    )
    if user_id is not None:
        statement = statement.where(TrainingAttempt.user_id == user_id)
    return [
        _Row(number, at, kind, bool(known), rank, seconds, likeness, rating or 0)
        for number, at, kind, known, rank, seconds, likeness, rating in session.execute(statement)
        if at is not None
    ]


def _sum(rows: Sequence[_Row]) -> Progress:
    with_article = [row for row in rows if row.kind == CaseKind.REPLAY and row.has_article]
    seconds = [row.seconds for row in with_article if row.seconds is not None]
    likeness = [row.likeness for row in rows if row.likeness is not None]
    return Progress(
        finished=len(rows),
        replays_with=len(with_article),
        found=sum(row.rank is not None and row.rank <= TOP for row in with_article),
        seconds=median(seconds) if seconds else None,
        likeness=sum(likeness) / len(likeness) if likeness else None,
        well=sum(row.rating >= Rating.GOOD for row in rows),
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=utc_now().tzinfo)
