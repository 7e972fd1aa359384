"""What processes take of the machine, as Linux tells it under /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """own_mb: memory that no other process shares; peak_mb: the most that was resident so far, with what is shared."""

    own_mb: float
    peak_mb: float
    open_files: int
    threads: int


def usage(pid: int) -> Usage:
    """Raises OSError for a process that is gone."""
    folder = Path(f"/proc/{pid}")
    kilobytes = {
        name: int(value.split()[0])
        for name, _, value in (line.partition(":") for line in (folder / "smaps_rollup").read_text().splitlines()[1:])
    }
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    return Usage(
        own_mb=round((kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]) / 1024, 1),
        peak_mb=round(int(status["VmHWM"].split()[0]) / 1024, 1),
        open_files=len(list((folder / "fd").iterdir())),
        threads=int(status["Threads"]),
    )


def processor_seconds(pid: int) -> float:
    """Of a process with all its threads, so far. Raises OSError for one that is gone."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def busy() -> dict[str, float]:
    """How busy the machine is with whatever runs on it: processors, and the load of the last minute."""
    return {"processors": os.cpu_count() or 1, "load_before": round(os.getloadavg()[0], 2)}
