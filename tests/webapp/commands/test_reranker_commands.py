"""A re-ranker from the command line: used, refused with one line, spoken of by `kb doctor`, measured by `kb bench`."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from content_factory import add_article
from kb_process import KB
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tiny_cross_encoder import ASKED, answer, question, save_tiny_cross_encoder, title

from indexer.benchmark.material import Material
from indexer.benchmark.running import run_benchmark
from indexer.encoders.reranker import open_reranker
from indexer.runtime import CALIBRATION_FILE, SearchRuntime
from indexer.second_stage import reranker_calibration_path
from kb.core.errors import KbError
from kb.core.settings import PROJECT_ROOT, Settings, load_settings
from kb.search.confidence import FEATURES, Calibration
from kb.search.reranker_calibration import RerankerCalibration
from webapp.commands.doctor import examine
from webapp.commands.serve import _check_reranker

RunKb = Callable[..., tuple[int, str, str]]


def make_broken(kind: str, folder: Path, cross_encoder: Path) -> Path:
    """What is no re-ranker, of each kind that people have."""
    if kind == "missing":
        return folder / "nothing" / "here"
    if kind == "three classes":
        return save_tiny_cross_encoder(folder / "classes", labels=3, trained=False)
    broken = folder / "broken"
    broken.mkdir()
    for file in cross_encoder.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    if kind == "no config":
        (broken / "config.json").unlink()
    elif kind == "config of something else":
        (broken / "config.json").write_text("[1, 2", "utf-8")
    elif kind == "reads one text":
        (broken / "config_sentence_transformers.json").write_text('{"model_type": "SentenceTransformer"}', "utf-8")
        config = json.loads((broken / "config.json").read_text("utf-8"))
        (broken / "config.json").write_text(json.dumps(config | {"architectures": ["BertModel"]}), "utf-8")
    elif kind == "half of the weights":
        weights = broken / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    return broken


SAID = {
    "missing": "there is no such folder",
    "three classes": "it sorts texts into 3 classes",
    "no config": "it has no config.json that can be read",
    "config of something else": "it has no config.json that can be read",
    "reads one text": "no cross-encoder but a model BertModel",
    "half of the weights": "cannot be loaded",
}


@pytest.mark.sqlite_only(reason="what is looked at is the model")
@pytest.mark.parametrize("kind", SAID)
def test_what_is_no_reranker_is_refused_with_one_line(
    run_kb: RunKb, kind: str, tmp_path: Path, cross_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_broken(kind, tmp_path, cross_encoder)
    monkeypatch.setenv("KB_RERANKER", str(folder))
    status, out, err = run_kb("search", "how long lamp")
    assert status == 1
    assert out == ""
    line = err.splitlines()[-1]
    assert line.startswith(f"kb: KB_RERANKER={folder}")
    assert SAID[kind] in line
    assert "unset KB_RERANKER" in line
    findings = [finding for finding in examine(load_settings()) if finding.subject == "Re-ranker"]
    assert [(finding.state, SAID[kind] in finding.text) for finding in findings] == [("wrong", True)]
    assert "unset KB_RERANKER" in findings[0].remedy


@pytest.mark.parametrize("kind", ["missing", "half of the weights"])
def test_the_server_is_not_started_with_what_is_no_reranker(
    kind: str, tmp_path: Path, cross_encoder: Path, settings: Settings
) -> None:
    folder = make_broken(kind, tmp_path, cross_encoder)
    with pytest.raises(KbError) as refused:
        _check_reranker(replace(settings, reranker=str(folder)))
    assert str(refused.value).startswith(f"KB_RERANKER={folder}")
    assert SAID[kind] in str(refused.value)
    assert "\n" not in str(refused.value)


def test_before_a_server_forks_no_model_library_is_loaded(cross_encoder: Path) -> None:
    code = (
        "import sys\n"
        "from kb.core.settings import load_settings\n"
        "from webapp.commands.serve import _check_reranker\n"
        "import indexer.runtime\n"
        "_check_reranker(load_settings())\n"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    environment = {"KB_RERANKER": str(cross_encoder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT_ROOT)}
    checked = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert checked.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["nobody/has-such-a-model", "nobody"])
def test_a_name_that_cannot_be_fetched_is_refused(name: str) -> None:
    """In a process of its own, for which there is no network: that is read when the library is imported."""
    environment = {"KB_RERANKER": name, "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT_ROOT)}
    command = [*KB, "model", "check-reranker"]
    checked = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    assert checked.stderr.splitlines()[-1].startswith(f"kb: KB_RERANKER={name}: there is no such folder, and no model")


def test_what_was_fetched_by_its_name_before_needs_no_network(cross_encoder: Path, tmp_path: Path) -> None:
    model = tmp_path / "hub" / "models--somebody--tiny"
    shutil.copytree(cross_encoder, model / "snapshots" / "0123")
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text("0123", "utf-8")
    environment = {
        "KB_RERANKER": "somebody/tiny",
        "HF_HOME": str(tmp_path),
        "HF_ENDPOINT": "http://127.0.0.1:9",  # where nobody answers
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(PROJECT_ROOT),
    }
    command = [*KB, "model", "check-reranker"]
    checked = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("somebody/tiny/")


@pytest.mark.parametrize("milliseconds", ["", "0", "9", "60001", "soon", "1.5"])
def test_a_budget_that_is_none_is_refused(milliseconds: str) -> None:
    with pytest.raises(KbError, match=r"KB_RERANKER_BUDGET_MS is .* from 10 to 60000"):
        load_settings({"KB_RERANKER_BUDGET_MS": milliseconds})


@pytest.fixture
def reranking(settings: Settings, engine: Engine, session: Session, cross_encoder: Path) -> Settings:
    """An installation with a re-ranker and a first stage that is always in doubt."""
    for asked in ASKED:
        add_article(session, title("lamp").title(), answer("lamp", asked), slug=f"lamp-{asked}")
    settings.home.mkdir(parents=True, exist_ok=True)
    weights = dict.fromkeys(FEATURES, 0.0)
    Calibration(weights, 0.0, answered_from=0.6, unsure_from=0.3).save(settings.home / CALIBRATION_FILE)
    SearchRuntime.open(settings, engine).update()
    return replace(settings, reranker=str(cross_encoder), reranker_budget_text="60000")


@pytest.mark.sqlite_only(reason="what is looked at is the model")
def test_search_and_model_check_and_doctor_speak_of_it(
    reranking: Settings, run_kb: RunKb, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, _ = run_kb("search", question("lamp", "heavy"), "--json")
    assert status == 0
    assert json.loads(out)["timings_ms"]["rerank"] == 0.0
    monkeypatch.setenv("KB_RERANKER", reranking.reranker)
    monkeypatch.setenv("KB_RERANKER_BUDGET_MS", reranking.reranker_budget_text)
    for asked in ASKED:
        status, out, err = run_kb("search", question("lamp", asked), "--json")
        assert (status, err) == (0, "")
        found = json.loads(out)
        assert found["timings_ms"]["rerank"] > 0
        assert found["results"][0]["url"].endswith(f"lamp-{asked}")
    fingerprint = open_reranker(reranking).fingerprint
    assert run_kb("model", "check")[1].splitlines()[-1].startswith(f"{fingerprint}: an answer ")

    def spoken() -> tuple[str, str]:
        finding = next(one for one in examine(load_settings()) if one.subject == "Re-ranker")
        return finding.state, finding.text

    state, text = spoken()
    assert state == "note"
    assert "makes no result surer" in text
    RerankerCalibration("another", 0.5, 1.0, 0.0, -5.0, 5.0).save(reranker_calibration_path(reranking))
    assert "was fitted for another one" in spoken()[1]
    RerankerCalibration(fingerprint, 0.5, 1.0, 0.0, -5.0, 5.0).save(reranker_calibration_path(reranking))
    assert spoken()[0] == "ok"
    reranker_calibration_path(reranking).write_text("{", "utf-8")
    assert spoken()[0] == "wrong"


@pytest.mark.sqlite_only(reason="a benchmark has a database of its own")
def test_bench_measures_it_beside_the_bare_model(reranking: Settings) -> None:
    material = Material(
        {"en": [f"{answer(thing, asked)}." for thing in ("lamp", "kettle") for asked in ASKED]},
        [question(thing, asked) for thing in ("lamp", "kettle") for asked in ASKED],
    )

    def measure(settings: Settings) -> dict[str, dict[str, float]]:
        figures = run_benchmark(settings, material, passages=100, queries=20, articles=20, progress=lambda *_: None)
        return {"limit": figures["limit_ms"], "stages": figures["query_ms"]["stages"]}

    without = measure(replace(reranking, reranker=""))
    assert without["limit"]["rerank"] == without["stages"]["rerank"] == 0.0
    with_it = measure(replace(reranking, unsure_text="0", answered_text="1"))
    assert with_it["limit"]["rerank"] > 0
    assert with_it["stages"]["rerank"] > 0
    assert with_it["limit"]["sum"] > with_it["limit"]["rerank"]
