"""What questions have in common: learned by a job from what people came to rest on, and by nobody alone."""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from content_factory import add_article
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.encoders.bundled_model import FINGERPRINT
from indexer.encoders.hashing import HashEncoder
from indexer.query_statistics import LOOK_EVERY_SECONDS, QueryStatisticsReader
from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.jobs.running import run_now
from kb.search.fusion import CENTRING, NO_CENTRING
from kb.search.query_statistics import (
    LONG_FROM,
    SHORT_UNTIL,
    LearnedMean,
    ShippedMeans,
    join_statistics,
    load_query_statistics,
    load_shipped_means,
    recompute_query_statistics,
    trimmed_mean,
)
from kb.search.settled_searches import MOST_OF_A_DAY, MOST_OF_ONE, settled_queries
from kb.search.types import Audience
from kb.tables import QueryMean, SearchEvent, utc_now
from webapp.worker.kinds import QUERY_STATISTICS, job_kinds

ENCODER = HashEncoder()
_THINGS = ["kettle", "lamp", "chair", "table", "carpet", "mixer", "phone", "charger"]
_THINGS += ["router", "blanket", "pillow", "pan", "clock", "mirror", "shelf", "bottle"]
_ASKS = ["how do I return a", "where is my", "can I change the", "what does it cost to send a", "who repairs a"]
_ASKS += ["is there a warranty on a"]
QUESTIONS = [f"{ask} {thing}" for ask in _ASKS for thing in _THINGS]

Add = Callable[..., SearchEvent]


@pytest.fixture
def add(session: Session) -> Add:
    def add_search(
        query: str, *, ago: timedelta = timedelta(days=2), language: str = "en", **fields: object
    ) -> SearchEvent:
        event = SearchEvent(
            public_id=str(uuid4()),
            created_at=utc_now() - ago,
            **{"place": "help", "visit": str(uuid4()), **fields},
            audience="customer",
            query=query,
            language=language,
            outcome="unsure",
            confidence=0.4,
        )
        session.add(event)
        session.flush()
        return event

    return add_search


def add_people(add: Add, questions: list[str] = QUESTIONS, language: str = "en") -> None:
    """Each question by somebody else, a few a day."""
    for number, question in enumerate(questions):
        add(question, ago=timedelta(days=1 + number % 20, minutes=number), language=language)


def taken_out(session: Session, language: str = "en", words: int = 5) -> np.ndarray:
    centring = load_query_statistics(session, ENCODER.fingerprint).centring(language, words)
    return np.zeros(ENCODER.dimensions) if centring.mean is None else centring.strength * centring.mean


def test_what_is_shipped_is_for_the_bundled_encoder_in_every_language_of_the_house_and_for_no_other(
    session: Session,
) -> None:
    statistics = load_query_statistics(session, FINGERPRINT)
    assert statistics.version == 0
    for language in ("en", "hi", "bn"):
        for words in (3, 25, 80):
            strength, mean = statistics.centring(language, words)
            assert 0.2 < strength < CENTRING
            assert mean is not None
            assert mean.shape == (384,)
            assert 0.5 < np.linalg.norm(mean) < 1
    assert statistics.centring("fr", 3) == NO_CENTRING
    assert load_shipped_means("another/encoder") == ShippedMeans()


def test_between_short_and_long_lies_what_is_taken_out_of_queries_of_some_length() -> None:
    statistics = join_statistics(0, load_shipped_means(FINGERPRINT), {})
    short, middle, long = (
        statistics.centring("en", words).mean for words in (SHORT_UNTIL, (SHORT_UNTIL + LONG_FROM) / 2, LONG_FROM)
    )
    assert short is not None
    assert long is not None
    np.testing.assert_allclose(middle, (short + long) / 2, atol=1e-6)
    assert float(np.linalg.norm(short - long)) > 0.05


def test_own_questions_count_the_more_the_more_there_are() -> None:
    shipped = ShippedMeans(0.5, {("en", "short"): np.array([1, 0], np.float32)})
    strengths = []
    for count in (50, 200, 2000):
        learned = {("en", "short"): LearnedMean(np.array([0, 1], np.float32), count)}
        strength, mean = join_statistics(1, shipped, learned).centring("en", 4)
        strengths.append(strength)
        assert mean is not None
        assert mean[0] + mean[1] == pytest.approx(1)
        assert mean[1] == pytest.approx(count / (count + 100))
    assert [0.5, *strengths] == sorted({0.5, *strengths})
    assert strengths[-1] < CENTRING


def test_a_tenth_of_odd_questions_moves_the_mean_by_little() -> None:
    numbers = np.random.default_rng(1)
    usual = numbers.normal(loc=1.0, scale=0.1, size=(90, 16)).astype(np.float32)
    odd = np.full((10, 16), -5.0, np.float32)
    assert np.abs(trimmed_mean(np.concatenate([usual, odd])) - usual.mean(axis=0)).max() < 0.05


def test_questions_of_many_people_are_learned_under_a_new_version_and_once(session: Session, add: Add) -> None:
    add_people(add)
    first = recompute_query_statistics(session, ENCODER)
    assert first is not None
    assert first.version == 1
    assert recompute_query_statistics(session, ENCODER) is None
    vectors = ENCODER.encode_queries(QUESTIONS)
    centring = load_query_statistics(session, ENCODER.fingerprint).centring("en", 5)
    assert centring.mean is not None
    assert centring.strength == pytest.approx(CENTRING * len(QUESTIONS) / (len(QUESTIONS) + 100))
    cosine = centring.mean @ vectors.mean(axis=0) / np.linalg.norm(centring.mean) / np.linalg.norm(vectors.mean(axis=0))
    assert cosine > 0.97


def test_four_hundred_queries_of_one_visitor_change_what_is_learned_no_more_than_three(
    session: Session, add: Add
) -> None:
    add_people(add)
    recompute_query_statistics(session, ENCODER)
    before = taken_out(session)
    choose = random.Random(2)
    visit = str(uuid4())
    for number in range(400):
        words = choose.choices(["zebra", "quartz", "violin", "glacier", "orbit"], k=5)
        add(" ".join([*words, str(number)]), ago=timedelta(days=1, seconds=30 * number), visit=visit)
    recompute_query_statistics(session, ENCODER)
    assert settled_queries(session)["en", "short"].people == len(QUESTIONS) + 1
    assert len(settled_queries(session)["en", "short"].texts) == len(QUESTIONS) + MOST_OF_ONE
    assert np.linalg.norm(taken_out(session) - before) < 0.03


def test_searches_that_name_neither_visit_nor_person_count_like_those_of_one_person_a_day(
    session: Session, add: Add
) -> None:
    now = utc_now()
    noon = (now - timedelta(days=3)).replace(hour=12, minute=0, second=0)
    for number in range(60):
        add(f"{QUESTIONS[number]} {number}", place="api", visit=None, ago=now - noon + timedelta(seconds=20 * number))
    assert settled_queries(session)["en", "short"].people == 1
    assert len(settled_queries(session)["en", "short"].texts) == MOST_OF_ONE
    assert recompute_query_statistics(session, ENCODER) is None


def test_one_day_has_a_bound_however_many_visits_were_made_up(session: Session, add: Add) -> None:
    for number in range(300):
        add(f"{QUESTIONS[number % len(QUESTIONS)]} {number}", ago=timedelta(days=3, seconds=number))
    assert len(settled_queries(session)["en", "short"].texts) <= 2 * MOST_OF_A_DAY  # three days ago may be two dates


def test_what_was_typed_on_what_is_fresh_and_what_was_redacted_does_not_count(session: Session, add: Add) -> None:
    visit = str(uuid4())
    for number, typed in enumerate(["ref", "refund", "refund late", "refund lat"]):
        add(typed, visit=visit, ago=timedelta(days=1, seconds=-2 * number))
    add("where is the order of [email]")
    add("typed a second ago", ago=timedelta(seconds=1))
    add("?!")
    add("asked last year", ago=timedelta(days=400))
    assert settled_queries(session)["en", "short"].texts == ["refund lat"]


def test_hindi_in_latin_letters_counts_as_hindi_in_its_own_script(session: Session, add: Add) -> None:
    add("mera paisa kab wapas aayega", language="hi-Latn")
    assert settled_queries(session)["hi", "short"].texts == ["मेरा पैसा कब वापस आएगा"]


def test_long_questions_are_learned_by_themselves(session: Session, add: Add) -> None:
    add(" ".join(QUESTIONS[:8]))
    add(QUESTIONS[0])
    found = settled_queries(session)
    assert [len(found["en", length].texts) for length in ("short", "long")] == [1, 1]


def test_a_language_with_few_questions_keeps_what_it_had(session: Session, add: Add) -> None:
    add_people(add)
    recompute_query_statistics(session, ENCODER)
    english = taken_out(session)
    for event in session.scalars(select(SearchEvent)).all():
        session.delete(event)
    add_people(add, [question.replace("a ", "un ") for question in QUESTIONS], language="fr")
    after = recompute_query_statistics(session, ENCODER)
    assert after is not None
    assert after.version == 2
    assert {row.version for row in session.scalars(select(QueryMean))} == {2}
    np.testing.assert_array_equal(taken_out(session), english)
    assert np.linalg.norm(taken_out(session, "fr")) > 0


def test_every_process_takes_up_a_new_version_and_goes_on_with_the_last_one_where_the_database_fails(
    engine: Engine, session: Session, add: Add
) -> None:
    readers = [QueryStatisticsReader(engine, ENCODER.fingerprint) for _ in range(2)]
    assert [reader.current().version for reader in readers] == [0, 0]
    add_people(add)
    recompute_query_statistics(session, ENCODER)
    session.commit()
    time.sleep(LOOK_EVERY_SECONDS * 1.5)
    one, other = (reader.current() for reader in readers)
    assert (one.version, other.version) == (1, 1)
    np.testing.assert_array_equal(one.centring("en", 4).mean, other.centring("en", 4).mean)
    QueryMean.__table__.drop(engine)  # type: ignore[attr-defined]
    time.sleep(LOOK_EVERY_SECONDS * 1.5)
    assert readers[0].current() is one


def test_no_search_changes_what_another_one_says(settings: Settings, engine: Engine, session: Session) -> None:
    for thing in _THINGS:
        add_article(
            session, f"Care of a {thing}", f"Wipe the {thing} with a soft cloth. A {thing} is sent back for free."
        )
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    searcher = runtime.searcher(Audience.CUSTOMER)

    def ask(text: str) -> tuple[float, list[tuple[int, float]]]:
        answer = searcher.search(session, text, reader_language="en")
        return answer.confidence, [(result.id, result.score) for result in answer.results]

    asked = QUESTIONS[::7]
    first = [ask(text) for text in asked]
    for text in QUESTIONS:
        for end in range(1, len(text), 4):
            ask(text[:end])
    assert [ask(text) for text in reversed(asked)] == first[::-1]
    fresh = SearchRuntime.open(settings, engine).searcher(Audience.CUSTOMER)
    searcher = fresh
    assert [ask(text) for text in asked] == first


def test_the_job_learns_once_there_is_enough_and_every_search_uses_it(
    settings: Settings, engine: Engine, session: Session, add: Add
) -> None:
    worker = job_kinds(settings, engine)
    run_now(engine, worker, QUERY_STATISTICS, "test")
    assert session.scalars(select(QueryMean)).all() == []
    add_people(add)
    session.commit()
    run_now(engine, worker, QUERY_STATISTICS, "test")
    assert {row.version for row in session.scalars(select(QueryMean))} == {1}
