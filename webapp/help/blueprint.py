"""The help centre's blueprint, and what all its pages ask for: settings, language of the address, visit."""

import secrets

from flask import Blueprint, current_app
from flask import session as cookie

from kb.core.settings import Settings
from webapp.shared.not_counted import wants_no_count

blueprint = Blueprint("help", __name__)

PLACE, RESULTS = "help", 6


def current_settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings


def counted_visit() -> str | None:
    """The visit under which searches and reads are noted; None for people who do not want to be counted."""
    return None if wants_no_count() else visit_id()


def visit_id() -> str:
    """Random per browser session: joins the searches of one visit and tells nothing about the person."""
    if "visit" not in cookie:
        cookie["visit"] = secrets.token_urlsafe(16)
    return str(cookie["visit"])
