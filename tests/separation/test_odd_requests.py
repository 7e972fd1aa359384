"""A small part of what `tests/load/odd_requests.py` sends: odd requests to routes by every method, as everybody."""

import pytest
from flask import Flask
from odd_askers import find_places, open_all_pages, probe
from page_fixtures import PageContent, content, prepared
from practice import add_practice
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from talks import make_talk

__all__ = ["content", "prepared"]

# Of the requests of a whole round: every route by every method as everybody.
SHARE = 0.12


@pytest.mark.sqlite_only(reason="what reaches the database is tried on both by tests of each form")
def test_no_odd_request_ends_in_a_fault_or_breaks_a_page(
    app: Flask, engine: Engine, session: Session, content: PageContent
) -> None:
    make_talk(session, ["customer: Where is my refund?", "agent: Soon"], user_id=1)
    add_practice(session, content.refund["en"])
    session.commit()
    places = find_places(app, engine, 1)
    found = probe(app, engine, places, rounds=SHARE, chance=1)
    assert found.wrong == {}
    crawl, closed = open_all_pages(app, engine, 1)
    assert closed == []
    # Who gets nowhere finds nothing either.
    assert found.requests > 300
    assert found.statuses[200] > found.requests / 20
    assert len(crawl.seen) > 100
