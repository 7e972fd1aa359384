"""Fit kb/insight/gaps/reason_weights.json anew, on one half of the sample topics.

First how documents are ranked, then what the ranking says about the reason.
Asked are entries of `also_asked`, which are taken out of the articles for it, and reworded searches; never the golden set.
    .venv/bin/python scripts/fit/miss_reasons.py
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "factories")]

from miss_situations import (  # noqa: E402
    Case,
    Query,
    World,
    articles_of_world,
    cases_of_world,
    halves,
    open_world,
    read_articles,
    read_queries,
)  # fmt: skip

from indexer.encoders.opening import open_encoder  # noqa: E402
from indexer.encoders.vector_cache import CachingEncoder, VectorCache  # noqa: E402
from kb.articles import ArticleSource  # noqa: E402
from kb.core.settings import load_settings  # noqa: E402
from kb.insight.gaps.answer_features import FEATURES, RANKING, AnswerFeatures, Evidence, describe_answers  # noqa: E402
from kb.insight.gaps.reasons import ANSWERED, WEIGHTS, Asked, Reason, Weights, kinds_of, look_closely  # noqa: E402
from kb.search.encoding import Encoder  # noqa: E402

WORLDS = 12
PENALTY = 10.0  # of half the squared weights, of about 250 questions that are ranked and 600 gaps that are judged
SIZES = (1, 2, 4)  # how many questions a gap has
FOLDS = 5
_STEPS = 50
Numbers = NDArray[np.float64]
_STEPS = 50


@dataclass(frozen=True)
class Gap:
    """Some questions of a case. kinds: of the documents; right: the one that answers, None where none does."""

    reason: Reason
    topic: str
    questions: int
    evidence: Evidence
    kinds: list[int]
    right: int | None


def hold_out(articles: list[ArticleSource], world: int) -> tuple[list[ArticleSource], list[Query]]:
    """Articles without two of their alternative questions, and these as searches."""
    kept: list[ArticleSource] = []
    queries: list[Query] = []
    for article in articles:
        places = {(world + more) % len(article.also_asked) for more in (0, 2)} if article.also_asked else set()
        if article.audience == "public":
            queries += [
                Query(article.also_asked[place], article.language, frozenset([article.translation_key]))
                for place in sorted(places)
            ]
        kept.append(replace(article, also_asked=tuple(q for i, q in enumerate(article.also_asked) if i not in places)))
    return kept, queries


def read_gap(world: World, encoder: Encoder, case: Case, asked: list[Asked]) -> Gap:
    pool, evidence = look_closely(world.session, encoder, world.runtime.all_views(), asked)
    assert evidence is not None
    places = [place for place, document in enumerate(pool.candidates) if document.key == case.topic]
    right = places[0] if places and case.reason is not Reason.NO_CONTENT else None
    return Gap(case.reason, case.topic, len(asked), evidence, kinds_of(pool, asked), right)


def gaps_of(world: World, encoder: Encoder, random: np.random.Generator) -> tuple[list[Gap], list[Gap]]:
    """Gaps of every size for each case; and each question alone, for learning to rank."""
    gaps, alone = [], []
    for case in world.cases:
        asked = case.asked()
        for size in sorted({min(size, len(asked)) for size in SIZES}):
            chosen = [asked[place] for place in random.permutation(len(asked))[:size]]
            gaps.append(read_gap(world, encoder, case, chosen))
        if case.language and case.reason is not Reason.NO_CONTENT:
            alone += [read_gap(world, encoder, case, [one]) for one in asked]
    return gaps, [gap for gap in alone if gap.right is not None]


def merge_languages(cases: list[Case]) -> list[Case]:
    """The cases, and those of a topic in all languages as one more (a gap may have several)."""
    merged: dict[tuple[Reason, str], list[str]] = {}
    for case in cases:
        merged.setdefault((case.reason, case.topic), []).extend(case.queries)
    return cases + [Case(reason, topic, "", tuple(texts)) for (reason, topic), texts in merged.items()]


def main() -> None:
    settings = load_settings()
    cache = Path(sys.argv[1]) if len(sys.argv) > 1 else settings.home / "cache" / "miss-reasons.sqlite3"
    encoder = CachingEncoder(open_encoder(settings), VectorCache(cache))
    articles = read_articles()
    topics, _ = halves(articles)
    reworded = read_queries("reworded.jsonl")
    random = np.random.default_rng(0)
    gaps: list[Gap] = []
    alone: list[Gap] = []
    for world in range(WORLDS):
        with_less, queries = hold_out(articles, world)
        cases = merge_languages(cases_of_world(articles, world, [*queries, *reworded], topics))
        # Reworded searches for what is gone: else odd wording itself would pass for an answer.
        plain = [replace(query, reworded=False) for query in reworded]
        gone = [c for c in cases_of_world(articles, world, plain, topics) if c.reason is Reason.NO_CONTENT]
        cases += merge_languages(gone)
        with tempfile.TemporaryDirectory() as folder:
            stored = list(articles_of_world(with_less, world))
            with open_world(settings, Path(folder), encoder, stored, cases) as opened:
                found, questions = gaps_of(opened, encoder, random)
                gaps, alone = gaps + found, alone + questions
    report(gaps, alone, sorted(topics))
    save(fit_weights(gaps, alone))


def fit_ranking(alone: Sequence[Gap]) -> Numbers:
    """Weights that make the right document's share of exp(score) high (conditional logit), reasons counting the same."""
    weights = balance(alone)
    scale = np.concatenate([gap.evidence.ranking[0] for gap in alone]).std(axis=0) + 1e-9
    tables = [gap.evidence.ranking[0] / scale for gap in alone]
    beta = np.zeros(len(RANKING))
    for _ in range(_STEPS):  # Newton's method
        gradient, hessian = -PENALTY * beta, PENALTY * np.eye(len(beta))
        for gap, table, weight in zip(alone, tables, weights, strict=True):
            scores = table @ beta
            share = np.exp(scores - scores.max())
            share /= share.sum()
            usual = share @ table
            gradient += weight * (table[gap.right] - usual)
            hessian += weight * ((table * share[:, None]).T @ table - np.outer(usual, usual))
        beta += np.linalg.solve(hessian, gradient)
    return np.asarray(beta / scale)


def fit_weights(gaps: Sequence[Gap], alone: Sequence[Gap]) -> Weights:
    """The ranking, and for the best document of each kind the odds that it answers (conditional logit with "none")."""
    ranking = fit_ranking(alone)
    described: list[AnswerFeatures] = [describe_answers(gap.evidence, ranking, gap.kinds) for gap in gaps]
    there = np.array([[place is not None for place in one.of_kind] for one in described])
    features = np.array([one.features for one in described])
    mean, scale = features[there].mean(axis=0), features[there].std(axis=0) + 1e-9
    features = (features - mean) / scale
    reasons = (Reason.NO_CONTENT, *ANSWERED)
    true = np.eye(len(reasons))[[reasons.index(gap.reason) for gap in gaps]]
    weights = balance(gaps)[:, None]

    def loss(numbers: Numbers) -> tuple[float, Numbers]:
        answers, prior = np.split(numbers, [len(FEATURES)])
        odds = np.column_stack([np.ones(len(gaps)), np.where(there, np.exp(features @ answers + prior), 0.0)])
        share = odds / odds.sum(axis=1, keepdims=True)
        off = (weights * (share - true))[:, 1:] * there
        value = -(weights * true * np.log(share + 1e-12)).sum() + PENALTY / 2 * (answers @ answers)
        return float(value), np.concatenate(
            [np.einsum("gk,gkf->f", off, features) + PENALTY * answers, off.sum(axis=0)]
        )

    found = minimize(loss, np.zeros(len(FEATURES) + len(ANSWERED)), jac=True, method="L-BFGS-B")
    answers, prior = np.split(found.x, [len(FEATURES)])
    return Weights(ranking, mean, scale, answers, prior)


def balance(gaps: Sequence[Gap]) -> Numbers:
    """A weight for each, 1 on average, with which all reasons count the same."""
    counts = Counter(gap.reason for gap in gaps)
    return np.array([len(gaps) / len(counts) / counts[gap.reason] for gap in gaps])


def report(gaps: Sequence[Gap], alone: Sequence[Gap], topics: Sequence[str]) -> None:
    """Print how well topics do that are left out, a fifth at a time: what to choose features by."""
    first: dict[str, list[bool]] = {}
    said: dict[str, list[tuple[Reason, Reason]]] = {}
    for fold in range(FOLDS):
        left_out = set(topics[fold::FOLDS])
        kept, kept_alone = ([gap for gap in some if gap.topic not in left_out] for some in (gaps, alone))
        weights = fit_weights(kept, kept_alone)
        for gap in alone:
            if gap.topic in left_out:
                found = describe_answers(gap.evidence, weights.ranking, gap.kinds)
                first.setdefault(gap.reason.value, []).append(found.best == gap.right)
        for gap in gaps:
            if gap.topic in left_out:
                odds = weights.probabilities(describe_answers(gap.evidence, weights.ranking, gap.kinds))
                name = "one" if gap.questions == 1 else "more"
                said.setdefault(name, []).append((gap.reason, max(Reason, key=lambda one: odds[one])))
    print(f"{len(gaps)} gaps, {len(alone)} questions alone; of topics left out:")
    print("right document first:", {name: round(float(np.mean(found)), 2) for name, found in sorted(first.items())})
    print("macro-F1 by questions:", {name: round(macro_f1(pairs), 2) for name, pairs in sorted(said.items())})


def macro_f1(pairs: Sequence[tuple[Reason, Reason]]) -> float:
    """Of (true, said), all reasons counting the same."""
    counts = Counter(true for true, _ in pairs)
    share = Counter[tuple[Reason, Reason]]()
    for true, one in pairs:
        share[true, one] += 1 / counts[true]  # type: ignore[assignment]  # a Counter of floats
    return float(np.mean([2 * share[n, n] / max(sum(share[n, o] + share[o, n] for o in Reason), 1e-9) for n in Reason]))


def save(weights: Weights) -> None:
    def named(names: Sequence[str], values: Numbers) -> dict[str, float]:
        return dict(zip(names, values.round(4).tolist(), strict=True))

    stored = {
        "about": "scripts/fit/miss_reasons.py on one half of the sample topics; model multilingual-e5-small",
        "ranking": named(RANKING, weights.ranking),
        "mean": named(FEATURES, weights.mean),
        "scale": named(FEATURES, weights.scale),
        "answers": named(FEATURES, weights.answers),
        "prior": named(ANSWERED, weights.prior),
    }
    WEIGHTS.write_text(json.dumps(stored, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
