import time
from collections.abc import Callable

import pytest
from content_factory import add_article
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.search.long_texts import LONG_FROM_WORDS, MOST_PARTS, split_long_text
from kb.search.types import Audience, SearchAnswer
from kb.tables import Article

STORY = (
    "My cousin came from Indore on Friday and we sat on the balcony with tea. The weather was fine, the children played cricket. "
    "Then the neighbour rang and told us about his new car. {} I have been a customer since the shop opened. "
    "My wife says that I should write to a newspaper. Yesterday nobody answered, there was only music. "
    "Tomorrow my mother travels to Kochi and I must take her to the station at six."
)


def test_a_short_text_has_no_parts() -> None:
    assert split_long_text("Where is my refund? I sent the lamp back.") == []


@pytest.mark.parametrize("mark", [".", "।", "?", ""])
def test_the_parts_of_a_long_text_are_few_and_together_all_of_it(mark: str) -> None:
    words = [f"w{number}{mark if number % 9 == 8 else ''}" for number in range(LONG_FROM_WORDS * 5)]
    parts = split_long_text(" ".join(words))
    assert 1 < len(parts) <= MOST_PARTS
    assert set(" ".join(parts).split()) == set(words)


@given(st.text(max_size=3000))
def test_any_text_is_split(text: str) -> None:
    assert len(split_long_text(text)) <= MOST_PARTS


def test_splitting_takes_linear_time() -> None:
    started = time.process_time()
    for piece in ("a. ", "…", "a ", "a.b", "?! "):
        split_long_text(piece * 20_000)
    assert time.process_time() - started < 10


@pytest.fixture
def search(session: Session, settings: Settings, engine: Engine) -> Callable[[str], SearchAnswer]:
    add_article(session, "Clean a kettle", "Boil vinegar in the kettle to clean the kettle of lime.")
    add_article(session, "Balcony lamps", "Lamps for the balcony in fine weather, for tea and children.")
    add_article(
        session, "Station travel", "Travel cushions for the station and for customers who travel tomorrow at six."
    )
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    searcher = runtime.searcher(Audience.CUSTOMER)
    return lambda text: searcher.search(session, text, reader_language="en")


def test_the_sentence_that_asks_decides_and_not_the_story_around_it(search: Callable[[str], SearchAnswer]) -> None:
    question = "Clean the kettle of lime with vinegar, how? Kettle vinegar lime?"
    answer = search(STORY.format(question))
    assert answer.results[0].title == "Clean a kettle"
    assert answer.confidence > search(STORY.format("It was red. He likes it.")).confidence


def test_what_was_withdrawn_is_not_shown_whichever_part_brings_it_up(
    search: Callable[[str], SearchAnswer], session: Session
) -> None:
    text = STORY.format("Clean the kettle of lime with vinegar, how?")
    kettle = search(text).results[0]
    session.get_one(Article, kettle.id).status = "archived"
    session.commit()
    assert "Clean a kettle" not in [result.title for result in search(text).results]
