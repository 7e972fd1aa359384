"""How visits end: who said yes is apart from who just left; each visit is counted once, on the day that it began."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from content_factory import add_article
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.insight.self_service import article_figures, count_days, help_days, note_read, total_of
from kb.tables import Article, ArticleRead, Feedback, HelpDay, SearchEvent

ZONE = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 10, 18, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def lamp(session: Session) -> Article:
    return add_article(session, "Return a lamp", "Write to us.", slug="lamp", topic="returns")


class Customer:
    """One visit; each act is a minute after the one before."""

    def __init__(self, session: Session, lamp: Article, at: datetime = NOW - 2 * DAY) -> None:
        self.session, self.lamp, self.at, self.visit = session, lamp, at, uuid.uuid4().hex

    def search(self, outcome: str = "answered") -> "Customer":
        found = [f"article:{self.lamp.id}"] if outcome != "none" else []
        self._add(
            SearchEvent(
                public_id=uuid.uuid4().hex, place="help", audience="customer", visit=self.visit, query="lamp",
                language="en", reader_language="hi", outcome=outcome, confidence=0.5, results=found,
                created_at=self.at,
            )
        )  # fmt: skip
        return self

    def read(self) -> "Customer":
        self._add(
            ArticleRead(visit=self.visit, article_id=self.lamp.id, language="hi", from_search=True, created_at=self.at)
        )
        return self

    def say(self, kind: str) -> "Customer":
        self._add(
            Feedback(
                kind=kind,
                document=f"article:{self.lamp.id}",
                visit=self.visit,
                created_at=self.at,
                key=uuid.uuid4().hex,
            )
        )
        return self

    def rest(self, length: timedelta = timedelta(hours=3)) -> "Customer":
        self.at += length
        return self

    def _add(self, row: object) -> None:
        self.session.add(row)
        self.session.flush()
        self.at += MINUTE


ENDS = {
    "confirmed": lambda one: one.search().read().say("answered"),
    "assumed": lambda one: one.search().read(),
    "came_back": lambda one: one.search().read().rest().search("none"),
    "not_helped": lambda one: one.search().read().say("not_answered"),
    "to_a_person": lambda one: one.search().read().say("answered").say("asked_person"),
    "left_without": lambda one: one.search("unsure"),
}


@pytest.mark.parametrize("end", ENDS)
def test_each_visit_has_one_end(session: Session, lamp: Article, end: str) -> None:
    ENDS[end](Customer(session, lamp))
    count_days(session, ZONE, now=NOW)
    total = total_of(help_days(session, (NOW - 9 * DAY).date()))
    assert {name: number for name, number in total.items() if name in ENDS and number} == {end: 1}


def test_who_said_yes_and_asks_the_same_again_came_back(session: Session, lamp: Article) -> None:
    Customer(session, lamp).search().say("answered").rest(DAY).search()
    Customer(session, lamp).search().say("not_answered").say("answered")  # who changes their mind
    count_days(session, ZONE, now=NOW)
    total = total_of(help_days(session, (NOW - 9 * DAY).date()))
    assert (total["came_back"], total["confirmed"]) == (1, 1)


def test_days_have_all_figures_and_are_counted_anew_without_doubling(session: Session, lamp: Article) -> None:
    Customer(session, lamp).search("none").search().read().say("answered")
    Customer(session, lamp).read().say("asked_person")
    Customer(session, lamp, NOW - 5 * MINUTE).search()  # goes on: has no end yet
    for _ in range(2):
        assert count_days(session, ZONE, now=NOW) == 2
    row = session.scalars(select(HelpDay)).one()
    assert (row.day, row.language) == ((NOW - 2 * DAY).astimezone(ZONE).date(), "hi")
    figures = (row.visits, row.views, row.searches, row.answered, row.unanswered, row.reads_after_search)
    assert figures == (2, 2, 2, 1, 1, 1)
    assert (row.said_yes, row.contacts, row.contacts_after_reading, row.confirmed, row.to_a_person) == (1, 1, 1, 1, 1)
    article = article_figures(session, row.day)[0]
    assert (article.views, article.from_search, article.said_yes, article.contacts) == (2, 1, 1, 1)


def test_a_day_stays_when_what_it_was_counted_from_is_deleted(session: Session, lamp: Article) -> None:
    Customer(session, lamp, NOW - 6 * DAY).search().read()
    count_days(session, ZONE, kept_days=7, now=NOW)
    session.query(SearchEvent).delete()
    session.query(ArticleRead).delete()
    count_days(session, ZONE, kept_days=7, now=NOW + 2 * DAY)
    assert total_of(help_days(session, (NOW - 9 * DAY).date()))["visits"] == 1


def test_reading_on_is_one_read(session: Session, lamp: Article) -> None:
    for _ in range(3):
        note_read(session, lamp.id, "en", "v" * 20, from_search=False)
    assert len(session.scalars(select(ArticleRead)).all()) == 1
