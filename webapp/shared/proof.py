"""A step before the wall of the limits, for what anonymous visitors send to people.

A few messages of each visitor, and of all visitors together, are taken as they are. Beyond that a message comes with a proof of
work, which a browser makes by itself in a second or two, or its sender waits for half a minute: so whoever floods reaches nobody,
and those who share an address with them still do. A field that only programs fill in leads to the step at once.
"""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar

from altcha import create_challenge, verify_solution
from flask import current_app, json
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import RateLimitItemPerMinute
from wtforms import HiddenField, StringField

from kb.core.settings import Settings
from webapp.shared.forms import PageForm
from webapp.shared.limit_counting import LimitCounts
from webapp.shared.limits import visitor

logger = logging.getLogger(__name__)

Found = TypeVar("Found")

_MINUTES = 10  # in which what is taken as it is, is counted
# Seconds that somebody waits who makes no proof; how often that is taken from one visitor, and from all.
WAIT = 30
_WAITED_BY_ONE, _WAITED_BY_ALL = RateLimitItemPerMinute(4, 2), RateLimitItemPerMinute(30)
_VALID = 2 * 3600  # seconds for which a proof may be made or a wait be over
# Steps of PBKDF2 for one try, and tries until the right number is found: half a millisecond each in a browser.
_COST, _FEWEST_TRIES, _MOST_TRIES = 1000, 1500, 3000
# One visitor's messages in an hour after which each takes as much work again, and how much more it becomes at most.
_HARDER_AFTER, _HARDEST = 5, 12
_PROVED = RateLimitItemPerMinute(10**6, 60)
LONGEST = 4000  # characters of a proof
_WAITED = "waited:"


@dataclass(frozen=True)
class Asked:
    """challenge: for the script, as JSON; ticket: what a form sends that has waited; wait: seconds until it is taken."""

    challenge: str
    ticket: str
    wait: int


def is_free() -> bool:
    """Whether the next message of this visitor is taken as it is."""
    return _counted(lambda counts: all(counts.limiter.test(*budget) for budget in _budgets()), True)


def is_let_through(proof: str, *, is_trapped: bool = False) -> bool:
    """Whether a message is taken: free, proved, or waited for. What it takes is used up.

    is_trapped: something stands in the field that no person sees.
    """
    if proof and _is_proved(proof):
        return True
    if is_trapped:
        return False
    return is_free() and _counted(lambda counts: all(counts.limiter.hit(*budget) for budget in _budgets()), True)


def ask_for_proof(ticket: str = "") -> Asked:
    """A challenge of its own for each page. ticket: one that is waiting already, which goes on waiting."""
    proved = _counted(
        lambda counts: counts.limiter.get_window_stats(_PROVED, "proved", visitor()).remaining, _PROVED.amount
    )
    harder = min(1 + (_PROVED.amount - proved) // _HARDER_AFTER, _HARDEST)
    tries = harder * (_FEWEST_TRIES + secrets.randbelow(_MOST_TRIES - _FEWEST_TRIES))
    challenge = create_challenge(
        "PBKDF2/SHA-256",
        _COST,
        counter=tries,
        expires_at=int(time.time()) + _VALID,
        hmac_secret=_key("challenge"),
        hmac_key_secret=_key("solution"),
    )
    waited = _waited(ticket)
    if waited is None:
        ticket, waited = _WAITED + _tickets().dumps(secrets.token_urlsafe(9)), 0.0
    return Asked(json.dumps(challenge.to_dict()), ticket, max(int(WAIT - waited), 0) or 1)


def proof_in_json() -> dict[str, Any]:
    """The same for programs: `challenge` as ALTCHA has it (version 2), `ticket`, and `wait` in seconds."""
    asked = ask_for_proof()
    return {"challenge": json.loads(asked.challenge), "ticket": asked.ticket, "wait": asked.wait}


class ProvedForm(PageForm):
    """A form that anybody may send; a template includes help/_proof.html in it."""

    needs_proof = False

    proof = HiddenField()
    website = StringField(_l("Leave this field empty"), render_kw={"autocomplete": "off", "tabindex": "-1"})

    def validate(self, extra_validators: Any = None) -> bool:
        """What is wrong with it otherwise comes first: a slip of the pen costs no proof."""
        if not super().validate(extra_validators):
            return False
        self.needs_proof = not is_let_through(self.proof.data or "", is_trapped=bool(self.website.data))
        return not self.needs_proof

    @cached_property
    def asked(self) -> Asked | None:
        """What is asked of whoever sends this page, None for nothing."""
        return ask_for_proof(self.proof.data or "") if self.needs_proof or not is_free() else None

    @property
    def refusal(self) -> HTTPStatus:
        """The status of the page on which it comes back."""
        if self.is_outdated:
            return HTTPStatus.BAD_REQUEST
        return HTTPStatus.TOO_MANY_REQUESTS if self.needs_proof else HTTPStatus.UNPROCESSABLE_ENTITY


def _is_proved(proof: str) -> bool:
    if len(proof) > LONGEST:
        return False
    if proof.startswith(_WAITED):
        waited = _waited(proof)
        if waited is None or waited < WAIT:
            return False
        budgets = ((_WAITED_BY_ONE, "waited", visitor()), (_WAITED_BY_ALL, "waited in all"))
        is_in_time = _counted(lambda counts: all(counts.limiter.hit(*budget) for budget in budgets), True)
        return is_in_time and _is_first_use(proof)
    if not verify_solution(proof, _key("challenge"), hmac_key_secret=_key("solution")).verified or not _is_first_use(
        proof
    ):
        return False
    _counted(lambda counts: counts.limiter.hit(_PROVED, "proved", visitor()), True)
    return True


def _waited(ticket: str) -> float | None:
    """Seconds; None for what is no ticket, or one of long ago."""
    if len(ticket) > LONGEST or not ticket.startswith(_WAITED):
        return None
    try:
        _, since = _tickets().loads(ticket.removeprefix(_WAITED), max_age=_VALID, return_timestamp=True)
    except BadSignature:
        return None
    return time.time() - float(since.timestamp())


def _is_first_use(proof: str) -> bool:
    # Of a solution its challenge is used up, however else the text around it is written.
    name = proof if proof.startswith(_WAITED) else _signature(proof)
    return _counted(lambda counts: counts.storage.incr(f"proof {name}", _VALID) == 1, True)


def _signature(proof: str) -> str:
    from altcha import Payload

    return str(Payload.from_base64(proof).challenge.signature)


def _budgets() -> list[tuple[Any, ...]]:
    settings: Settings = current_app.extensions["kb_settings"]
    return [
        (RateLimitItemPerMinute(settings.free_messages, _MINUTES), "free", visitor()),
        (RateLimitItemPerMinute(settings.free_messages_in_all, _MINUTES), "free in all"),
    ]


def _counted(look: Callable[[LimitCounts], Found], otherwise: Found) -> Found:
    """A store that is down must not close the help centre."""
    counts: LimitCounts = current_app.extensions["kb_limiter"]
    try:
        return look(counts)
    except counts.storage.base_exceptions as error:
        logger.warning("Limits: the store cannot be used (%s)", type(error).__name__)
        return otherwise


def _key(purpose: str) -> str:
    return f"{purpose} before a message\0{current_app.config['SECRET_KEY']}"


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="waiting before a message")
