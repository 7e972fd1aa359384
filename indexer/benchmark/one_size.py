"""A collection of one size in a process of its own: `python -m indexer.benchmark.one_size STEP REAL_FILE PASSAGES`, in KB_HOME.

build     write its files: seconds, memory and what they weigh
memory    open it and search: resident megabytes, all of them and those that are no page of a file
"""

import json
import pickle
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from indexer.benchmark.generated import RealPassages, generate_collection
from indexer.encoders.opening import open_encoder
from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine
from kb.core.settings import Settings, load_settings
from kb.search.types import Audience
from kb.tables.migrations import upgrade_database

_ASKED = 50


def memory_mb() -> dict[str, int]:
    """Resident memory of this process: now, the most there was, and what of it is no page of a file that others share; nothing
    where the system does not tell."""
    status = Path("/proc/self/status")
    lines = [line.split() for line in status.read_text("utf-8").splitlines()] if status.exists() else []
    names = {"VmRSS:": "rss_mb", "VmHWM:": "most_rss_mb", "RssAnon:": "own_mb"}
    return {names[line[0]]: int(line[1]) // 1024 for line in lines if line and line[0] in names}


def build(settings: Settings, real: RealPassages, passages: int) -> dict[str, Any]:
    engine = create_database_engine(settings)
    upgrade_database(engine)
    started, spent = time.perf_counter(), time.process_time()
    generate_collection(engine, settings.index_dir, open_encoder(settings), real, passages, lambda *_: None)
    engine.dispose()
    seconds = {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - spent}
    written = sum(file.stat().st_size for file in settings.index_dir.rglob("*") if file.is_file())
    return {
        **{name: round(value, 1) for name, value in seconds.items()},
        **memory_mb(),
        "files_mb": round(written / 1_000_000, 1),
    }


def memory(settings: Settings, real: RealPassages, _passages: int) -> dict[str, Any]:
    engine = create_database_engine(settings)
    started = time.perf_counter()
    runtime = SearchRuntime.open(settings, engine)
    opened = time.perf_counter() - started
    runtime.follow()
    with Session(engine) as session:
        for number, text in enumerate(real.texts[:_ASKED]):
            runtime.searcher(Audience.CUSTOMER).search(session, f"{text} {number}", reader_language="en")
    figures = {"open_s": round(opened, 2), **memory_mb()}
    runtime.close()
    engine.dispose()
    return figures


if __name__ == "__main__":
    step, real_file, count = sys.argv[1:4]
    passages = pickle.loads(Path(real_file).read_bytes())  # noqa: S301  # written a moment ago by who started this
    print(json.dumps({"build": build, "memory": memory}[step](load_settings(), passages, int(count))))
