"""Pages with a re-ranker: asked once typing rests, at help centre, desk and API alike, and counted."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from content_factory import add_article
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from tiny_cross_encoder import ASKED, answer, question, title

from indexer.runtime import CALIBRATION_FILE, SearchRuntime
from kb.core.settings import Settings
from kb.search.confidence import FEATURES, Calibration
from kb.tables import Role, SearchEvent
from webapp.app import create_app

pytestmark = pytest.mark.sqlite_only(reason="what is read again was found before, whatever the database")

HTMX = {"HX-Request": "true"}
Login = Callable[[Role | str], FlaskClient]


@pytest.fixture
def settings(settings: Settings, cross_encoder: Path) -> Settings:
    """With a re-ranker, which has as much time as a busy machine may need."""
    return replace(settings, reranker=str(cross_encoder), reranker_budget_text="60000")


@pytest.fixture
def app(settings: Settings, engine: Engine, session: Session, app: Flask) -> Flask:
    """The first stage knows what a question is about and no more: it is in doubt each time."""
    settings.home.mkdir(parents=True, exist_ok=True)
    weights = dict.fromkeys(FEATURES, 0.0)
    Calibration(weights, 0.0, answered_from=0.6, unsure_from=0.3).save(settings.home / CALIBRATION_FILE)
    for asked in ASKED:
        add_article(session, title("lamp").title(), answer("lamp", asked), slug=f"lamp-{asked}")
    SearchRuntime.open(settings, engine).update()
    doubtful = create_app(settings, engine)
    doubtful.test_client_class = app.test_client_class
    return doubtful


def order(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"lamp-(" + "|".join(ASKED) + ")", page)))


def counted(client: FlaskClient) -> float:
    scraper = {"Authorization": f"Bearer {client.application.extensions['kb_settings'].metrics_token}"}
    figures = client.get("/metrics", headers=scraper).text
    found = re.search(r'kb_reranked_total\{result="complete"\} ([0-9.]+)', figures)
    return float(found[1]) if found else 0.0


def test_it_is_asked_when_typing_rests_and_not_before(client: FlaskClient, session: Session) -> None:
    before, typed_first = counted(client), []
    for asked in ASKED:
        typing = {"q": question("lamp", asked), "typing": "1"}
        typed_first.append(order(client.get("/help/en/search", query_string=typing, headers=HTMX).text)[0])
    assert counted(client) == before
    rested_first = [
        order(client.get("/help/en/search", query_string={"q": question("lamp", asked)}, headers=HTMX).text)[0]
        for asked in ASKED
    ]
    assert rested_first == list(ASKED)
    assert typed_first != rested_first
    assert counted(client) == before + len(ASKED)
    timings = session.scalars(select(SearchEvent.timings)).all()
    assert len(timings) == len(ASKED)
    assert all(of_one["rerank"] > 0 for of_one in timings)


def test_help_centre_desk_and_api_have_the_same_order_and_confidence(
    client: FlaskClient, login: Login, session: Session
) -> None:
    rep = login("rep")
    for asked in ASKED:
        text = {"q": question("lamp", asked)}
        found = client.get("/api/v1/search", query_string=text | {"lang": "en"}).get_json()
        api = order(" ".join(result["url"] for result in found["results"]))
        shown = order(client.get("/help/en/search", query_string=text).text)
        assert shown == api[: len(shown)]
        assert api[0] == asked
        assert found["timings_ms"]["rerank"] > 0
        assert rep.get("/desk/", query_string=text).status_code == 200
    by_place: dict[str, list[tuple[str, float, str]]] = {}
    for event in session.scalars(select(SearchEvent).order_by(SearchEvent.id)):
        by_place.setdefault(event.place, []).append((event.results[0], event.confidence, event.outcome))
    assert set(by_place) == {"help", "desk", "api"}
    assert by_place["help"] == by_place["desk"] == by_place["api"]
