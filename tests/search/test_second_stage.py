"""The second stage with a real cross-encoder: the tiny one that the tests make and train."""

import math
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from content_factory import add_article
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tiny_cross_encoder import ASKED, THINGS, answer, question, title

from indexer.encoders.reranker import open_reranker
from indexer.runtime import CALIBRATION_FILE, SearchRuntime
from indexer.second_stage import reranker_calibration_path
from kb.core.settings import Settings
from kb.search.confidence import FEATURES, Calibration, load_calibration
from kb.search.reranker_calibration import RerankerCalibration
from kb.search.second_stage import READ_DOCUMENTS, SecondStage, is_in_doubt
from kb.search.types import Audience, Outcome, Rerank, SearchAnswer
from kb.tables import Article

pytestmark = pytest.mark.sqlite_only(reason="what is read again was found before, whatever the database")

# What nothing here answers.
MISSING = ("lamp", "hot")
ANSWERED = [(thing, asked) for thing in THINGS[:3] for asked in ASKED if (thing, asked) != MISSING]
Search = Callable[..., SearchAnswer]


@pytest.fixture
def reranking(settings: Settings, cross_encoder: Path) -> Settings:
    """With as much time as a busy machine may need."""
    return replace(settings, reranker=str(cross_encoder), reranker_budget_text="60000")


@pytest.fixture(autouse=True)
def _unsure_of_everything(settings: Settings) -> None:
    """The first stage knows what a question is about and no more: it is in doubt each time."""
    weights = dict.fromkeys(FEATURES, 0.0) | {"cosine_over_usual": 1.0, "ahead": 5.0}
    settings.home.mkdir(parents=True, exist_ok=True)
    Calibration(weights, 0.0, answered_from=0.6, unsure_from=0.3).save(settings.home / CALIBRATION_FILE)


@pytest.fixture
def articles(session: Session) -> dict[tuple[str, str], Article]:
    return {
        (thing, asked): add_article(session, title(thing).title(), answer(thing, asked), slug=f"{thing}-{asked}")
        for thing, asked in ANSWERED
    }


@pytest.fixture
def first_stage(settings: Settings, engine: Engine, articles: dict[tuple[str, str], Article]) -> SearchRuntime:
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    return runtime


@pytest.fixture
def both_stages(reranking: Settings, engine: Engine, first_stage: SearchRuntime) -> SearchRuntime:
    return SearchRuntime.open(reranking, engine)


@pytest.fixture
def search(session: Session) -> Search:
    def run(runtime: SearchRuntime, text: str, audience: Audience = Audience.CUSTOMER, **options: bool) -> SearchAnswer:
        return runtime.searcher(audience).search(session, text, reader_language="en", **options)

    return run


def calibrated(
    fingerprint: str, first_stage: float = 0.5, score: float = 0.6, bias: float = 0.0
) -> RerankerCalibration:
    return RerankerCalibration(fingerprint, first_stage, score, bias, lowest=-7.0, highest=7.0)


def slugs(answer: SearchAnswer) -> list[str]:
    return [result.url.rpartition("/")[2] for result in answer.results]


def shown(answer: SearchAnswer) -> tuple[list[str], float, Outcome]:
    """What people get of it: order, confidence, verdict."""
    return slugs(answer), answer.confidence, answer.outcome


def test_it_puts_first_what_answers_and_not_what_only_speaks_of_it(
    search: Search, first_stage: SearchRuntime, both_stages: SearchRuntime
) -> None:
    before = [slugs(search(first_stage, question(*asked)))[0] == "-".join(asked) for asked in ANSWERED]
    assert not all(before), "the first stage needs no second one here"
    for asked in ANSWERED:
        answer = search(both_stages, question(*asked))
        assert slugs(answer)[0] == "-".join(asked)
        assert answer.rerank is Rerank.COMPLETE
        assert answer.timings_ms["rerank"] > 0
        assert not answer.results[0].less_likely
        assert set(slugs(answer)) == set(slugs(search(first_stage, question(*asked))))


def test_without_one_nothing_is_read_again(search: Search, first_stage: SearchRuntime) -> None:
    answer = search(first_stage, question("lamp", "long"))
    assert (answer.rerank, answer.timings_ms["rerank"]) == (Rerank.NOT_ASKED, 0.0)


def test_while_somebody_types_it_is_not_asked(
    search: Search, first_stage: SearchRuntime, both_stages: SearchRuntime
) -> None:
    for asked in ANSWERED:
        answer = search(both_stages, question(*asked), is_typing=True)
        assert shown(answer) == shown(search(first_stage, question(*asked)))
        assert (answer.rerank, answer.timings_ms["rerank"]) == (Rerank.NOT_ASKED, 0.0)


@pytest.mark.parametrize("text", ["hello", "human", "asdfgh", "😀"])
def test_what_asks_nothing_is_not_read(search: Search, both_stages: SearchRuntime, text: str) -> None:
    assert search(both_stages, text).rerank is Rerank.NOT_ASKED


@pytest.mark.parametrize(
    ("confidence", "doubt"), [(0.0, False), (0.03, False), (0.06, True), (0.5, True), (0.85, True), (0.95, False)]
)
def test_the_first_stage_is_in_doubt_between_nothing_and_sure(confidence: float, doubt: bool) -> None:
    assert is_in_doubt(load_calibration(answered_from=0.78, unsure_from=0.18), confidence) is doubt


def test_what_the_first_stage_is_sure_of_is_not_read_again(
    search: Search, reranking: Settings, engine: Engine, first_stage: SearchRuntime
) -> None:
    # "Answered" from 1 % on: half-way to certain is 50.5 %, and nothing here is surer than that but by its threshold.
    sure = SearchRuntime.open(replace(reranking, answered_text="0.01", unsure_text="0.01"), engine)
    asked = {text: search(sure, question(*text)) for text in ANSWERED}
    for text, found in asked.items():
        first = search(first_stage, question(*text)).confidence
        assert (found.rerank is Rerank.NOT_ASKED) == (first >= 0.01 + 0.99 / 2)


def test_a_search_waits_no_longer_than_its_budget_and_keeps_the_order_then(
    search: Search, reranking: Settings, engine: Engine, first_stage: SearchRuntime
) -> None:
    hurried = SearchRuntime.open(replace(reranking, reranker_budget_text="50"), engine)
    hurried.warm_up()
    until = time.perf_counter() + 3
    busy = threading.Thread(
        target=open_reranker(reranking).score, args=("how long lamp", ["lamp"] * 1_000_000, until), daemon=True
    )
    busy.start()
    time.sleep(0.2)
    answer = search(hurried, question("kettle", "long"))
    assert time.perf_counter() < until, "the machine is too busy for this test"
    assert answer.rerank is Rerank.CUT_SHORT
    assert 45 < answer.timings_ms["rerank"] < 1500
    assert shown(answer) == shown(search(first_stage, question("kettle", "long")))
    busy.join()


def test_all_collections_of_a_search_share_one_budget(
    search: Search, session: Session, reranking: Settings, engine: Engine, first_stage: SearchRuntime
) -> None:
    for asked in ASKED:
        add_article(session, "About lamp", answer("lamp", asked), slug=f"internal-{asked}", audience="internal")
    first_stage.update()
    hurried = SearchRuntime.open(replace(reranking, reranker_budget_text="1000"), engine)
    hurried.warm_up()
    until = time.perf_counter() + 5
    busy = threading.Thread(
        target=open_reranker(reranking).score, args=("how long lamp", ["lamp"] * 1_000_000, until), daemon=True
    )
    busy.start()
    time.sleep(0.2)
    found = search(hurried, question("lamp", "long"), Audience.REP)
    assert time.perf_counter() < until, "the machine is too busy for this test"
    assert found.rerank is Rerank.CUT_SHORT
    assert 950 < found.timings_ms["rerank"] < 1900
    busy.join()


def test_the_whole_order_is_that_of_the_scores(search: Search, both_stages: SearchRuntime, reranking: Settings) -> None:
    reranker = open_reranker(reranking)
    for asked in ANSWERED:
        text = question(*asked)
        found = search(both_stages, text).results[:READ_DOCUMENTS]
        read = [f"{result.title}\n{result.snippet}" for result in found]
        scores = reranker.score(text, read, math.inf)
        assert scores == sorted(scores, reverse=True)


def test_of_many_texts_the_first_ones_are_read_until_the_time_is_over(reranking: Settings) -> None:
    reranker = open_reranker(reranking)
    texts = [f"{title(thing)} {answer(thing, asked)}" for thing in THINGS for asked in ASKED] * 1000
    assert reranker.score("how long lamp", texts, time.perf_counter() - 1) == []
    some = reranker.score("how long lamp", texts, time.perf_counter() + 0.5)
    assert 0 < len(some) < len(texts)
    few = some[: len(THINGS) * len(ASKED)]
    assert few == reranker.score("how long lamp", texts[: len(few)], math.inf)


class _Slow:
    """The same re-ranker on a machine that has time for three texts."""

    def __init__(self, settings: Settings) -> None:
        self._reranker = open_reranker(settings)
        self.fingerprint = self._reranker.fingerprint

    def score(self, query: str, texts: list[str], until: float) -> list[float]:
        return self._reranker.score(query, texts[:3], until)


def test_what_was_not_read_in_time_keeps_its_place(
    search: Search, reranking: Settings, engine: Engine, first_stage: SearchRuntime
) -> None:
    slow = SearchRuntime.open(reranking, engine, reranker=_Slow(reranking))
    changed = 0
    for asked in ANSWERED:
        before, after = search(first_stage, question(*asked)), search(slow, question(*asked))
        assert after.rerank is Rerank.CUT_SHORT
        assert set(slugs(after)[:3]) == set(slugs(before)[:3])
        assert slugs(after)[3:] == slugs(before)[3:]
        changed += slugs(after) != slugs(before)
    assert changed


class _Shipped:
    def current(self) -> Calibration:
        return load_calibration(answered_from=0.78, unsure_from=0.18)


@pytest.mark.parametrize(
    ("best", "own", "expected"),
    [
        (0.85, 0.85, 0.85),  # both stages agree: nothing changes
        (0.85, 0.40, 0.40),  # they do not: no answer is called sure
        (0.50, 0.70, 0.50),  # never more than without it
        (0.50, 0.01, 0.18),  # and never "none" because of it
        (0.10, 0.90, 0.10),
        (0.10, 0.01, 0.10),
    ],
)
def test_scores_that_nobody_calibrated_raise_nothing_and_hide_nothing(
    reranking: Settings, best: float, own: float, expected: float
) -> None:
    stage = SecondStage(open_reranker(reranking), _Shipped(), budget=1.0)
    assert {stage.confidence(best, own, score) for score in (-9.0, 0.0, 9.0)} == {expected}


def test_what_is_calibrated_tells_answers_from_what_nothing_answers(
    search: Search, reranking: Settings, engine: Engine, first_stage: SearchRuntime
) -> None:
    fitted = calibrated(open_reranker(reranking).fingerprint)
    fitted.save(reranker_calibration_path(reranking))
    both = SearchRuntime.open(reranking, engine)
    for asked in ANSWERED:
        assert search(first_stage, question(*asked)).outcome is Outcome.UNSURE
        assert search(both, question(*asked)).outcome is Outcome.ANSWERED
    assert search(first_stage, question(*MISSING)).outcome is Outcome.UNSURE
    assert search(both, question(*MISSING)).outcome is Outcome.NONE


@pytest.mark.parametrize("content", ["another", "{", '{"reranker": "x", "score": "much"}', "[]", ""])
def test_a_calibration_of_another_reranker_or_of_none_counts_as_none(
    search: Search, reranking: Settings, engine: Engine, both_stages: SearchRuntime, content: str
) -> None:
    path = reranker_calibration_path(reranking)
    if content == "another":
        calibrated("another/0123").save(path)
    else:
        path.write_text(content, "utf-8")
    other = SearchRuntime.open(reranking, engine)
    for asked in (ANSWERED[0], MISSING):
        assert shown(search(other, question(*asked))) == shown(search(both_stages, question(*asked)))


@pytest.mark.parametrize("with_calibration", [False, True])
def test_help_centre_desk_and_conversation_are_equally_sure_of_the_same_result(
    search: Search,
    session: Session,
    reranking: Settings,
    engine: Engine,
    first_stage: SearchRuntime,
    with_calibration: bool,
) -> None:
    if with_calibration:
        calibrated(open_reranker(reranking).fingerprint).save(reranker_calibration_path(reranking))
    runtime = SearchRuntime.open(reranking, engine)
    for asked in [*ANSWERED, MISSING]:
        of_help, at_desk = (search(runtime, question(*asked), audience) for audience in Audience)
        assert shown(of_help) == shown(at_desk)
        judged = runtime.searcher(Audience.REP).judge(session, at_desk.query, at_desk.results)
        assert (judged.confidence, judged.outcome) == (at_desk.confidence, at_desk.outcome)
        worst = runtime.searcher(Audience.REP).judge(session, at_desk.query, at_desk.results[::-1])
        assert worst.confidence <= judged.confidence


def test_another_process_with_a_copy_of_the_model_gives_the_same_answers(
    search: Search, reranking: Settings, engine: Engine, both_stages: SearchRuntime, tmp_path: Path
) -> None:
    copy = shutil.copytree(reranking.reranker, tmp_path / Path(reranking.reranker).name)
    other = SearchRuntime.open(replace(reranking, reranker=str(copy)), engine)
    for asked in [*ANSWERED, MISSING]:
        assert shown(search(other, question(*asked))) == shown(search(both_stages, question(*asked)))


def test_what_has_the_error_code_of_the_query_stays_before_what_has_not(
    search: Search, session: Session, both_stages: SearchRuntime
) -> None:
    add_article(session, "About lamp E-77", answer("lamp", "much"), slug="code")
    both_stages.update()
    found = search(both_stages, "how long lamp E-77")
    assert slugs(found)[0] == "code"
    assert "lamp-long" in slugs(found)


def test_what_was_withdrawn_a_moment_ago_is_neither_shown_nor_judged(
    search: Search,
    session: Session,
    both_stages: SearchRuntime,
    articles: dict[tuple[str, str], Article],
) -> None:
    text = question("kettle", "long")
    articles["kettle", "long"].status = "archived"
    session.commit()
    answer = search(both_stages, text)
    assert "kettle-long" not in slugs(answer)
    assert answer.rerank is Rerank.COMPLETE
    judged = both_stages.searcher(Audience.CUSTOMER).judge(session, text, answer.results)
    assert judged.confidence == answer.confidence
