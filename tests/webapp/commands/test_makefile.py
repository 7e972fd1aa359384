import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAKE = shutil.which("make")

pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make on this machine")


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder with a shell and nothing else, to be the whole PATH."""
    for name in ("sh", "env"):
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    return tmp_path


def make(target: str, path: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(path), "HOME": os.environ.get("HOME", "/")}
    assert MAKE is not None
    return subprocess.run([MAKE, target], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_machine_without_python_is_told_what_to_install(bare_path: Path) -> None:
    result = make("environment", bare_path)
    assert result.returncode != 0
    assert "needs Python 3.11" in result.stderr
    assert "found: none." in result.stderr
    assert "make run PYTHON=" in result.stderr


def test_python_that_is_too_old_is_named(bare_path: Path) -> None:
    old = bare_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && { echo "Python 3.9.2"; exit 0; }\nexit 1\n')
    old.chmod(0o755)
    result = make("environment", bare_path)
    assert result.returncode != 0
    assert "found: Python 3.9.2." in result.stderr


def test_port_is_handed_to_the_server(tmp_path: Path) -> None:
    """The rule `run` with its recipe and prerequisites replaced by one that shows what the server would get."""
    assert MAKE is not None
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = text.replace("\nrun: setup\n", "\nrun:\n").replace("@exec .venv/bin/kb serve", "@echo port $$KB_PORT")
    (tmp_path / "Makefile").write_text(text, encoding="utf-8")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("KB_", "MAKE", "MFLAGS", "PORT"))
    }

    def port(*arguments: str, **settings: str) -> str:
        done = subprocess.run(
            [MAKE, "run", *arguments],
            cwd=tmp_path,
            env=environment | settings,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert port() == "port 8000"
    assert port("PORT=9123") == "port 9123"
    assert port(KB_PORT="9124") == "port 9124"
