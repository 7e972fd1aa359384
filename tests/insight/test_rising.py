"""Topics that suddenly rise: by people, against the same hours of the weeks before, without being fooled by small numbers."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from content_factory import add_article
from sqlalchemy.orm import Session

from kb.insight.rising import FRESH, Counts, list_rising, rising_topics, update_rising
from kb.tables import Article, RisingTopic, SearchEvent

ZONE = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@pytest.mark.parametrize(
    ("now", "past", "rises"),
    [
        (30, [3, 5, 4, 2, 6, 4, 3, 5], True),
        (9, [0, 0, 0, 0, 1, 0, 0, 0], True),
        (4, [0, 0, 0, 0, 0, 0, 0, 0], False),  # few people are no wave
        (9, [4, 5, 3, 6, 4, 2, 5, 4], False),  # twice as many, as chance has it
        (30, [28, 31, 25, 33, 30, 27, 29, 30], False),  # every week at this hour
        (40, [3, 60, 4, 2, 6, 4, 3, 5], True),  # a wave of long ago hides no new one
        (24, [2, 30, 1, 25, 3, 40, 2, 22], False),  # goes up and down all the time
        (50, [5], False),  # nothing is known of its past
        (20000, [9000, 9100, 8900, 9050, 9020, 8980, 9010, 9000], True),
    ],
)
def test_what_rises(now: int, past: list[int], rises: bool) -> None:
    assert bool(rising_topics({"payments": Counts(now, past)})) is rises


def test_a_day_on_which_everything_is_asked_more_is_no_news_of_a_topic() -> None:
    usual = [12, 10, 11, 9, 13, 10, 12, 11]
    topics = {name: Counts(36, usual) for name in ("orders", "returns", "refunds", "delivery")}
    assert rising_topics(topics) == {}
    assert list(rising_topics(topics | {"payments": Counts(200, usual)})) == ["payments"]


def test_what_rises_goes_on_until_it_is_near_the_usual() -> None:
    past = [6, 5, 7, 6, 5, 6, 7, 6]
    assert rising_topics({"orders": Counts(10, past)}) == {}
    assert list(rising_topics({"orders": Counts(10, past)}, ["orders"])) == ["orders"]
    assert rising_topics({"orders": Counts(8, past)}, ["orders"]) == {}


def test_chance_alone_hardly_ever_makes_a_topic_rise() -> None:
    """A year of three-hour windows of twelve topics of different sizes."""
    chance = random.Random(7)

    def people(mean: float) -> int:
        return sum(chance.random() < mean / 200 for _ in range(200))

    false = 0
    for mean in (0.3, 1, 3, 8, 20, 40):
        for _ in range(600):
            false += bool(rising_topics({"t": Counts(people(mean), [people(mean) for _ in range(8)])}))
    assert false <= 1


def ask(session: Session, article: Article, at: datetime, people: int, searches: int = 1) -> None:
    for _ in range(people):
        visit = uuid.uuid4().hex
        for _ in range(searches):
            session.add(
                SearchEvent(
                    public_id=uuid.uuid4().hex, place="help", audience="customer", visit=visit, language="en",
                    query="my own words", outcome="answered", confidence=0.9, results=[f"article:{article.id}"],
                    created_at=at,
                )
            )  # fmt: skip
    session.flush()


def test_people_are_counted_and_the_best_article_is_offered_while_it_is_fresh(session: Session) -> None:
    card = add_article(session, "Card is declined", "Try again.", slug="declined", topic="payments")
    upi = add_article(session, "UPI is slow", "Wait an hour.", slug="upi", topic="payments")
    add_article(session, "UPI धीमा है", "रुकिए।", slug="upi-hi", topic="payments", language="hi", translation_key="upi")
    sofa = add_article(session, "Return a sofa", "Write to us.", slug="sofa", topic="returns")
    for week in range(1, 9):
        ask(session, card, NOW - week * WEEK - timedelta(hours=1), 2)
    ask(session, upi, NOW - timedelta(hours=1), 14)
    ask(session, card, NOW - timedelta(hours=2), 3)
    ask(session, sofa, NOW - timedelta(hours=1), 1, searches=60)  # one person who insists
    assert update_rising(session, ZONE, now=NOW) == ["payments"]
    row = session.query(RisingTopic).one()
    assert (row.people, row.usual) == (17, 2.0)
    assert "my own words" not in repr(vars(row))
    assert [one.title for one in list_rising(session, "en", now=NOW)] == ["UPI is slow"]
    assert [one.slug for one in list_rising(session, "hi", now=NOW)] == ["upi-hi"]
    assert list_rising(session, "bn", now=NOW) == []
    assert [one.language for one in list_rising(session, "bn", in_any_language=True, now=NOW)] == ["en"]
    assert list_rising(session, "en", now=NOW + FRESH) == []  # nobody has looked since
    later = NOW + timedelta(hours=5)
    assert update_rising(session, ZONE, now=later) == []
    assert list_rising(session, "en", now=later) == []
