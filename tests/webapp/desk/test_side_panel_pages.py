"""The side panel's pages, its extension as it is handed out, and the tokens of reps."""

import base64
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from page_fixtures import PageContent
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.accounts.tokens import issue_token
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.tables import Role
from webapp.app import create_app
from webapp.commands.extension import command
from webapp.shared.extension import EXTENSION_ORIGIN, extension_files, zip_files

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
FRAMED = "/desk/panel/framed"


def ancestors(client: FlaskClient, path: str) -> str:
    [found] = re.findall(r"frame-ancestors ([^;]*)", client.get(path).headers["Content-Security-Policy"])
    return str(found)


def test_framed_page_may_be_framed_by_the_extension_and_by_sites_of_the_setting_alone(
    settings: Settings, engine: Engine
) -> None:
    usual = create_app(settings, engine).test_client()
    chosen = replace(settings, panel_origins_text="https://Desk.example.com/, http://10.0.0.5:8080,")
    opened = create_app(chosen, engine).test_client()
    # Both applications are of one process; neither lends the other its sites.
    assert ancestors(usual, FRAMED) == EXTENSION_ORIGIN
    assert ancestors(opened, FRAMED) == f"{EXTENSION_ORIGIN} https://desk.example.com http://10.0.0.5:8080"
    assert "X-Frame-Options" not in opened.get(FRAMED).headers
    assert "'unsafe" not in opened.get(FRAMED).headers["Content-Security-Policy"]
    for path in ("/desk/panel", "/login", "/help/en/"):
        assert ancestors(opened, path) == "'none'"
        assert opened.get(path).headers["X-Frame-Options"] == "DENY"


def test_framed_page_lends_no_session_and_sets_no_cookie(client: FlaskClient, login: Login) -> None:
    anonymous, rep = client.get(FRAMED), login(Role.REP).get(FRAMED)
    assert anonymous.status_code == rep.status_code == 200
    assert 'data-csrf=""' in rep.text
    assert anonymous.text == rep.text
    assert "Set-Cookie" not in anonymous.headers


def test_page_in_a_window_of_its_own_has_the_session_and_hears_nobody(login: Login) -> None:
    text = login(Role.REP).get("/desk/panel").text
    assert re.search(r'data-csrf="[^"]{20,}"', text)
    assert 'data-origins=""' in text


@pytest.mark.parametrize(
    ("asked", "language"), [("hi", "hi"), ("bn-IN", "bn"), ("fr", "en"), ("", "en"), ("'\"<", "en")]
)
def test_language_of_the_framed_page_is_in_its_address(client: FlaskClient, asked: str, language: str) -> None:
    page = client.get(FRAMED, query_string={"lang": asked})
    assert f'<html lang="{language}"' in page.text


@pytest.mark.parametrize(
    "text",
    [
        "https://desk.example.com/path",
        "https://*.example.com",
        "*",
        "desk.example.com",
        "https://a.example; script-src *",
        "https://a.example https://b.example",
        "https://user@a.example",
        "https://a.example:0",
        "https://a.example:99999",
        "javascript:alert(1)",
        "chrome-extension://short",
        "null",
    ],
)
def test_what_is_no_site_keeps_the_program_from_starting(settings: Settings, text: str) -> None:
    with pytest.raises(ConfigurationError, match="KB_PANEL_ORIGINS"):
        _ = replace(settings, panel_origins_text=text).panel_origins


def test_usual_ports_are_left_out_as_browsers_do(settings: Settings) -> None:
    text = "https://a.example:443, http://b.example:80, https://c.example:8443, http://[::1]:81"
    found = ("https://a.example", "http://b.example", "https://c.example:8443", "http://[::1]:81")
    assert replace(settings, panel_origins_text=text).panel_origins == found


def unpacked(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_extension_asks_for_four_permissions_and_frames_the_desk_that_handed_it_out(login: Login) -> None:
    answer = login(Role.REP).get("/desk/extension.zip")
    assert answer.mimetype == "application/zip"
    files = unpacked(answer.data)
    manifest = json.loads(files["manifest.json"])
    assert manifest["manifest_version"] == 3
    assert sorted(manifest["permissions"]) == ["activeTab", "scripting", "sidePanel", "storage"]
    assert not {"host_permissions", "optional_host_permissions", "content_scripts", "externally_connectable"} & set(
        manifest
    )
    policy = manifest["content_security_policy"]["extension_pages"]
    assert "default-src 'none'" in policy
    assert "frame-src http://localhost;" in policy
    assert json.loads(files["config.json"]) == {"desk": "http://localhost"}
    named = [
        manifest["background"]["service_worker"],
        manifest["side_panel"]["default_path"],
        *manifest["icons"].values(),
    ]
    assert {*named, "page.js", "panel.js", "panel.css"} <= set(files)
    for language in ("en", "hi", "bn"):
        messages = json.loads(files[f"_locales/{language}/messages.json"])
        assert {"name", "description", "title", "token", "connect", "where"} == set(messages)
        assert all(message["message"] for message in messages.values())


def test_extension_is_made_for_the_public_address_where_one_is_set(
    settings: Settings, engine: Engine, login: Login
) -> None:
    app = create_app(replace(settings, public_url_text="https://help.example.com"), engine)
    client = app.test_client()
    with (
        login(Role.REP).session_transaction() as cookie,
        client.session_transaction(base_url="https://help.example.com") as own,
    ):
        own.update(cookie)
    files = unpacked(client.get("/desk/extension.zip", base_url="https://help.example.com").data)
    assert json.loads(files["config.json"]) == {"desk": "https://help.example.com"}


def test_id_of_the_extension_is_that_of_the_key_in_its_manifest() -> None:
    key = base64.b64decode(json.loads(extension_files("http://localhost")["manifest.json"])["key"])
    letters = "".join(chr(ord("a") + int(digit, 16)) for digit in hashlib.sha256(key).hexdigest()[:32])
    assert f"chrome-extension://{letters}" == EXTENSION_ORIGIN


def test_same_extension_is_the_same_file() -> None:
    files = extension_files("http://localhost")
    assert zip_files(files) == zip_files(extension_files("http://localhost"))
    assert unpacked(zip_files(files)) == files


def test_scripts_of_panel_and_extension_read_no_text_as_markup() -> None:
    frontend = Path(__file__).parents[3] / "webapp" / "frontend"
    scripts = [*frontend.glob("js/panel*.js"), *frontend.glob("extension/*.js")]
    assert len(scripts) >= 8
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|insertHTML", text
        ), script


def test_extension_that_was_not_built_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="has not been built"):
        extension_files("http://localhost", tmp_path)


def test_command_writes_a_folder_or_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_PUBLIC_URL", "https://help.example.com")
    (tmp_path / "mine.txt").write_text("stays")
    result = CliRunner().invoke(command, ["build", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "config.json").read_text()) == {"desk": "https://help.example.com"}
    assert (tmp_path / "_locales" / "hi" / "messages.json").is_file()
    assert (tmp_path / "mine.txt").read_text() == "stays"
    result = CliRunner().invoke(command, ["build", str(tmp_path / "new"), "--zip", "--desk", "http://10.0.0.5:8000/"])
    assert result.exit_code == 0, result.output
    files = unpacked((tmp_path / "new" / "kb-assist-side-panel.zip").read_bytes())
    assert json.loads(files["config.json"]) == {"desk": "http://10.0.0.5:8000"}


@pytest.mark.parametrize("desk", ["help.example.com", "https://a.example/desk", "https://a.example,https://b.example"])
def test_command_refuses_what_is_no_address_of_one_desk(tmp_path: Path, desk: str) -> None:
    result = CliRunner().invoke(command, ["build", str(tmp_path), "--desk", desk])
    assert isinstance(result.exception, ConfigurationError)
    assert list(tmp_path.iterdir()) == []


def made_token(page: str) -> str:
    [token] = re.findall(r'value="(kb_[\w-]+)"', page)
    return str(token)


def test_token_works_until_the_next_one_is_made_and_others_stay(
    login: Login, csrf: Csrf, client: FlaskClient, session: Session, content: PageContent
) -> None:
    other = issue_token(session, get_user(session, "rep@test.example"), "of a script")
    session.commit()
    rep = login(Role.REP)

    def make() -> str:
        answer = rep.post("/desk/extension/token", headers=csrf(rep))
        assert answer.headers["Cache-Control"] == "no-store"
        return made_token(answer.text)

    def status(token: str) -> int:
        path = f"/api/v1/desk/articles/{content.english_only}/forms"
        return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code

    first = make()
    assert (status(first), status(other)) == (200, 200)
    second = make()
    assert (status(first), status(second), status(other)) == (401, 200, 200)
    assert "kb_" not in re.sub(r"kb_session", "", rep.get("/desk/extension").text)


@pytest.fixture
def forms(app: Flask, login: Login) -> Callable[[str], Any]:
    client = login(Role.REP)
    return lambda path: client.get(f"/api/v1/desk/{path}/forms")


def test_article_and_ticket_are_handed_over_as_at_the_desk(forms: Callable[[str], Any], content: PageContent) -> None:
    article = forms(f"articles/{content.english_only}").get_json()
    assert article["document"] == f"article:{content.english_only}"
    assert article["link"].startswith("http://localhost/help/en/articles/")
    assert article["text"].endswith(article["link"])
    assert article["markdown"].startswith("# ")
    internal = forms(f"articles/{content.internal}").get_json()
    assert internal["text"].startswith("INTERNAL. NOT FOR CUSTOMERS.")
    assert "/desk/articles/" in internal["link"]
    ticket = forms(f"tickets/{content.ticket}").get_json()
    assert ticket["document"] == f"ticket:{content.ticket}"
    assert ticket["text"]


def test_version_of_the_customer_is_handed_over_where_there_is_one(
    app: Flask, login: Login, content: PageContent
) -> None:
    client = login(Role.REP)

    def asked(number: int, to: str) -> Any:
        return client.get(f"/api/v1/desk/articles/{number}/forms?to={to}")

    hindi = asked(content.refund["en"], "hi").get_json()
    assert (hindi["language"], hindi["document"], hindi["wanted"]) == ("hi", f"article:{content.refund['hi']}", "")
    missing = asked(content.english_only, "hi").get_json()
    assert (missing["language"], missing["wanted"]) == ("en", "hi")
    assert asked(content.english_only, "xx").status_code == 400


@pytest.mark.parametrize(
    "path", ["articles/99999999999999999999", "tickets/99999999999999999999", "articles/424242", "tickets/0"]
)
def test_what_is_not_there_is_said_to_be_missing(forms: Callable[[str], Any], path: str) -> None:
    assert forms(path).status_code == 404
