"""What a running server notices of writing: publishing beside many tickets, and a rebuild under its feet.

    python tests/load/index_beside_server.py --tickets 100000        # publish -> found by every worker
    python tests/load/index_beside_server.py --rebuild 40000         # searches at 10/s while as many passages are made anew

Starts a real server with two web processes and a worker in a folder of its own, and prints what it measured as JSON. The
encoder is the one that hashes words, so that filling takes minutes: what depends on the number of documents is the same with any.
"""

import argparse
import json
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import numpy as np
from serving import environment, run_kb, served
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.updating import bring_up_to_date
from kb.core.clock import utc_now
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.tables import Article, Ticket
from kb.tables.migrations import upgrade_database

WORDS = tuple(
    "refund parcel lamp kettle invoice courier broken late card payment address account login coupon warranty "  # noqa: SIM905
    "screen battery charger voucher gift order cancel return exchange install repair branch office phone".split()
)
SEARCHES_PER_SECOND = 10
HASH = {"KB_MODEL": "hash"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=0, help="Publish beside so many tickets.")
    parser.add_argument("--rebuild", type=int, default=0, help="Rebuild an index of so many passages.")
    parser.add_argument("--seconds", type=int, default=20, help="How long searches are measured on the idle server.")
    arguments = parser.parse_args()
    report: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="kb-load-") as folder:
        settings = Settings(home_text=folder, model="hash")
        engine = create_database_engine(settings)
        upgrade_database(engine)
        count = arguments.tickets or arguments.rebuild // 2
        report["filling_s"] = fill(engine, settings, count)
        with served(Path(folder), **HASH) as server:
            address = server.address
            if arguments.tickets:
                report["publish_to_found_s"] = publish(engine, address)
            if arguments.rebuild:
                report |= rebuild(address, folder, arguments.seconds)
        engine.dispose()
    print(json.dumps({"tickets": count, **report}, indent=1))


def fill(engine: Engine, settings: Settings, count: int) -> float:
    """Tickets with two passages each, every one with a number that only it has, and one article; seconds to index them."""
    random = np.random.default_rng(0)
    with Session(engine) as session:
        for start in range(0, count, 5000):
            session.execute(insert(Ticket), [_ticket(random, i) for i in range(start, min(start + 5000, count))])
        session.commit()
    add_article(engine, "Brass lamp", "How to clean a brass lamp")
    started = time.perf_counter()
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    return round(time.perf_counter() - started, 1)


def _ticket(random: np.random.Generator, number: int) -> dict[str, object]:
    problem, resolution = (" ".join(random.choice(WORDS, 25)) for _ in range(2))
    return {
        "source": "load", "external_id": str(number), "language": "en", "channel": "email", "status": "resolved",
        "subject": f"Case {number}", "problem": f"{problem} serial{number}", "resolution": resolution,
        "content_hash": str(number), "created_at": utc_now(),
    }  # fmt: skip


def add_article(engine: Engine, title: str, body: str) -> None:
    slug = title.lower().replace(" ", "-")
    with Session(engine) as session:
        session.add(
            Article(slug=slug, translation_key=slug, language="en", status="published", title=title, body=body,
                    content_hash=slug)
        )  # fmt: skip
        session.commit()


def find(address: str, query: str) -> list[str]:
    """Titles, on a connection of its own, so that any process may answer."""
    url = f"{address}/api/v1/search?{urllib.parse.urlencode({'q': query, 'lang': 'en'})}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        return [result["title"] for result in json.load(answer)["results"]]


def publish(engine: Engine, address: str) -> dict[str, float]:
    """Seconds from the commit of an article to the first of eight searches in a row that all find it.

    Below the limit of searches for one address: ten a second between two articles.
    """
    seconds = []
    for number in range(6):
        title = f"Copper kettle {number}{number}{number}"
        add_article(engine, title, f"How to clean copper kettle number {number}{number}{number}")
        started = time.perf_counter()
        found_since = None
        in_a_row = 0
        while in_a_row < 8:
            asked = time.perf_counter()
            if title in find(address, title):
                found_since = found_since or asked
                in_a_row += 1
            else:
                found_since, in_a_row = None, 0
            time.sleep(0.05)
        assert found_since is not None
        seconds.append(found_since - started)
        time.sleep(3)
    return {"median": round(float(np.median(seconds)), 3), "max": round(max(seconds), 3)}


class Searches(threading.Thread):
    """The same search ten times a second; each in a thread of its own, so that a slow one does not hide the next."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self._address = address
        self.done = threading.Event()
        self.milliseconds: list[float] = []
        self.wrong = self.empty = self.failed = 0

    def run(self) -> None:
        threads = []
        while not self.done.is_set():
            threads.append(threading.Thread(target=self._search, daemon=True))
            threads[-1].start()
            time.sleep(1 / SEARCHES_PER_SECOND)
        for thread in threads:
            thread.join(30)

    def _search(self) -> None:
        started = time.perf_counter()
        try:
            titles = find(self._address, "brass lamp")
        except OSError:
            self.failed += 1
            return
        self.milliseconds.append((time.perf_counter() - started) * 1000)
        self.empty += not titles
        self.wrong += bool(titles) and titles[0] != "Brass lamp"

    def figures(self) -> dict[str, float]:
        low, high = np.percentile(self.milliseconds, [50, 95])
        return {
            "searches": len(self.milliseconds), "p50_ms": round(low, 1), "p95_ms": round(high, 1),
            "wrong": self.wrong, "empty": self.empty, "failed": self.failed,
        }  # fmt: skip


def rebuild(address: str, folder: str, seconds: int) -> dict[str, object]:
    idle = Searches(address)
    idle.start()
    time.sleep(seconds)
    idle.done.set()
    idle.join()
    beside = Searches(address)
    beside.start()
    started = time.perf_counter()
    run_kb(["index", "--rebuild"], environment(Path(folder), **HASH))
    took = time.perf_counter() - started
    time.sleep(1)
    beside.done.set()
    beside.join()
    first, second = idle.figures(), beside.figures()
    return {
        "idle": first,
        "rebuild": second,
        "rebuild_s": round(took, 1),
        "p95_ratio": round(second["p95_ms"] / first["p95_ms"], 2),
    }


if __name__ == "__main__":
    main()
