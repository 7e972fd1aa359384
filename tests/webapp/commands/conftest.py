"""Running the real command in a process of its own."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from kb_process import KB, without_settings

Kb = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def kb(tmp_path: Path) -> Kb:
    """`kb("user", "list")` runs the real command with a home of its own."""
    environment = without_settings()
    environment |= {"KB_HOME": str(tmp_path / "home"), "KB_MODEL": "hash"}

    def run(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*KB, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=environment | settings,
        )

    return run
