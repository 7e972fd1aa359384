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


def children(pid: int) -> dict[int, list[str]]:
    """Processes that a process has started and that live, each with its command line."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for number in (task / "children").read_text().split():
            try:
                found[int(number)] = Path(f"/proc/{number}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
    return found
