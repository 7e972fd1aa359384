"""The help centre's blueprint, and what all its pages ask for: settings, language of the address, visit."""

import secrets

from flask import Blueprint, current_app
from flask import session as cookie

from kb.core.settings import Settings

blueprint = Blueprint("help", __name__)

PLACE, RESULTS = "help", 6


def current_settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings


def visit_id() -> str:
    """Random per browser session: joins the searches of one visit and tells nothing about the person."""
    if "visit" not in cookie:
        cookie["visit"] = secrets.token_urlsafe(16)
    return str(cookie["visit"])
