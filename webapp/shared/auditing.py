"""Security events of requests: written together with what was done, or after the answer where something was refused."""

import ipaddress
import threading
import time
from dataclasses import replace
from typing import Any

from flask import Flask, Response, request
from flask_login import current_user

from kb.accounts.audit import Actor, AuditKind, record
from kb.accounts.slowing import network_of
from webapp.shared.after_response import do_after, run_after_response
from webapp.shared.database import session

# What hands out much at once, by GET.
EXPORTS = frozenset({"studio_numbers.table", "studio_voice.export_csv", "studio_voice.export_json"})
_REFUSALS = {403: AuditKind.REFUSED, 429: AuditKind.TOO_OFTEN}
# The same refusal of the same asker is written down once in this many seconds by each process: a flood must not fill the table.
_ONCE_IN = 60.0
_MOST_REMEMBERED = 10_000


def actor_here() -> Actor:
    """Who makes the running request."""
    address = request.remote_addr or ""
    if not current_user.is_authenticated:
        return Actor(address=address)
    return Actor(current_user.id, current_user.email, address)


def audit(kind: AuditKind, about: str = "", actor: Actor | None = None, **detail: Any) -> None:
    """Write down what this request does; it is undone together with it."""
    record(session(), kind, actor or actor_here(), about=about, detail=detail)


def audit_refusal(kind: AuditKind, about: str = "", **detail: Any) -> None:
    """Write down what this request was refused; all else that it did is undone."""
    actor = actor_here()
    run_after_response(lambda separate: record(separate, kind, actor, about=about, detail=detail))


def init_auditing(app: Flask) -> None:
    """Call after all else that may refuse a request."""
    seen = _Seen()

    def note(response: Response) -> Response:
        kind = _REFUSALS.get(response.status_code)
        if kind is None and not (request.endpoint in EXPORTS and response.status_code == 200):
            return response
        actor, where = _network_alone(actor_here()), f"{request.method} {request.endpoint}"
        if kind is None or seen.is_new((kind, actor.id, network_of(actor.address), where)):
            do_after(response, lambda separate: record(separate, kind or AuditKind.EXPORTED, actor, about=where))
        return response

    app.after_request(note)


def _network_alone(actor: Actor) -> Actor:
    """Whoever is not logged in may be a customer: a network (/24, or /48 of IPv6) tells an attack, and nobody's own address."""
    if actor.id is not None or not actor.address:
        return actor
    try:
        address = ipaddress.ip_address(actor.address)
    except ValueError:
        return replace(actor, address="")
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return actor
    bits = 24 if address.version == 4 else 48
    return replace(actor, address=str(ipaddress.ip_network((address, bits), strict=False)))


class _Seen:
    """What was written down a short time ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[tuple[object, ...], float] = {}

    def is_new(self, key: tuple[object, ...]) -> bool:
        now = time.monotonic()
        with self._lock:
            if now - self._times.get(key, -_ONCE_IN) < _ONCE_IN:
                return False
            if len(self._times) >= _MOST_REMEMBERED:
                self._times.clear()
            self._times[key] = now
        return True
