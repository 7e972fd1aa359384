"""What each layer of security takes of a request, timed inside it: nothing is switched off, and nothing is left changed.

A layer's time is its own: what another one does while it runs, such as the look at the session that the check of rights asks
for, counts there.
"""

import functools
import re
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import kb.accounts.audit
import webapp.api.parameters
import webapp.shared.hosts
import webapp.shared.input
from kb.tables import Role
from webapp.shared.forms import PageForm

# What runs before and after each request: its layer, None for what is no security. One that is not here ends the measurement.
HOOKS: dict[str, str | None] = {
    "webapp.shared.hosts._refuse_unknown_host": "host check",
    "webapp.shared.access._check_access": "rights",
    "webapp.shared.access._keep_from_caches": "headers",
    "webapp.shared.security.init_security.<locals>.check_csrf": "forged forms",
    "flask_wtf.csrf.CSRFProtect.init_app.<locals>.csrf_protect": "forged forms",
    "webapp.shared.uploads.init_uploads.<locals>.raise_limit": "bodies",
    "webapp.shared.input._no_address_has_nul": "schema",
    "webapp.shared.cross_site._name_site": "headers",
    "webapp.shared.auditing.init_auditing.<locals>.note": "audit",
    "flask_limiter._extension.Limiter._check_request_limit": "limits",
    "flask_limiter._extension.Limiter.__inject_headers": "limits",
    "flask_limiter._extension.Limiter.__release_context": "limits",
    "flask_talisman.talisman.Talisman._force_https": "headers",
    "flask_talisman.talisman.Talisman._make_nonce": "headers",
    "flask_talisman.talisman.Talisman._set_response_headers": "headers",
    "flask_login.login_manager.LoginManager._update_remember_cookie": "session",
    "webapp.shared.database._finish": None,
    "webapp.shared.database._close": None,
    "webapp.shared.metrics._start": None,
    "webapp.shared.metrics._observe": None,
    "webapp.shared.compression._compress": None,
    "webapp.shared.request_ids._begin": None,
    "webapp.shared.request_ids._give_back": None,
    "webapp.shared.request_ids._end": None,
    "webapp.shared.traces._begin": None,
    "webapp.shared.traces._note": None,
    "webapp.shared.traces._end": None,
    "webapp.help.articles.follow_old_address": None,
    "webapp.help.right_addresses.lead_right": None,
}
LAYERS = (
    "session",
    "rights",
    "forged forms",
    "limits",
    "headers",
    "host check",
    "proxies",
    "bodies",
    "schema",
    "audit",
)
# Functions of modules that are called from views: wherever they were imported to.
_FUNCTIONS: Sequence[tuple[ModuleType, str, str]] = (
    *((webapp.api.parameters, name, "schema") for name in (
        "query_text", "offered_language", "widget_visit", "number_argument", "json_object", "text_field", "number_field",
        "id_field", "turns_field")),
    (webapp.shared.input, "refuse_unstorable", "schema"),
    (webapp.shared.hosts, "is_known_host", "host check"),
    (kb.accounts.audit, "record", "audit"),
)  # fmt: skip


class Clock:
    """Milliseconds of wall and of processor by layer, of the thread that asks."""

    def __init__(self) -> None:
        self._local = threading.local()

    def begin(self) -> None:
        self._local.spent = defaultdict(lambda: [0, 0])
        self._local.open = []

    def spent(self) -> dict[str, tuple[float, float]]:
        return {layer: (wall / 1e6, cpu / 1e6) for layer, (wall, cpu) in self._local.spent.items()}

    def timed(self, layer: str | None, work: Callable[..., Any]) -> Callable[..., Any]:
        """layer: None for what is only taken out of the layer around it."""

        @functools.wraps(work)
        def run(*arguments: Any, **options: Any) -> Any:
            open_ = getattr(self._local, "open", None)
            if open_ is None:  # a thread that works after the answer
                return work(*arguments, **options)
            inner = [0, 0]
            open_.append(inner)
            cpu, wall = time.thread_time_ns(), time.perf_counter_ns()
            try:
                return work(*arguments, **options)
            finally:
                wall, cpu = time.perf_counter_ns() - wall, time.thread_time_ns() - cpu
                open_.pop()
                if open_:
                    open_[-1][0] += wall
                    open_[-1][1] += cpu
                if layer is not None:
                    mine = self._local.spent[layer]
                    mine[0] += wall - inner[0]
                    mine[1] += cpu - inner[1]

        return run


@contextmanager
def watched(app: Flask) -> Iterator[Clock]:
    """Every layer of this application is timed. Raises KeyError for a hook of which nobody has said whether it is security."""
    clock = Clock()
    manager: Any = app.login_manager  # type: ignore[attr-defined]
    limiter: Any = app.extensions["kb_limiter"]
    with ExitStack() as stack:

        def set_(owner: Any, name: str, value: Any) -> None:
            stack.enter_context(patch.object(owner, name, value))

        hooks: list[dict[Any, list[Any]]] = [
            app.before_request_funcs,  # type: ignore[list-item]
            app.after_request_funcs,  # type: ignore[list-item]
            app.teardown_request_funcs,  # type: ignore[list-item]
        ]
        for functions in hooks:
            timed = {
                scope: [clock.timed(HOOKS[_name_of(one)], one) for one in found] if scope is None else list(found)
                for scope, found in functions.items()
            }
            stack.enter_context(patch.dict(functions, timed))
        set_(limiter, "_check_request_limit", clock.timed("limits", limiter._check_request_limit))
        for name in ("open_session", "save_session"):
            set_(app.session_interface, name, clock.timed("session", getattr(app.session_interface, name)))
        for name in ("_user_callback", "_request_callback"):
            set_(manager, name, clock.timed("session", getattr(manager, name)))
        set_(PageForm, "validate", clock.timed("schema", PageForm.validate))
        set_(webapp.shared.input.Parameters, "__init__", clock.timed("schema", webapp.shared.input.Parameters.__init__))
        token = app.jinja_env.globals["csrf_token"]
        stack.enter_context(patch.dict(app.jinja_env.globals, csrf_token=clock.timed("forged forms", token)))
        _watch_proxies(app, clock, set_)
        for module, name, layer in _FUNCTIONS:
            function = getattr(module, name)
            replaced = clock.timed(layer, function)
            for other in [one for key, one in sys.modules.items() if key.partition(".")[0] in {"kb", "webapp"}]:
                if getattr(other, name, None) is function:
                    set_(other, name, replaced)
        yield clock


def _watch_proxies(app: Flask, clock: Clock, set_: Callable[[Any, str, Any], None]) -> None:
    outer: Any = app.wsgi_app
    innermost = getattr(getattr(outer, "app", None), "_application", None)
    if innermost is not None:  # KB_PROXIES is set
        set_(outer.app, "_application", clock.timed(None, innermost))
        set_(app, "wsgi_app", clock.timed("proxies", outer))


def _name_of(hook: Any) -> str:
    function = hook.func if isinstance(hook, functools.partial) else hook
    return f"{function.__module__}.{function.__qualname__}"


@dataclass(frozen=True)
class Cost:
    """Medians over all requests of a kind, in milliseconds. layers: (wall, processor) of each; cpu and wall: of all of them."""

    whole: float
    wall: float
    cpu: float
    layers: dict[str, tuple[float, float]]


def measure(clock: Clock, client: FlaskClient, ask: Callable[[FlaskClient], TestResponse], times: int) -> Cost:
    """Ask that often, after some that are not counted. Raises AssertionError for an answer that is none."""
    whole, spent = [], []
    for number in range(times + max(3, times // 10)):
        clock.begin()
        begun = time.perf_counter()
        answer = ask(client)
        took = 1000 * (time.perf_counter() - begun)
        assert answer.status_code in {200, 303}, answer.text[:500]
        if number >= max(3, times // 10):
            whole.append(took)
            spent.append(clock.spent())
    layers = {
        layer: (
            statistics.median(one.get(layer, (0.0, 0.0))[0] for one in spent),
            statistics.median(one.get(layer, (0.0, 0.0))[1] for one in spent),
        )
        for layer in LAYERS
    }
    sums = [[sum(part[index] for part in one.values()) for one in spent] for index in (0, 1)]
    return Cost(statistics.median(whole), statistics.median(sums[0]), statistics.median(sums[1]), layers)


def measure_usual_requests(
    app: Flask, log_in: Callable[[Role], FlaskClient], token: str, times: int
) -> dict[str, Cost]:
    """By what is asked. The application has an article `refunds` in English; log_in: a client with a session; token: of a rep."""
    customer, rep, trainer, program = app.test_client(), log_in(Role.REP), log_in(Role.TRAINER), app.test_client()
    bearer = {"Authorization": f"Bearer {token}"}
    form = {"csrf_token": _token_of(rep)}
    kinds: dict[str, tuple[FlaskClient, Callable[[FlaskClient], TestResponse]]] = {
        "page of a customer: an article": (customer, lambda one: one.get("/help/en/articles/refunds")),
        "page of a rep: the desk": (rep, lambda one: one.get("/desk/")),
        "page of a trainer: articles": (trainer, lambda one: one.get("/studio/articles/")),
        "form of a rep: log out elsewhere": (rep, lambda one: one.post("/account/sessions", data=form)),
        "API, by everybody: search": (customer, lambda one: one.get("/api/v1/search?q=refund")),
        "API, by a token: search": (program, lambda one: one.get("/api/v1/desk/search?q=refund", headers=bearer)),
        "API, by a token: check of a text": (
            program,
            lambda one: one.post("/api/v1/desk/check", json={"text": "It takes five days."}, headers=bearer),
        ),
    }
    with watched(app) as clock:
        return {kind: measure(clock, client, ask, times) for kind, (client, ask) in kinds.items()}


def _token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account/").text)
    assert found
    return found[1]
