"""What security takes of usual requests; tests/load/security_cost.py asks the same more often, on a machine of its own."""

from dataclasses import replace

import pytest
from flask import Flask
from people_factory import ADDRESSES
from security_layers import AS_BEFORE, LAYERS, Clock, How
from security_timing import measure_usual_requests
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.accounts.people import get_user
from kb.accounts.tokens import issue_token
from kb.articles import parse_article, save_article
from kb.core.settings import Settings
from kb.tables import Role

ARTICLE = "---\ntitle: Refunds\nslug: refunds\nstatus: published\n---\nA refund takes five days.\n"
# Milliseconds of the processor. A millisecond is what is promised for a machine that does nothing else.
GENEROUS = 10.0


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, proxies_text="1")


@pytest.mark.sqlite_only(reason="it is the processor's time that counts")
def test_every_layer_is_timed_and_none_is_slow(settings: Settings, app: Flask, session: Session) -> None:
    save_article(session, parse_article(ARTICLE, "refunds.md"), author="test")
    token = issue_token(session, get_user(session, ADDRESSES[Role.REP]), "test")
    session.commit()
    SearchRuntime.open(settings, app.extensions["kb_database"][0]).update(compare=True)
    before = (list(app.before_request_funcs[None]), app.wsgi_app)
    costs = measure_usual_requests(app, token, times=5)
    assert (list(app.before_request_funcs[None]), app.wsgi_app) == before, "nothing is left changed"
    for layer in LAYERS:
        assert any(cost.layers[layer].cpu > 0 for cost in costs.values()), f"{layer} is not timed"
    for kind, cost in costs.items():
        assert 0 < cost.timed.cpu < cost.whole.cpu, kind
        assert cost.timed.cpu < GENEROUS, kind


def test_layer_is_not_given_the_time_of_another_one_within_it() -> None:
    clock = Clock()
    inner = clock.timed("inner", lambda: sum(range(200_000)))
    outer = clock.timed("outer", lambda: inner())
    clock.begin()
    outer()
    spent = clock.spent()
    assert spent["outer"][1] < spent["inner"][1]


def test_without_layers_each_says_what_it_said_and_does_nothing() -> None:
    clock, done = Clock(), []

    def look(who: str) -> str:
        done.append(who)
        return f"{who} may"

    checked = clock.timed("rights", look, AS_BEFORE)
    clock.begin(How.TIMED, "page")
    checked("Asha")
    clock.begin(How.WITHOUT, "page")
    assert checked("Ravi") == "Asha may"
    assert done == ["Asha"]
    assert clock.spent() == {}
    clock.begin(How.WITH, "page")
    assert checked("Ravi") == "Ravi may"
