"""Many texts through an encoder: batches of like length on all cores, results in the order given."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kb.core.progress import Progress
from kb.search.encoding import Vectors

# Measured on 2 cores: larger batches of equal length gain nothing on a CPU and make Ctrl-C and progress sluggish.
BATCH = 16
# A batch of more texts, or of more characters, is not what somebody waits for: the memory that it took is given back afterwards.
_FEW_TEXTS, _FEW_CHARACTERS = 4, 8000


def encode_in_batches(
    texts: Sequence[str],
    dimensions: int,
    encode: Callable[[list[int]], Vectors],
    parallel: int = 1,
    progress: Progress | None = None,
) -> Vectors:
    """float32 (len(texts), dimensions). `encode` is given the row numbers of a batch; `parallel` threads call it."""
    vectors = np.zeros((len(texts), dimensions), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    done = 0
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        for batch, encoded in zip(batches, pool.map(encode, batches), strict=True):
            vectors[batch] = encoded
            done += len(batch)
            if progress:
                progress(done, len(texts))
    return vectors


def needs_much_memory(texts: Sequence[str]) -> bool:
    """Whether the largest batch of `texts` is more than a person who waits would ask for."""
    largest = sorted(map(len, texts), reverse=True)[:BATCH]
    return len(largest) > _FEW_TEXTS or sum(largest) > _FEW_CHARACTERS
