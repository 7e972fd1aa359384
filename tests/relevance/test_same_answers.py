"""The same query on the same content has one answer, to the last digit: in every process, cold and warm, after a restart."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sample_index import SampleIndex
from sqlalchemy import select

from kb.core.database import session_scope
from kb.core.settings import PROJECT_ROOT
from kb.search.types import Audience, Outcome
from kb.tables import Article

pytestmark = pytest.mark.bundled

ASK = PROJECT_ROOT / "tests" / "factories" / "ask_again.py"
GOLDEN = Path(__file__).with_name("golden.jsonl").read_text("utf-8").splitlines()
TIMES = 20


def _start(home: Path, rounds: int, seed: int, questions: Sequence[str]) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, str(ASK), str(home), str(rounds), str(seed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
    )
    assert process.stdin is not None
    process.stdin.write("\n".join(questions))
    process.stdin.close()
    return process


def _answers(process: "subprocess.Popen[str]") -> dict[str, list[str]]:
    with process:
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
    assert process.returncode == 0
    return dict(json.loads(line) for line in lines)


def _check_two_workers(index: SampleIndex, questions: Sequence[str]) -> None:
    workers = [_start(index.settings.home, TIMES // 2, seed, questions) for seed in (1, 2)]
    one, other = map(_answers, workers)
    restarted = _answers(_start(index.settings.home, 1, 3, questions))
    assert len(one) == len(questions)
    assert {name: found for name, found in one.items() if len(found) > 1} == {}
    assert one == other == restarted


def test_some_golden_queries_have_one_answer_over_two_workers_and_after_a_restart(sample_index: SampleIndex) -> None:
    _check_two_workers(sample_index, GOLDEN[::9])


@pytest.mark.slow
def test_every_golden_query_has_one_answer_over_two_workers_and_after_a_restart(sample_index: SampleIndex) -> None:
    _check_two_workers(sample_index, GOLDEN)


def test_nothing_else_should_answer_tracking_where_the_article_on_it_was_archived_a_moment_ago(
    sample_index: SampleIndex,
) -> None:
    runtime = sample_index.open()
    with session_scope(sample_index.engine) as session:
        for audience, text in ((Audience.CUSTOMER, "tracking"), (Audience.REP, "track order")):
            searcher = runtime.searcher(audience)
            for article in session.scalars(select(Article).where(Article.translation_key == "track-your-order")):
                article.status = "published"
            session.flush()
            before = searcher.search(session, text, reader_language="en")
            assert "track-your-order" in before.results[0].url
            for article in session.scalars(select(Article).where(Article.translation_key == "track-your-order")):
                article.status = "archived"
            session.flush()
            after = searcher.search(session, text, reader_language="en")
            assert "track-your-order" not in after.results[0].url
            assert after.outcome is not Outcome.ANSWERED
            assert after.confidence < before.confidence
            assert after.confidence == searcher.judge(session, text, after.results).confidence
        session.rollback()


def test_the_desk_says_of_an_article_what_the_help_centre_says(sample_index: SampleIndex) -> None:
    runtime = sample_index.open()
    same = 0
    with session_scope(sample_index.engine) as session:
        for line in GOLDEN[::4]:
            text = json.loads(line)["text"]
            customers, reps = (
                runtime.searcher(audience).search(session, text, reader_language="en") for audience in Audience
            )
            if customers.results[:1] and [(r.kind, r.id) for r in customers.results[:1]] == [
                (r.kind, r.id) for r in reps.results[:1]
            ]:
                same += 1
                assert (reps.outcome, reps.confidence) == (customers.outcome, customers.confidence)
    assert same >= 60
