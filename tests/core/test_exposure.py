"""What is refused where others reach the server, and what line is to be changed."""

import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from kb.core.exposure import is_exposed, weaknesses
from kb.core.settings import Settings, load_settings


@pytest.fixture
def safe(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return load_settings(
        {
            "KB_HOME": str(home),
            "KB_PUBLIC_URL": "https://help.example.com",
            "KB_SECURE_COOKIES": "1",
            "KB_PROXIES": "1",
            "KB_SECRET_KEY": secrets.token_hex(16),
        }
    )


def named(settings: Settings) -> set[str]:
    return {one.setting for one in weaknesses(settings)}


def test_nothing_is_said_where_all_is_well_or_nobody_else_reaches_the_server(safe: Settings) -> None:
    assert named(safe) == set()
    assert weaknesses(replace(safe, host="0.0.0.0")) == []
    for local in ({}, {"KB_PUBLIC_URL": "http://localhost:8000"}, {"KB_HOST": "::1", "KB_SECRET_KEY": "x" * 32}):
        assert weaknesses(load_settings({"KB_HOME": safe.home_text, **local})) == []


@pytest.mark.parametrize(
    "given",
    [
        {"KB_HOST": "0.0.0.0"},
        {"KB_HOST": "::"},
        {"KB_HOST": "192.168.3.4"},
        {"KB_HOST": "shop-server"},
        {"KB_PROXIES": "2"},
    ],
)
def test_whoever_listens_to_others_names_an_address(given: dict[str, str]) -> None:
    settings = load_settings(given)
    assert is_exposed(settings)
    [found] = [one for one in weaknesses(settings) if one.setting == "KB_PUBLIC_URL"]
    assert found.remedy.startswith("KB_PUBLIC_URL=https://")


@pytest.mark.parametrize(
    ("changed", "setting", "line"),
    [
        ({"public_url_text": "http://hilfe.example:8080"}, "KB_PUBLIC_URL", "KB_PUBLIC_URL=https://hilfe.example:8080"),
        ({"secure_cookies_text": "0"}, "KB_SECURE_COOKIES", "KB_SECURE_COOKIES=1"),
        ({"proxies_text": "0"}, "KB_PROXIES", "KB_PROXIES=1"),
        ({"secret_key": "changeme" * 4}, "KB_SECRET_KEY", "token_hex"),
        ({"secret_key": "abcdefghijklmnopqrstuvwxyz0123456789"}, "KB_SECRET_KEY", "token_hex"),
        ({"secret_key": "my-secret-key-my-secret-key-my-secret-key"}, "KB_SECRET_KEY", "token_hex"),
        ({"secret_key": "00000000000000000000000000000000000000"}, "KB_SECRET_KEY", "token_hex"),
        ({"database_url": "postgresql+psycopg://kb:Postgres@db/kb"}, "KB_DATABASE", "KB_DATABASE_FILE"),
        ({"database_url": "postgresql+psycopg://kb:change%6De@db/kb"}, "KB_DATABASE", "KB_DATABASE_FILE"),
        ({"mail_smtp_text": "smtps://a%40b.example:password@m.example"}, "KB_MAIL_SMTP", "KB_MAIL_SMTP_FILE"),
        ({"panel_origins_text": "http://desk.example.com"}, "KB_PANEL_ORIGINS", "https://desk.example.com"),
        ({"widget_origins_text": "https://a.example,http://b.example"}, "KB_WIDGET_ORIGINS", "https://b.example"),
        (
            {"customer_url": "http://erp.example.com/c", "customer_token": "t"},
            "KB_CUSTOMER_URL",
            "https://erp.example.com/c",
        ),
        ({"llm_url_text": "HTTP://llm.example.com/v1", "llm_key": "k"}, "KB_LLM_URL", "https://llm.example.com/v1"),
        ({"rate_limit_storage": "memory://"}, "KB_RATE_LIMIT_STORAGE", "KB_RATE_LIMIT_STORAGE="),
    ],
)
def test_what_is_not_safe_is_named_with_the_line_to_change(
    safe: Settings, changed: dict[str, str], setting: str, line: str
) -> None:
    settings = replace(safe, **changed)
    [found] = weaknesses(settings)
    assert (found.setting, line in found.remedy) == (setting, True)
    assert weaknesses(replace(settings, accepted_risks_text=f"KB_HOST, {setting.lower()}")) == []
    assert all(
        value not in found.text + found.remedy
        for name, value in changed.items()
        if name in {"secret_key", "database_url"}
    )


def test_what_is_usual_inside_a_network_is_not_refused(safe: Settings) -> None:
    inside = {
        "llm_url_text": "http://ollama:11434/v1",
        "llm_key": "k",
        "customer_url": "http://10.1.2.3/c",
        "customer_token": "t",
    }
    assert weaknesses(replace(safe, **inside)) == []
    assert weaknesses(replace(safe, rate_limit_storage="memory://", workers_text="1")) == []


def test_files_that_others_on_the_machine_may_read_are_refused(safe: Settings) -> None:
    settings = replace(safe, secret_key="")
    (settings.home / "secret_key").write_text("0" * 64)
    (settings.home / "secret_key").chmod(0o644)
    settings.home.chmod(0o755)
    assert [one.remedy.split()[0:2] for one in weaknesses(settings)] == [["chmod", "600"], ["chmod", "700"]]


def test_keys_that_are_made_as_the_help_says_are_never_refused(safe: Settings) -> None:
    keys = [secrets.token_hex(16) for _ in range(50)] + [secrets.token_urlsafe(32) for _ in range(50)]
    assert [key for key in keys if weaknesses(replace(safe, secret_key=key))] == []
