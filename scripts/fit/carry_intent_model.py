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
from encoder.questions import read_businesses, read_lines
from sklearn.linear_model import Ridge

from indexer.chunking import chunk_article
from indexer.encoders.bundled_model import FINGERPRINT
from indexer.encoders.opening import open_encoder
from kb.articles import parse_article
from kb.assist.ranking import centre
from kb.core.settings import Settings
from kb.search.encoding import Encoder, Vectors

_ROOT = Path(__file__).parents[2]
_FROM, _TO = (_ROOT / "kb" / "assist" / name for name in ("intent_model_original.json", "intent_model.json"))
_MOST_QUESTIONS, _PENALTY, _HELD_OUT = 3000, 0.1, 5


def main() -> None:
    model = _read()
    texts = _texts()
    settings = Settings()
    original, trained = (open_encoder(replace(settings, model=name)) for name in ("bundled-original", "bundled"))
    old, new = original.encode_queries(texts), trained.encode_queries(texts)
    odds = old @ np.array(model["weights"]) + model["bias"]
    tested = np.arange(len(texts)) % _HELD_OUT == 0
    # Few of the texts ask for nothing, and these must not be lost: both sides weigh the same.
    weights = np.where(odds > 0, 1 / np.mean(odds > 0), 1 / np.mean(odds <= 0))
    fitted = Ridge(alpha=_PENALTY).fit(new[~tested], odds[~tested], sample_weight=weights[~tested])
    print(
        f"{len(texts)} texts; of those held out r² {fitted.score(new[tested], odds[tested]):.3f}, "
        f"same side {np.mean((fitted.predict(new[tested]) > 0) == (odds[tested] > 0)):.3f}"
    )
    model["weights"] = [float(f"{weight:.4g}") for weight in fitted.coef_]
    model["bias"] = float(fitted.intercept_)
    asks = odds > 0
    moved = np.array(model["mean_question"]) + new[asks].mean(axis=0) - old[asks].mean(axis=0)
    model["mean_question"] = [float(f"{value:.4g}") for value in moved]
    # What was found speaks on the scale of the new vectors: of the same turns it is as usual, and varies as much, as it was.
    passages = _passages(trained)
    before = _evidence(old, original.encode_passages(passages), np.array(_read()["mean_question"]))
    after = _evidence(new, trained.encode_passages(passages), moved)
    model["evidence_weight"] = round(model["evidence_weight"] * float(before.std() / after.std()), 4)
    model["evidence_mean"] = round(
        float(after.mean() + (model["evidence_mean"] - before.mean()) * after.std() / before.std()), 4
    )
    model["fingerprint"] = FINGERPRINT
    model["carried_over"] = f"{datetime.now(UTC).date().isoformat()}, scripts/fit/carry_intent_model.py"
    _TO.write_text(json.dumps(model, ensure_ascii=False) + "\n", "utf-8")


def _read() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_FROM.read_text("utf-8"))
    return content


def _passages(encoder: Encoder) -> list[str]:
    """Of the sample content."""
    passages: list[str] = []
    for path in sorted((_ROOT / "articles").rglob("*.md")):
        article = parse_article(path.read_text("utf-8"), path.name)
        passages += [chunk.embedded_text for chunk in chunk_article(article.title, article.body, encoder.count_tokens)]
    return passages


def _evidence(turns: Vectors, passages: Vectors, mean_question: Vectors) -> Vectors:
    """As kb.assist.ranking.search_evidence has it, of all turns (n,)."""
    return (passages @ centre(turns, mean_question).T).max(axis=0) - turns @ mean_question


def _texts() -> list[str]:
    trained_on, held_out = read_businesses()
    questions = [text for group in (*trained_on.values(), *held_out.values()) for s in group for text in s.yes + s.no]
    texts = random.Random(1).sample(questions, _MOST_QUESTIONS)
    written = _ROOT / "tests" / "relevance"
    texts += [row["text"] for row in read_lines(written / "no_questions.jsonl") if row["part"] == "fit"]
    for row in read_lines(written / "conversations.jsonl"):
        texts += [turn["text"] for turn in row["turns"] if row["part"] == "fit"]
    return list(dict.fromkeys(texts))


if __name__ == "__main__":
    main()
