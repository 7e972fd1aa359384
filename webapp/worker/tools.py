"""What the handlers of one worker share: settings, and model and collections, loaded by the first that needs them."""

import logging
import threading
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from kb.core.errors import KbError
from kb.core.settings import Settings

if TYPE_CHECKING:
    from indexer.runtime import SearchRuntime
    from kb.search.encoding import Encoder

logger = logging.getLogger(__name__)


class WorkerTools:
    """Safe to use from several threads."""

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

    def load_encoder(self) -> None:
        """Load it and encode once. What is wrong with it is told by the first job that needs it."""
        try:
            self.encoder.embed_passages(["warm"])
        except KbError as error:
            logger.warning("The encoder of the worker: %s", error)

    @cached_property
    def _encoder(self) -> "Encoder":
        from indexer.encoders.opening import open_encoder

        return open_encoder(self.settings)

    @cached_property
    def _runtime(self) -> "SearchRuntime":
        from indexer.runtime import SearchRuntime

        return SearchRuntime.open(self.settings, self.engine, self._encoder)
