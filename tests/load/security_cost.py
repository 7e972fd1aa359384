"""What security takes of usual requests, timed in one process: each layer inside them, and what all of them add.

    python tests/load/security_cost.py --times 150

Sets up a shop with one article in a folder of its own (SQLite, the hash encoder), and asks each kind of request in turn: with
each layer timed, as it is, and without the layers. Prints milliseconds of the processor, which other programs of the machine
change less, and of wall: medians, and in brackets what one request of twenty exceeds; "added" is the median of what a request
takes longer with the layers than without them. How fast the machine was meanwhile is told by a loop that is always the same.
Exit status 1 where they add more than a millisecond of the processor to some kind of request; what is written down in the audit
trail is set apart. The clocks inside take about a tenth of a millisecond of "all layers", and nothing of "added".
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "factories"))

from people_factory import ADDRESSES, PASSWORD
from security_layers import LAYERS
from security_timing import WRITTEN_DOWN, Cost, Part, measure_usual_requests

from indexer.runtime import SearchRuntime
from kb.accounts.people import create_user, get_user
from kb.accounts.tokens import issue_token
from kb.articles import parse_article, save_article
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.tables import Role
from kb.tables.migrations import upgrade_database
from webapp.app import create_app

MOST = 1.0  # milliseconds
ARTICLE = "---\ntitle: Refunds\nslug: refunds\nstatus: published\n---\nA refund takes five days.\n"


def measured(home: Path, times: int) -> dict[str, Cost]:
    settings = Settings(home_text=str(home), model="hash", secret_key="only for this measurement" * 2, proxies_text="1")
    home.mkdir(exist_ok=True)
    engine = create_database_engine(settings)
    upgrade_database(engine)
    with session_scope(engine) as session:
        for role, address in ADDRESSES.items():
            create_user(session, address, role, PASSWORD, name=f"Test {role.value}")
        save_article(session, parse_article(ARTICLE, "refunds.md"), author="measurement")
        token = issue_token(session, get_user(session, ADDRESSES[Role.REP]), "measurement")
    SearchRuntime.open(settings, engine).update(compare=True)
    return measure_usual_requests(create_app(settings, engine), token, times)


def loop() -> float:
    """Milliseconds of the processor that a loop takes, the median of some."""
    took = []
    for _ in range(9):
        begun = time.thread_time()
        sum(number * number for number in range(100_000))
        took.append(1000 * (time.thread_time() - begun))
    return statistics.median(took)


def table(costs: dict[str, Cost]) -> str:
    kinds = [f"{number}  {kind}" for number, kind in enumerate(costs, 1)]
    cpu = _rows("processor", costs, lambda part: (part.cpu, part.cpu_p95), lambda cost: cost.added_cpu)
    wall = _rows("wall", costs, lambda part: (part.wall, part.wall_p95), lambda cost: cost.added_wall)
    return "\n".join([*kinds, "", *cpu, "", *wall])


def _rows(
    name: str, costs: dict[str, Cost], of: Callable[[Part], tuple[float, float]], added: Callable[[Cost], float]
) -> list[str]:
    def row(title: str, parts: list[Part]) -> list[str]:
        return [title, *("{:.3f} ({:.3f})".format(*of(part)) for part in parts)]

    rows = [
        [name, *map(str, range(1, len(costs) + 1))],
        *(row(layer, [cost.layers[layer] for cost in costs.values()]) for layer in LAYERS),
        row("all layers", [cost.timed for cost in costs.values()]),
        ["added", *(f"{added(cost):.3f}" for cost in costs.values())],
        row("whole request", [cost.whole for cost in costs.values()]),
    ]
    wide = [max(len(one[column]) for one in rows) for column in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(one, wide, strict=True)).rstrip() for one in rows]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=150, help="requests of each kind, in each of the three ways")
    parser.add_argument("--json", action="store_true", dest="as_json", help="as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kb-security-") as folder:
        before = loop()
        costs = measured(Path(folder) / "home", given.times)
        after = loop()
    if given.as_json:
        print(json.dumps({kind: asdict(cost) for kind, cost in costs.items()}, indent=1))
    else:
        print(f"{table(costs)}\n\nthe loop: {before:.1f} ms before, {after:.1f} ms after")
    return 0 if max(cost.added_cpu for kind, cost in costs.items() if kind != WRITTEN_DOWN) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
