"""`kb bench`: what it measures is there, in one run, beside what it is to reach."""

import json
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kb_process import KB
from sqlalchemy.orm import Session

from indexer.benchmark.generated import RealPassages, all_sentences, generate_collection
from indexer.benchmark.growth import measure_growth
from indexer.benchmark.material import Material
from indexer.benchmark.queries import exact_index
from indexer.benchmark.reaches import compare_with_reaches
from indexer.encoders.hashing import HashEncoder
from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine
from kb.core.settings import PROJECT_ROOT, Settings
from kb.search.types import Audience, CollectionName
from kb.tables.migrations import upgrade_database

pytestmark = pytest.mark.sqlite_only(reason="a benchmark has a database of its own")
MATERIAL = Material(
    {"en": [f"The {thing} is {kind} and costs {price}." for thing in ("lamp", "kettle", "chair") for kind in
            ("heavy", "light", "red") for price in ("little", "much")]},
    ["Is the lamp heavy?", "What does a red kettle cost?", "Which chair is light?"],
)  # fmt: skip


def bench(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"KB_HOME": str(home), "KB_MODEL": "hash", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT_ROOT)}
    command = [*KB, "bench", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_one_run_measures_all_of_it(tmp_path: Path) -> None:
    plot = tmp_path / "figures.svg"
    small = ("--passages", "100", "--queries", "20", "--articles", "20", "--growth", "200,100")
    run = bench(tmp_path / "home", *small, "--plot", str(plot), "--json")
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)
    assert figures["passages"] >= 100
    stages = figures["query_ms"]["stages"]
    assert set(stages) == {"encode", "dense", "lexical", "rank", "rerank", "load", "total"}
    # A search does what its limit does, and more; its first stage is a part of it.
    assert figures["first_stage"]["p50"] < figures["query_ms"]["p50"]
    assert figures["query_ms"]["p50"] > figures["limit_ms"]["scan"] > 0
    assert figures["unchanged"]["articles"] == 20
    assert figures["unchanged"]["seconds"] > 0
    assert [row["passages"] for row in figures["growth"]] == [100, 200]
    for row in figures["growth"]:
        assert row["recall@10"] == 1.0, "so few are searched exactly"
        assert row["own_mb"] < row["rss_mb"] <= row["most_rss_mb"]
        assert row["bytes_per_passage"] > HashEncoder().dimensions * 4
        assert row["times_base"] is None, "10,000 passages were not among the sizes"
    assert {reach["what"].partition(" of ")[0] for reach in figures["reaches"]} >= {
        "recall@10",
        "indexing / bare encoder",
    }
    drawn = plot.read_text("utf-8")
    assert drawn.lstrip().startswith("<?xml")
    assert len(drawn) < 100_000
    for said in ("bare encoder", "exact scan", "Time of a search", "Memory and disk"):
        assert said in drawn
    if find_spec("txtai") is None:
        assert "kb-assist[compare]" in figures["txtai"]["missing"]
    else:
        assert figures["txtai"]["one_search"]["txtai_s"] > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--growth", "many"), "numbers with commas"),
        (("--growth", "5,1000"), "each number is 100 to"),
        (("--plot", "figures.txt"), "ends in none of .svg, .png"),
    ],
)
def test_what_cannot_be_measured_or_drawn_is_refused_at_once(
    tmp_path: Path, arguments: Sequence[str], said: str
) -> None:
    run = bench(tmp_path, *arguments)
    assert run.returncode != 0
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_collections_that_are_kept_are_not_made_again(tmp_path: Path, settings: Settings) -> None:
    def measure() -> tuple[list[dict[str, Any]], dict[Path, int]]:
        rows = measure_growth(settings, MATERIAL, [150], 20, lambda *_: None, tmp_path / "kept")
        files = (tmp_path / "kept" / "150" / "index").rglob("*.npy")
        return rows, {file: file.stat().st_mtime_ns for file in files}

    first, written = measure()
    second, found = measure()
    assert written == found
    assert written
    assert first[0]["build"] == second[0]["build"]


def test_a_generated_collection_has_what_it_says(tmp_path: Path, settings: Settings) -> None:
    engine = create_database_engine(settings)
    upgrade_database(engine)
    encoder = HashEncoder()
    real = RealPassages.of(encoder, all_sentences(MATERIAL))
    generate_collection(engine, settings.index_dir, encoder, real, 301, lambda *_: None)
    runtime = SearchRuntime.open(settings, engine, encoder)
    try:
        view = runtime.view(CollectionName.HELP)
        assert len(view) == exact_index(view).ntotal == 301
        query = real.vectors[4]
        scores, rows = exact_index(view).search(query[None, :], 5)
        found, given = view.search_dense(query, 5)
        assert np.sort(view.all_ids())[rows[0]].tolist() == found.tolist()
        np.testing.assert_allclose(given, scores[0], atol=1e-6)
        with Session(engine) as session:
            answer = runtime.searcher(Audience.CUSTOMER).search(session, MATERIAL.questions[0], reader_language="en")
        assert answer.results
    finally:
        runtime.close()
        engine.dispose()


def row(passages: int, times: float | None, recall: float, megabytes: int) -> dict[str, Any]:
    return {"passages": passages, "times_base": times, "recall@10": recall, "most_rss_mb": megabytes}


def test_figures_stand_beside_what_they_are_to_reach() -> None:
    figures = {
        "first_stage": {"ratio": 1.2},
        "index": {"ratio": 0.89},
        "unchanged": {"articles": 10_000, "seconds": 5.1},
        "txtai": {"one_search": {"ratio": 0.2}},
        "growth": [row(10_000, 1.0, 1.0, 600), row(100_000, 1.31, 0.98, 700), row(1_000_000, 2.0, 0.97, 2600)],
    }
    met = {reach["what"]: reach["met"] for reach in compare_with_reaches(figures)}
    assert met == {
        "first stage / (encoder + scan)": True,
        "indexing / bare encoder": False,
        "seconds for 10,000 unchanged articles": False,
        "one `kb search` / one search with txtai": True,
        "recall@10 of 10,000 passages": True,
        "search of 100,000 / of 10,000 passages": False,
        "recall@10 of 100,000 passages": True,
        "search of 1,000,000 / of 10,000 passages": True,
        "recall@10 of 1,000,000 passages": False,
        "megabytes with 1,000,000 passages": False,
    }


def test_what_was_not_measured_is_compared_with_nothing() -> None:
    figures = {
        "first_stage": {"ratio": 1.2},
        "index": {"ratio": 0.95},
        "unchanged": {"articles": 500, "seconds": 0.1},
        "txtai": {"missing": "…"},
    }
    assert len(compare_with_reaches(figures)) == 2
