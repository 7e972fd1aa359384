"""What customers' texts are: written ones that nothing was fitted on, in every way of writing."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import confusion_matrix, f1_score

from indexer.encoders.opening import open_encoder
from kb.core.settings import Settings
from kb.insight.voice.judging import VoiceKind, load_model, readable

HERE = Path(__file__).parent
MACRO_F1, LEAST_OF_A_WAY = 0.80, 0.65
KINDS = [kind.value for kind in VoiceKind]


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


LABELLED = rows_of(HERE / "voice.jsonl")
FITTED = rows_of(HERE.parents[1] / "scripts" / "fit" / "voice.jsonl")


@pytest.mark.bundled
def test_kinds_of_texts_that_nothing_was_fitted_on(bundled_models: Path) -> None:
    rows = [row for row in LABELLED if row["part"] == "test"]
    encoder = open_encoder(replace(Settings(), home_text=str(bundled_models.parent)))
    model = load_model(encoder.fingerprint)
    assert model is not None
    texts = [row["text"] for row in rows]
    judged = [one.kind.value for one in model.judge(texts, encoder.encode_queries([readable(text) for text in texts]))]
    labels = [row["label"] for row in rows]
    figure = f1_score(labels, judged, average="macro")
    print(f"\nvoice: macro-F1 {figure:.3f} of {len(rows)} texts; {KINDS}")
    print(confusion_matrix(labels, judged, labels=KINDS))
    assert figure >= MACRO_F1
    for way in sorted({row["lang"] for row in rows}):
        of_way = [place for place, row in enumerate(rows) if row["lang"] == way]
        of_one = f1_score([labels[p] for p in of_way], [judged[p] for p in of_way], average="macro")
        print(f"{way} {of_one:.3f}")
        assert of_one >= LEAST_OF_A_WAY, way


def test_the_set_is_sound() -> None:
    assert all(set(row) == {"_id", "lang", "source", "label", "part", "text"} for row in LABELLED)
    assert len(LABELLED) >= 420
    texts = [row["text"].casefold() for row in LABELLED + FITTED]
    assert len(set(texts)) == len(texts)
    halves = [sum(row["part"] == part for row in LABELLED) for part in ("fit", "test")]
    assert max(halves) - min(halves) <= 4
    for part in ("fit", "test"):
        for key, values in {"lang": {"en", "hi", "bn", "hi-Latn", "bn-Latn"}, "label": set(KINDS)}.items():
            counts = {value: sum(row["part"] == part and row[key] == value for row in LABELLED) for value in values}
            assert min(counts.values()) >= 0.8 * max(counts.values()), (part, counts)
    assert {row["source"] for row in LABELLED} == {"chat", "mail", "vote"}
