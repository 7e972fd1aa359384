"""Figures for Prometheus: requests and searches are counted as they pass, and `/metrics` shows all there is. Which there are:
webapp.shared.meters, and webapp.shared.scraped."""

import logging
import os
import time

from flask import Flask, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY
from werkzeug.wrappers import Response

from kb.core.settings import Settings
from kb.search.types import Rerank, SearchAnswer
from webapp.shared.database import engine
from webapp.shared.meters import REQUEST_SECONDS, REQUESTS, RERANKED, SEARCH_SECONDS, SEARCHES, STAGE_SECONDS
from webapp.shared.sampling import sample
from webapp.shared.scraped import ScrapedFigures

logger = logging.getLogger("kb.requests")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# They are asked every few seconds.
_PROBES = frozenset({"health.healthz", "health.readyz", "metrics.metrics"})


def init_metrics(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_observe)


def observe_search(place: str, answer: SearchAnswer) -> None:
    """Count a search and its stage timings. Nothing of what was typed goes into a figure."""
    SEARCHES.labels(place, answer.outcome.value).inc()
    for stage, milliseconds in answer.timings_ms.items():
        seconds = SEARCH_SECONDS.labels(place) if stage == "total" else STAGE_SECONDS.labels(stage)
        seconds.observe(milliseconds / 1000)
    if answer.rerank is not Rerank.NOT_ASKED:
        RERANKED.labels(answer.rerank.value).inc()


def route_of_request() -> str:
    """The template of the address, such as `/help/<language>/search`: of addresses there is no end, and what people typed is in
    them."""
    return request.url_rule.rule if request.url_rule is not None else "none"


def method_of_request() -> str:
    """`other` for what is none: anybody may ask with a method of their own invention."""
    return request.method if request.method in _METHODS else "other"


def render_metrics() -> Response:
    """All figures: of this process, or of all processes of this server where they share a folder, and what the database knows."""
    settings: Settings = current_app.extensions["kb_settings"]
    sample(current_app._get_current_object())  # type: ignore[attr-defined]
    shown = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
    else:
        shown.register(REGISTRY)
    shown.register(ScrapedFigures(engine(), settings))
    return Response(generate_latest(shown), content_type=CONTENT_TYPE_LATEST)


def _start() -> None:
    g.started = time.perf_counter()


def _observe(response: Response) -> Response:
    route, status = route_of_request(), response.status_code
    method = method_of_request()
    REQUESTS.labels(route, method, str(status)).inc()
    if "started" in g:
        seconds = time.perf_counter() - g.started
        REQUEST_SECONDS.labels(route).observe(seconds)
        if request.endpoint not in _PROBES and logger.isEnabledFor(logging.INFO):
            figures = {"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 1)}
            logger.info("%s %s %d in %.1f ms", *figures.values(), extra={"figures": figures})
    return response
