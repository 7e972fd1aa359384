"""Traces by OpenTelemetry, for those who have a place for them: spans for each request, the stages of its searches, each job.

Off unless one of the standard variables names where they go (OTEL_EXPORTER_OTLP_ENDPOINT, or that of traces alone); then the
packages of `kb-assist[otel]` are needed, and everything else is said by the OTEL_* variables too. While they are off nothing of
OpenTelemetry is imported, and no statement is looked at.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Flask, g, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response

from kb.core.errors import ConfigurationError
from kb.core.log_context import log_about, set_log_about
from kb.core.tracing import trace_with
from webapp.shared.metrics import method_of_request, route_of_request
from webapp.shared.request_ids import request_id

if TYPE_CHECKING:
    from webapp.shared.open_telemetry import OpenTelemetry

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")

# That of this process, where traces are on.
_tracer: "OpenTelemetry | None" = None


def wants_traces(environment: Mapping[str, str] | None = None) -> bool:
    """Raises ConfigurationError where they are wanted in a way in which they cannot be sent."""
    given = os.environ if environment is None else environment
    exporter = given.get("OTEL_TRACES_EXPORTER", "").strip().lower() or "otlp"
    is_off = given.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or exporter == "none"
    if is_off or not any(given.get(name, "").strip() for name in _ENDPOINTS):
        return False
    if exporter != "otlp":
        raise ConfigurationError(
            "OTEL_TRACES_EXPORTER is “%(given)s”, but traces are sent by otlp alone.",
            remedy="OTEL_TRACES_EXPORTER=otlp, or none for no traces",
            given=exporter,
        )
    protocol = next((given[name] for name in _PROTOCOLS if given.get(name)), "http/protobuf")
    if protocol != "http/protobuf":
        raise ConfigurationError(
            "Traces are to be sent by “%(given)s”, but can be sent by http/protobuf alone.",
            remedy="OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, and the port of the collector for it: 4318 as a rule",
            given=protocol,
        )
    return True


def check_traces() -> None:
    """Raises ConfigurationError where traces are wanted and cannot be made."""
    if not wants_traces():
        return
    try:
        import webapp.shared.open_telemetry  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the packages for traces are not installed.",
            remedy="Type: .venv/bin/pip install 'kb-assist[otel]'; or leave the variable out",
        ) from error


def start_traces(role: str, engine: Engine) -> None:
    """From now on in this process, if they are wanted: after a fork, since what sends them is a thread. role: web, or jobs.

    Raises ConfigurationError.
    """
    global _tracer
    if not wants_traces():
        return
    check_traces()
    from webapp.shared.open_telemetry import OpenTelemetry

    _tracer = OpenTelemetry(role, engine)
    trace_with(_tracer)


def stop_traces() -> None:
    """Send what is there, and trace nothing more."""
    global _tracer
    tracer, _tracer = _tracer, None
    trace_with(None)
    if tracer is not None:
        tracer.close()


def init_traces(app: Flask) -> None:
    """A span for each request, where traces are on in this process."""
    app.before_request(_begin)
    app.after_request(_note)
    app.teardown_request(_end)


def _begin() -> None:
    if _tracer is None:
        return
    method, route = method_of_request(), route_of_request()
    attributes = {"http.request.method": method, "http.route": route, "kb.request_id": request_id()}
    g.trace_scope = _tracer.request(f"{method} {route}", attributes, request.headers)
    g.trace = g.trace_scope.__enter__()
    set_log_about({**log_about(), "trace_id": g.trace.trace_id})


def _note(response: Response) -> Response:
    if "trace" in g:
        g.trace.set_attribute("http.response.status_code", response.status_code)
        if response.status_code >= 500:
            g.trace.fail()
    return response


def _end(_error: BaseException | None) -> None:
    if (scope := g.pop("trace_scope", None)) is not None:
        scope.__exit__(None, None, None)
