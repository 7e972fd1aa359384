"""Vectors of turns. A conversation comes in again with each new turn: what was read before is kept (a cache of a pure
function)."""

from collections.abc import Callable
from threading import Lock

from cachetools import LRUCache, cached

from kb.search.encoding import Encoder, Vectors
from kb.search.query_embeddings import embed_query

# Of a longer turn the beginning says what it is.
LONGEST_READ = 1_000
_MOST_KEPT = 3_000  # some 5 MB


@cached(LRUCache(_MOST_KEPT), key=lambda encoder, text: (encoder.fingerprint, text), lock=Lock())
def _vector(encoder: Encoder, text: str) -> Vectors:
    # What the search for a turn's words has read is not read a second time.
    return embed_query(encoder, text).vector


def turn_reader(encoder: Encoder) -> Callable[[str], Vectors]:
    """A function from the text of a turn to its vector, (dimensions,).

    Each text is encoded alone: in a batch the vectors of the bundled encoder depend a little on the other texts.
    """
    return lambda text: _vector(encoder, text[:LONGEST_READ])
