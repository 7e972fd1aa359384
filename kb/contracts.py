"""What `kb` needs of the world outside it. The implementations are in `indexer`; the same tests run against each of them."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]

# Called with (done, total) now and then during long work.
Progress = Callable[[int, int], None]


class Encoder(Protocol):
    """Text to vectors. All vectors have unit length, so that an inner product is a cosine."""

    @property
    def fingerprint(self) -> str:
        """Names model and conversion; vectors of different fingerprints are never compared."""
        ...

    @property
    def dimensions(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), dimensions)."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """float32 of shape (len(texts), dimensions); sorted by length inside, returned in the order given."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model counts them, without prompt and special tokens."""
        ...
