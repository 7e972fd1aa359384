"""The Host header is what somebody sent: no link is made from a name that is not known."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings
from webapp.app import create_app
from webapp.shared.hosts import is_known_host

PAGES = ("/sitemap.xml", "/robots.txt", "/help/en/")
PUBLIC = "https://help.example.com"


def made(settings: Settings, engine: Engine, **changes: str) -> FlaskClient:
    return create_app(replace(settings, **changes), engine).test_client()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example"]
)
@pytest.mark.parametrize("path", [*PAGES, "/", "/login", "/api/v1/search?q=", "/no-such-page", "/help/"])
def test_unknown_names_are_refused_and_repeated_nowhere(client: FlaskClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code in {400, 404}
    assert "evil" not in answer.text + str(answer.headers)
    assert path == "/no-such-page" or "KB_PUBLIC_URL" in answer.text


def test_probes_come_under_any_name(client: FlaskClient, scraper: dict[str, str]) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = client.get(path, headers=scraper | {"Host": "10-0-0-3.pod.cluster.local:8000"})
        assert answer.status_code == 200
        assert "cluster" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "192.168.1.7", "10.0.0.3:8080"])
def test_this_machine_and_addresses_in_figures_are_known_without_a_setting(client: FlaskClient, host: str) -> None:
    assert f"Sitemap: http://{host}/sitemap.xml" in client.get("/robots.txt", headers={"Host": host}).text


@pytest.mark.parametrize(
    "host", ["localhost", "help.example.com", "HELP.example.com:8000", "10.0.0.3", "desk.internal"]
)
def test_links_begin_with_the_public_address_whatever_name_was_used(
    settings: Settings, engine: Engine, host: str
) -> None:
    client = made(settings, engine, public_url_text=f"{PUBLIC}/", trusted_hosts_text="desk.internal, other.internal")
    for path in PAGES:
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 200
        urls = set(re.findall(r"https?://[^/\"<\s]+", answer.text))
        assert PUBLIC in urls
        assert urls <= {PUBLIC, "http://www.sitemaps.org", "http://www.w3.org"}
    assert client.get("/", headers={"Host": host}).location == "/help/"


def test_other_names_are_refused_beside_the_public_address_too(settings: Settings, engine: Engine) -> None:
    client = made(settings, engine, public_url_text=PUBLIC)
    for host in ("evil.example", "example.com", "help.example.com.evil.example", "desk.internal"):
        answer = client.get("/robots.txt", headers={"Host": host})
        assert (answer.status_code, host in answer.text) == (400, False)


def test_name_that_a_proxy_hands_on_counts(settings: Settings, engine: Engine) -> None:
    client = made(settings, engine, public_url_text=PUBLIC, proxies_text="1")
    headers = {"X-Forwarded-Host": "help.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    assert client.get("/help/en/", headers=headers).status_code == 200
    assert client.get("/help/en/", headers=headers | {"X-Forwarded-Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "host", ["", "a b", "evil@localhost", "localhost/evil", "[::1", "x" * 5000, "localhost:99999999", "१२७.0.0.1"]
)
def test_header_that_is_no_name_is_not_known(settings: Settings, host: str) -> None:
    assert not is_known_host(host, settings) or host.startswith("localhost:")


@pytest.mark.parametrize(
    "url",
    ["help.example.com", "ftp://a.example", "https://", "https://a.example/path", "https://a@b.example",
     "https://a.example:x", "https://a.example?q", "https://[::1", "https://ग्राहक.example"],
)  # fmt: skip
def test_public_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"KB_PUBLIC_URL.*https://help\.example\.com"):
        load_settings({"KB_PUBLIC_URL": url})
