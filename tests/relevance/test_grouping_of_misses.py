"""Questions whose intents are known are grouped by what they ask; figures: docs/experiments/0045-grouping-of-misses.md."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, homogeneity_score

from indexer.encoders.opening import open_encoder
from indexer.question_groups import group_questions
from kb.core.settings import PROJECT_ROOT, Settings
from kb.insight.gaps.grouping import centre_of

DATA = Path(os.environ.get("KB_EVAL_DATA", PROJECT_ROOT.parent / "shared" / "data"))
QUESTIONS = 3_000
pytestmark = [
    pytest.mark.bundled,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (DATA / "banking77").is_dir(),
        reason=f"the evaluation data is not in {DATA} (KB_EVAL_DATA names another place)",
    ),
]


@pytest.mark.parametrize(("name", "rand", "homogeneity"), [("clinc_oos", 0.60, 0.80), ("banking77", 0.50, 0.80)])
def test_groups_are_the_intents(name: str, rand: float, homogeneity: float, bundled_settings: Settings) -> None:
    lines = (DATA / name / "queries.jsonl").read_text("utf-8").splitlines()
    asked = [one for one in map(json.loads, lines) if one.get("intent") not in (None, "oos")]
    chosen = np.random.default_rng(1).permutation(len(asked))[:QUESTIONS]
    encoder = open_encoder(bundled_settings)
    vectors = encoder.encode_queries([asked[place]["text"] for place in chosen]) - centre_of(encoder)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = group_questions(vectors)
    truth = [asked[place]["intent"] for place in chosen]
    measured = adjusted_rand_score(truth, found), homogeneity_score(truth, found)
    print(f"{name}: {found.max() + 1} groups, adjusted Rand index {measured[0]:.3f}, homogeneity {measured[1]:.3f}")
    assert measured[0] >= rand
    assert measured[1] >= homogeneity
    # The next day a twentieth more has come in, and nearly all are where they were.
    known = int(0.95 * len(vectors))
    before = np.full(len(vectors), -1)
    before[:known] = group_questions(vectors[:known])
    assert adjusted_rand_score(before[:known], group_questions(vectors, before)[:known]) > 0.93
