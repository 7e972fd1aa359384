"""How often an address, or a person who has logged in, may ask: enough against guessing and loops.

KB_RATE_LIMIT_STORAGE says where it is counted."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, cast
from urllib.parse import quote

from flask import Flask, request
from flask import session as cookie
from limits.errors import ConfigurationError as StorageError
from limits.storage import Storage, storage_from_string
from sqlalchemy import Engine

from kb.accounts.slowing import network_of
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from webapp.shared.limit_counting import Limit, LimitCounts, limits_of
from webapp.shared.limit_store import SCHEME, SharedFileStorage
from webapp.shared.limit_table import SharedTableStorage

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
        counts = LimitCounts(_storage(settings, engine))
    except StorageError as error:
        raise ConfigurationError(
            f"KB_RATE_LIMIT_STORAGE cannot be used: {error}.",
            remedy="Leave it out, or name a store whose driver is installed: redis://host:6379 needs pip install redis.",
        ) from error
    app.extensions["kb_limiter"] = counts
    usual = {}
    for endpoint in app.view_functions:
        if endpoint in LIMITS:
            # Counted where the view begins: what was refused before it, such as a forged form, is not held against anybody.
            app.view_functions[endpoint] = _counted(app.view_functions[endpoint], counts, _own_limits(endpoint))
        elif endpoint not in EXEMPT:
            usual[endpoint] = limits_of(DEFAULT, person_or_address, endpoint)

    def count_usual() -> None:
        counts.require(usual.get(request.endpoint or "", ()))

    app.before_request(count_usual)


def _own_limits(endpoint: str) -> list[Limit]:
    found = limits_of(LIMITS[endpoint], person_or_address, endpoint)
    if endpoint in LIMITS_PER_PAGE:
        found += limits_of(LIMITS_PER_PAGE[endpoint], _address_and_page, endpoint)
    if endpoint in LIMITS_PER_FIELD:
        name, limit = LIMITS_PER_FIELD[endpoint]
        found += limits_of(limit, partial(_field, name), endpoint)
    if endpoint in WRITTEN_BY_ANYBODY:
        found += limits_of(IN_ALL, lambda: "everybody", "written by anybody")
    return sorted(found, key=lambda limit: limit.item)


def _counted(view: Callable[..., Any], counts: LimitCounts, limits: Sequence[Limit]) -> Callable[..., Any]:
    @wraps(view)  # the function itself belongs to every application of this process
    def counted(**values: Any) -> Any:
        counts.require(limits)
        return view(**values)

    return counted


def _storage(settings: Settings, engine: Engine) -> Storage:
    """Where a database may be shared by several machines it is counted there; SQLite has one writer, and better things to do."""
    if settings.rate_limit_storage:
        return cast(Storage, storage_from_string(settings.rate_limit_storage))
    if engine.dialect.name == "sqlite":
        return SharedFileStorage(f"{SCHEME}://{quote(str(settings.home / 'limits.sqlite3'))}")
    return SharedTableStorage(engine=engine)


def person_or_address() -> str:
    """Who asks: the reps of an office share an address and must not wait for each other. The cookie is signed."""
    person = str(cookie.get("_user_id") or "").partition(":")[0]
    return f"person:{person}" if person else visitor()


def visitor() -> str:
    return network_of(request.remote_addr or "127.0.0.1")


def _field(name: str) -> str:
    """What stands in a field, as a hash: stores of limits are no place for addresses of people."""
    typed = "".join(request.form.get(name, "").split()).lower()
    return hashlib.sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()


def _address_and_page() -> str:
    return f"{visitor()} {request.path} {request.form.get('document', '')[:40]}"
