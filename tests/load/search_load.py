"""Searches over HTTP, as many as come: 50 clients that ask again as soon as they are answered, beside the encoder by itself.

    python tests/load/search_load.py --seconds 300
    python tests/load/search_load.py --place page --clients 20 --seconds 60 --home FOLDER --json

Serves the sample shop in a folder of its own with two web processes (--home: a copy of a folder that `kb setup` made). Every
question is another one, in three languages, so that nothing is answered from memory. Before and after, with the server idle, as
many processes encode the same questions with the model alone. 503 with `Retry-After`, which the server sends rather than an
answer that comes too late, is counted apart from errors; for 50 clients there should be none, since a process lets 400 wait.
Exit status 1 where a request went wrong.

processor_ms says what a search takes of the processor in the web processes, a query in the encoder, a request in the client. With
two processors the client's share is missing to the server: "of_the_encoder" counts it against the server all the same,
"of_the_encoder_by_processor" compares processor time alone and is the same on a busy machine.
"""

import argparse
import json
import sys
import time
from typing import Any

from bare_encoder import bare_queries
from callers import Callers
from machine import busy, processor_seconds
from questions import questions
from serving import Server, add_options, served_shop
from visitors import Visitors

MOST_P95_MS = 300.0
LEAST_OF_ENCODER = 0.8
_WARM_UP_SECONDS = 5.0


def measured(server: Server, clients: int, seconds: float, place: str) -> dict[str, Any]:
    """The searches, after a warm-up that is not counted."""
    for for_seconds in (min(_WARM_UP_SECONDS, seconds), seconds):
        visitors = Visitors(server.address, seed=int(for_seconds))
        callers = Callers(server.address, [visitors.customer(place) for _ in range(clients)])
        processes = server.processes()
        before = {pid: processor_seconds(pid) for pid in processes}
        end = time.perf_counter() + for_seconds
        callers.run(lambda end=end: time.perf_counter() > end)  # type: ignore[misc]
    took = {pid: processor_seconds(pid) - used for pid, used in before.items()}
    [searches] = callers.kinds.values()
    return {
        "seconds": round(callers.seconds, 1),
        "searches": searches.figures(callers.seconds),
        "processor_s": {f"{processes[pid]} {pid}": round(used, 1) for pid, used in took.items()},
        "processor_ms": {
            "web": round(
                1000 * sum(used for pid, used in took.items() if processes[pid] == "web") / max(callers.answers, 1), 3
            ),
            "client": round(1000 * callers.own_processor_s / max(callers.answers, 1), 3),
        },
    }


def with_encoder(server: Server, arguments: argparse.Namespace) -> dict[str, Any]:
    texts = [text for _, text in questions()]

    def bare() -> dict[str, float]:
        return bare_queries(str(server.home), arguments.model, texts, arguments.workers, arguments.encoder_seconds)

    machine = busy()
    before = bare()
    found = measured(server, arguments.clients, arguments.seconds, arguments.place)
    print(f"The encoder by itself: {before}; searches: {found}", file=sys.stderr, flush=True)
    after = bare()
    rate = (before["queries_a_second"] + after["queries_a_second"]) / 2
    processor = (before["processor_ms"] + after["processor_ms"]) / 2
    searches = found["searches"]
    share = searches["admitted_a_second"] / rate
    return {
        "clients": arguments.clients,
        "web_processes": arguments.workers,
        "place": arguments.place,
        "machine": machine,
        **found,
        "encoder": {"before": before, "after": after},
        "of_the_encoder": round(share, 3),
        "of_the_encoder_by_processor": round(processor / max(found["processor_ms"]["web"], 1e-9), 3),
        "reached": {
            "no error": not searches["errors"],
            f"p95 within {MOST_P95_MS:.0f} ms": searches["ms"].get("p95", 1e9) <= MOST_P95_MS,
            f"{LEAST_OF_ENCODER:.0%} of the encoder's own": share >= LEAST_OF_ENCODER,
        },
    }


def told(report: dict[str, Any]) -> str:
    searches, milliseconds = report["searches"], report["searches"]["ms"]
    before, after = (report["encoder"][when]["queries_a_second"] for when in ("before", "after"))
    return "\n".join(
        (
            f"{searches['admitted']:,} searches of {report['clients']} clients in {report['seconds']} s: "
            f"{searches['admitted_a_second']} a second, p50 {milliseconds.get('p50')} ms, p95 {milliseconds.get('p95')} ms",
            f"errors: {searches['errors'] or 'none'}; told to come again (503): {searches['busy_503']}",
            f"the encoder by itself: {before} queries a second before, {after} after; "
            f"the server did {report['of_the_encoder']:.0%} of that "
            f"({report['of_the_encoder_by_processor']:.0%} by processor time)",
            f"processor: {report['processor_ms']['web']} ms a search, the model {report['encoder']['after']['processor_ms']}, "
            f"the client {report['processor_ms']['client']}",
            *(f"{'reached' if is_so else 'MISSED '}  {what}" for what, is_so in report["reached"].items()),
        )
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--encoder-seconds", type=float, default=10, help="before, and again after")
    parser.add_argument("--workers", type=int, default=2, help="web processes, and processes of the encoder")
    parser.add_argument("--place", choices=("api", "page"), default="api", help="JSON, or pages of the help centre")
    add_options(parser)
    arguments = parser.parse_args()
    with served_shop(arguments, KB_WORKERS=str(arguments.workers)) as server:
        report = with_encoder(server, arguments)
    print(json.dumps(report, indent=1) if arguments.as_json else told(report))
    return 0 if report["reached"]["no error"] else 1


if __name__ == "__main__":
    sys.exit(main())
