"""Spans: what a request or a job did, and for how long. Nobody looks unless a tracer is set, and then nothing is done at all.

What traces are made with stands above (webapp.shared.traces); the domain knows no library for it. Attributes are names of ours
and numbers, never anything of a person.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Value = str | int | float | bool


class Span(Protocol):
    def set_attribute(self, key: str, value: Value) -> None: ...


class Tracer(Protocol):
    def span(self, name: str, attributes: dict[str, Value]) -> AbstractContextManager[Span]:
        """A span of what is done within it; an error that leaves it is noted by its kind."""

    def record(self, name: str, seconds: float) -> None:
        """A span of so long that ends now, within the one that is open."""


class _NoSpan:
    def set_attribute(self, key: str, value: Value) -> None:
        """Nobody looks."""


_NO_SPAN: AbstractContextManager[Span] = nullcontext(_NoSpan())
_tracer: Tracer | None = None


def trace_with(tracer: Tracer | None) -> None:
    """From now on in this process."""
    global _tracer
    _tracer = tracer


def span(name: str, **attributes: Value) -> AbstractContextManager[Span]:
    return _NO_SPAN if _tracer is None else _tracer.span(name, attributes)


def record_span(name: str, seconds: float) -> None:
    if _tracer is not None:
        _tracer.record(name, seconds)
