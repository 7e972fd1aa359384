"""`kb calibrate` on a small labelled set: the file it writes is used, and searches judged by it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from tiny_cross_encoder import ASKED, THINGS, answer, question, title

from indexer.runtime import CALIBRATION_FILE, SearchRuntime
from indexer.second_stage import RERANKER_CALIBRATION_FILE
from kb.core.settings import Settings
from kb.search.confidence import FEATURES, Calibration
from kb.search.types import Audience
from webapp.commands.calibrate import command
from webapp.commands.evaluate import command as evaluate

WriteDataset = Callable[..., Path]
WORDS = [
    "refund",
    "lamp",
    "parcel",
    "kettle",
    "invoice",
    "coupon",
    "address",
    "password",
    "warranty",
    "express",
    "gift",
    "mixer",
]


def run(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    monkeypatch.setenv("KB_HOME", str(home))
    monkeypatch.setenv("KB_MODEL", "hash")
    return CliRunner().invoke(command, [str(folder), *options], catch_exceptions=True)


@pytest.fixture
def labelled(write_dataset: WriteDataset) -> Path:
    """Two dozen searches that documents answer and a dozen that share no word with any."""
    return write_dataset(
        corpus=[
            {"_id": word, "title": f"About the {word}", "text": f"All that is to know of a {word}.", "lang": "en"}
            for word in WORDS
        ],
        queries=[
            {"_id": f"{word}{form}", "text": f"{form} {word}", "lang": "en"}
            for word in WORDS
            for form in ("about the", "know")
        ],
        qrels=[f"{word}{form}\t{word}\t1" for word in WORDS for form in ("about the", "know")],
        **{
            "oos_queries.jsonl": [
                {"_id": f"o{i}", "text": f"zebra{i} quantum{i} walrus", "lang": "en"} for i in range(12)
            ]
        },
    )


def test_the_fitted_file_tells_answers_from_misses_and_is_used_by_searches(
    labelled: Path, settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(labelled, settings.home, monkeypatch, "--json")
    assert result.exit_code in (0, None), result.output
    written = json.loads((settings.home / CALIBRATION_FILE).read_text("utf-8"))
    assert set(written["weights"]) == set(FEATURES)
    assert written["provenance"]["sets"]["small"] == {"searches": 36, "answered": 24}
    assert 0 < written["unsure_from"] <= written["answered_from"] < 1
    runtime = SearchRuntime.open(settings, engine)
    assert runtime.searcher(Audience.CUSTOMER).unsure_from == written["unsure_from"]


@pytest.fixture
def near_misses(write_dataset: WriteDataset) -> Path:
    """Six things of which each is told something; three in four questions are answered, the others by nothing."""
    pairs = [(thing, asked) for thing in THINGS for asked in ASKED]
    missing, answered = pairs[::4], [pair for place, pair in enumerate(pairs) if place % 4]
    return write_dataset(
        corpus=[
            {"_id": "-".join(pair), "title": title(pair[0]), "text": answer(*pair), "lang": "en"} for pair in answered
        ],
        queries=[{"_id": "-".join(pair), "text": question(*pair), "lang": "en"} for pair in answered],
        qrels=[f"{'-'.join(pair)}\t{'-'.join(pair)}\t1" for pair in answered],
        **{"oos_queries.jsonl": [{"_id": "-".join(pair), "text": question(*pair), "lang": "en"} for pair in missing]},
    )


def test_how_a_rerankers_score_counts_is_learned_and_used(
    near_misses: Path, settings: Settings, cross_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = dict.fromkeys(FEATURES, 0.0) | {"cosine_over_usual": 1.0, "ahead": 5.0}
    settings.home.mkdir(parents=True)
    confidence = settings.home / CALIBRATION_FILE
    Calibration(weights, 0.0, answered_from=0.6, unsure_from=0.3, answerable_share=0.8).save(confidence)
    before = confidence.read_text("utf-8")
    monkeypatch.setenv("KB_RERANKER", str(cross_encoder))
    monkeypatch.setenv("KB_RERANKER_BUDGET_MS", "60000")
    result = run(near_misses, settings.home, monkeypatch, "--only-reranker", "--json")
    assert result.exit_code == 0, result.output
    assert confidence.read_text("utf-8") == before
    written = json.loads((settings.home / RERANKER_CALIBRATION_FILE).read_text("utf-8"))
    assert json.loads(result.stdout) == {"reranker": written}
    assert written["score"] > 0
    assert written["first_stage"] >= 0
    made = written["provenance"]
    assert (made["searches"], made["in_doubt"]) == (24, 24)
    assert made["right_first"]["first_stage"] < made["right_first"]["second_stage"] == 18

    # The same set as people would get it: told apart by the second stage, which the first one alone cannot.
    outcomes = {}
    for reranker in ("", str(cross_encoder)):
        monkeypatch.setenv("KB_RERANKER", reranker)
        measured = CliRunner().invoke(evaluate, [str(near_misses), "--json"])
        assert measured.exit_code == 0, measured.output
        outcomes[reranker] = json.loads(measured.stdout)
    assert outcomes[""]["metrics"]["hit@1"] < outcomes[str(cross_encoder)]["metrics"]["hit@1"] == 1.0
    assert outcomes[""]["miss"]["auroc"] < 0.8
    assert outcomes[str(cross_encoder)]["miss"]["auroc"] == 1.0
    assert outcomes[str(cross_encoder)]["outcomes"]["right_first"] == {"answered": 18, "unsure": 0, "none": 0}
    assert outcomes[str(cross_encoder)]["outcomes"]["unanswerable"]["answered"] == 0


def test_only_the_reranker_without_any_is_refused(
    labelled: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(labelled, settings.home, monkeypatch, "--only-reranker")
    assert "none is set" in str(result.exception)


def test_too_few_searches_are_refused_and_nothing_is_written(
    write_dataset: WriteDataset, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(write_dataset(), settings.home, monkeypatch)
    assert result.exit_code != 0
    assert "at least 20 labelled searches" in str(result.exception)
    assert not (settings.home / CALIBRATION_FILE).exists()
