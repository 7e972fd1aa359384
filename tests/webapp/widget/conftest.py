from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_fixtures import content, prepared
from sqlalchemy import Engine

from kb.core.settings import Settings
from webapp.app import create_app

__all__ = ["content", "prepared"]

SHOP = "https://shop.example"


@pytest.fixture
def widget_app(settings: Settings, engine: Engine, app: Flask) -> Flask:
    """The application that answers pages of SHOP."""
    made = create_app(replace(settings, widget_origins_text=SHOP), engine)
    made.test_client_class = app.test_client_class
    return made


@pytest.fixture
def shop(widget_app: Flask) -> FlaskClient:
    """Asks as the widget on a page of SHOP does."""
    client = widget_app.test_client(use_cookies=False)
    client.environ_base["HTTP_ORIGIN"] = SHOP
    return client
