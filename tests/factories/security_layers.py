"""The layers of security of an application, each timed inside a request, or all of them left out of it.

A layer's time is its own: what another one does while it runs, such as the look at the session that the check of rights asks
for, counts there. Without the layers each of them says what it said of the request before, and does nothing; the check of what
was sent stays, since views need what it makes of it. Nothing is left changed.
"""

import functools
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import Enum
from types import ModuleType
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy.orm import Session

import kb.accounts.audit
import webapp.api.parameters
import webapp.shared.hosts
import webapp.shared.input
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
    "webapp.shared.limits.init_limits.<locals>.count_usual": "limits",
    "webapp.shared.security._send_headers.<locals>.send": "headers",
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
    "webapp.shared.trailing_slash._lead_to_page": None,
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


class How(Enum):
    """TIMED: each layer is timed; WITH: none is, so that the clocks cost nothing; WITHOUT: none of them runs."""

    TIMED = "timed"
    WITH = "with"
    WITHOUT = "without"


AS_BEFORE = object()


class Clock:
    """Milliseconds of wall and of processor by layer, of the thread that asks."""

    def __init__(self) -> None:
        self._local = threading.local()
        # What each piece of work said last, by what is asked.
        self._said: dict[tuple[str, object], Any] = {}

    def begin(self, how: How = How.TIMED, kind: str = "") -> None:
        self._local.spent = defaultdict(lambda: [0, 0])
        self._local.open = []
        self._local.how, self._local.kind = how, kind

    def spent(self) -> dict[str, tuple[float, float]]:
        return {layer: (wall / 1e6, cpu / 1e6) for layer, (wall, cpu) in self._local.spent.items()}

    def timed(self, layer: str | None, work: Callable[..., Any], without: Any = None) -> Callable[..., Any]:
        """layer: None for what is only taken out of the layer around it. without: what is called where layers do not run; None:
        the work itself; AS_BEFORE: what it said last."""

        @functools.wraps(work)
        def run(*arguments: Any, **options: Any) -> Any:
            open_ = getattr(self._local, "open", None)
            if open_ is None or self._local.how is How.WITH:  # or a thread that works after the answer
                return work(*arguments, **options)
            if self._local.how is How.WITHOUT:
                if without is AS_BEFORE:
                    return self._said[self._local.kind, work]
                return (without or work)(*arguments, **options)
            inner = [0, 0]
            open_.append(inner)
            cpu, wall = time.thread_time_ns(), time.perf_counter_ns()
            try:
                said = work(*arguments, **options)
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
            self._said[self._local.kind, work] = said
            return said

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

        hooks: list[tuple[Any, Callable[..., Any]]] = [
            (app.before_request_funcs, _nothing),
            (app.after_request_funcs, _as_it_is),
            (app.teardown_request_funcs, _nothing),
        ]
        for functions, without in hooks:
            timed = {
                scope: [_hook(clock, one, without) for one in found] if scope is None else list(found)
                for scope, found in functions.items()
            }
            stack.enter_context(patch.dict(functions, timed))
        set_(limiter, "require", clock.timed("limits", limiter.require, _nothing))
        sessions: Any = app.session_interface
        set_(sessions, "open_session", clock.timed("session", sessions.open_session, AS_BEFORE))
        set_(sessions, "save_session", clock.timed("session", sessions.save_session, _nothing))
        for name in ("_user_callback", "_request_callback"):
            set_(manager, name, clock.timed("session", getattr(manager, name), AS_BEFORE))
        # A form is read once, and a connection opened once, by whoever asks first; the page would.
        set_(Session, "connection", clock.timed(None, Session.connection))
        set_(app.request_class, "_load_form_data", clock.timed(None, app.request_class._load_form_data))
        set_(PageForm, "validate", clock.timed("schema", PageForm.validate))
        set_(webapp.shared.input.Parameters, "__init__", clock.timed("schema", webapp.shared.input.Parameters.__init__))
        token: Any = app.jinja_env.globals["csrf_token"]
        stack.enter_context(patch.dict(app.jinja_env.globals, csrf_token=clock.timed("forged forms", token, AS_BEFORE)))
        _watch_proxies(app, clock, set_)
        for module, name, layer in _FUNCTIONS:
            function = getattr(module, name)
            replaced = clock.timed(layer, function, None if layer == "schema" else AS_BEFORE)
            for other in [one for key, one in sys.modules.items() if key.partition(".")[0] in {"kb", "webapp"}]:
                if getattr(other, name, None) is function:
                    set_(other, name, replaced)
        yield clock


def _watch_proxies(app: Flask, clock: Clock, set_: Callable[[Any, str, Any], None]) -> None:
    outer: Any = app.wsgi_app
    innermost = getattr(getattr(outer, "app", None), "_application", None)
    if innermost is not None:  # KB_PROXIES is set
        set_(outer.app, "_application", clock.timed(None, innermost))
        set_(app, "wsgi_app", clock.timed("proxies", outer, innermost))


def _hook(clock: Clock, hook: Any, without: Callable[..., Any]) -> Callable[..., Any]:
    layer = HOOKS[_name_of(hook)]
    return clock.timed(layer, hook, None if layer is None else without)


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _as_it_is(response: Any) -> Any:
    return response


def _name_of(hook: Any) -> str:
    function = hook.func if isinstance(hook, functools.partial) else hook
    return f"{function.__module__}.{function.__qualname__}"
