"""A short run of tests/load/kills.py: each kind of process is killed, and some twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_what_was_acknowledged_is_there_after_processes_were_killed() -> None:
    tool = Path(__file__).with_name("kills.py")
    ended = subprocess.run(
        [sys.executable, str(tool), "--kills", "8", "--seed", "5"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads(ended.stdout)
    assert report["kills"] >= 8
    assert report["problems"] == []
    assert report["searches"]["right"] > 0
