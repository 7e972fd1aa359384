"""Which language a request is answered in, for Flask-Babel and for whoever needs the tag itself."""

import re
from contextlib import AbstractContextManager

from babel import Locale, UnknownLocaleError
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, force_locale
from flask_login import current_user

from kb.core.settings import Settings
from webapp.shared.formatting import init_formatting

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4}")


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
    if named := _language_of_address(request.path):
        return named
    if current_user.is_authenticated and current_user.language in offered:
        return str(current_user.language)
    chosen = request.cookies.get("language", "")
    if chosen in offered:
        return chosen
    return _browser_language() or offered[0]


def preferred_languages() -> tuple[str, ...]:
    """KB_LANGUAGES, those that the browser names first."""
    offered = offered_languages()
    named = [match_offered(tag) for tag, _quality in request.accept_languages] if has_request_context() else []
    return tuple(dict.fromkeys([*(tag for tag in named if tag), *offered]))


def match_offered(text: str) -> str:
    """The offered language that a tag means in whatever way it is written: `hi` for `HI`, `hi_IN`, `hi-Latn`; "" for none."""
    if not _TAG.fullmatch(text):
        return ""
    wanted = text.replace("_", "-").lower()
    offered = {tag.lower(): tag for tag in offered_languages()}
    base = wanted.partition("-")[0]
    near = (tag for lower, tag in offered.items() if lower.partition("-")[0] == base)
    return offered.get(wanted) or offered.get(base) or next(near, "")


def is_language(text: str) -> bool:
    """Whether it is the tag of a language, on offer or not."""
    try:
        return bool(_TAG.fullmatch(text) and Locale.parse(text.replace("_", "-"), sep="-"))
    except (UnknownLocaleError, ValueError):
        return False


def _language_of_address(path: str) -> str:
    segments = [segment for segment in path.split("/", 4) if segment]
    if segments and segments[0].lower() == "help":
        segments.pop(0)
    return match_offered(segments[0]) if segments else ""


def offered_base(tag: str) -> str:
    """The language of a tag, in whatever letters (`hi` for `hi-Latn`), where it is offered; else ""."""
    language = tag.partition("-")[0]
    return language if language in offered_languages() else ""


def in_language(tag: str) -> AbstractContextManager[None]:
    """Within it texts are in another language than that of the page."""
    locale: AbstractContextManager[None] = force_locale(_babel_name(tag))
    return locale


def _browser_language() -> str:
    """The first of the browser's languages that is offered; "" where none is."""
    return next(filter(None, (match_offered(tag) for tag, _quality in request.accept_languages)), "")


def _babel_name(tag: str) -> str:
    """The locale that Babel knows for a BCP 47 tag; English where it knows none: a new language never breaks a page."""
    try:
        return str(Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return "en"
