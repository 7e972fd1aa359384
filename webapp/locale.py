"""Flask-Babel: the language of each request, of those that KB_LANGUAGES offers (see `webapp.ui.preferred_language`)."""

from babel import Locale, UnknownLocaleError
from flask import Flask, has_request_context
from flask_babel import Babel

from kb.config import Settings
from webapp.ui import preferred_language


def init_locale(app: Flask, settings: Settings) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = _babel_name(settings.languages[0])
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"

    def select() -> str:
        return _babel_name(preferred_language(settings) if has_request_context() else settings.languages[0])

    Babel(app, locale_selector=select)


def _babel_name(tag: str) -> str:
    """The locale that Babel knows for a BCP 47 tag; English where it knows none: a new language never breaks a page."""
    try:
        return str(Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return "en"
