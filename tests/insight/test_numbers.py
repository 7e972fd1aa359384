"""The studio's numbers: what is counted of a day, and what is read from it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from content_factory import add_article
from hypothesis import given
from hypothesis import strategies as st
from settled import add_judged
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from talks import make_talk

from kb.insight.numbers import (
    Figure,
    Keep,
    Period,
    count_days,
    list_rows,
    make_figures,
    make_wishes,
    read_articles,
    read_counted,
    remove_sample_history,
    store_sample_history,
)
from kb.insight.numbers.lengths import LAST, bucket_of, length_at
from kb.search.types import Outcome
from kb.service.surveys import answer_survey, survey_of
from kb.tables import (
    Channel,
    Conversation,
    ConversationEvent,
    CountedDay,
    DailyCount,
    EventKind,
    Feedback,
    FeedbackKind,
    SearchEvent,
    ToldWait,
    UsedDocument,
    utc_now,
)

ZONE = ZoneInfo("Asia/Kolkata")
NOON = datetime.combine(utc_now().astimezone(ZONE).date() - timedelta(days=2), time(12), ZONE).astimezone(UTC)
DAY = NOON.astimezone(ZONE).date()


def search(
    session: Session, outcome: str = "answered", *, at: datetime = NOON, place: str = "help", language: str = "en"
) -> SearchEvent:
    number = session.scalar(select(func.count()).select_from(SearchEvent))
    event = SearchEvent(
        public_id=f"n{number}", created_at=at, place=place, audience="customer", visit=f"v{number}", query="lamp hums",
        language=language, outcome=outcome, confidence=0.5,
    )  # fmt: skip
    session.add(event)
    session.flush()
    return event


def figures(session: Session, period: Period | None = None, **options: bool) -> dict[str, Figure]:
    counted = read_counted(session, period or Period(DAY, DAY), **options)
    return {figure.key: figure for figure in make_figures(counted)}


def count(session: Session, **options: Keep) -> int:
    return count_days(session, ZONE, **options)


def test_searches_are_counted_by_the_shops_day_and_not_twice(session: Session) -> None:
    for outcome in ("answered",) * 6 + ("unsure", "none", "none"):
        search(session, outcome)
    for place in ("desk", "conversation", "cli", "studio"):
        search(session, place=place)
    # Half an hour before midnight of the shop is still this day, whatever day it is in Greenwich.
    search(session, at=datetime.combine(DAY, time(23, 30), ZONE).astimezone(UTC), language="hi-Latn")
    search(session, at=datetime.combine(DAY + timedelta(days=1), time(0, 10), ZONE).astimezone(UTC))
    event = session.scalars(select(SearchEvent).where(SearchEvent.outcome == "none")).first()
    assert event is not None
    session.add(Feedback(event_id=event.id, kind=FeedbackKind.ASKED_PERSON.value, visit="a", created_at=NOON))
    session.flush()
    assert count(session) == 3
    for _ in range(2):
        found = figures(session)
        assert found["searches"].value == 10
        assert [list(point.values) for point in found["searches"].points] == [[7, 1, 2]]
        assert found["found"].value == pytest.approx(0.7)
        assert {point.key: sum(v or 0 for v in point.values) for point in found["languages"].points} == {
            "en": 9,
            "hi-Latn": 1,
        }
        assert found["places"].value == 2
        assert found["asked_person"].value == pytest.approx(0.1)
        session.execute(update(CountedDay).values(counted_at=utc_now() - timedelta(days=1)))
        assert count(session) == 3
    assert count(session) == 0  # just counted
    rows, many = list_rows(session, "searches", Period(DAY, DAY), ZONE, limit=5)
    assert (many, len(rows), rows[0].text, rows[0].language) == (12, 5, "lamp hums", "hi-Latn")


def test_a_day_of_which_a_part_is_deleted_keeps_its_figures(session: Session) -> None:
    old = NOON - timedelta(days=6)
    for _ in range(7):
        search(session, at=old)
    search(session)
    count(session, keep=Keep(searches=5))
    session.execute(update(CountedDay).values(counted_at=utc_now() - timedelta(days=2)))
    session.execute(
        update(SearchEvent).where(SearchEvent.created_at == old).values(created_at=old - timedelta(days=90))
    )
    count(session, keep=Keep(searches=5))
    day = DAY - timedelta(days=6)
    assert figures(session, Period(day, day))["searches"].value == 7


def test_conversations_lengths_waits_and_surveys(session: Session) -> None:
    article = add_article(session, "Why a lamp hums", "It hums.", slug="hum")
    for number in range(6):
        talk = make_talk(session, email=f"p{number}@example.com", name=f"P {number}", channel=Channel.CHAT)
        talk.created_at = NOON
        talk.first_response_at = NOON + timedelta(minutes=2)
        talk.closed_at = talk.last_message_at = NOON + timedelta(minutes=2 + (10 if number < 3 else 30))
        talk.frustration = 2 if number == 0 else 0
        talk.visit = "v" if number < 3 else None
        if number < 3:
            session.add(
                UsedDocument(conversation_id=talk.id, document=f"article:{article.id}", state="solved", solved_at=NOON)
            )
        told = ToldWait(
            conversation_id=talk.id, told_at=NOON, is_first=True, position=1, reps=1, running=0, was_free=False,
            low=60.0, middle=100.0, high=200.0, waited=120.0 if number else 900.0,
        )  # fmt: skip
        session.add(told)
        session.flush()
        survey = survey_of(session, talk, "en")
        answer_survey(session, survey, "5" if number % 2 else "2")
        survey.asked_at = survey.answered_at = NOON
    # One that is still open, of somebody who was here before.
    again = make_talk(session, email="p1@example.com", name="P 1", channel=Channel.EMAIL)
    again.created_at, again.origin = NOON + timedelta(hours=1), "email"
    session.add(ConversationEvent(conversation_id=again.id, kind=EventKind.ESCALATED.value, created_at=NOON))
    sample = make_talk(session, email="s@example.com", name="S")
    sample.created_at, sample.origin = NOON, "sample"
    session.flush()
    count(session)
    found = figures(session)
    assert found["conversations"].value == 7
    assert {point.key: point.values[0] for point in found["conversations"].points} == {"chat": 6, "email": 1}
    assert found["first_response"].value == pytest.approx(120, rel=0.15)
    assert found["resolution"].of == 6
    assert found["handling"].of == 6
    assert found["told"].value == pytest.approx(5 / 6)
    assert found["waits"].value == pytest.approx(120, rel=0.15)
    assert found["escalations"].value == 1
    assert found["feeling"].value == pytest.approx(1 / 7)
    assert found["satisfaction"].of + found["effort"].of == 6
    wishes = {
        answer.key: answer.value
        for wish in make_wishes(read_counted(session, Period(DAY, DAY)))
        for answer in wish.answers
    }
    assert wishes["known"] == pytest.approx(4 / 7)
    assert wishes["again"] == pytest.approx(1 / 7)
    assert wishes["answered_by_person"] == pytest.approx(6 / 7)
    assert wishes["gave_up"] == 0
    assert wishes["found"] is None
    used = read_articles(session, Period(DAY, DAY))
    assert [(one.id, one.solved) for one in used] == [(article.id, 3)]
    for key, many in (("conversations", 7), ("resolution", 6), ("told", 6), ("escalations", 1), ("feeling", 7)):
        rows, total = list_rows(session, key, Period(DAY, DAY), ZONE, limit=50)
        assert (key, total, len(rows)) == (key, many, many)
    assert {row.label for row in list_rows(session, "waits", Period(DAY, DAY), ZONE, limit=9)[0]} == {
        "inside",
        "longer",
    }


def test_how_often_sure_was_right_is_told_by_week_and_language(session: Session) -> None:
    article = add_article(session, "Refunds", "Five days.", slug="refund")
    for number in range(8):
        kind = FeedbackKind.ANSWERED if number < 6 else FeedbackKind.NOT_ANSWERED
        add_judged(session, "refund when", article, kind, outcome=Outcome.ANSWERED, ago=timedelta(hours=40))
    count(session)
    today = utc_now().astimezone(ZONE).date()
    sure = figures(session, Period.of_days(7, today))["sure"]
    assert (sure.value, sure.of, sure.series) == (pytest.approx(0.75), 8, ["", "en"])
    rows, total = list_rows(session, "sure", Period.of_days(7, today), ZONE, limit=3)
    assert (total, len(rows)) == (8, 3)


def test_nothing_is_compared_with_a_time_of_which_nobody_counted(session: Session) -> None:
    for _ in range(9):
        search(session)
    count(session)
    assert figures(session)["searches"].before is None
    assert figures(session)["conversations"].series == ("now",)
    later = Period(DAY + timedelta(days=1), DAY + timedelta(days=1))
    assert figures(session, later)["searches"].before == 9


def test_the_sample_is_marked_can_be_left_out_and_goes(session: Session) -> None:
    add_article(session, "Refunds", "Five days.", slug="refund")
    today = date(2026, 11, 30)
    stored = store_sample_history(session, today)
    first = sorted(tuple(row) for row in session.execute(select(DailyCount.day, DailyCount.subject, DailyCount.count)))
    period = Period.of_days(30, today)
    counted = read_counted(session, period)
    assert counted.has_sample
    assert counted.is_comparable
    assert all(figure.value is not None and not figure.is_empty for figure in make_figures(counted))
    assert read_articles(session, period)[0].uses > 0
    without = read_counted(session, period, with_sample=False)
    assert not without.has_sample
    assert not without.totals
    assert remove_sample_history(session) == stored
    assert session.scalar(select(func.count()).select_from(DailyCount)) == 0
    store_sample_history(session, today)
    again = sorted(tuple(row) for row in session.execute(select(DailyCount.day, DailyCount.subject, DailyCount.count)))
    assert again == first


@given(st.lists(st.floats(min_value=0.0, max_value=9e6), min_size=1, max_size=60))
def test_a_median_of_buckets_is_within_a_fifth(seconds: list[float]) -> None:
    counts: dict[int, int] = {}
    for one in seconds:
        counts[bucket_of(one)] = counts.get(bucket_of(one), 0) + 1
    found = length_at(counts, 0.5)
    assert found is not None
    true = sorted(seconds)[(len(seconds) - 1) // 2]
    assert found <= max(true, 5.0) * 1.21
    assert found >= true / 1.21 or true <= 5.0


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_every_length_has_a_bucket(seconds: float) -> None:
    assert 0 <= bucket_of(seconds) <= LAST


def test_conversations_of_nobody_count_nothing(session: Session) -> None:
    assert count(session) == 0
    assert session.scalar(select(func.count()).select_from(Conversation)) == 0
    assert all(figure.is_empty for figure in figures(session).values())
