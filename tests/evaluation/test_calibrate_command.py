"""`kb calibrate` on a small labelled set: the file it writes is used, and searches judged by it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from indexer.runtime import CALIBRATION_FILE, SearchRuntime
from kb.core.settings import Settings
from kb.search.confidence import FEATURES
from kb.search.types import Audience
from webapp.commands.calibrate import command

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


def run(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> object:
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


def test_too_few_searches_are_refused_and_nothing_is_written(
    write_dataset: WriteDataset, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(write_dataset(), settings.home, monkeypatch)
    assert result.exit_code != 0
    assert "at least 20 labelled searches" in str(result.exception)
    assert not (settings.home / CALIBRATION_FILE).exists()
