"""Fit kb/gaps/reason_weights.json anew, on one half of the sample topics.

Asked are entries of `also_asked`, which are taken out of the articles for it, and reworded searches; never the golden set.
    .venv/bin/python scripts/fit_miss_reasons.py
"""

import json
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
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

from indexer.caching import CachingEncoder, VectorCache  # noqa: E402
from indexer.encoders import open_encoder  # noqa: E402
from kb.articles import ArticleSource  # noqa: E402
from kb.config import load_settings  # noqa: E402
from kb.contracts import Encoder  # noqa: E402
from kb.gaps.likeness import FEATURES  # noqa: E402
from kb.gaps.reasons import WEIGHTS, Asked, Reason, look_closely, reason_of  # noqa: E402
from kb.search.types import CollectionName  # noqa: E402

WORLDS = 12
PENALTY = 10.0  # of the squared weights, against about 400 rows
SIZES = (1, 2, 4)  # how many questions a gap has


def hold_out(articles: list[ArticleSource], world: int) -> tuple[list[ArticleSource], list[Query]]:
    """Articles without two of their wordings, and these as searches."""
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


def rows_of(
    world: World, encoder: Encoder, random: np.random.Generator
) -> list[tuple[Case, list[Asked], bool, str, list[float]]]:
    """Per gap of some size: its case, questions, whether the best document is right, the reason it would mean, features."""
    collections = [world.runtime.snapshot(name) for name in CollectionName]
    rows = []
    for case in world.cases:
        asked = case.asked()
        for size in sorted({min(size, len(asked)) for size in SIZES}):
            some = [asked[i] for i in random.permutation(len(asked))[:size]]
            library, likeness = look_closely(world.session, encoder, collections, some)
            assert likeness is not None
            best = library.candidates[likeness.best]
            right = case.reason is not Reason.NO_CONTENT and best.key == case.topic
            rows.append((case, some, right, reason_of(best, some[0]).value, likeness.features.tolist()))
    return rows


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
    rows = []
    for world in range(WORLDS):
        with_less, queries = hold_out(articles, world)
        cases = cases_of_world(articles, world, [*queries, *reworded], topics)
        # Reworded searches for what is gone: else odd wording itself would pass for an answer.
        plain = [replace(query, reworded=False) for query in reworded]
        cases += [c for c in cases_of_world(articles, world, plain, topics) if c.reason is Reason.NO_CONTENT]
        with tempfile.TemporaryDirectory() as folder:
            stored = list(articles_of_world(with_less, world))
            with open_world(settings, Path(folder), encoder, stored, merge_languages(cases)) as opened:
                rows += rows_of(opened, encoder, random)
    fit(rows)


def fit(rows: list[tuple[Case, list[Asked], bool, str, list[float]]]) -> None:
    features = np.array([row[4] for row in rows])
    right = np.array([row[2] for row in rows], dtype=float)
    counts = Counter(row[0].reason for row in rows)
    weight = np.array([1 / counts[row[0].reason] for row in rows])
    weight *= len(rows) / weight.sum()
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    table = np.column_stack([(features - mean) / scale, np.ones(len(features))])
    beta = np.zeros(table.shape[1])
    penalty = np.diag([PENALTY] * len(FEATURES) + [0.0])
    for _ in range(50):  # Newton's method
        p = 1 / (1 + np.exp(-table @ beta))
        gradient = table.T @ (weight * (p - right)) + penalty @ beta
        beta -= np.linalg.solve((table * (weight * p * (1 - p))[:, None]).T @ table + penalty, gradient)
    p = 1 / (1 + np.exp(-table @ beta))
    steps = np.round(np.arange(0.1, 0.95, 0.05), 2).tolist()
    named = [reason.value for reason in Reason if reason is not Reason.NO_CONTENT]
    best = max(
        (dict(zip(named, values, strict=True)) for values in product(steps, repeat=len(named))),
        key=lambda thresholds: macro_f1(rows, p, thresholds),
    )
    print(f"{len(rows)} gaps; best document right where there is one:", {
        reason.value: round(float(right[[row[0].reason is reason for row in rows]].mean()), 2) for reason in Reason
    })  # fmt: skip
    print(f"answered from {best}: macro-F1 {macro_f1(rows, p, best):.3f} on the topics fitted on")
    WEIGHTS.write_text(
        json.dumps(
            {
                "about": "scripts/fit_miss_reasons.py on one half of the sample topics; model "
                + "multilingual-e5-small",
                "features": FEATURES,
                "mean": mean.round(4).tolist(),
                "scale": scale.round(4).tolist(),
                "weights": beta[:-1].round(4).tolist(),
                "intercept": round(float(beta[-1]), 4),
                "answered_from": best,
            },
            indent=2,
        )
        + "\n",
        "utf-8",
    )


def macro_f1(
    rows: list[tuple[Case, list[Asked], bool, str, list[float]]], p: np.ndarray, thresholds: dict[str, float]
) -> float:  # type: ignore[type-arg]
    """Of balanced reasons."""
    counts = Counter(row[0].reason.value for row in rows)
    matrix = {(a.value, b.value): 0.0 for a in Reason for b in Reason}
    for row, probability in zip(rows, p, strict=True):
        said = row[3] if probability >= thresholds[row[3]] else Reason.NO_CONTENT.value
        matrix[row[0].reason.value, said] += 1 / counts[row[0].reason.value]
    names = [reason.value for reason in Reason]
    return float(
        np.mean([2 * matrix[n, n] / max(sum(matrix[n, o] + matrix[o, n] for o in names), 1e-9) for n in names])
    )


if __name__ == "__main__":
    main()
