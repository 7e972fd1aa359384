"""Make `kb/insight/voice/model.json`: whether a customer's text is feedback, a complaint, a question or praise.

Logistic regression over the vector of the text in its own script and the sounds of its words. Texts: the `fit` half of
`tests/relevance/voice.jsonl` and `voice.jsonl` here; the other half of the former is never read. Nothing here is random but the
folds, which are seeded.

    .venv/bin/python scripts/fit/voice.py [--folds 5]

With `--folds` nothing is written: it prints how well texts are told apart that the weights were not fitted with.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from encoder.questions import read_lines
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from indexer.encoders.opening import open_encoder
from kb.core.settings import Settings
from kb.insight.voice.judging import MODEL_FILE, SIGNS, readable, signs_of, word_keys

_LABELLED = Path(__file__).parents[2] / "tests" / "relevance" / "voice.jsonl"
_SCALE_OF_VECTOR, _SCALE_OF_WORDS, _PENALTY, _SEEN = 4.0, 0.7, 1.0, 2

Matrix = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=0)
    folds = parser.parse_args().folds
    rows = [row for row in read_lines(_LABELLED) if row["part"] == "fit"]
    rows += read_lines(Path(__file__).with_name("voice.jsonl"))
    texts, kinds = [row["text"] for row in rows], np.array([row["label"] for row in rows])
    encoder = open_encoder(Settings())
    vectors = np.asarray(encoder.encode_queries([readable(text) for text in texts]), np.float64)
    mean = vectors.mean(axis=0)
    seen = Counter(key for text in texts for key in word_keys(text))
    words = sorted(key for key, count in seen.items() if count >= _SEEN)
    matrix = _matrix(texts, (vectors - mean) * _SCALE_OF_VECTOR, words)
    if folds:
        _print_folds(matrix, kinds, folds)
        return
    model = LogisticRegression(C=_PENALTY, max_iter=5000).fit(matrix, kinds)
    dimensions = vectors.shape[1]
    of_vector = model.coef_[:, :dimensions].T * _SCALE_OF_VECTOR
    of_signs = model.coef_[:, dimensions : dimensions + len(SIGNS)].T
    of_words = model.coef_[:, dimensions + len(SIGNS) :].T * _SCALE_OF_WORDS
    data = {
        "fingerprint": encoder.fingerprint,
        "kinds": list(model.classes_),
        "bias": _rounded(model.intercept_ - mean @ of_vector),
        "of_signs": [_rounded(row) for row in of_signs],
        "words": {key: _rounded(row) for key, row in zip(words, of_words, strict=True)},
        "of_vector": [_rounded(row) for row in of_vector],
    }
    MODEL_FILE.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(texts)} texts, {len(words)} words, vectors of {encoder.fingerprint}")


def _matrix(texts: Sequence[str], vectors: Matrix, words: Sequence[str]) -> Matrix:
    keys = [word_keys(text) for text in texts]
    of_words = np.array([[word in of_one for word in words] for of_one in keys], np.float64) * _SCALE_OF_WORDS
    return np.hstack([vectors, np.array([signs_of(text) for text in texts]), of_words])


def _rounded(row: NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.4g}") for value in row]


def _print_folds(matrix: Matrix, kinds: NDArray[np.str_], folds: int) -> None:
    judged = np.empty_like(kinds)
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=0).split(matrix, kinds):
        fitted = LogisticRegression(C=_PENALTY, max_iter=5000).fit(matrix[train], kinds[train])
        judged[test] = fitted.predict(matrix[test])
    print(f"macro-F1 {f1_score(kinds, judged, average='macro'):.3f} of {len(kinds)} texts in {folds} folds")


if __name__ == "__main__":
    main()
