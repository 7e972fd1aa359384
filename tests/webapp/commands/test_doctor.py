import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openid_provider import CLIENT_ID, CLIENT_SECRET, run_openid_provider
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.articles import parse_article, save_article
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.tables.migrations import upgrade_database
from webapp.commands.doctor import Finding, examine
from webapp.commands.setup import update_index

Kb = Callable[..., subprocess.CompletedProcess[str]]


def wrong(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(settings) if finding.state == "wrong"}


@pytest.fixture
def healthy(settings: Settings, engine: Engine, session: Session) -> Settings:
    """An installation in which nothing is wrong."""
    source = parse_article("---\ntitle: Refunds\nslug: refunds\nstatus: published\n---\nIn five days.\n", "refunds.md")
    save_article(session, source, author="test")
    session.commit()
    SearchRuntime.open(settings, engine).update(compare=True)
    return settings


def test_nothing_is_wrong_where_nothing_is_wrong(healthy: Settings) -> None:
    assert wrong(healthy) == {}


def test_empty_machine_gets_a_command_for_everything_that_is_missing(kb: Kb) -> None:
    result = kb("doctor", "--json")
    assert result.returncode == 1
    findings = json.loads(result.stdout)
    assert {"State", "Database"} <= {one["subject"] for one in findings if one["state"] == "wrong"}
    assert all(one["remedy"] for one in findings if one["state"] == "wrong")
    assert "Traceback" not in kb("doctor").stdout


def test_missing_encoder_is_found(healthy: Settings) -> None:
    found = wrong(replace(healthy, model="bundled"))
    assert found["Encoder"].remedy == "make setup"
    # The vectors are those of another encoder, too.
    assert "hash" in found["Index"].text
    assert found["Index"].remedy.startswith("kb index")


@pytest.mark.bundled
def test_nothing_is_wrong_with_the_bundled_encoder_either(bundled_settings: Settings) -> None:
    engine = create_database_engine(bundled_settings)
    upgrade_database(engine)
    with session_scope(engine) as session:
        source = parse_article("---\ntitle: Refunds\nslug: refunds\nstatus: published\n---\nIn five days.\n", "r.md")
        save_article(session, source, author="test")
    update_index(bundled_settings, engine)
    findings = {finding.subject: finding for finding in examine(bundled_settings)}
    assert findings["Index"] == Finding("ok", "Index", "1 documents, nothing waiting")
    # What is current is seen to be so without loading the model.
    code = (
        "import sys; from kb.core.settings import load_settings; from kb.core.database import create_database_engine;"
        "from webapp.commands.setup import update_index; settings = load_settings();"
        "update_index(settings, create_database_engine(settings)); print('indexer.encoders.opening' in sys.modules)"
    )
    environment = {**os.environ, "KB_HOME": bundled_settings.home_text, "KB_MODEL": "bundled"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    engine.dispose()


def test_article_that_waits_to_be_indexed_is_found(healthy: Settings, session: Session) -> None:
    source = parse_article("---\ntitle: New\nslug: new\nstatus: published\n---\nFresh.\n", "new.md")
    save_article(session, source, author="test")
    session.commit()
    finding = wrong(healthy)["Index"]
    assert finding.text.startswith("1 of 2 documents")
    assert finding.remedy == "kb index"


def test_damaged_index_file_is_found(healthy: Settings) -> None:
    file = next(path for path in (healthy.index_dir / "help").rglob("*.npy"))
    file.write_bytes(file.read_bytes()[:-3])
    assert "help" in wrong(healthy)["Index"].text


def test_secret_key_that_others_may_read_is_found(healthy: Settings) -> None:
    path = healthy.home / "secret_key"
    path.write_text("x" * 64)
    path.chmod(0o644)
    assert wrong(replace(healthy, secret_key=""))["Secret key"].remedy == f"chmod 600 {path}"


def test_installation_without_an_administrator_is_found(healthy: Settings, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE users SET active = false WHERE role = 'admin'"))
    assert "kb user add" in wrong(healthy)["People"].remedy


def test_old_database_is_found_and_the_rest_is_still_looked_at(healthy: Settings, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    findings = {finding.subject: finding for finding in examine(healthy)}
    assert findings["Database"].remedy == "Type: kb init"
    assert findings["Styles and scripts"].state == "ok"
    assert "Index" not in findings


def test_provider_that_must_not_be_called_or_does_not_answer_is_found_with_what_to_set(healthy: Settings) -> None:
    with run_openid_provider("http://localhost/login/provider/callback") as provider:
        settings = replace(
            healthy,
            oidc_issuer_text=provider.issuer,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret=CLIENT_SECRET,
            oidc_roles_text="rep=*",
        )
        found = wrong(settings)["Log-in by a provider"]
        assert "private network" in found.text
        assert "KB_OIDC_PRIVATE=127.0.0.1" in found.remedy
        allowed = replace(settings, oidc_private_text="127.0.0.1")
        assert wrong(allowed) == {}
        provider.is_down = True
        assert "KB_OIDC_ISSUER" in wrong(allowed)["Log-in by a provider"].remedy


def test_language_without_a_catalogue_is_found(healthy: Settings) -> None:
    assert "xx" in wrong(replace(healthy, languages_text="en,xx"))["Translations"].text


def test_state_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    found = wrong(Settings(home_text=str(tmp_path / "home"), model="hash"))
    assert "State" in found
