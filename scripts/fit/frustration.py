"""Make `kb/service/frustration/model.json` and `vector_model.json`: how heated a turn of a customer is.

Logistic regression over the signs of kb.service.frustration.features, and over them and the vector of the turn. Texts: the
written turns (`frustration.jsonl`), and as calm ones, with little weight, questions that people ask the invented businesses and
turns of the fit half of the written conversations that ask, tell or thank. The lists of cues were written with some of the turns
in sight ("known"); these count less, because of them the signs seem surer than they are, and once more without their cues: people
find words that no list has. Nothing here is random but the choice
of the questions, which is seeded.

    .venv/bin/python scripts/fit/frustration.py [--folds 5]

With `--folds` nothing is written: it prints how well turns that the lists were not written with are told apart.
"""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from encoder.questions import read_businesses, read_lines
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, f1_score
from sklearn.model_selection import StratifiedKFold

from indexer.encoders.opening import open_encoder
from kb.core.settings import Settings
from kb.service.frustration.features import Around, Turn, read_turn
from kb.service.frustration.model import MODEL_FILE, VECTOR_MODEL_FILE

_RELEVANCE = Path(__file__).parents[2] / "tests" / "relevance"
_LEVELS = {"calm": 0, "annoyed": 1, "angry": 2}
_PENALTY, _QUESTIONS, _SCALE_OF_VECTOR = 1.0, 600, 4.0
# (of known turns, of their copies without cues, of questions, of turns that are calm): for signs alone, and with vectors.
_WEIGHTS, _WEIGHTS_WITH_VECTOR = (0.3, 0.1, 0.03, 0.03), (0.5, 0.5, 0.1, 0.5)
# Acts of a turn (turn_acts.py) that are calm as a rule: asks, details, small talk, settled.
_CALM_ACTS = "qdst"

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    text: str
    turn: Turn
    level: int
    is_known: bool = False

    def without_cues(self) -> "Labelled":
        kept = {kind: hits for kind, hits in self.turn.read.hits.items() if kind in ("polite", "greeting", "happy")}
        return replace(self, turn=replace(self.turn, read=replace(self.turn.read, hits=kept)))


@dataclass(frozen=True)
class Rows:
    """One row a text: matrix (texts, values), levels and weights (texts,)."""

    matrix: Matrix
    levels: NDArray[np.int64]
    weights: Matrix

    def fit(self, chosen: NDArray[np.int64] | None = None) -> LogisticRegression:
        rows = np.arange(len(self.levels)) if chosen is None else chosen
        model = LogisticRegression(C=_PENALTY, max_iter=5000)
        return model.fit(self.matrix[rows], self.levels[rows], self.weights[rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=0)
    folds = parser.parse_args().folds
    written = [_labelled(row) for row in read_lines(Path(__file__).with_name("frustration.jsonl"))]
    bare = [one.without_cues() for one in written if one.is_known]
    pool = [Labelled(text, read_turn(text, Around()), 0) for text in _calm_texts()]
    names = sorted({name for one in written for name in one.turn.values()})
    encoder = open_encoder(Settings())
    vectors = np.asarray(encoder.encode_queries([one.text for one in (*written, *bare, *pool)]), dtype=np.float64)
    mean = vectors[-len(pool) :].mean(axis=0)
    signs = _rows(names, written, bare, pool, _WEIGHTS)
    with_vectors = _rows(names, written, bare, pool, _WEIGHTS_WITH_VECTOR, (vectors - mean) * _SCALE_OF_VECTOR)
    if folds:
        for title, rows in (("signs", signs), ("signs and vectors", with_vectors)):
            _print_folds(title, rows, [one.is_known for one in written], folds)
        return
    MODEL_FILE.write_text(_dump(_data(signs.fit(), names)), encoding="utf-8")
    fitted = with_vectors.fit()
    data = _data(fitted, names)
    of_vector = fitted.coef_[:, len(names) :].T * _SCALE_OF_VECTOR
    data["bias"] = _rounded(fitted.intercept_ - mean @ of_vector)
    data |= {"fingerprint": encoder.fingerprint, "of_vector": [_rounded(row) for row in of_vector]}
    VECTOR_MODEL_FILE.write_text(_dump(data), encoding="utf-8")
    print(f"{len(names)} signs, vectors of {encoder.fingerprint}: {len(written)} written turns, {len(pool)} calm texts")


def _data(fitted: LogisticRegression, names: Sequence[str]) -> dict[str, Any]:
    weights = {name: _rounded(fitted.coef_[:, place]) for place, name in enumerate(names)}
    return {"bias": _rounded(fitted.intercept_), "weights": weights}


def _rounded(row: Matrix) -> list[float]:
    return [round(float(value), 3) for value in row]


def _dump(data: dict[str, Any]) -> str:
    """One line a sign, a row of the vector's weights, and everything else."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items() if key not in ("weights", "of_vector")
    ]
    signs = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in data["weights"].items())
    lines.append(f'"weights": {{\n  {signs}\n }}')
    if "of_vector" in data:
        lines.append('"of_vector": [\n  ' + ",\n  ".join(json.dumps(row) for row in data["of_vector"]) + "\n ]")
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def _labelled(row: dict[str, Any]) -> Labelled:
    turns = row["turns"]
    before = [turn["text"] for turn in turns[:-1] if turn["role"] == "customer"]
    answer = turns[-2]["text"] if len(turns) > 1 and turns[-2]["role"] == "agent" else ""
    turn = read_turn(turns[-1]["text"], Around(row["contact"], row["waited"], before, answer))
    return Labelled(turns[-1]["text"], turn, _LEVELS[row["level"]], row.get("known", False))


def _calm_texts() -> list[str]:
    sections = [section for group in read_businesses()[0].values() for section in group]
    questions = [text for section in sections for text in (*section.yes, *section.no)]
    random.Random(0).shuffle(questions)
    acts = {row["_id"]: row["acts"] for row in read_lines(_RELEVANCE / "conversation_acts.jsonl")}
    rows = [
        row for row in read_lines(_RELEVANCE / "conversations.jsonl") if row["part"] == "fit" and row["_id"] in acts
    ]
    said = [
        turn["text"]
        for row in rows
        for turn, act in zip(row["turns"], acts[row["_id"]], strict=True)
        if turn["role"] == "customer" and act.lower() in _CALM_ACTS
    ]
    return questions[:_QUESTIONS] + said


def _rows(
    names: Sequence[str],
    written: Sequence[Labelled],
    bare: Sequence[Labelled],
    pool: Sequence[Labelled],
    weights: tuple[float, float, float, float],
    vectors: Matrix | None = None,
) -> Rows:
    known, of_bare, of_question, of_turn = weights
    everything = [*written, *bare, *pool]
    values = [one.turn.values() for one in everything]
    matrix = np.array([[of_one.get(name, 0.0) for name in names] for of_one in values])
    of_pool = [of_question if place < _QUESTIONS else of_turn for place in range(len(pool))]
    of_written = [known if one.is_known else 1.0 for one in written]
    return Rows(
        matrix if vectors is None else np.hstack([matrix, vectors]),
        np.array([one.level for one in everything]),
        np.array([*of_written, *[of_bare] * len(bare), *of_pool]),
    )


def _print_folds(title: str, rows: Rows, is_known: Sequence[bool], folds: int) -> None:
    """Turns that the lists were not written with are divided; everything else is in every fold's training."""
    unknown = np.flatnonzero(~np.array(is_known))
    others = np.setdiff1d(np.arange(len(rows.levels)), unknown)
    judged = np.zeros(len(unknown), dtype=int)
    levels = rows.levels[unknown]
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=0).split(unknown, levels):
        judged[test] = rows.fit(np.concatenate([unknown[train], others])).predict(rows.matrix[unknown[test]])
    print(f"{title}: macro-F1 {f1_score(levels, judged, average='macro'):.3f} of {len(unknown)} turns in {folds} folds")
    print(confusion_matrix(levels, judged))


if __name__ == "__main__":
    main()
