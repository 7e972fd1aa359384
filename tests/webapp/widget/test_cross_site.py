"""Which pages of other sites get answers, and that they can do nothing in anybody's name."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings
from kb.tables import Conversation, Role
from webapp.app import create_app
from webapp.shared.cross_site import ANY_SITE, CROSS_SITE
from webapp.shared.limits import LIMITS

SHOP = "https://shop.example"
MESSAGE = {"name": "Asha Rao", "contact": "asha@mail.example", "message": "My lamp hums", "language": "en"}
ASKED = ("/api/v1/search?q=refund&lang=en", "/api/v1/widget/suggestions?text=refunds&lang=en")


def test_named_site_may_read_what_it_asked_and_no_cookie_comes_along(shop: FlaskClient) -> None:
    for path in ASKED:
        answer = shop.get(path)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example.evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://sub.shop.example",
        "null",
        "https://[",
        "https://",
        "file://localhost",
    ],
)
def test_other_sites_may_read_nothing(widget_app: Flask, origin: str) -> None:
    client = widget_app.test_client()
    for path in ASKED:
        assert "Access-Control-Allow-Origin" not in client.get(path, headers={"Origin": origin}).headers
    refused = client.post("/api/v1/widget/contact", json=MESSAGE, headers={"Origin": origin})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_page_of_another_site_learns_why_it_gets_no_answers(widget_app: Flask, shop: FlaskClient) -> None:
    answer = widget_app.test_client().get("/api/v1/widget?lang=hi", headers={"Origin": "https://evil.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told = answer.get_json()
    assert (told["allowed"], told["topics"], told["links"]["home"]) == (False, [], "/help/hi/")
    told = shop.get("/api/v1/widget?lang=hi").get_json()
    assert told["allowed"] is True
    assert {"name": "रिफ़ंड", "url": "/help/hi/topics/refunds"} in told["topics"]
    assert told["languages"]["bn"] == "বাংলা"
    client = widget_app.test_client()
    assert {client.get(link).status_code for link in told["links"].values()} == {200}


def test_browser_is_told_beforehand_what_may_be_sent(widget_app: Flask, shop: FlaskClient) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = shop.options("/api/v1/widget/contact", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"].lower() == "content-type"
    refused = widget_app.test_client().options(
        "/api/v1/widget/contact", headers={**asked, "Origin": "https://evil.example"}
    )
    assert not {name for name, _value in refused.headers if name.startswith("Access-Control")}


def test_errors_can_be_read_too(shop: FlaskClient) -> None:
    for answer, status in (
        (shop.get("/api/v1/widget/articles/en/no-such-article"), 404),
        (shop.get("/api/v1/widget/articles/xx/when-refund-arrives"), 404),
        (shop.get("/api/v1/search?q=refund&visit=short"), 400),
        (shop.post("/api/v1/widget/contact", json={**MESSAGE, "contact": "nobody"}), 422),
        (shop.post("/api/v1/widget/contact", data="{", content_type="application/json"), 400),
    ):
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert answer.mimetype == "application/problem+json"


def test_nothing_else_is_open_to_other_sites(widget_app: Flask, shop: FlaskClient) -> None:
    for path in ("/help/en/", "/api/v1/desk/search?q=refund", "/api/v1/openapi.json", "/desk/", "/healthz"):
        assert "Access-Control-Allow-Origin" not in shop.get(path).headers
    assert set(widget_app.view_functions) >= CROSS_SITE | ANY_SITE


def test_help_centre_itself_is_always_answered(client: FlaskClient) -> None:
    answer = client.get(ASKED[0], headers={"Origin": "http://localhost"})
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost"


def test_address_that_people_type_is_the_help_centre_itself(settings: Settings, engine: Engine) -> None:
    app = create_app(replace(settings, public_url_text="https://help.example"), engine)
    answer = app.test_client().get(ASKED[0], headers={"Origin": "https://help.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://help.example"


def test_session_of_somebody_who_is_logged_in_is_no_use_without_a_page(
    widget_app: Flask, login: Callable[[Role | str], FlaskClient], session: Session
) -> None:
    """A form on any page could send it along; a page that may ask names its site."""
    answer = login("admin").post("/api/v1/widget/contact", json=MESSAGE)
    assert answer.status_code == 400
    assert session.scalars(select(Conversation)).all() == []
    # A program has no session, and can do no more than with the help centre's form.
    assert widget_app.test_client().post("/api/v1/widget/contact", json=MESSAGE).status_code == 201


def test_form_of_a_page_is_no_json(shop: FlaskClient, session: Session) -> None:
    answer = shop.post("/api/v1/widget/contact", data=MESSAGE)
    assert answer.status_code == 400
    assert session.scalars(select(Conversation)).all() == []


def test_nobody_can_flood_a_person_or_votes(shop: FlaskClient) -> None:
    assert {"api_widget.contact", "api_widget.feedback", "api_widget.suggestions"} <= set(LIMITS)
    statuses = [shop.post("/api/v1/widget/contact", json=MESSAGE).status_code for _ in range(11)]
    assert statuses == [201] * 10 + [429]
    last = shop.post("/api/v1/widget/contact", json=MESSAGE)
    assert last.headers["Access-Control-Allow-Origin"] == SHOP
    assert int(last.headers["Retry-After"]) > 0


@pytest.mark.parametrize("text", ["*", "https://*.shop.example", "shop.example", "https://shop.example/basket", "null"])
def test_setting_names_sites_one_by_one(text: str) -> None:
    with pytest.raises(ConfigurationError, match="KB_WIDGET_ORIGINS"):
        load_settings({"KB_WIDGET_ORIGINS": text})


def test_setting_is_read_as_browsers_write_sites() -> None:
    settings = load_settings({"KB_WIDGET_ORIGINS": "HTTPS://Shop.example/, https://m.shop.example:443"})
    assert settings.widget_origins == ("https://shop.example", "https://m.shop.example")
