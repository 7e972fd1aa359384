"""What is published, archived or made anew on one machine holds on all, though each has index files of its own."""

import pytest
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
