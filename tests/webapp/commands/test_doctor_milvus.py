"""`kb doctor` says what is wrong with Milvus, and what to type."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from webapp.commands.doctor import Finding, examine


def of_milvus(settings: Settings) -> list[Finding]:
    return [finding for finding in examine(settings) if finding.subject in {"Milvus", "Index"}]


def test_nothing_is_said_of_it_where_it_is_not_set(settings: Settings, engine: Engine) -> None:
    SearchRuntime.open(settings, engine)
    assert [finding.subject for finding in of_milvus(settings)] == ["Index"]


def test_one_that_does_not_answer(settings: Settings, engine: Engine) -> None:
    del engine
    gone = replace(settings, index_text="milvus", milvus_uri="http://127.0.0.1:1", milvus_timeout_text="500")
    [finding] = of_milvus(gone)
    assert (finding.state, "http://127.0.0.1:1" in finding.text) == ("wrong", True)
    assert "KB_MILVUS_URI" in finding.remedy


def test_packages_that_are_not_installed(settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    del engine
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    [finding] = of_milvus(replace(settings, index_text="milvus", milvus_uri="http://127.0.0.1:1"))
    assert (finding.state, finding.remedy) == ("wrong", "Type: pip install 'kb-assist[milvus]'")


def test_a_file_that_works_is_told_to_be_for_one_process(
    settings: Settings, engine: Engine, session: Session, tmp_path: Path, run_kb: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    del session
    on_file = replace(settings, index_text="milvus", milvus_uri=str(tmp_path / "milvus.db"))
    assert [one.state for one in of_milvus(on_file)] == ["ok", "note", "wrong"]  # nothing was indexed yet
    SearchRuntime.open(on_file, engine)
    assert [one.state for one in of_milvus(on_file)] == ["ok", "note", "ok"]
    monkeypatch.setenv("KB_INDEX", "milvus")
    monkeypatch.setenv("KB_MILVUS_URI", str(tmp_path / "milvus.db"))
    assert run_kb("index")[0] == 0
    status, out, _ = run_kb("index", "--verify")
    assert (status, "agrees" in out) == (0, True)
