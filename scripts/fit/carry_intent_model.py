"""Make `kb/assist/intent_model.json` of `intent_model_original.json`: carry it over to the trained encoder.

The model is a logistic regression over the vector of a turn, fitted with the encoder as it was. Its log-odds for many texts are
learned again from the new vectors of the same texts (ridge regression), so that it says of a turn what it said before. Texts: the
questions of the invented businesses, the fit halves of the written no-questions and conversations.

    .venv/bin/python scripts/fit/carry_intent_model.py
"""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from encoder.questions import read_businesses
from sklearn.linear_model import Ridge

from indexer.encoders.bundled_model import FINGERPRINT
from indexer.encoders.opening import open_encoder
from kb.core.settings import Settings

_ROOT = Path(__file__).parents[2]
_FROM, _TO = (_ROOT / "kb" / "assist" / name for name in ("intent_model_original.json", "intent_model.json"))
_MOST_QUESTIONS, _PENALTY, _HELD_OUT = 3000, 0.1, 5


def main() -> None:
    model = json.loads(_FROM.read_text("utf-8"))
    texts = _texts()
    settings = Settings()
    old = open_encoder(replace(settings, model="bundled-original")).encode_queries(texts)
    new = open_encoder(settings).encode_queries(texts)
    odds = old @ np.array(model["weights"]) + model["bias"]
    tested = np.arange(len(texts)) % _HELD_OUT == 0
    fitted = Ridge(alpha=_PENALTY).fit(new[~tested], odds[~tested])
    print(
        f"{len(texts)} texts; of those held out r² {fitted.score(new[tested], odds[tested]):.3f}, "
        f"same side {np.mean((fitted.predict(new[tested]) > 0) == (odds[tested] > 0)):.3f}"
    )
    model["weights"] = [float(f"{weight:.4g}") for weight in fitted.coef_]
    model["bias"] = float(fitted.intercept_)
    asks = odds > 0
    moved = np.array(model["mean_question"]) + new[asks].mean(axis=0) - old[asks].mean(axis=0)
    model["mean_question"] = [float(f"{value:.4g}") for value in moved]
    model["fingerprint"] = FINGERPRINT
    model["carried_over"] = f"{datetime.now(UTC).date().isoformat()}, scripts/fit/carry_intent_model.py"
    _TO.write_text(json.dumps(model, ensure_ascii=False) + "\n", "utf-8")


def _texts() -> list[str]:
    trained_on, held_out = read_businesses()
    questions = [text for group in (*trained_on.values(), *held_out.values()) for s in group for text in s.yes + s.no]
    texts = random.Random(1).sample(questions, _MOST_QUESTIONS)
    written = _ROOT / "tests" / "relevance"
    texts += [row["text"] for row in _lines(written / "no_questions.jsonl") if row["part"] == "fit"]
    for row in _lines(written / "conversations.jsonl"):
        texts += [turn["text"] for turn in row["turns"] if row["part"] == "fit"]
    return list(dict.fromkeys(texts))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
