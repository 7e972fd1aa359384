"""Counting each day from what is stored of it; run by a job, so that no page counts events."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.judged import judged_searches
from kb.insight.numbers.contacts import count_contacts
from kb.insight.numbers.day import Counts, Day, add
from kb.insight.numbers.measures import NOT_COUNTED, Measure
from kb.search.types import Outcome
from kb.tables import Conversation, CountedDay, DailyCount, Feedback, FeedbackKind, SearchEvent, UsedDocument, UsedState
from kb.tables.feedback import parse_document

# Votes, surveys and answers still come in for a while; a day that is older stays as it was counted.
_SETTLES_IN = 14
_FRESH, _SETTLING = timedelta(minutes=20), timedelta(hours=20)
# Further back nothing is counted for the first time.
_FARTHEST = 730

_OF_FEEDBACK = {
    FeedbackKind.CLICK.value: Measure.ARTICLE_READ,
    FeedbackKind.ANSWERED.value: Measure.ARTICLE_YES,
    FeedbackKind.NOT_ANSWERED.value: Measure.ARTICLE_NO,
    FeedbackKind.COPIED.value: Measure.ARTICLE_COPIED,
}


@dataclass(frozen=True)
class Keep:
    """Days that things are kept; 0 for ever. A day is not counted anew when a part of it may be gone."""

    searches: int = 0
    conversations: int = 0

    def oldest(self, today: date) -> date:
        kept = [days - 1 for days in (self.searches, self.conversations) if days]
        return today - timedelta(days=max(0, min([_SETTLES_IN, *kept])))


def count_days(
    session: Session,
    zone: tzinfo,
    *,
    keep: Keep | None = None,
    now: datetime | None = None,
    checkpoint: Callable[[int, int], None] | None = None,
) -> int:
    """Count the days that are due; returns how many. checkpoint: after each day, with how many of how many; it may commit."""
    now = now or utc_now()
    days = _due_days(session, zone, keep or Keep(), now)
    if not days:
        return 0
    sure = _sure(session, zone, days[0], now)
    for done, number in enumerate(days, start=1):
        day = Day.of(number, zone)
        counts: Counts = Counter(sure.get(number, {}))
        _count_searches(session, day, counts)
        _count_feedback(session, day, counts)
        _count_solved(session, day, counts)
        count_contacts(session, day, counts)
        _store(session, number, counts, now)
        if checkpoint:
            checkpoint(done, len(days))
    return len(days)


def _due_days(session: Session, zone: tzinfo, keep: Keep, now: datetime) -> list[date]:
    """Never counted, or counted while something could still come in and not lately; the oldest first."""
    today = now.astimezone(zone).date()
    firsts = (
        session.scalar(select(func.min(SearchEvent.created_at))),
        session.scalar(select(func.min(Conversation.created_at))),
    )
    begins = [found.astimezone(zone).date() for found in firsts if found is not None]
    if not begins:
        return []
    counted = {row.day: row.counted_at for row in session.scalars(select(CountedDay))}
    first = max(min(begins), today - timedelta(days=_FARTHEST))
    oldest, due = keep.oldest(today), []
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        at = counted.get(day)
        rest = _FRESH if (today - day).days <= 1 else _SETTLING
        if at is None or (day >= oldest and now - at >= rest):
            due.append(day)
    return due


def _store(session: Session, day: date, counts: Counts, now: datetime) -> None:
    session.execute(delete(DailyCount).where(DailyCount.day == day, DailyCount.is_sample.is_(False)))
    rows = [
        {
            "day": day, "measure": measure, "language": language, "channel": channel, "subject": subject,
            "bucket": bucket, "count": count, "is_sample": False,
        }
        for (measure, language, channel, subject, bucket), count in sorted(counts.items())
    ]  # fmt: skip
    if rows:
        session.execute(insert(DailyCount), rows)
    session.execute(delete(CountedDay).where(CountedDay.day == day))
    session.execute(insert(CountedDay).values(day=day, counted_at=now))


def _count_searches(session: Session, day: Day, counts: Counts) -> None:
    where = (*day.has(SearchEvent.created_at), SearchEvent.place.notin_(NOT_COUNTED))
    rows = session.execute(
        select(SearchEvent.language, SearchEvent.place, SearchEvent.outcome, func.count())
        .where(*where)
        .group_by(SearchEvent.language, SearchEvent.place, SearchEvent.outcome)
    )
    for language, place, outcome, count in rows:
        add(counts, Measure.SEARCH, language=language, channel=place, subject=outcome, count=count)
    # Once a search, however often it was pressed.
    asked = session.execute(
        select(SearchEvent.language, SearchEvent.place, func.count(func.distinct(SearchEvent.id)))
        .join(Feedback, Feedback.event_id == SearchEvent.id)
        .where(*where, Feedback.kind == FeedbackKind.ASKED_PERSON.value)
        .group_by(SearchEvent.language, SearchEvent.place)
    )
    for language, place, count in asked:
        add(counts, Measure.ASKED_PERSON, language=language, channel=place, count=count)


def _count_feedback(session: Session, day: Day, counts: Counts) -> None:
    rows = session.execute(
        select(Feedback.kind, Feedback.document, func.count())
        .where(*day.has(Feedback.created_at), Feedback.kind.in_(_OF_FEEDBACK), Feedback.document != "")
        .group_by(Feedback.kind, Feedback.document)
    )
    for kind, document, count in rows:
        _add_article(counts, _OF_FEEDBACK[kind], document, count)


def _count_solved(session: Session, day: Day, counts: Counts) -> None:
    rows = session.execute(
        select(UsedDocument.document, func.count())
        .where(UsedDocument.state == UsedState.SOLVED.value, *day.has(UsedDocument.solved_at))
        .group_by(UsedDocument.document)
    )
    for document, count in rows:
        _add_article(counts, Measure.ARTICLE_SOLVED, document, count)


def _add_article(counts: Counts, measure: Measure, document: str, count: int) -> None:
    parsed = parse_document(document)
    if parsed is not None and parsed[0] == "article":
        add(counts, measure, subject=document, count=count)


def _sure(session: Session, zone: tzinfo, first: date, now: datetime) -> dict[date, Counts]:
    """Of the searches that were called answered and that somebody judged, how many were right, by day."""
    since = now - datetime.combine(first, time.min, zone).astimezone(now.tzinfo)
    found: dict[date, Counts] = {}
    for search in judged_searches(session, since=since, now=now):
        right = search.first_was_right
        if search.outcome == Outcome.ANSWERED.value and right is not None:
            counts = found.setdefault(search.at.astimezone(zone).date(), Counter())
            add(counts, Measure.SURE, language=search.language, subject="right" if right else "wrong")
    return found
