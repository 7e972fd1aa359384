"""The blueprint of the gaps, and what all its pages ask for."""

from flask import Blueprint, current_app

from kb.core.settings import Settings

blueprint = Blueprint("studio", __name__, url_prefix="/studio")


def current_settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings
