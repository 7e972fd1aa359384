"""Spans as OpenTelemetry has them, sent by OTLP. Imported only where traces are on: see webapp.shared.traces.

No span has anything of a person: routes and not addresses, kinds of errors and not their words, statements counted and not
quoted.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span as OpenSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine, event

from kb.core.tracing import Value

_NANOSECONDS = 1_000_000_000


@dataclass
class _Statements:
    number: int = 0
    seconds: float = 0.0
    started: float = 0.0


class CountingSpan:
    """Implements kb.core.tracing.Span."""

    def __init__(self, span: OpenSpan) -> None:
        self._span = span

    def set_attribute(self, key: str, value: Value) -> None:
        self._span.set_attribute(key, value)

    def fail(self, kind: str = "") -> None:
        """kind: of an error."""
        if kind:
            self._span.set_attribute("error.type", kind)
        self._span.set_status(Status(StatusCode.ERROR))

    @property
    def trace_id(self) -> str:
        return f"{self._span.get_span_context().trace_id:032x}"


class OpenTelemetry:
    """Implements kb.core.tracing.Tracer, for one process. Where spans go is said by the OTEL_* variables."""

    def __init__(self, role: str, engine: Engine) -> None:
        name = os.environ.get("OTEL_SERVICE_NAME") or "kb-assist"
        self._provider = TracerProvider(resource=Resource.create({"service.name": name, "kb.role": role}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("kb-assist")
        self._engine = engine
        self._counts = threading.local()
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "after_cursor_execute", self._after_statement)

    def close(self) -> None:
        event.remove(self._engine, "before_cursor_execute", self._before_statement)
        event.remove(self._engine, "after_cursor_execute", self._after_statement)
        self._provider.shutdown()

    @contextmanager
    def span(self, name: str, attributes: dict[str, Value]) -> Iterator[CountingSpan]:
        with self._open(name, attributes, None, SpanKind.INTERNAL) as span:
            yield span

    @contextmanager
    def request(self, name: str, attributes: dict[str, Value], headers: Mapping[str, str]) -> Iterator[CountingSpan]:
        """Of a request: within the span of the proxy or browser that asks, if it says so (traceparent)."""
        carrier = {key.lower(): value for key, value in headers.items() if key.lower() == "traceparent"}
        with self._open(name, attributes, TraceContextTextMapPropagator().extract(carrier), SpanKind.SERVER) as span:
            yield span

    def record(self, name: str, seconds: float) -> None:
        now = time.time_ns()
        self._tracer.start_span(name, start_time=now - int(seconds * _NANOSECONDS)).end(now)

    @contextmanager
    def _open(
        self, name: str, attributes: dict[str, Value], within: Context | None, kind: SpanKind
    ) -> Iterator[CountingSpan]:
        span = self._tracer.start_span(name, within, kind, attributes)
        told = CountingSpan(span)
        outer: _Statements | None = getattr(self._counts, "now", None)
        counted = self._counts.now = _Statements()
        try:
            with use_span(span, record_exception=False, set_status_on_exception=False):
                yield told
        except BaseException as error:
            told.fail(type(error).__name__)
            raise
        finally:
            self._counts.now = outer
            if outer is not None:
                outer.number += counted.number
                outer.seconds += counted.seconds
            span.set_attribute("kb.sql.statements", counted.number)
            span.set_attribute("kb.sql.seconds", round(counted.seconds, 6))
            span.end()

    def _before_statement(self, *_: object) -> None:
        counted: _Statements | None = getattr(self._counts, "now", None)
        if counted is not None:
            counted.number += 1
            counted.started = time.perf_counter()

    def _after_statement(self, *_: object) -> None:
        counted: _Statements | None = getattr(self._counts, "now", None)
        if counted is not None:
            counted.seconds += time.perf_counter() - counted.started
