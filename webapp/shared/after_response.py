"""What is written down when the client has its answer: nobody waits for it, not even where the database cannot be written to.

A thread of its own does it, in order. While the database is locked the work waits in memory, so that searching goes on.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetDoneError

from flask import Flask, after_this_request, current_app
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kb.core.database import session_scope
from kb.core.errors import KbError
from kb.core.log_context import About, about_in_log, log_about

logger = logging.getLogger(__name__)

Work = Callable[[Session], object]

_EXTENSION = "kb_after_response"
# Pieces of work that wait in memory, about a kilobyte each. What comes on top is lost, and the log says so.
MOST_WAITING = 2000
# Seconds for which a piece of work is tried again while the database is locked.
LONGEST = 60.0
# Seconds for which the end of a request waits for its own work, so that the next request of the same person finds it done.
PATIENCE = 0.2


class AfterResponse:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="after-response")
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Pieces of work."""
        return self._waiting

    def do(self, work: Work, about: About) -> None:
        """Do the work soon. Waits for it for a moment, unless other work is waiting already. about: what its lines in the log
        are about."""
        with self._lock:
            if self._waiting >= MOST_WAITING:
                logger.error("After the response: lost, since %d pieces of work wait for the database", self._waiting)
                return
            is_first = not self._waiting
            self._waiting += 1
        future = self._thread.submit(self._run, work, about, time.monotonic() + LONGEST)
        if is_first:
            _wait(future, PATIENCE)

    def wait(self, seconds: float = 30.0) -> None:
        """Until all that was given so far is done: for tests."""
        _wait(self._thread.submit(lambda: None), seconds)

    def _run(self, work: Work, about: About, deadline: float) -> None:
        with about_in_log(about):
            self._run_on(work, deadline)

    def _run_on(self, work: Work, deadline: float) -> None:
        try:
            while not self._try(work, time.monotonic() > deadline):
                time.sleep(0.2)
        except KbError as error:
            logger.warning("After the response: %s", error)
        except Exception:
            logger.exception("After the response: failed")
        finally:
            with self._lock:
                self._waiting -= 1

    def _try(self, work: Work, is_last: bool) -> bool:
        """Whether it is over."""
        try:
            with session_scope(self._engine) as session:
                work(session)
        except OperationalError as error:
            if not is_last:
                return False
            logger.error("After the response: lost: %s", error.orig)  # noqa: TRY400 (the trace says nothing more)
        return True


def _wait(future: "Future[None]", seconds: float) -> None:
    try:
        future.result(seconds)
    except NotYetDoneError:
        return


def init_after_response(app: Flask, engine: Engine) -> None:
    app.extensions[_EXTENSION] = AfterResponse(engine)


def after_response_of(app: Flask) -> AfterResponse:
    after: AfterResponse = app.extensions[_EXTENSION]
    return after


def run_after_response(work: Work) -> None:
    """Call `work` with a session of its own when the client has its answer. What goes wrong there goes to the log."""
    after_this_request(lambda response: do_after(response, work))


def do_after(response: Response, work: Work) -> Response:
    """The same for an answer that is there already."""
    after = after_response_of(current_app)
    about = log_about()
    response.call_on_close(lambda: after.do(work, about))
    return response
