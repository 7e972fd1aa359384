import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.core.errors import ConfigurationError
from kb.core.home import make_home


def test_new_home_is_its_owners_alone_with_either_database(
    run_kb: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made by the way, for its figures or its index, it would be open to others, and the next start refused."""
    home = tmp_path / "not" / "yet"
    monkeypatch.setenv("KB_HOME", str(home))
    assert run_kb("init")[0] == 0
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_home_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    make_home(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


def test_home_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="KB_HOME"):
        make_home(tmp_path / "file" / "home")
