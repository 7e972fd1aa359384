"""Traces by OpenTelemetry, for those who have a place for them: spans for each request, the stages of its searches, each job.

Off unless one of the standard variables names where they go (OTEL_EXPORTER_OTLP_ENDPOINT, or that of traces alone); then the
packages of `kb-assist[otel]` are needed, and everything else is said by the OTEL_* variables too. While they are off nothing of
OpenTelemetry is imported, and no statement is looked at.
"""

from typing import TYPE_CHECKING

from flask import Flask, g, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response

from kb.core.log_context import log_about, set_log_about
from kb.core.tracing import Value, trace_with
from webapp.shared.metrics import method_of_request, route_of_request
from webapp.shared.request_ids import request_id
from webapp.shared.trace_settings import check_traces, wants_traces

if TYPE_CHECKING:
    from webapp.shared.open_telemetry import OpenTelemetry

# That of this process, where traces are on.
_tracer: "OpenTelemetry | None" = None


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
    attributes: dict[str, Value] = {"http.request.method": method, "http.route": route, "kb.request_id": request_id()}
    g.trace_scope = _tracer.request(f"{method} {route}", attributes, dict(request.headers))
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
