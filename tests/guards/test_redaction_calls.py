"""Whoever redacts says for which country: numbers without a prefix of another one would be stored as they were typed."""

import ast
from pathlib import Path

import pytest

from kb.core.settings import PROJECT_ROOT

REDACTING = {"redact", "mask_secrets", "record_search", "request_contact", "prepare_ticket"}


def calls_without_region(source: str) -> list[int]:
    """Lines that call one of `REDACTING` and name no region (`prepare_ticket` takes it as its third argument)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = any(keyword.arg == "region" for keyword in node.keywords)
        if name in REDACTING and not named and not (name == "prepare_ticket" and len(node.args) >= 3):
            found.append(node.lineno)
    return found


def test_guard_sees_a_call_without_region() -> None:
    assert calls_without_region("redact(text)\nkb.redact(text, names=())\nredact(text, region=region)") == [1, 2]


@pytest.mark.parametrize("folder", ["kb", "webapp", "indexer", "scripts"])
def test_every_call_names_the_region(folder: str) -> None:
    for path in sorted(Path(PROJECT_ROOT / folder).rglob("*.py")):
        assert calls_without_region(path.read_text("utf-8")) == [], path
