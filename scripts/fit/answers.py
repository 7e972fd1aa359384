"""Fit `kb/search/piece_weights.json`: which piece of an article answers, on the first half of tests/relevance/answers.jsonl.

A softmax over the pieces of the article, with a penalty on large weights; the rows with an even place are for the test and are
not read here. Some seconds, and a minute for the index of the sample content:

    .venv/bin/python scripts/fit/answers.py
"""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sqlalchemy import select

from indexer.runtime import SearchRuntime
from kb.articles import sync_folder
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import PROJECT_ROOT, Settings
from kb.search.answers import AnswerKind, answer_of
from kb.search.encoding import Vectors
from kb.search.piece_choice import FEATURES, describe_pieces
from kb.search.types import ALTERNATIVE_QUESTIONS, Audience
from kb.tables import Article, Base

ANSWERS = PROJECT_ROOT / "tests" / "relevance" / "answers.jsonl"
WEIGHTS = PROJECT_ROOT / "kb" / "search" / "piece_weights.json"
# In units of the features' standard deviations: 0.5 to 8 are alike on the half that is held out.
PENALTY = 4.0
Example = tuple[Vectors, Vectors]


def main() -> None:
    settings = Settings()
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "models").symlink_to(settings.models_dir)
        examples = read_examples(replace(settings, home_text=home))
    fitted, tested = examples[::2], examples[1::2]
    weights = fit(fitted)
    WEIGHTS.write_text(json.dumps(dict(zip(FEATURES, np.round(weights, 4).tolist(), strict=True)), indent=2) + "\n")
    print(
        f"right piece: {right(weights, fitted):.3f} of what it was fitted on, {right(weights, tested):.3f} of the rest"
    )


def read_examples(settings: Settings) -> list[Example]:
    """For each search the features of all pieces of its article, and 1 for those that answer."""
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    with session_scope(engine) as session:
        sync_folder(session, PROJECT_ROOT / "articles", default_language="en")
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    searcher = SearchRuntime.open(settings, engine).searcher(Audience.REP)
    rows = [json.loads(line) for line in ANSWERS.read_text("utf-8").splitlines()]
    with session_scope(engine) as session:
        ids = {(a.translation_key, a.language): a.id for a in session.scalars(select(Article))}
        examples = [
            _example(searcher.find(session, row["text"], lambda now: [np.zeros(0, np.int64) for _ in now]), row, ids)
            for row in rows
        ]
    engine.dispose()
    return examples


def _example(found: Any, row: dict[str, Any], ids: dict[tuple[str, str], int]) -> Example:
    labels = {row["piece"], *row["also"]}
    for collection in found.collections:
        columns = collection.fetch(documents=[ids[row["article"], row["language"]]])
        chosen = [place for place, part in enumerate(columns.facts.parts) if part != ALTERNATIVE_QUESTIONS]
        if not chosen:
            continue
        texts = [columns.texts[place] for place in chosen]
        pieces = describe_pieces(
            found.embedding, found.query.background, texts, [columns.token_vectors[p] for p in chosen]
        )
        assert pieces is not None
        answers = np.array(
            [
                piece_text(answer_of(texts[passage], number)) in labels
                for passage, number in zip(pieces.passages.tolist(), pieces.numbers.tolist(), strict=True)
            ]
        )
        kept = pieces.may_answer
        assert answers[kept].any(), row["_id"]
        return pieces.features[kept].astype(np.float32), answers[kept].astype(np.float32)
    raise AssertionError(row["_id"])


def piece_text(answer: Any) -> str:
    return str(answer.items[answer.best] if answer.kind is AnswerKind.STEPS else answer.text)


def fit(examples: list[Example]) -> Vectors:
    everything = np.concatenate([features for features, _ in examples])
    scale = everything.std(axis=0) + 1e-9

    def loss(weights: Any) -> tuple[float, Any]:
        value, gradient = PENALTY * float(weights @ weights), 2 * PENALTY * weights
        for features, answers in examples:
            scores = (features / scale) @ weights
            share = np.exp(scores - scores.max())
            share /= share.sum()
            right_share = share * answers
            value -= float(np.log(right_share.sum() + 1e-12))
            gradient = gradient - (features / scale).T @ (right_share / right_share.sum() - share)
        return value, gradient

    found = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x
    return np.asarray(found / scale, dtype=np.float32)


def right(weights: Vectors, examples: list[Example]) -> float:
    return float(np.mean([answers[int(np.argmax(features @ weights))] for features, answers in examples]))


if __name__ == "__main__":
    main()
