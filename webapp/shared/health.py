"""For those who watch the server: alive, able to answer, figures."""

from collections.abc import Callable

from flask import Blueprint, Flask, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from kb.core.database import require_same_file
from kb.core.errors import KbError
from kb.tables.database_state import database_state
from webapp.shared.database import engine
from webapp.shared.metrics import render_metrics
from webapp.shared.runtime import search_runtime
from webapp.shared.storing import cannot_store

_DRAINING = "kb_is_draining"

blueprint = Blueprint("health", __name__)
figures = Blueprint("metrics", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process is alive. Looks at nothing else: a restart mends no database."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Can this process answer? 503 with the part that cannot. Reasons are in the log only: anybody may ask.

    `draining` true: this server has been asked to stop, and answers only until others have taken its place.
    `index` false: searches are answered from the last good index, because the newest cannot be used. `encoder` false: they
    compare words alone, because the model is missing. `storing` false: the disk or database took nothing within the last half
    minute. None is a reason to take a process out of service; each is one to look into its log.
    """
    database = _passes(_check_database)
    search = database and _passes(_check_search)
    index = search and search_runtime().index_problem is None
    encoder = search and search_runtime().encoder_problem is None
    is_draining = bool(current_app.extensions.get(_DRAINING, _never)())
    ready = database and search and not is_draining
    checks = {"database": database, "search": search, "index": index, "encoder": encoder, "storing": not cannot_store()}
    told: dict[str, object] = {"ready": ready, "checks": checks}
    if is_draining:
        told["draining"] = True
    return jsonify(told), (200 if ready else 503)


def set_draining(app: Flask, has_begun: Callable[[], bool]) -> None:
    """has_begun: whether this server is about to stop."""
    app.extensions[_DRAINING] = has_begun


def _never() -> bool:
    return False


@figures.get("/metrics")
def metrics() -> Response:
    return render_metrics()


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except (KbError, SQLAlchemyError) as error:
        current_app.logger.warning("Not ready: %s", error)
        return False
    return True


def _check_database() -> None:
    with engine().connect() as connection:
        connection.execute(text("SELECT 1"))
        require_same_file(connection)
    database_state(engine()).require_usable()


def _check_search() -> None:
    search_runtime()
