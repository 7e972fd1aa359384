"""How often an address, or a person who has logged in, may ask: enough against guessing and loops.

KB_RATE_LIMIT_STORAGE says where it is counted."""

import hashlib
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Flask, request
from flask import session as cookie
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.errors import ConfigurationError as StorageError
from sqlalchemy import Engine

from kb.accounts.slowing import network_of
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from webapp.shared.limit_store import SCHEME
from webapp.shared.limit_table import SCHEME as TABLE_SCHEME

# Tries, not messages: what is refused for want of a proof counts, too, and takes hardly any time.
MESSAGES = "60 per minute; 900 per hour"
# endpoint: limit per person or address. The rest has DEFAULT.
LIMITS = {
    # Beside it each account and address is slowed, see kb/accounts/slowing.py.
    "auth.log_in": "60 per minute; 600 per hour",
    # Beside it each address that is typed has a limit of its own, whoever has it.
    "auth_reset.ask": "10 per minute; 60 per hour",
    "auth_reset.choose": "30 per minute",
    "auth_second.take_second_step": "60 per minute; 600 per hour",
    "auth_passkeys.log_in": "60 per minute; 600 per hour",
    # Each asks the provider something.
    "auth_provider.begin": "60 per minute; 600 per hour",
    "auth_provider.callback": "60 per minute; 600 per hour",
    "account_passkeys.confirm": "60 per minute; 600 per hour",
    "api.search": "300 per minute",
    "api_desk.search_desk": "300 per minute",
    "api.ask": "300 per minute",
    "help.search": "300 per minute",
    "help.ask_send": "300 per minute",
    "api_desk.assist": "300 per minute",
    # Every key that a rep types is a search; nobody types faster for a whole minute.
    "desk.home": "1200 per minute",
    "desk.conversation": "300 per minute",
    # Before this wall comes the step of webapp/shared/proof.py.
    "help.contact_send": MESSAGES,
    "help.suggest_before_contact": "120 per minute",
    "help.answer_request": "10 per minute",
    # Whoever tries numbers through; beside it each address or phone number that is named has a limit of its own.
    "help.find_own_send": "10 per minute; 40 per hour",
    "help.want_news": "10 per minute; 60 per hour",
    "help.card": "120 per minute",
    "help.call_back_send": MESSAGES,
    "help.step_away": "10 per minute",
    "help.survey_answer": "10 per minute",
    "help.chat_start": MESSAGES,
    "help.chat_transcript": "10 per minute; 30 per hour",
    # A chat of a whole office behind one address types and reads a lot.
    "help.chat_say": "600 per minute",
    "help.chat_state": "6000 per minute",
    "help.chat_presence": "6000 per minute",
    "help.chat_suggestions": "60 per minute",
    "help.vote": "30 per minute; 300 per hour",
    "help.reason": "30 per minute; 300 per hour",
    "help.vote_on_answer": "30 per minute; 300 per hour",
    "api_widget.suggestions": "120 per minute",
    "api_widget.contact": MESSAGES,
    "api_widget.feedback": "30 per minute; 300 per hour",
}
# endpoint: a further limit per address and page. A visit is only a cookie, which a program can drop before each vote; many
# people may share an address, but hardly ever read the same article in the same hour.
LIMITS_PER_PAGE = {"help.vote": "10 per hour", "help.reason": "10 per hour", "help.vote_on_answer": "10 per hour"}
DEFAULT = "1200 per minute"
# What anonymous visitors write has one limit for all of them together, however many addresses a flood comes from.
WRITTEN_BY_ANYBODY = frozenset(
    {
        "help.contact_send",
        "help.answer_request",
        "help.find_own_send",
        "help.want_news",
        "help.call_back_send",
        "help.step_away",
        "help.survey_answer",
        "help.chat_start",
        "help.chat_transcript",
        "help.vote",
        "help.reason",
        "help.vote_on_answer",
        "api_widget.contact",
        "api_widget.feedback",
    }
)
IN_ALL = "1200 per minute"
# endpoint: a further limit per this field of the form, from wherever it is sent.
LIMITS_PER_FIELD = {
    "auth_reset.ask": ("email", "5 per hour"),
    "help.find_own_send": ("contact", "20 per hour"),
    "help.want_news": ("email", "10 per hour"),
}
# Probes and scrapers ask on a schedule, files come in bursts; neither costs us anything.
EXEMPT = ("static", "widget.script", "health.healthz", "health.readyz", "metrics.metrics")


def init_limits(app: Flask, settings: Settings, engine: Engine) -> None:
    """Call after the blueprints are registered. Raises ConfigurationError for a store that is not known or has no driver."""
    try:
        limiter = Limiter(
            person_or_address,
            app=app,
            default_limits=[DEFAULT],
            **_storage(settings, engine),
            # While a store is down each process counts for itself: limits must not close the help centre.
            in_memory_fallback_enabled=True,
            # Of two requests that find it down at once the second is let through instead of failing.
            swallow_errors=True,
        )
    except StorageError as error:
        raise ConfigurationError(
            f"KB_RATE_LIMIT_STORAGE cannot be used: {error}.",
            remedy="Leave it out, or name a store whose driver is installed: redis://host:6379 needs pip install redis.",
        ) from error
    app.extensions["kb_limiter"] = limiter
    everybody = limiter.shared_limit(IN_ALL, scope="written by anybody", key_func=lambda: "everybody")
    for endpoint in app.view_functions:
        view: Any = app.view_functions[endpoint]
        if endpoint in EXEMPT:
            app.view_functions[endpoint] = limiter.exempt(view)
        elif endpoint in LIMITS:
            view = limiter.limit(LIMITS[endpoint])(view)
            if endpoint in LIMITS_PER_PAGE:
                view = limiter.limit(LIMITS_PER_PAGE[endpoint], key_func=_address_and_page)(view)
            if endpoint in LIMITS_PER_FIELD:
                name, limit = LIMITS_PER_FIELD[endpoint]
                view = limiter.limit(limit, key_func=partial(_field, name))(view)
            if endpoint in WRITTEN_BY_ANYBODY:
                view = everybody(view)
            app.view_functions[endpoint] = view


def _storage(settings: Settings, engine: Engine) -> dict[str, Any]:
    """Where a database may be shared by several machines it is counted there; SQLite has one writer, and better things to do."""
    if settings.rate_limit_storage:
        return {"storage_uri": settings.rate_limit_storage}
    if engine.dialect.name == "sqlite":
        return {"storage_uri": f"{SCHEME}://{quote(str(settings.home / 'limits.sqlite3'))}"}
    return {"storage_uri": f"{TABLE_SCHEME}://", "storage_options": {"engine": engine}}


def person_or_address() -> str:
    """Who asks: the reps of an office share an address and must not wait for each other. The cookie is signed."""
    person = str(cookie.get("_user_id") or "").partition(":")[0]
    return f"person:{person}" if person else _visitor()


def _visitor() -> str:
    return network_of(get_remote_address())


def _field(name: str) -> str:
    """What stands in a field, as a hash: stores of limits are no place for addresses of people."""
    typed = "".join(request.form.get(name, "").split()).lower()
    return hashlib.sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()


def _address_and_page() -> str:
    return f"{_visitor()} {request.path} {request.form.get('document', '')[:40]}"
