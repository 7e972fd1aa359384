"""As many odd requests as one likes to every route of the sample shop, as everybody: what is wrong with the answers.

    KB_HOME=FOLDER KB_MODEL=hash kb setup
    PYTHONPATH=.:tests/factories python tests/load/odd_requests.py --home FOLDER --rounds 5 --chance 7

What is sent changes FOLDER. Nothing is served: the application itself is asked. The same `--chance` makes the same requests.
Afterwards the index is brought up to date and every page is opened. Prints what came back, as JSON; ends with 1 where it was bad.
"""

import argparse
import json
import sys
import time

from odd_askers import find_places, open_all_pages, probe

from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from webapp.app import create_app
from webapp.shared.live import hub_of


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", required=True)
    parser.add_argument("--rounds", type=float, default=1)
    parser.add_argument("--chance", type=int, default=0)
    wanted = parser.parse_args()
    settings = Settings(home_text=wanted.home, model="hash", secret_key="only for tests " * 4)
    engine = create_database_engine(settings)
    app = create_app(settings, engine)
    hub_of(app).is_stopping = lambda: True  # type: ignore[method-assign]  # streams end after their first event
    begun = time.perf_counter()
    places = find_places(app, engine, 4)
    found = probe(app, engine, places, rounds=wanted.rounds, chance=wanted.chance)
    SearchRuntime.open(settings, engine).update()
    crawl, closed = open_all_pages(app, engine, 6)
    figures = {
        "requests": found.requests,
        "seconds": round(time.perf_counter() - begun, 1),
        "statuses": dict(sorted(found.statuses.items())),
        "longest_processor_seconds": round(found.longest, 2),
        "wrong": len(found.wrong),
        "pages_opened_afterwards": len(crawl.seen),
        "pages_that_do_not_open": len(closed),
    }
    print(json.dumps(figures, indent=2))
    for what, request in found.wrong.items():
        print(f"{what}\n    {request}", file=sys.stderr)
    print("\n".join(closed), file=sys.stderr)
    engine.dispose()
    return 1 if found.wrong or closed else 0


if __name__ == "__main__":
    sys.exit(main())
