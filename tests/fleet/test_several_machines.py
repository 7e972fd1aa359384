"""Two machines: what is published or archived holds on both, one is started anew unnoticed, and one alone carries on."""

import pytest
from balancer import balanced_searches, start_anew_in_turn
from content_factory import add_article, change_article
from machines import Machine, wait_for
from sqlalchemy import Engine
from sqlalchemy.orm import Session

pytestmark = pytest.mark.slow


def titles(machine: Machine, query: str) -> set[str]:
    return {result["title"] for result in machine.search(query)["results"]}


def is_on_all(fleet: list[Machine], query: str, title: str) -> bool:
    return all(title in titles(machine, query) for machine in fleet)


def is_on_none(fleet: list[Machine], query: str, title: str) -> bool:
    return not any(title in titles(machine, query) for machine in fleet)


def test_a_published_article_is_found_and_an_archived_one_is_gone_everywhere(
    fleet: list[Machine], fleet_database: tuple[str, Engine]
) -> None:
    with Session(fleet_database[1]) as session:
        for number in range(30):  # more than are kept beside the files: segments are cut on the way
            article = add_article(
                session, f"Lamp {number} glimmers", f"Wipe the glimmering lamp {number} with vinegar."
            )
        last = article
        wait_for(lambda: is_on_all(fleet, "lamp 29 glimmers", "Lamp 29 glimmers"), "found on all")
        change_article(session, last, status="archived")
        wait_for(lambda: is_on_none(fleet, "lamp 29 glimmers", "Lamp 29 glimmers"), "gone on all")
        assert is_on_all(fleet, "lamp 3 glimmers", "Lamp 3 glimmers")


def test_one_after_the_other_is_started_anew_without_a_failed_request(
    fleet: list[Machine], fleet_database: tuple[str, Engine]
) -> None:
    with balanced_searches(fleet, "lamp 3 glimmers", tries=1) as balanced:
        wait_for(lambda: balanced.asked > 20, "searches")
        start_anew_in_turn(fleet, balanced)
    assert balanced.failed == []
    assert set(balanced.served) == {machine.number for machine in fleet}


def test_one_that_dies_costs_hardly_a_search_and_the_other_does_its_work(
    fleet: list[Machine], fleet_database: tuple[str, Engine]
) -> None:
    dead, alive = fleet
    with Session(fleet_database[1]) as session:
        with balanced_searches(fleet, "lamp 3 glimmers", tries=2) as balanced:
            wait_for(lambda: balanced.served.get(dead.number, 0) > 10, "searches")
            dead.kill()
            add_article(session, "Kettle hums", "Descale the humming kettle with lemon.")
            wait_for(lambda: "Kettle hums" in titles(alive, "kettle hums"), "found where it is indexed")
            asked = balanced.asked
            wait_for(lambda: balanced.asked > asked + 200, "searches without it")
        assert len(balanced.failed) <= balanced.asked / 100, balanced.failed
        dead.start()
        dead.wait_until_ready()
        wait_for(lambda: is_on_all(fleet, "kettle hums", "Kettle hums"), "found on both")
