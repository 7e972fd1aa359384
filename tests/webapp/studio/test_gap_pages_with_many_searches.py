"""The gap pages after a year of searches: a fixed number of statements, and no waiting."""

import threading
import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from many_searches import add_searches_with_gaps
from page_checks import get_page
from sqlalchemy import Engine
from statements import is_write, recorded_statements

from kb.tables import Role

MOST_STATEMENTS, MOST_MS = 12, 100.0


@pytest.fixture
def trainer(engine: Engine, login: Callable[[Role | str], FlaskClient]) -> FlaskClient:
    add_searches_with_gaps(engine, events=100_000, misses=15_000, gaps=2_500, largest=400, fingerprint="hash")
    return login("trainer")


@pytest.mark.slow
def test_gap_pages_are_quick_with_a_hundred_thousand_searches(trainer: FlaskClient, engine: Engine) -> None:
    for path in (
        "/studio/gaps",
        "/studio/gaps?page=30",
        "/studio/gaps?language=bn",
        "/studio/gaps/1",
        "/studio/gaps/1?page=4",
        "/studio/gaps/2000",
    ):
        get_page(trainer, path)
        taken = []
        for _ in range(5):
            with recorded_statements(engine) as statements:
                # Time of the processor, SQLite's included: that on the clock also tells what else the machine is doing.
                begun = time.process_time()
                assert trainer.get(path).status_code == 200
                taken.append(1000 * (time.process_time() - begun))
        print(f"{path}: {len(statements)} statements, {sorted(taken)[2]:.0f} ms")
        assert len(statements) <= MOST_STATEMENTS, statements
        assert not any(is_write(statement) for statement in statements)
        assert sorted(taken)[2] <= MOST_MS, (path, taken)


@pytest.mark.slow
def test_all_gaps_can_be_reached_page_by_page_and_each_is_on_one(trainer: FlaskClient) -> None:
    text = get_page(trainer, "/studio/gaps?page=50")
    assert 'rel="prev"' in text
    assert 'rel="next"' not in text
    assert 'rel="next"' in get_page(trainer, "/studio/gaps?page=49")
    assert "Nothing here" in get_page(trainer, "/studio/gaps?page=51")
    seen = [gap["id"] for start in (0, 1000, 2000) for gap in trainer.get(f"/api/v1/studio/gaps?offset={start}").json]
    assert sorted(seen) == list(range(1, 2501))


@pytest.mark.slow
def test_many_people_may_look_at_once(trainer: FlaskClient, login: Callable[[Role | str], FlaskClient]) -> None:
    found: list[int] = []

    def look(client: FlaskClient) -> None:
        found.extend(client.get("/studio/gaps").status_code for _ in range(4))

    threads = [threading.Thread(target=look, args=(login("trainer"),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 24
