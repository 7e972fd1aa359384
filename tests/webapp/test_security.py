import os
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.core.database import create_database_engine
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.service.attachments import add_file
from kb.tables import LoginAttempts, Role, utc_now
from webapp.app import create_app
from webapp.help.own_conversations import token_of
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
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-kb_session=")
    assert {"Secure", "Path=/", "HttpOnly"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize("scheme", ["javascript", "data", "HTTPS:", "", "ftp", "http, javascript"])
def test_forwarded_scheme_that_is_none_gets_into_no_link(settings: Settings, engine: Engine, scheme: str) -> None:
    app = create_app(replace(settings, proxies_text="1"), engine)
    headers = {"X-Forwarded-Proto": scheme, "X-Forwarded-For": "192.0.2.1"}
    page = app.test_client().get("/help/en/", headers=headers)
    assert page.status_code == 200
    links = re.findall(r"(?:href|content)=\"([a-z, ]+):", page.text)
    assert set(links) <= {"http", "https", "mailto", "tel"}


@pytest.mark.sqlite_only(reason="the file of SQLite")
def test_database_is_readable_by_its_owner_only_whatever_the_umask(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "new" / "kb.sqlite3"
    settings = replace(settings, home_text=str(path.parent), database_url="")
    before = os.umask(0)
    try:
        with create_database_engine(settings).begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (x)")
        path.chmod(0o644)
        with create_database_engine(settings).begin() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
            modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_was_written_is_in_no_error_of_the_database(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as failed, engine.begin() as connection:
        connection.execute(text("INSERT INTO no_such_table VALUES (:words)"), {"words": "Asha, 4111 1111 1111 1111"})
    assert "4111" not in str(failed.value)


def test_forwarded_address_is_believed_only_where_proxies_are_set(
    settings: Settings, engine: Engine, csrf: Callable[[FlaskClient], dict[str, str]]
) -> None:
    def attempts_until_refused(proxies: str) -> int:
        client = create_app(replace(settings, proxies_text=proxies), engine).test_client()
        email = f"proxies{proxies}@test.example"
        for number in range(15):
            with engine.begin() as connection:  # however slow this machine is: a wait that began is not over yet
                connection.execute(
                    update(LoginAttempts)
                    .where(LoginAttempts.free_from > LoginAttempts.updated_at)
                    .values(free_from=utc_now() + timedelta(minutes=10))
                )
            header = csrf(client) | {"X-Forwarded-For": f"192.0.2.{number}"}
            if client.post("/login", data={"email": email}, headers=header).status_code == 429:
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


def test_what_not_everybody_may_have_is_kept_by_no_cache(
    client: FlaskClient, login: Callable[[Role | str], FlaskClient]
) -> None:
    admin = login(Role.ADMIN)
    for address in (
        "/desk/",
        "/desk/inbox",
        "/studio/gaps",
        "/admin/people",
        "/account/",
        "/api/v1/studio/gaps",
        "/desk/inbox/99",
    ):
        assert admin.get(address).headers["Cache-Control"] == "no-store", address
        assert client.get(address).headers["Cache-Control"] == "no-store", address
    # A page of everybody's that says who has logged in; for others it may be kept.
    assert admin.get("/help/en/nothing-there").headers["Cache-Control"] == "no-store"
    assert "no-store" not in client.get("/help/en/").headers.get("Cache-Control", "")


def test_what_only_the_holder_of_a_link_may_see_and_what_went_wrong_is_kept_by_no_cache(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    talk = make_talk(session)
    said = say(session, talk, "customer: It is this one")
    picture = add_file(session, talk, "a.txt", b"a text", user_id=None, message_id=said.id, largest=100)
    session.commit()
    token = token_of(talk, key=settings.secret_key)
    own = f"/help/en/requests/{token}"
    found = [client.get(own), client.get(f"{own}/files/{picture.id}"), client.get(f"/help/en/waiting/{token}/state")]
    # The right address of it stands in the answer.
    found.append(client.get(f"/help/EN/requests/{token}"))
    found += [client.get("/help/en/requests/made-up"), client.get("/no/such")]
    found.append(client.get("/help/en/", headers={"Host": "["}))
    assert [answer.status_code for answer in found] == [200, 200, 200, 301, 404, 404, 400]
    assert [answer.headers.get("Cache-Control") for answer in found] == ["no-store"] * 7
