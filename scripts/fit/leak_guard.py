"""Fit `kb/assist/leak_model.json` and `leak_model_original.json`: which sentences give away what is internal.

Two steps. What sounds like talk among colleagues is learned from sentences of many trades (`leaks/in_house.txt`, one a line)
against ordinary ones (`leaks/ordinary.txt`). How much that and the other measures count is learned from the half of the replies
in tests/relevance/leaks that is for developing, over the sample articles; the half that is held out is not read here.

    .venv/bin/python scripts/fit/leak_guard.py [bundled]
"""

import base64
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from indexer.encoders.bundled_model import BUNDLED_FINGERPRINTS
from indexer.runtime import SearchRuntime
from kb.articles import sync_folder
from kb.assist.leak_guard import LeakGuard, encode_sentence
from kb.assist.leak_model import FEATURES, MODEL_FILES, LeakModel
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import PROJECT_ROOT, Settings
from kb.search.encoding import Encoder
from kb.search.types import Audience
from kb.tables import Base
from kb.text.sentences import sentence_spans

_TEXTS = Path(__file__).with_name("leaks")
_REPLIES = PROJECT_ROOT / "tests" / "relevance" / "leaks"
# Above this a sentence is shown. Chosen on the half for developing, with a view to false alarms: nobody reads a warning that
# comes with every second reply.
THRESHOLD = 0.55
_CLEAN = ("dev_clean.txt", "fit_clean.txt")
_LEAKS = ("dev_leaks.txt", "fit_leaks.txt")
_PENALTY_OF_VECTORS, _PENALTY_OF_FEATURES = 10.0, 1.0


def main() -> None:
    settings = Settings()
    only = sys.argv[1:]
    for model, file in zip(BUNDLED_FINGERPRINTS, MODEL_FILES, strict=False):
        if only and model not in only:
            continue
        with tempfile.TemporaryDirectory() as home:
            (Path(home) / "models").symlink_to(settings.models_dir)
            fitted = fit(replace(settings, home_text=home, model=model))
        file.write_text(json.dumps(fitted) + "\n", "utf-8")


def fit(settings: Settings) -> dict[str, Any]:
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    with session_scope(engine) as session:
        sync_folder(session, PROJECT_ROOT / "articles", default_language="en")
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    runtime = SearchRuntime.open(settings, engine)
    half_made = _learn_in_house(runtime.encoder)
    sentences = [(line[-1], True) for name in _LEAKS for line in read_lines(_REPLIES / name, 5)]
    for *_, reply in (line for name in _CLEAN for line in read_lines(_REPLIES / name, 3)):
        sentences += [(reply[start:end], False) for start, end in sentence_spans(reply)]
    guard, collections = LeakGuard(runtime.encoder, half_made), runtime.searcher(Audience.REP).views()
    rows, labels = [], []
    with session_scope(engine) as session:
        for sentence, is_leak in sentences:
            features = guard.features(session, sentence, collections)
            assert features is not None
            rows.append(features)
            labels.append(is_leak)
    x, y = np.array(rows), np.array(labels)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=_PENALTY_OF_FEATURES, max_iter=2000))
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    guessed = cross_val_predict(pipeline, x, y, cv=folds, method="predict_proba")[:, 1]
    print(f"sentences, not fitted on: {(guessed[y] >= THRESHOLD).sum()} of {y.sum()} leaks, ", end="")
    print(f"{(guessed[~y] >= THRESHOLD).sum()} of {(~y).sum()} others")
    pipeline.fit(x, y)
    scaler, regression = pipeline[0], pipeline[1]
    weights = regression.coef_[0] / scaler.scale_
    return {
        "fingerprint": runtime.encoder.fingerprint,
        "weights": {name: round(float(weight), 5) for name, weight in zip(FEATURES, weights, strict=True)},
        "bias": round(float(regression.intercept_[0] - weights @ scaler.mean_), 5),
        "threshold": THRESHOLD,
        "in_house": [round(float(weight), 4) for weight in half_made.in_house],
        "in_house_bias": round(half_made.in_house_bias, 4),
        "ordinary": base64.b64encode(half_made.ordinary.astype("<f2").tobytes()).decode(),
    }


def _learn_in_house(encoder: Encoder) -> LeakModel:
    """A model that knows how talk among colleagues sounds, and nothing else yet."""
    in_house = [line for [line] in read_lines(_TEXTS / "in_house.txt", 1)]
    ordinary = [line for [line] in read_lines(_TEXTS / "ordinary.txt", 1)]
    queries = np.stack([encode_sentence(encoder, text) for text in (*in_house, *ordinary)])
    labels = np.arange(len(queries)) < len(in_house)
    regression = LogisticRegression(C=_PENALTY_OF_VECTORS, max_iter=3000, class_weight="balanced").fit(queries, labels)
    passages = np.stack([encoder.encode_passages([text])[0] for text in ordinary])
    return LeakModel(
        regression.coef_[0].astype(np.float32),
        float(regression.intercept_[0]),
        passages,
        np.zeros(len(FEATURES)),
        0.0,
        THRESHOLD,
    )


def read_lines(file: Path, fields: int) -> list[list[str]]:
    """The lines of a file that are no comments, cut at the bars between their fields."""
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return [line.split("|", fields - 1) for line in lines]


if __name__ == "__main__":
    main()
