"""Names are learned for the articles that are indexed, once, and nobody waits for those of others."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from content_factory import add_article, add_ticket
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.assist import name_tables
from kb.assist.name_tables import name_table_of
from kb.core.settings import Settings
from kb.search.types import Audience, Collection


@pytest.fixture
def runtime(settings: Settings, engine: Engine, session: Session) -> SearchRuntime:
    for hotel in ("Zanzibar", "Seaview"):
        add_article(session, f"{hotel}: Are pets allowed?", "Only cats.", slug=hotel.lower())
    add_article(session, "Backroom: Who may enter?", "Staff.", slug="backroom", audience="internal")
    opened = SearchRuntime.open(settings, engine)
    opened.update()
    return opened


def _texts(session: Session, runtime: SearchRuntime, audience: Audience) -> set[str]:
    return {name.text for name in name_table_of(session, runtime.searcher(audience).views()).names}


def test_a_customer_is_told_no_name_of_an_internal_article(session: Session, runtime: SearchRuntime) -> None:
    assert _texts(session, runtime, Audience.CUSTOMER) == {"Zanzibar", "Seaview"}
    assert _texts(session, runtime, Audience.REP) == {"Zanzibar", "Seaview", "Backroom"}


def test_a_ticket_that_is_indexed_has_no_name_learned_again_and_an_article_has(
    session: Session, runtime: SearchRuntime
) -> None:
    searcher = runtime.searcher(Audience.REP)
    before = name_table_of(session, searcher.views())
    add_ticket(session, "Late parcel", "It is late", "It came")
    runtime.update()
    assert name_table_of(session, searcher.views()) is before
    add_article(session, "Hilltop: Is there a pool?", "Yes.", slug="hilltop")
    runtime.update()
    assert "Hilltop" in {name.text for name in name_table_of(session, searcher.views()).names}


def test_two_processes_learn_the_same(
    settings: Settings, engine: Engine, session: Session, runtime: SearchRuntime
) -> None:
    other = SearchRuntime.open(settings, engine)
    one, two = (name_table_of(session, some.searcher(Audience.REP).views()) for some in (runtime, other))
    assert one is not two
    assert one.names == two.names


def test_who_needs_other_names_does_not_wait_and_who_needs_the_same_learns_them_once(
    engine: Engine, session: Session, runtime: SearchRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn, go_on, learned = name_tables._learn, threading.Event(), []

    def slowly(own: Session, articles: list[Collection]) -> object:
        learned.append(len(articles))
        if len(articles) == 2:
            assert go_on.wait(20)
        return learn(own, articles)

    monkeypatch.setattr(name_tables, "_learn", slowly)

    def ask(audience: Audience) -> set[str]:
        with Session(engine) as own:
            return _texts(own, runtime, audience)

    with ThreadPoolExecutor(3) as pool:
        reps = [pool.submit(ask, Audience.REP) for _ in range(2)]
        assert pool.submit(ask, Audience.CUSTOMER).result(20) == {"Zanzibar", "Seaview"}
        go_on.set()
        assert reps[0].result(20) == reps[1].result(20)
    assert sorted(learned) == [1, 2]


def test_a_failure_is_told_and_the_next_one_tries_again(
    session: Session, runtime: SearchRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(own: Session, articles: list[Collection]) -> object:
        raise OSError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(name_tables, "_learn", fail)
        with pytest.raises(OSError, match="the disk is gone"):
            _texts(session, runtime, Audience.REP)
    assert "Backroom" in _texts(session, runtime, Audience.REP)
