"""Without the files of its model a server goes on by words: it says so, claims no answer, and is whole again by itself."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from page_content import add_page_content
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from indexer.encoders.opening import open_encoder
from indexer.updating import bring_up_to_date
from kb.core.settings import Settings
from kb.tables import SearchEvent
from webapp.app import create_app
from webapp.commands.doctor import examine
from webapp.commands.serve import check_ready

BANNERS = {"en": "Search is limited at this moment", "hi": "खोज अभी सीमित है", "bn": "অনুসন্ধান এই মুহূর্তে সীমিত"}
WAIT = 120.0


def ask(client: FlaskClient, query: str) -> dict[str, object]:
    answer = client.get("/api/v1/search", query_string={"q": query})
    assert answer.status_code == 200
    assert answer.json is not None
    return {name: answer.json[name] for name in ("outcome", "confidence", "results", "words_only")}


@pytest.mark.bundled
def test_a_server_without_its_model_searches_by_words_and_recovers_by_itself(
    settings: Settings,
    engine: Engine,
    session: Session,
    bundled_models: Path,
    run_kb: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = replace(settings, model="bundled", database_url=settings.database)
    models = settings.home / "models"
    models.symlink_to(bundled_models)
    add_page_content(session)
    session.commit()
    bring_up_to_date(engine, settings.index_dir, open_encoder(settings))
    running = create_app(settings, engine).test_client()
    whole = ask(running, "When does a refund by card arrive?")
    assert whole["outcome"] == "answered"
    assert whole["words_only"] is False
    recorded = session.scalar(select(func.count()).select_from(SearchEvent))
    session.rollback()

    models.unlink()

    # Who has it in memory needs no file.
    assert ask(running, "When does a refund by card arrive?") == whole
    restarted = create_app(settings, engine).test_client()
    by_words = ask(restarted, "refund by card")
    assert by_words["words_only"] is True
    assert by_words["outcome"] == "unsure"
    assert by_words["results"][0]["title"] == "When your refund arrives"  # type: ignore[index]
    # Every word of a title, and still nobody knows what was meant.
    assert ask(restarted, "When your refund arrives")["outcome"] == "unsure"
    assert ask(restarted, "is there a moon base for submarines")["outcome"] == "none"
    for language, banner in BANNERS.items():
        assert banner in restarted.get(f"/help/{language}/search?q=refund").text
        assert banner in restarted.get(f"/help/{language}/").text
        assert banner not in running.get(f"/help/{language}/").text
    ready = restarted.get("/readyz")
    assert ready.status_code == 200
    assert ready.json == {
        "ready": True,
        "checks": {"database": True, "search": True, "index": True, "encoder": False, "storing": True},
    }
    [finding] = [one for one in examine(settings) if one.subject == "Encoder"]
    assert finding.state == "wrong"
    monkeypatch.setenv("KB_MODEL", "bundled")
    status, out, error = run_kb("search", "refund by card")
    assert status == 0
    assert out.startswith("Perhaps")
    assert "Words alone were compared" in error
    # What it missed is no gap, and nothing for the calibration to learn from.
    assert session.scalar(select(func.count()).select_from(SearchEvent)) == recorded
    session.rollback()

    models.symlink_to(bundled_models)

    end = time.monotonic() + WAIT
    while restarted.get("/readyz").json["checks"]["encoder"] is not True:  # type: ignore[index]
        assert time.monotonic() < end
        time.sleep(0.2)
    assert ask(restarted, "When does a refund by card arrive?") == whole
    assert BANNERS["en"] not in restarted.get("/help/en/search?q=refund").text


@pytest.mark.bundled
def test_a_server_starts_without_its_model_where_there_is_something_to_search(
    settings: Settings, engine: Engine, session: Session, bundled_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = replace(settings, model="bundled", database_url=settings.database)
    with pytest.raises(Exception, match="has not been made"):
        check_ready(settings)
    (settings.home / "models").symlink_to(bundled_models)
    add_page_content(session)
    session.commit()
    bring_up_to_date(engine, settings.index_dir, open_encoder(settings))
    (settings.home / "models").unlink()
    check_ready(settings)
    assert "searches compare words alone" in capsys.readouterr().err
