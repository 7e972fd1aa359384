"""How many requests a process works on at once, whatever number of streams it holds open."""

import threading
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# More at once only take turns on the same core.
AT_ONCE = 8


class Bounded:
    """In front of the application: all but the streams take one of `AT_ONCE` places while their answer is made."""

    def __init__(self, application: WSGIApplication, streams: frozenset[str]) -> None:
        self._application = application
        self._streams = streams
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in self._streams:
            return self._application(environ, start_response)
        with self._places:
            return self._application(environ, start_response)
