"""The search runtime of this process: opened by the first request that searches, after the fork, once."""

from typing import TYPE_CHECKING

from flask import Flask, current_app
from sqlalchemy import Engine

from kb.core.settings import Settings
from webapp.shared.per_process import OncePerProcess

if TYPE_CHECKING:
    from indexer.runtime import SearchRuntime

_EXTENSION = "kb_runtime"


class LazyRuntime(OncePerProcess["SearchRuntime"]):
    """Raises ModelError or IndexUnavailableError when it is opened."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        super().__init__(lambda: _open(settings, engine))


def _open(settings: Settings, engine: Engine) -> "SearchRuntime":
    # Imported here: it brings the model library, which pages that do not search can do without.
    from indexer.runtime import SearchRuntime

    return SearchRuntime.open(settings, engine, or_words=True)


def init_runtime(app: Flask, settings: Settings, engine: Engine) -> None:
    """Templates get `compares_words_only()`."""
    app.extensions[_EXTENSION] = LazyRuntime(settings, engine)
    app.add_template_global(compares_words_only)


def lazy_runtime(app: Flask) -> LazyRuntime:
    holder = app.extensions[_EXTENSION]
    assert isinstance(holder, LazyRuntime)
    return holder


def compares_words_only() -> bool:
    """Whether searches of this process compare words alone, because the encoder is missing. Opens nothing."""
    runtime = lazy_runtime(current_app).opened()
    return runtime is not None and runtime.encoder_problem is not None


def search_runtime() -> "SearchRuntime":
    """The runtime for the running request. Raises ModelError or IndexUnavailableError, which become status 503."""
    return lazy_runtime(current_app).get()
