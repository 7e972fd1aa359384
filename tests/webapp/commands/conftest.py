"""Running the real command in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Kb = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def kb(tmp_path: Path) -> Kb:
    """`kb("user", "list")` runs the real command with a home of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    environment |= {"KB_HOME": str(tmp_path / "home"), "KB_MODEL": "hash"}

    def run(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "webapp.commands", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=environment | settings,
        )

    return run
