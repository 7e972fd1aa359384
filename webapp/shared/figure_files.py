"""The files in which the processes of a server keep their figures, read."""

import os
from pathlib import Path

from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

_STARTED = "kb_process_started_timestamp_seconds"


def own_folder() -> Path | None:
    """None where this process shares its figures with nobody."""
    name = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(name) if name else None


def read_figures(folder: Path, pattern: str = "*.db") -> dict[str, Metric]:
    """Those of all processes added up, by name (of a counter without `_total`)."""
    files = [str(file) for file in folder.glob(pattern)]
    merged = MultiProcessCollector.merge(files, accumulate=True)  # type: ignore[no-untyped-call]
    return {metric.name: metric for metric in merged}


def processes(folder: Path | None = None) -> dict[str, list[int]]:
    """Process ids by role (web, jobs), of the server of a folder, by default of this process's; of this process alone where it
    shares its figures with nobody. What died a moment ago may still be there."""
    folder = folder or own_folder()
    if folder is None:
        return {"web": [os.getpid()]}
    found: dict[str, list[int]] = {"web": [], "jobs": []}
    started = read_figures(folder, "gauge_liveall_*.db").get(_STARTED)
    for one in started.samples if started else ():
        found[one.labels["role"]].append(int(one.labels["pid"]))
    return found
