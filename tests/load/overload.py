"""More clients than the server can answer: who is served in time, and who is told to come again.

    python tests/load/overload.py --clients 50,200,1000 --seconds 30
    python tests/load/overload.py --home FOLDER --json

Serves the sample shop in a folder of its own with two web processes (--home: a copy of a folder that `kb setup` made). Of each
step's clients half search without a pause, two in five type (a request for each letter, and the next one whatever comes of
it), one in ten is a rep who searches every few seconds. Whoever searches comes again when `Retry-After` says so.

What must be: whoever is admitted has waited no longer than webapp/commands/admission.py lets them, and has their answer within
--answer seconds more; the others are told 503 with `Retry-After`: of those who type a larger share than of those who search,
of reps none. Exit status 1 where it is not so, or a request went wrong.
"""

import argparse
import json
import sys
import time
from typing import Any

from callers import Callers
from machine import busy
from serving import Server, add_options, served_shop
from visitors import Visitors, cookies_of_reps

from webapp.commands.admission import LONGEST_WAIT
from webapp.shared.urgency import Urgency

_URGENCY = {"rep": Urgency.REP, "search (api)": Urgency.SEARCH, "typing": Urgency.TYPING}


def step(server: Server, cookie_of: Any, clients: int, seconds: float, seed: int) -> dict[str, Any]:
    visitors = Visitors(server.address, seed)
    typists, reps = round(0.4 * clients), max(1, round(0.1 * clients))
    callers = Callers(
        server.address,
        [
            *(visitors.rep(cookie_of(number)) for number in range(reps)),
            *(visitors.customer("api") for _ in range(clients - typists - reps)),
            *(visitors.typist() for _ in range(typists)),
        ],
    )
    end = time.perf_counter() + seconds
    callers.run(lambda: time.perf_counter() > end)
    return {
        "clients": clients,
        **callers.figures(),
        "client_processor_ms": round(1000 * callers.own_processor_s / max(callers.answers, 1), 3),
    }


def faults(found: dict[str, Any], answer_s: float) -> list[str]:
    """What is not as it should be in one step."""
    said = []
    for kind, urgency in _URGENCY.items():
        milliseconds = found[kind]["ms"].get("p95", 0.0)
        most = 1000 * (LONGEST_WAIT[urgency] + answer_s)
        if milliseconds > most:
            said.append(f"{kind}: p95 {milliseconds} ms, more than {most:.0f}")
        if found[kind]["errors"]:
            said.append(f"{kind}: {found[kind]['errors']}")
    shares = [found[kind]["busy_share"] for kind in _URGENCY]
    if shares[0]:
        said.append(f"reps were told to come again: {shares[0]:.1%}")
    if shares[1] > shares[2]:
        said.append(f"searches were told to come again ({shares[1]:.1%}) rather than who types ({shares[2]:.1%})")
    return said


def told(found: dict[str, Any]) -> str:
    lines = [f"{found['clients']} clients"]
    for kind in _URGENCY:
        one = found[kind]
        lines.append(
            f"  {kind:13} {one['asked']:6} asked, {one['admitted_a_second']:6} admitted a second, "
            f"p50 {one['ms'].get('p50', '-')} p95 {one['ms'].get('p95', '-')} most {one['ms'].get('most', '-')} ms; "
            f"503: {one['busy_503']} ({one['busy_share']:.1%}), errors: {one['errors'] or 'none'}"
        )
    return "\n".join([*lines, *(f"  WRONG {what}" for what in found["faults"])])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", default="50,200,1000", help="of each step, by commas")
    parser.add_argument("--seconds", type=float, default=30, help="of each step")
    parser.add_argument("--answer", type=float, default=1.0, help="seconds that an answer may take beside the wait")
    add_options(parser)
    arguments = parser.parse_args()
    report: dict[str, Any] = {"machine": busy(), "steps": []}
    with served_shop(arguments) as server:
        cookie_of = cookies_of_reps(server.address, server.home)
        step(server, cookie_of, 20, min(5.0, arguments.seconds), seed=99)  # a warm-up
        for number, clients in enumerate(map(int, arguments.clients.split(","))):
            found = step(server, cookie_of, clients, arguments.seconds, seed=number)
            found["faults"] = faults(found, arguments.answer)
            report["steps"].append(found)
            if not arguments.as_json:
                print(told(found), flush=True)
            time.sleep(2)
    if arguments.as_json:
        print(json.dumps(report, indent=1))
    return 1 if any(found["faults"] for found in report["steps"]) else 0


if __name__ == "__main__":
    sys.exit(main())
