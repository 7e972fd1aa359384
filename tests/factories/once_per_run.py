"""What takes minutes to make is made once in a run, by whichever of its processes needs it first."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

# The first process is given so long, in seconds.
_LONGEST = 900


def copy_of(name: str, make: Callable[[Path], None], to: Path, factory: pytest.TempPathFactory) -> None:
    """Fills the folder `to` with a copy of what `make` made in an empty folder, now or earlier in this run."""
    # Processes of pytest-xdist have folders beside each other, in one that belongs to the run.
    own = factory.getbasetemp()
    common = own.parent if own.name.startswith("popen-") else own
    made = common / f"once-{name}"
    with FileLock(common / f"once-{name}.lock", timeout=_LONGEST):
        if not made.exists():
            unfinished = common / f"unfinished-{name}"
            shutil.rmtree(unfinished, ignore_errors=True)  # of one that failed
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(made)
    shutil.copytree(made, to, symlinks=True, dirs_exist_ok=True)
