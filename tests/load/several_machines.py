"""Figures of two machines with two web processes each and PostgreSQL between them: `python tests/load/several_machines.py`.

How long until a published article is found, and an archived one gone, on all four processes; searches that fail while one
machine after the other is started anew, and while one is dead. `--articles`, `--restarts`. JSON. Hash encoder: what is asked is
how machines share, not how vectors are made.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "factories"))

from balancer import Balanced, balanced_searches, start_anew_in_turn
from content_factory import add_article, change_article
from machines import Machine, machines, wait_for
from postgresql_server import PostgresqlServer
from sqlalchemy.orm import Session

from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.tables.migrations import upgrade_database

_PROCESSES = 2  # of each machine
_ASKED = (
    6 * _PROCESSES
)  # connections are taken by whichever process is free: so many reach each of them, nearly for sure
_SHARED = "Keep it clean and dry."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=2, help="of each machine")
    arguments = parser.parse_args()
    server = PostgresqlServer()
    try:
        server.create("kb")
        settings = Settings(home_text=tempfile.mkdtemp(), database_url=server.url("kb"))
        engine = create_database_engine(settings)
        upgrade_database(engine)
        more = {"KB_WORKERS": str(_PROCESSES), "KB_DRAIN_SECONDS": "3"}
        with (
            machines(Path(tempfile.mkdtemp()), settings.database, more=more) as fleet,
            Session(engine, expire_on_commit=False) as session,
        ):
            figures: dict[str, Any] = {"lag_s": _lag(fleet, session, arguments.articles)}
            figures["rolling_restart"] = _rolling_restart(fleet, arguments.restarts)
            figures["one_dead"] = _one_dead(fleet)
        print(json.dumps(figures, indent=2))
        engine.dispose()
    finally:
        server.stop()


def _lag(fleet: list[Machine], session: Session, articles: int) -> dict[str, Any]:
    """Seconds from the commit to the beginning of the first round in which every process answers as it should."""
    published, archived = [], []
    for number in range(articles):
        title = f"Lamp {number} glimmers"
        article = add_article(session, title, f"{title}. {_SHARED}")
        published.append(_until(lambda title=title: _is_seen(fleet, title) == {True}))  # type: ignore[misc]
        change_article(session, article, status="archived")
        archived.append(_until(lambda title=title: _is_seen(fleet, title) == {False}))  # type: ignore[misc]
    return {"found": _spread(published), "gone": _spread(archived), "articles": articles}


def _is_seen(fleet: list[Machine], title: str) -> set[bool]:
    return {
        title in {result["title"] for result in machine.search(title)["results"]}
        for machine in fleet
        for _ in range(_ASKED)
    }


def _until(condition: Callable[[], bool]) -> float:
    begun = time.monotonic()
    while True:
        round_begun = time.monotonic()
        if condition():
            return round_begun - begun
        assert round_begun - begun < 60, "it did not come about within a minute"


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "most": round(max(values), 3)}


def _rolling_restart(fleet: list[Machine], restarts: int) -> dict[str, Any]:
    with balanced_searches(fleet, "glimmers", tries=1) as balanced:
        for _ in range(restarts):
            start_anew_in_turn(fleet, balanced)
    return {"restarts": restarts * len(fleet), **_told(balanced)}


def _one_dead(fleet: list[Machine]) -> dict[str, Any]:
    with balanced_searches(fleet, "glimmers", tries=2) as balanced:
        wait_for(lambda: balanced.asked > 100, "searches")
        fleet[0].kill()
        asked = balanced.asked
        wait_for(lambda: balanced.asked > asked + 500, "searches without it")
    return _told(balanced)


def _told(balanced: Balanced) -> dict[str, Any]:
    return {"searches": balanced.asked, "failed": len(balanced.failed), "how": sorted(set(balanced.failed))}


if __name__ == "__main__":
    main()
