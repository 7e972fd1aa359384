"""The bundled encoder on public sets, where there are some: KB_EVAL_DATA names the folder that holds them."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.core.settings import Settings
from webapp.commands import kb

DATA = os.environ.get("KB_EVAL_DATA", "")


@pytest.mark.bundled
@pytest.mark.slow
@pytest.mark.skipif(not DATA, reason="KB_EVAL_DATA names no folder of evaluation sets")
@pytest.mark.parametrize(
    ("name", "direction", "least"), [("tatoeba_hi_en", "hi->en", 0.9), ("tatoeba_bn_en", "bn->en", 0.8)]
)
def test_a_sentence_is_found_by_its_translation(
    name: str, direction: str, least: float, bundled_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_HOME", str(bundled_settings.home))
    folder = Path(DATA) / name
    result = CliRunner().invoke(kb, ["eval", str(folder), "--json", "--limit-queries", "100"], catch_exceptions=False)
    assert json.loads(result.stdout)["by_direction"][direction]["hit@1"] >= least
