"""Figures for Prometheus. `kb serve` sets PROMETHEUS_MULTIPROC_DIR, by which `/metrics` adds up all its processes."""

import os
import time

from flask import Flask, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY
from werkzeug.wrappers import Response

from kb.search.types import Rerank, SearchAnswer

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

REQUESTS = Counter("kb_requests_total", "Requests by endpoint, method and status", ("endpoint", "method", "status"))
REQUEST_SECONDS = Histogram("kb_request_seconds", "Time to the response, by endpoint", ("endpoint",), buckets=_SECONDS)
SEARCHES = Counter("kb_searches_total", "Searches by place and outcome", ("place", "outcome"))
SEARCH_SECONDS = Histogram("kb_search_seconds", "Time of a search, by stage", ("stage",), buckets=_SECONDS)

RERANKED = Counter(
    "kb_reranked_total", "Searches that the re-ranker was asked for, by whether it had the time", ("result",)
)

COMPOSED = Counter("kb_composed_total", "Answers that a language model was to compose, by what came of it", ("result",))


def init_metrics(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_observe)


def observe_search(place: str, answer: SearchAnswer) -> None:
    """Count a search and its stage timings. Nothing of what was typed goes into a figure."""
    SEARCHES.labels(place, answer.outcome.value).inc()
    for stage, milliseconds in answer.timings_ms.items():
        SEARCH_SECONDS.labels(stage).observe(milliseconds / 1000)
    if answer.rerank is not Rerank.NOT_ASKED:
        RERANKED.labels(answer.rerank.value).inc()


def render_metrics() -> Response:
    """All figures of this process, or of all server processes where they share a folder."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _start() -> None:
    g.started = time.perf_counter()


def _observe(response: Response) -> Response:
    # The endpoint, not the path: paths are without number, and hold what people typed.
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, request.method, str(response.status_code)).inc()
    if "started" in g:
        REQUEST_SECONDS.labels(endpoint).observe(time.perf_counter() - g.started)
    return response
