"""What is not counted as it passes but looked at: connections, work that waits, how far the index is followed. Each process looks
at its own every few seconds, since the one that is asked for `/metrics` sees into no other."""

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from kb.core.database import MORE_CONNECTIONS
from webapp.shared.after_response import after_response_of
from webapp.shared.database import engine_of
from webapp.shared.meters import AFTERWARDS, CONNECTIONS, LAG, MOST_CONNECTIONS, PASSAGES, STALE, STARTED, UNSEEN
from webapp.shared.runtime import lazy_runtime

logger = logging.getLogger(__name__)

# Seconds.
_EVERY = 5.0


def sample(app: Flask) -> None:
    """Look once. Never raises for a database that is not there: what is known without it is told."""
    engine = engine_of(app)
    sample_connections(engine)
    AFTERWARDS.set(after_response_of(app).waiting)
    runtime = lazy_runtime(app).opened()
    if runtime is None:
        return
    STALE.set(runtime.index_problem is not None)
    for name, number in runtime.passages().items():
        PASSAGES.labels(name).set(number)
    try:
        behind = runtime.behind()
    except SQLAlchemyError:
        return
    UNSEEN.set(behind.changes)
    LAG.set(behind.seconds)


def sample_connections(engine: Engine) -> None:
    pool = engine.pool
    if isinstance(pool, QueuePool):
        CONNECTIONS.labels("in_use").set(pool.checkedout())
        CONNECTIONS.labels("idle").set(pool.checkedin())
        MOST_CONNECTIONS.set(pool.size() + MORE_CONNECTIONS)


def keep_sampling(role: str, look: Callable[[], None], is_over: Callable[[], bool]) -> None:
    """Look from now on, in a thread. role: web, or jobs."""
    STARTED.labels(role).set(time.time())

    def go_on() -> None:
        while not is_over():
            try:
                look()
            except Exception:  # a thread that dies would leave its last figures standing
                logger.exception("Figures could not be looked at")
            time.sleep(_EVERY)

    threading.Thread(target=go_on, name="figures", daemon=True).start()
