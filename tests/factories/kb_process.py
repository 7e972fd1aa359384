"""Commands of kb in processes of their own, and what Linux tells of them."""

import os
import socket
import sys
from pathlib import Path

KB = [sys.executable, "-m", "webapp.commands"]


def without_settings() -> dict[str, str]:
    """The environment of the tests, but for settings of kb."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KB_")}


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    """Processes that the first thread of a process has started and that live."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
