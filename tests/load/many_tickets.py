"""Many past tickets imported and indexed beside a server that people search in, killed in the middle and begun again.

    python tests/load/many_tickets.py --tickets 100000
    python tests/load/many_tickets.py --tickets 2000 --model hash --json

Serves the sample shop in a folder of its own with two web processes (--home: a copy of a folder that `kb setup` made). The export
is made of sentences of the sample's tickets, in JSON, one a line, each ticket with a number that only it has. Ten customers
search, once a second each: first for --idle seconds while nothing else goes on, then beside `kb tickets import`, which also
indexes. It is killed with SIGKILL while it imports and once more while it indexes, and run again each time.

What must be: every ticket is there once, the index agrees with the database (`kb index --verify`), no process of import and
index had more than 1.5 GB of memory (the server's own worker counts: it indexes, too), and p95 of the searches is at most twice
that of the idle server. Exit status 1 where it is not so, or a search went wrong.
"""

import argparse
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from callers import Callers
from machine import busy, usage
from serving import KB, ROOT, Server, add_options, environment, served_shop
from visitors import Visitors

MOST_MB = 1536.0
MOST_SLOWER = 2.0
_PROBES = 10


def write_export(path: Path, tickets: int) -> None:
    sample = json.loads((ROOT / "articles" / "sample-tickets.zendesk.json").read_text("utf-8"))["tickets"]
    turns: dict[bool, list[str]] = {True: [], False: []}
    for ticket in sample:
        for comment in ticket["comments"]:
            of_customer = comment["author_id"] == ticket["requester_id"]
            turns[of_customer] += [
                line for line in re.split(r"(?<=[.?!।])\s+", comment["body"]) if 20 < len(line) < 200
            ]
    chance = random.Random(0)
    with path.open("w", encoding="utf-8") as out:
        for number in range(tickets):
            problem, resolution = (" ".join(chance.choices(turns[who], k=5)) for who in (True, False))
            row = {
                "id": f"load-{number}",
                "subject": chance.choice(sample)["subject"],
                "problem": f"{problem} Case serial{number}.",
                "resolution": resolution,
                "status": "solved",
                "channel": "email",
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


@contextmanager
def searches(server: Server, seed: int) -> Iterator[Callers]:
    """Customers who search, until the block ends."""
    visitors = Visitors(server.address, seed)
    probes = [visitors.customer("api") for _ in range(_PROBES)]
    for probe in probes:
        probe.pause = lambda: 1.0
    callers, is_over = Callers(server.address, probes), threading.Event()
    thread = threading.Thread(target=callers.run, args=(is_over.is_set,))
    thread.start()
    try:
        yield callers
    finally:
        is_over.set()
        thread.join()


class Watched(threading.Thread):
    """The most memory that a process, and the server's worker, has had; Linux keeps it for each process as long as it lives."""

    def __init__(self, pids: Callable[[], list[int]]) -> None:
        super().__init__(daemon=True)
        self._pids = pids
        self.done = threading.Event()
        self.peak_mb = 0.0

    def run(self) -> None:
        while not self.done.wait(0.3):
            for pid in self._pids():
                with suppress(OSError, KeyError):
                    self.peak_mb = max(self.peak_mb, usage(pid).peak_mb)


def stored(home: Path) -> tuple[int, int]:
    """Rows of the export in the database, and different ones among them."""
    with closing(sqlite3.connect(f"file:{home / 'kb.sqlite3'}?mode=ro", uri=True, timeout=60)) as database:
        query = "SELECT count(*), count(DISTINCT external_id) FROM tickets WHERE external_id LIKE 'load-%'"
        rows, different = database.execute(query).fetchone()
    return int(rows), int(different)


def indexed(home: Path) -> int:
    """Tickets that have passages."""
    with closing(sqlite3.connect(f"file:{home / 'kb.sqlite3'}?mode=ro", uri=True, timeout=60)) as database:
        query = "SELECT count(DISTINCT document_id) FROM passages WHERE document_kind = 'ticket'"
        return int(database.execute(query).fetchone()[0])


def import_once(
    home: Path, export: Path, variables: dict[str, str], kill_when: Callable[[], bool] | None
) -> tuple[float, int, float]:
    """One run of the command: seconds, exit status, and the most memory that it had. kill_when: asked four times a second."""
    begun = time.monotonic()
    command = [*KB, "tickets", "import", str(export), "--from", "jsonl"]
    with (home / "import.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log)
        watched = Watched(lambda: [process.pid])
        watched.start()
        while process.poll() is None:
            if kill_when is not None and kill_when():
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.25)
        watched.done.set()
        watched.join()
    return time.monotonic() - begun, process.returncode, watched.peak_mb


def measured(server: Server, arguments: argparse.Namespace) -> dict[str, Any]:
    home, tickets = server.home, arguments.tickets
    export = home / "export.jsonl"
    write_export(export, tickets)
    variables = environment(home, KB_MODEL=arguments.model)
    before = indexed(home)
    machine = busy()
    with searches(server, seed=0) as warm:
        time.sleep(min(5.0, arguments.idle))
    with searches(server, seed=1) as idle:
        time.sleep(arguments.idle)
    worker = Watched(lambda: [pid for pid, kind in server.processes().items() if kind == "jobs"])
    worker.start()
    kills: list[Callable[[], bool] | None] = [
        lambda: stored(home)[0] >= tickets // 2,
        lambda: indexed(home) - before >= tickets // 2,
        None,
    ]
    runs = []
    with searches(server, seed=2) as beside:
        for kill_when in kills:
            seconds, status, peak = import_once(home, export, variables, kill_when)
            runs.append(
                {
                    "seconds": round(seconds, 1),
                    "status": status,
                    "peak_mb": peak,
                    "stored": stored(home)[0],
                    "indexed": indexed(home) - before,
                }
            )
    worker.done.set()
    worker.join()
    verified = subprocess.run(
        [*KB, "index", "--verify", "--json"], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    rows, different = stored(home)
    figures = {"idle": _only(idle), "beside": _only(beside)}
    slower = figures["beside"]["ms"]["p95"] / figures["idle"]["ms"]["p95"]
    peaks = [*(run["peak_mb"] for run in runs), worker.peak_mb]
    return {
        "tickets": tickets,
        "machine": machine,
        "runs": runs,
        "worker_peak_mb": worker.peak_mb,
        "stored": rows,
        "different": different,
        "indexed": indexed(home) - before,
        "index": json.loads(verified.stdout.splitlines()[-1]) if verified.stdout else verified.stderr,
        "searches": figures,
        "times_the_idle_p95": round(slower, 2),
        "reached": {
            "all there, none twice": rows == different == tickets == indexed(home) - before,
            "the index agrees with the database": verified.returncode == 0,
            f"at most {MOST_MB:.0f} MB": max(peaks) <= MOST_MB,
            f"p95 of the others at most {MOST_SLOWER:.0f} x idle": slower <= MOST_SLOWER,
            "no search went wrong": not any(_only(some)["errors"] for some in (warm, idle, beside)),
            "killed twice": [run["status"] for run in runs] == [-signal.SIGKILL, -signal.SIGKILL, 0],
        },
    }


def _only(callers: Callers) -> dict[str, Any]:
    [kind] = callers.kinds.values()
    return kind.figures(callers.seconds)


def told(report: dict[str, Any]) -> str:
    idle, beside = (report["searches"][when] for when in ("idle", "beside"))
    return "\n".join(
        (
            f"{report['tickets']:,} tickets",
            *(
                f"  run of {run['seconds']} s, status {run['status']}: {run['stored']:,} stored, {run['indexed']:,} indexed, "
                f"at most {run['peak_mb']} MB"
                for run in report["runs"]
            ),
            f"  the server's worker: at most {report['worker_peak_mb']} MB",
            f"searches idle: p50 {idle['ms']['p50']} p95 {idle['ms']['p95']} ms; beside: {beside['admitted']:,}, "
            f"p50 {beside['ms']['p50']} p95 {beside['ms']['p95']} ms ({report['times_the_idle_p95']} x), "
            f"503: {beside['busy_503']}, errors: {beside['errors'] or 'none'}",
            *(f"{'reached' if is_so else 'MISSED '}  {what}" for what, is_so in report["reached"].items()),
        )
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--idle", type=float, default=30, help="seconds of searches on the idle server")
    add_options(parser)
    arguments = parser.parse_args()
    with served_shop(arguments) as server:
        report = measured(server, arguments)
    print(json.dumps(report, indent=1) if arguments.as_json else told(report))
    return 0 if all(report["reached"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
