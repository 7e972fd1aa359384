"""The encoder of a server whose model is missing: nothing is encoded until it is there again, which it notices by itself."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from kb.core.errors import ModelError
from kb.core.progress import Progress
from kb.search.encoding import Encoder, PassageEmbeddings, QueryEmbedding, Vectors

logger = logging.getLogger(__name__)

# How often the model is looked for while somebody asks for it. Loading one that is there takes a second, of one thread.
LOOK_EVERY_SECONDS = 5.0


class RecoveringEncoder:
    """`Encoder` with the fingerprint and sizes of one that cannot be opened; everything else raises ModelError until it can.

    Safe for many threads: nobody waits for the model to be loaded.
    """

    def __init__(
        self,
        opens: Callable[[], Encoder],
        problem: ModelError,
        fingerprint: str,
        dimensions: int,
        word_dimensions: int,
        look_every: float = LOOK_EVERY_SECONDS,
    ) -> None:
        """opens: raises ModelError while it cannot; problem: what it raised; look_every: seconds."""
        self.fingerprint, self.dimensions, self.word_dimensions = fingerprint, dimensions, word_dimensions
        self._opens, self._look_every = opens, look_every
        self._problem: ModelError = problem
        self._encoder: Encoder | None = None
        self._lock = threading.Lock()
        self._looked_at = time.monotonic()
        logger.warning("Searches compare words alone until the encoder is there. %s", problem)

    @property
    def problem(self) -> ModelError | None:
        """Why nothing is encoded; None once the model is there. Asking has it looked for, in a thread of its own."""
        if self._encoder is not None:
            return None
        due = time.monotonic() - self._looked_at > self._look_every
        if due and self._lock.acquire(blocking=False):
            # Before it is started: while it loads nobody begins another one.
            self._looked_at = time.monotonic()
            threading.Thread(target=self._look, name="encoder", daemon=True).start()
        return self._problem

    def embed_query(self, text: str) -> QueryEmbedding:
        return self._opened().embed_query(text)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        return self._opened().embed_passages(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._opened().encode_queries(texts)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._opened().encode_passages(texts, progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._opened().count_tokens(texts)

    def _opened(self) -> Encoder:
        if (problem := self.problem) is not None:
            raise ModelError(problem.message, remedy=problem.remedy)
        assert self._encoder is not None
        return self._encoder

    def _look(self) -> None:
        try:
            encoder = self._opens()
            if encoder.fingerprint != self.fingerprint:
                raise ModelError(
                    "The encoder is now %(found)s, the index was made with %(expected)s.",
                    remedy="Restart the server, then type: kb index",
                    found=encoder.fingerprint,
                    expected=self.fingerprint,
                )
            encoder.encode_queries(["warm"])
            self._encoder = encoder
            logger.warning("The encoder is there again; searches compare meanings as before.")
        except ModelError as error:
            self._problem = error
        except Exception:  # what a thread raises is seen by nobody
            logger.exception("Opening the encoder failed")
        finally:
            self._lock.release()
