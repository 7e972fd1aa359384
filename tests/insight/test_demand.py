"""What the home page says that people ask: only what several asked, in words that an article of ours has, and nobody's own."""

from datetime import timedelta

import pytest
from content_factory import add_article
from settled import add_judged
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.insight.demand import TILES, count_demand, list_most_asked, topic_demand
from kb.search.types import Outcome
from kb.tables import Article, FeedbackKind, MostAsked

LANGUAGES = ("en", "hi")


def ask(session: Session, text: str, article: Article, people: int, **more: object) -> None:
    for _ in range(people):
        add_judged(session, text, article, more.get("kind"), outcome=Outcome.ANSWERED, **_given(more))  # type: ignore[arg-type]


def _given(more: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in more.items() if name != "kind"}


@pytest.fixture
def refund(session: Session) -> Article:
    body = "Money that you paid by card comes back in five days. [Lamp](return-a-lamp.md)"
    return add_article(session, "When your refund arrives", body, slug="refund", topic="refunds")


@pytest.fixture
def lamp(session: Session) -> Article:
    return add_article(session, "Return a lamp", "Write to us within ten days.", slug="return-a-lamp", topic="returns")


def texts(session: Session, language: str = "en") -> list[str]:
    count_demand(session, LANGUAGES)
    return [question.text for question in list_most_asked(session, language)]


def test_what_several_asked_alike_stands_in_their_words_the_most_asked_first(
    session: Session, refund: Article, lamp: Article
) -> None:
    ask(session, "return my lamp?", lamp, 3)
    ask(session, "money back by card", refund, 4)
    ask(session, "When is my money back", refund, 1)
    assert texts(session) == ["Money back by card", "Return my lamp"]
    assert [question.is_asked for question in list_most_asked(session, "en")] == [True, True]
    assert topic_demand(session, "en") == {"refunds": 5, "returns": 3}


@pytest.mark.parametrize(
    "text",
    [
        "refund for Rajesh Kumar",  # a name
        "refund of order 4471983",  # a number
        "refund you cheats",  # a word that no article has
        "write to me@example.com refund",
        "refund",  # says less than the title
        "refund card " * 20,
    ],
)
def test_what_no_article_of_ours_would_say_is_shown_by_its_title(session: Session, refund: Article, text: str) -> None:
    ask(session, text, refund, 5)
    assert texts(session) == ["When your refund arrives"]


def test_what_few_asked_is_nobody_s_business(session: Session, refund: Article, lamp: Article) -> None:
    ask(session, "money back by card", refund, 2)
    for _ in range(9):
        add_judged(session, "return my lamp", lamp, None, visit="one person", outcome=Outcome.ANSWERED)
    assert "Money back by card" not in texts(session)
    assert not any(question.is_asked for question in list_most_asked(session, "en"))
    assert topic_demand(session, "en") == {}


def test_what_reps_and_old_searches_asked_does_not_count(session: Session, refund: Article, lamp: Article) -> None:
    ask(session, "money back by card", refund, 4, place="desk")
    ask(session, "return my lamp", lamp, 4, ago=timedelta(days=31))
    texts(session)
    assert not any(question.is_asked for question in list_most_asked(session, "en"))


def test_a_search_that_a_reader_was_helped_by_counts_for_what_helped(
    session: Session, refund: Article, lamp: Article
) -> None:
    for _ in range(3):
        add_judged(session, "money back by card", refund, FeedbackKind.CLICK, first=lamp, outcome=Outcome.UNSURE)
    assert texts(session)[0] == "Money back by card"


def test_each_language_has_its_own_words_and_all_count(session: Session, refund: Article) -> None:
    add_article(
        session, "रिफ़ंड कब आएगा", "कार्ड पर पैसा पाँच दिन में वापस आता है।", slug="refund", language="hi",
        translation_key=refund.translation_key, topic="refunds",
    )  # fmt: skip
    ask(session, "कार्ड पर पैसा वापस", refund, 3)
    ask(session, "card ka paisa wapas kab aayega", refund, 5)
    assert texts(session, "hi") == ["कार्ड पर पैसा वापस"]
    assert texts(session, "en") == ["When your refund arrives"]
    assert list_most_asked(session, "en")[0].people == 8


def test_few_of_a_language_do_not_come_before_many_of_all(session: Session, refund: Article, lamp: Article) -> None:
    for article, title in ((refund, "रिफ़ंड कब आएगा"), (lamp, "लैंप लौटाना")):
        add_article(
            session, title, "कार्ड पर।", slug=article.slug, language="hi", translation_key=article.translation_key
        )
    ask(session, "money back by card", refund, 6)
    ask(session, "when can i return a lamp", lamp, 4)
    add_judged(session, "लैंप लौटाना है", lamp, None, outcome=Outcome.ANSWERED)
    assert texts(session, "hi") == ["रिफ़ंड कब आएगा", "लैंप लौटाना"]
    assert texts(session) == ["Money back by card", "When can I return a lamp"]


def test_before_anybody_asks_it_is_what_others_lead_to_one_of_each_topic(
    session: Session, refund: Article, lamp: Article
) -> None:
    for number in range(TILES):
        add_article(session, f"Returns {number}", "Nothing leads here.", slug=f"returns-{number}", topic="returns")
    shown = texts(session)
    assert shown[:2] == [lamp.title, refund.title]
    assert len(shown) == TILES
    assert {question.source for question in list_most_asked(session, "en")} == {"usual"}


def test_what_is_withdrawn_is_gone_before_the_job_runs_again(session: Session, refund: Article, lamp: Article) -> None:
    assert set(texts(session)) == {refund.title, lamp.title}
    lamp.status = "archived"
    session.commit()
    assert [question.text for question in list_most_asked(session, "en")] == [refund.title]


def test_nothing_is_written_where_nothing_has_changed(session: Session, refund: Article) -> None:
    ask(session, "money back by card", refund, 3)
    assert count_demand(session, LANGUAGES) > 0
    before = session.scalars(select(MostAsked.id)).all()
    assert count_demand(session, LANGUAGES) == 0
    assert session.scalars(select(MostAsked.id)).all() == before
