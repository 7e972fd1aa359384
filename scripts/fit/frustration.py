"""Make `kb/service/frustration/model.json`: how heated a turn of a customer is.

Logistic regression over the signs of kb.service.frustration.features. Texts: the written turns (`frustration.jsonl`), and as
calm ones, with little weight, questions that people ask the invented businesses and turns of the fit half of the written
conversations that ask, tell or thank. Nothing here is random but the choice of the questions, which is seeded.

    .venv/bin/python scripts/fit/frustration.py [--folds 5] [--compare]

With `--folds` nothing is written: it prints how well turns that were not fitted on are told apart; with `--compare` also what
words and vectors of the bundled encoder would add.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
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
from kb.service.frustration.model import MODEL_FILE

_RELEVANCE = Path(__file__).parents[2] / "tests" / "relevance"
_LEVELS = {"calm": 0, "annoyed": 1, "angry": 2}
_PENALTY, _QUESTIONS, _WEIGHT_OF_POOL = 1.0, 600, 0.2
# Acts of a turn (turn_acts.py) that are calm as a rule: asks, details, small talk, settled.
_CALM_ACTS = "qdst"

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    text: str
    turn: Turn
    level: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--compare", action="store_true")
    arguments = parser.parse_args()
    written = [_labelled(row) for row in read_lines(Path(__file__).with_name("frustration.jsonl"))]
    pool = [Labelled(text, read_turn(text, Around()), 0) for text in _calm_texts()]
    if arguments.folds:
        _print_folds("signs", written, pool, _signs(written, pool), arguments.folds)
        if arguments.compare:
            _compare(written, pool, arguments.folds)
        return
    names = sorted({name for one in written for name in one.turn.values()})
    model = _fit(_signs(written, pool), written, pool)
    weights = {name: [round(float(w), 3) for w in model.coef_[:, place]] for place, name in enumerate(names)}
    data = {"bias": [round(float(b), 3) for b in model.intercept_], "weights": weights}
    MODEL_FILE.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"{MODEL_FILE.name}: {len(names)} signs of {len(written)} written turns and {len(pool)} calm ones")


def _labelled(row: dict[str, Any]) -> Labelled:
    turns = row["turns"]
    before = [turn["text"] for turn in turns[:-1] if turn["role"] == "customer"]
    answer = turns[-2]["text"] if len(turns) > 1 and turns[-2]["role"] == "agent" else ""
    around = Around(row["contact"], row["waited"], before, answer)
    return Labelled(turns[-1]["text"], read_turn(turns[-1]["text"], around), _LEVELS[row["level"]])


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


def _signs(written: Sequence[Labelled], pool: Sequence[Labelled]) -> tuple[Matrix, Matrix]:
    names = sorted({name for one in written for name in one.turn.values()})
    values = [one.turn.values() for one in (*written, *pool)]
    rows = np.array([[of_one.get(name, 0.0) for name in names] for of_one in values])
    return rows[: len(written)], rows[len(written) :]


def _fit(
    rows: tuple[Matrix, Matrix], written: Sequence[Labelled], pool: Sequence[Labelled], chosen: Any = slice(None)
) -> LogisticRegression:
    levels = np.array([one.level for one in written])[chosen]
    weights = np.concatenate([np.ones(len(levels)), np.full(len(pool), _WEIGHT_OF_POOL)])
    labels = np.concatenate([levels, np.zeros(len(pool), dtype=int)])
    return LogisticRegression(C=_PENALTY, max_iter=5000).fit(np.vstack([rows[0][chosen], rows[1]]), labels, weights)


def _print_folds(
    name: str, written: Sequence[Labelled], pool: Sequence[Labelled], rows: tuple[Matrix, Matrix], folds: int
) -> None:
    levels = np.array([one.level for one in written])
    judged = np.zeros(len(levels), dtype=int)
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=0).split(rows[0], levels):
        judged[test] = _fit(rows, written, pool, train).predict(rows[0][test])
    print(f"{name}: macro-F1 {f1_score(levels, judged, average='macro'):.3f} in {folds} folds")
    print(confusion_matrix(levels, judged))


def _compare(written: Sequence[Labelled], pool: Sequence[Labelled], folds: int) -> None:
    signs = _signs(written, pool)
    texts = [one.text for one in (*written, *pool)]
    words = _words(written, pool)
    encoder = open_encoder(Settings())
    vectors = np.asarray(encoder.encode_queries(texts), dtype=np.float64) * 4
    split = len(written)
    for name, more in (("words alone", [words]), ("vectors alone", [vectors])):
        _print_folds(name, written, pool, (more[0][:split], more[0][split:]), folds)
    for name, more in (("signs and words", words), ("signs and vectors", vectors)):
        both = np.hstack([np.vstack(signs), more])
        _print_folds(name, written, pool, (both[:split], both[split:]), folds)


def _words(written: Sequence[Labelled], pool: Sequence[Labelled]) -> Matrix:
    """Words and pairs of them by their keys, those that two texts have."""
    keys = [[token.key for token in one.turn.read.tokens] for one in (*written, *pool)]
    sets = [set(of_one) | {f"{a} {b}" for a, b in pairwise(of_one)} for of_one in keys]
    known = sorted(word for word, count in Counter(word for of_one in sets for word in of_one).items() if count >= 2)
    return np.array([[0.4 * (word in of_one) for word in known] for of_one in sets])


if __name__ == "__main__":
    main()
