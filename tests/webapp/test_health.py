from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings
from webapp.app import create_app


def test_alive_even_without_a_database(tmp_path: Path) -> None:
    client = create_app(Settings(home_text=str(tmp_path), model="hash")).test_client()
    assert client.get("/healthz").text == "ok\n"


def test_ready_with_database_model_and_index(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "checks": {"database": True, "search": True, "index": True, "encoder": True, "storing": True},
    }


def test_not_ready_without_migrations(client: FlaskClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "ready": False,
        "checks": {"database": False, "search": False, "index": False, "encoder": False, "storing": True},
    }


@pytest.mark.sqlite_only(reason="the file of SQLite")
def test_not_ready_when_the_file_of_the_database_was_moved_or_replaced(client: FlaskClient, engine: Engine) -> None:
    """The process still reads and writes the file that nobody sees any more."""
    assert client.get("/readyz").status_code == 200
    path = Path(engine.url.database or "")
    away = path.rename(path.with_name("away"))
    assert client.get("/readyz").json["checks"]["database"] is False
    path.write_bytes(away.read_bytes())
    assert client.get("/readyz").json["checks"]["database"] is False
    away.rename(path)
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_a_model_and_the_reason_stays_inside(settings: Settings, engine: Engine) -> None:
    answer = create_app(replace(settings, model="bundled"), engine).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "ready": False,
        "checks": {"database": True, "search": False, "index": False, "encoder": False, "storing": True},
    }
    assert str(settings.home) not in answer.text


def test_metrics_count_requests_and_searches_without_what_was_typed(
    client: FlaskClient, scraper: dict[str, str]
) -> None:
    client.get("/api/v1/search?q=geheimwort")
    figures = client.get("/metrics", headers=scraper).text
    assert 'kb_http_requests_total{method="GET",route="/api/v1/search",status="200"}' in figures
    assert 'kb_searches_total{outcome="none",place="api"}' in figures
    assert 'kb_search_duration_seconds_count{place="api"}' in figures
    assert 'kb_search_stage_duration_seconds_count{stage="encode"}' in figures
    assert "geheimwort" not in figures


def test_metrics_are_for_scrapers_with_the_token_and_for_administrators(
    client: FlaskClient, scraper: dict[str, str], login: Callable[[str], FlaskClient]
) -> None:
    assert client.get("/metrics").status_code == 302
    assert client.get("/metrics", headers=scraper).status_code == 200
    for wrong in ("Bearer x", "Bearer ", "Basic YTpi", "Bearer \xff"):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 401
    assert login("trainer").get("/metrics").status_code == 403
    assert login("admin").get("/metrics").status_code == 200


def test_without_a_token_no_header_opens_the_metrics(settings: Settings, engine: Engine) -> None:
    client = create_app(replace(settings, metrics_token_text=""), engine).test_client()
    for sent in ("Bearer ", "Bearer", "Bearer None"):
        assert client.get("/metrics", headers={"Authorization": sent}).status_code in {302, 401}
    with pytest.raises(ConfigurationError, match="KB_METRICS_TOKEN") as told:
        load_settings({"KB_METRICS_TOKEN": "guessable"})
    assert "guessable" not in str(told.value)
