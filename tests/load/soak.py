"""A hundred thousand searches against one server: does any process go on growing in memory, open files or threads?

    python tests/load/soak.py --searches 100000
    python tests/load/soak.py --searches 20000 --kept FOLDER      # a part; the same again goes on with the same server

Serves the sample shop in a folder of its own with two web processes (--home: a copy of a folder that `kb setup` made), asks with
a few clients without a pause, every question another one, and looks at every process all the while. The warm-up is the first
tenth of the searches, at least --warm-up: what keeps questions and pages in memory is full by then. "growth" is the mean of the
last fifth of the looks against the first fifth after the warm-up, of memory that a process shares with no other.

--kept: the server goes on running between parts, what was seen is kept in the folder, and figures are those of all parts;
--end stops it. Exit status 1 where a process grew by more than 5 %, died, or a search went wrong.
"""

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from callers import Callers
from machine import busy, usage
from serving import Server, add_options, served_shop
from visitors import Visitors

MOST_GROWTH = 0.05
_LOOK_EVERY = 2.0  # seconds


def look(server: Server, searches: int) -> list[dict[str, Any]]:
    found = []
    for pid, kind in server.processes().items():
        with contextlib.suppress(OSError):  # one that has just died is told of by its absence in the end
            found.append({"searches": searches, "pid": pid, "kind": kind, **asdict(usage(pid))})
    return found


def ask(server: Server, looks: list[dict[str, Any]], searches: int, clients: int) -> tuple[int, dict[str, Any]]:
    """Ask so many more; returns how many it were in all, and the figures of these."""
    done = looks[-1]["searches"] if looks else 0
    visitors = Visitors(server.address, seed=done)
    callers = Callers(server.address, [visitors.customer("api") for _ in range(clients)])
    looked_at = 0.0

    def is_over() -> bool:
        nonlocal looked_at
        if time.monotonic() - looked_at > _LOOK_EVERY:
            looked_at = time.monotonic()
            looks.extend(look(server, done + callers.answers))
        return callers.answers >= searches

    callers.run(is_over)
    looks.extend(look(server, done + callers.answers))
    return done + callers.answers, callers.figures()


def growth(looks: list[dict[str, Any]], warm_up: int) -> dict[str, Any]:
    """By process, from after the warm-up to the end."""
    found = {}
    for pid, kind in dict.fromkeys((one["pid"], one["kind"]) for one in looks):
        after = [one for one in looks if one["pid"] == pid and one["searches"] >= warm_up]
        if len(after) < 2:
            continue
        fifth = max(1, len(after) // 5)

        def mean(name: str, some: list[dict[str, Any]]) -> float:
            return statistics.fmean(one[name] for one in some)

        first, last = mean("own_mb", after[:fifth]), mean("own_mb", after[-fifth:])
        found[f"{kind} {pid}"] = {
            "own_mb": [round(first, 1), round(last, 1)],
            "growth": round(last / first - 1, 4),
            "open_files": [mean("open_files", after[:fifth]), mean("open_files", after[-fifth:])],
            "threads": [mean("threads", after[:fifth]), mean("threads", after[-fifth:])],
        }
    return found


@contextlib.contextmanager
def kept_server(folder: Path, arguments: argparse.Namespace) -> Iterator[Server]:
    """The server of an earlier part, else a new one that goes on running in a process of its own."""
    note = folder / "server.json"
    if not note.exists():
        folder.mkdir(parents=True, exist_ok=True)
        more = ["--home", str(arguments.home)] if arguments.home else ["--small"] if arguments.small else []
        subprocess.Popen(
            [sys.executable, __file__, "--serve", str(note), "--model", arguments.model, *more], start_new_session=True
        )
        while not note.exists():
            time.sleep(0.5)
    told = json.loads(note.read_text())
    yield Server(told["address"], Path(told["home"]), told["pid"])


def serve_until_told(note: Path, arguments: argparse.Namespace) -> None:
    """The server of `kept_server`: until SIGTERM."""
    is_over: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: is_over.append(number))
    with served_shop(arguments) as server:
        unfinished = note.with_suffix(".part")
        unfinished.write_text(
            json.dumps({"address": server.address, "home": str(server.home), "pid": server.pid, "keeper": os.getpid()})
        )
        unfinished.rename(note)
        while not is_over:
            time.sleep(0.2)
    note.unlink()


def soaked(arguments: argparse.Namespace) -> dict[str, Any]:
    kept: Path | None = arguments.kept
    file = kept / "looks.jsonl" if kept else None
    looks = [json.loads(line) for line in file.read_text().splitlines()] if file and file.exists() else []
    known = len(looks)
    machine = busy()
    running = kept_server(kept, arguments) if kept else served_shop(arguments)
    with running as server:
        done, figures = ask(server, looks, arguments.searches, arguments.clients)
        alive = server.processes()
    if file:
        with file.open("a") as out:
            out.writelines(json.dumps(one) + "\n" for one in looks[known:])
    warm_up = max(arguments.warm_up, done // 10)
    by_process = growth(looks, min(warm_up, done))
    return {
        "machine": machine,
        "searches": done,
        "warm_up": warm_up,
        "this_part": figures,
        "processes": by_process,
        "died": sorted({f"{one['kind']} {one['pid']}" for one in looks if one["pid"] not in alive}),
        # As many again as the warm-up, or nothing can be said.
        "reached": done >= 2 * warm_up and all(one["growth"] <= MOST_GROWTH for one in by_process.values()),
    }


def told(report: dict[str, Any]) -> str:
    [(_, part)] = report["this_part"].items()
    return "\n".join(
        (
            f"{report['searches']:,} searches, looked at from {report['warm_up']:,} on; this part "
            f"{part['admitted_a_second']} a second, p95 {part['ms'].get('p95')} ms, 503: {part['busy_503']}, "
            f"errors: {part['errors'] or 'none'}",
            *(
                f"  {name:14} own memory {one['own_mb'][0]} -> {one['own_mb'][1]} MB ({one['growth']:+.1%}), "
                f"open files {one['open_files'][0]:.0f} -> {one['open_files'][1]:.0f}, "
                f"threads {one['threads'][0]:.0f} -> {one['threads'][1]:.0f}"
                for name, one in report["processes"].items()
            ),
            *(f"DIED    {name}" for name in report["died"]),
            "reached"
            if report["reached"]
            else f"MISSED: growth of {MOST_GROWTH:.0%} at most, over twice as many searches as the warm-up",
        )
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--warm-up", type=int, default=5_000, help="searches that are not looked at, at least")
    parser.add_argument("--kept", type=Path, help="a folder for what was seen; the server goes on between parts")
    parser.add_argument("--end", action="store_true", help="stop the server of --kept")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    add_options(parser)
    arguments = parser.parse_args()
    if arguments.serve:
        serve_until_told(arguments.serve, arguments)
        return 0
    if arguments.end:
        os.kill(json.loads((arguments.kept / "server.json").read_text())["keeper"], signal.SIGTERM)
        return 0
    report = soaked(arguments)
    print(json.dumps(report, indent=1) if arguments.as_json else told(report))
    [(_, part)] = report["this_part"].items()
    return 0 if report["reached"] and not report["died"] and not part["errors"] else 1


if __name__ == "__main__":
    sys.exit(main())
