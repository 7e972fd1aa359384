"""Vectors of turns. A conversation comes in again with each new turn: what was read before is kept (a cache of a pure
function)."""

import threading
from collections.abc import Callable

from cachetools import LRUCache

from kb.search.encoding import Encoder, Vectors

# Of a longer turn the beginning says what it is.
LONGEST_READ = 1_000
_MOST_KEPT = 3_000  # some 5 MB

_vectors: LRUCache[tuple[str, str], Vectors] = LRUCache(_MOST_KEPT)
_lock = threading.Lock()


def turn_reader(encoder: Encoder) -> Callable[[str], Vectors]:
    """A function from the text of a turn to its vector, (dimensions,).

    Each text is encoded alone: in a batch the vectors of the bundled encoder depend a little on the other texts.
    """

    def read(text: str) -> Vectors:
        key = (encoder.fingerprint, text[:LONGEST_READ])
        with _lock:
            known = _vectors.get(key)
        if known is None:
            known = encoder.encode_queries([key[1]])[0]
            with _lock:
                _vectors[key] = known
        return known

    return read
