"""Where the processes of one server keep their figures for `/metrics`: a folder for each server under `KB_HOME/metrics`, so that
two that share a home do not take away each other's.
"""

import os
import shutil
import socket
from pathlib import Path

from kb.core.settings import Settings


def make_figures_folder(settings: Settings) -> Path:
    """A new one for the server of this process. Those of servers of this machine that are gone are removed: their figures must
    not be counted on."""
    root = settings.home / "metrics"
    for folder in root.glob("*") if root.is_dir() else ():
        if not _is_of_another(folder):
            shutil.rmtree(folder, ignore_errors=True)
    folder = root / f"{_here()}-{os.getpid()}"
    folder.mkdir(parents=True)
    return folder


def figures_folders(settings: Settings) -> list[Path]:
    """Those of servers of this machine that run."""
    root = settings.home / "metrics"
    found = sorted(root.glob(f"{_here()}-*")) if root.is_dir() else []
    return [folder for folder in found if (pid := _server_of(folder)) is not None and _is_alive(pid)]


def _here() -> str:
    return socket.gethostname() or "localhost"


def _is_of_another(folder: Path) -> bool:
    """A server that runs, or one of another machine, of which nothing can be known here."""
    pid = _server_of(folder)
    if pid is not None:
        return pid != os.getpid() and _is_alive(pid)
    return folder.is_dir() and folder.name.rpartition("-")[2].isdigit()


def _server_of(folder: Path) -> int | None:
    host, _, number = folder.name.rpartition("-")
    return int(number) if host == _here() and number.isdigit() else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
