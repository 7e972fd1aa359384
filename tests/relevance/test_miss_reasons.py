"""Why a search was a miss: what is said of topics that were removed, hidden, left in other languages or asked in other words.

Fitted (scripts/fit/miss_reasons.py) on one half of the topics with searches of its own; tested here on the other half with
the golden set. The floors are a little below what was measured; the aim is .85, and
docs/decisions/0009-why-it-was-missed.md tells what was tried and how far it is away.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from miss_situations import (
    Case,
    World,
    articles_of_world,
    cases_of_world,
    halves,
    open_world,
    read_articles,
    read_queries,
)

from indexer.encoders.opening import open_encoder
from indexer.encoders.vector_cache import CachingEncoder, VectorCache
from kb.core.settings import Settings
from kb.insight.gaps.reasons import MissReason, Reason, explain_misses
from kb.search.encoding import Encoder

pytestmark = [pytest.mark.bundled, pytest.mark.slow]
WORLDS = 12
REASONS = [reason.value for reason in Reason]


@dataclass(frozen=True)
class Explained:
    case: Case
    found: MissReason


@dataclass(frozen=True)
class Figures:
    """matrix: share of each true reason (rows) that was said to be each reason, in the order of REASONS."""

    macro_f1: float
    matrix: list[list[float]]
    counts: dict[str, int]

    def __str__(self) -> str:
        rows = [f"{REASONS[i]:<15}" + "".join(f"{v:>8.2f}" for v in row) for i, row in enumerate(self.matrix)]
        return f"macro-F1 {self.macro_f1:.3f}, cases {self.counts}\n" + "\n".join(rows)


def measure(explained: list[Explained]) -> Figures:
    """Every reason counts the same, however many cases it has."""
    counts = Counter(one.case.reason.value for one in explained)
    matrix = [[0.0] * len(REASONS) for _ in REASONS]
    for one in explained:
        row = REASONS.index(one.case.reason.value)
        matrix[row][REASONS.index(one.found.reason.value)] += 1 / counts[one.case.reason.value]
    f1 = [2 * matrix[i][i] / max(sum(matrix[i]) + sum(row[i] for row in matrix), 1e-9) for i in range(len(REASONS))]
    return Figures(sum(f1) / len(f1), matrix, dict(counts))


def all_languages(cases: list[Case]) -> list[Case]:
    """One case per topic, with its searches in all languages: what the grouping of misses makes of them."""
    texts: dict[tuple[Reason, str], list[str]] = defaultdict(list)
    for case in cases:
        texts[case.reason, case.topic] += case.queries
    return [Case(reason, topic, "", tuple(found)) for (reason, topic), found in texts.items()]


def explain(world: World, encoder: Encoder, cases: list[Case]) -> list[Explained]:
    collections = world.runtime.all_views()
    return [Explained(case, explain_misses(world.session, encoder, collections, case.asked())) for case in cases]


@pytest.fixture(scope="module")
def explained(bundled_models: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Explained]]:
    """Cases of the test half of topics, by how many of their searches are weighed together."""
    home = tmp_path_factory.mktemp("reasons")
    settings = Settings(home_text=str(home), model="bundled", secret_key="only for tests " * 4)
    (home / "models").symlink_to(bundled_models)
    encoder = CachingEncoder(open_encoder(settings), VectorCache(home / "vectors.sqlite3"))
    articles = read_articles()
    _, topics = halves(articles)
    queries = read_queries("golden.jsonl", "reworded.jsonl")
    found: dict[str, list[Explained]] = defaultdict(list)
    for number in range(WORLDS):
        cases = cases_of_world(articles, number, queries, topics)
        one_by_one = [replace(case, queries=(text,)) for case in cases for text in case.queries]
        with open_world(
            settings, home / f"{number}", encoder, list(articles_of_world(articles, number)), cases
        ) as world:
            found["gaps of all languages"] += explain(world, encoder, all_languages(cases))
            found["gaps of one language"] += explain(world, encoder, cases)
            found["single misses"] += explain(world, encoder, one_by_one)
        if number < 4:
            hidden = [case for case in cases if case.reason is Reason.HIDDEN]
            drafted = list(articles_of_world(articles, number, "draft"))
            with open_world(settings, home / f"{number}-draft", encoder, drafted, hidden) as world:
                found["drafts"] += explain(world, encoder, hidden)
    return dict(found)


def test_nothing_was_fitted_on_the_topics_that_are_tested(explained: dict[str, list[Explained]]) -> None:
    fitted, _ = halves(read_articles())
    assert {one.case.topic for one in explained["single misses"]}.isdisjoint(fitted)


def test_every_reason_is_tested_often_enough(explained: dict[str, list[Explained]]) -> None:
    for name in ("gaps of one language", "single misses"):
        counts = measure(explained[name]).counts
        assert set(counts) == set(REASONS)
        assert min(counts.values()) >= 40, (name, counts)


@pytest.mark.parametrize(
    ("name", "floor"), [("gaps of all languages", 0.85), ("gaps of one language", 0.80), ("single misses", 0.68)]
)
def test_likely_reason_is_right_as_often_as_it_was_measured(
    explained: dict[str, list[Explained]], name: str, floor: float
) -> None:
    figures = measure(explained[name])
    print(f"{name}: {figures}")
    assert figures.macro_f1 >= floor, f"{name}: {figures}"


def test_article_that_answers_but_is_a_draft_is_found_hidden(explained: dict[str, list[Explained]]) -> None:
    drafts = explained["drafts"]
    right = [one for one in drafts if one.found.reason is Reason.HIDDEN and one.found.evidence[0]["status"] == "draft"]
    assert len(right) / len(drafts) >= 0.65
