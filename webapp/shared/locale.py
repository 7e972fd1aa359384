"""Which language a request is answered in, for Flask-Babel and for whoever needs the tag itself."""

from contextlib import AbstractContextManager

from babel import Locale, UnknownLocaleError
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, force_locale
from flask_login import current_user

from kb.core.settings import Settings
from webapp.shared.formatting import init_formatting


def init_locale(app: Flask, settings: Settings) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = _babel_name(settings.languages[0])
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    app.extensions["kb_languages"] = settings.languages
    init_formatting(app, Babel(app, locale_selector=lambda: _babel_name(choose_language())))


def offered_languages() -> tuple[str, ...]:
    """KB_LANGUAGES, the default first."""
    offered: tuple[str, ...] = current_app.extensions["kb_languages"]
    return offered


def choose_language() -> str:
    """One of KB_LANGUAGES: by the help centre's address, else the person's, else the cookie's, else the browser's."""
    offered = offered_languages()
    if not has_request_context():
        return offered[0]
    segments = request.path.split("/", 3)
    if segments[1] == "help" and len(segments) > 2 and segments[2] in offered:
        return segments[2]
    if current_user.is_authenticated and current_user.language in offered:
        return str(current_user.language)
    chosen = request.cookies.get("language", "")
    if chosen in offered:
        return chosen
    return _browser_language(offered) or offered[0]


def offered_base(tag: str) -> str:
    """The language of a tag, in whatever letters (`hi` for `hi-Latn`), where it is offered; else ""."""
    language = tag.partition("-")[0]
    return language if language in offered_languages() else ""


def in_language(tag: str) -> AbstractContextManager[None]:
    """Within it texts are in another language than that of the page."""
    locale: AbstractContextManager[None] = force_locale(_babel_name(tag))
    return locale


def _browser_language(offered: tuple[str, ...]) -> str:
    """The first of the browser's languages that is offered, `bn` for `bn-IN` too; "" where none is."""
    for tag, _quality in request.accept_languages:
        for candidate in (tag, tag.partition("-")[0]):
            if candidate in offered:
                return candidate
    return ""


def _babel_name(tag: str) -> str:
    """The locale that Babel knows for a BCP 47 tag; English where it knows none: a new language never breaks a page."""
    try:
        return str(Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return "en"
