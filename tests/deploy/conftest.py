"""Where the files of deploy/ lie, and the secrets that they name, made by the script that people run."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder that `deploy/make-secrets.sh` fills."""
    script = shutil.copy(DEPLOY / "make-secrets.sh", tmp_path)
    subprocess.run([script, "help.example.com"], check=True, capture_output=True)
    return tmp_path / "secrets"
