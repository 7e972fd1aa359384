import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from webapp.app import create_app
from webapp.shared.security import load_secret_key

PAGES = ("/login", "/nothing", "/healthz", "/api/v1/openapi.json", "/help/en/")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_strict_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_behind_https_cookies_and_transport_are_strict(settings: Settings, engine: Engine) -> None:
    app = create_app(replace(settings, secure_cookies_text="1", proxies_text="1"), engine)
    answer = app.test_client().get("/login", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})
    assert "max-age=31556926" in answer.headers["Strict-Transport-Security"]
    assert "Secure" in answer.headers["Set-Cookie"]


def test_forwarded_address_is_believed_only_where_proxies_are_set(
    settings: Settings, engine: Engine, csrf: Callable[[FlaskClient], dict[str, str]]
) -> None:
    def attempts_until_refused(proxies: str) -> int:
        client = create_app(replace(settings, proxies_text=proxies), engine).test_client()
        for number in range(15):
            header = csrf(client) | {"X-Forwarded-For": f"192.0.2.{number}"}
            if client.post("/login", data={"email": "a"}, headers=header).status_code == 429:
                return number
        return 15

    assert attempts_until_refused("0") == 10
    assert attempts_until_refused("1") == 15


def test_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(home_text=str(tmp_path / "home"))
    key = load_secret_key(settings)
    path = settings.home / "secret_key"
    assert len(key) == 64
    assert load_secret_key(settings) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in settings.home.iterdir()] == ["secret_key"]


def test_short_secret_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="fewer than 32"):
        load_secret_key(Settings(home_text=str(tmp_path), secret_key="short"))


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe" * 40])
def test_broken_secret_key_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(ConfigurationError, match="secret_key"):
        load_secret_key(Settings(home_text=str(tmp_path)))
