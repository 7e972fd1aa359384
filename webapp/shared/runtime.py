"""The search runtime of this process: opened by the first request that searches, after the fork, once."""

import os
import threading
from typing import TYPE_CHECKING

from flask import Flask, current_app
from sqlalchemy import Engine

from kb.core.settings import Settings

if TYPE_CHECKING:
    from indexer.runtime import SearchRuntime

_EXTENSION = "kb_runtime"


class LazyRuntime:
    """Opens `SearchRuntime` when it is first asked for. A forked child opens its own: threads do not survive a fork."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._lock = threading.Lock()
        self._opened: tuple[int, SearchRuntime] | None = None

    def get(self) -> "SearchRuntime":
        """The runtime of this process. Raises ModelError or IndexUnavailableError; a later call tries again."""
        opened = self._opened
        if opened is not None and opened[0] == os.getpid():
            return opened[1]
        with self._lock:
            opened = self._opened
            if opened is None or opened[0] != os.getpid():
                # Imported here: it brings the model library, which pages that do not search can do without.
                from indexer.runtime import SearchRuntime

                opened = (os.getpid(), SearchRuntime.open(self._settings, self._engine))
                self._opened = opened
            return opened[1]


def init_runtime(app: Flask, settings: Settings, engine: Engine) -> None:
    app.extensions[_EXTENSION] = LazyRuntime(settings, engine)


def lazy_runtime(app: Flask) -> LazyRuntime:
    holder = app.extensions[_EXTENSION]
    assert isinstance(holder, LazyRuntime)
    return holder


def search_runtime() -> "SearchRuntime":
    """The runtime for the running request. Raises ModelError or IndexUnavailableError, which become status 503."""
    return lazy_runtime(current_app).get()
