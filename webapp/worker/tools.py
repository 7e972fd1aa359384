"""What the handlers of one worker share: settings, and model and collections, loaded by the first that needs them."""

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from kb.core.settings import Settings

if TYPE_CHECKING:
    from indexer.runtime import SearchRuntime
    from kb.search.encoding import Encoder


class WorkerTools:
    """Safe to use from several threads. A worker that never encodes never loads a model."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings, self.engine = settings, engine
        self._lock = threading.RLock()

    @property
    def encoder(self) -> "Encoder":
        """Raises ModelError."""
        with self._lock:
            return self._encoder

    @property
    def runtime(self) -> "SearchRuntime":
        """Raises ModelError or IndexUnavailableError; a later call tries again."""
        with self._lock:
            return self._runtime

    @cached_property
    def _encoder(self) -> "Encoder":
        from indexer.encoders.opening import open_encoder

        return open_encoder(self.settings)

    @cached_property
    def _runtime(self) -> "SearchRuntime":
        from indexer.runtime import SearchRuntime

        return SearchRuntime.open(self.settings, self.engine, self._encoder)
