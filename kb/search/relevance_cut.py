"""Which results are so far below the first that they are hardly what was meant.

Measured on the way from the best document down to the usual candidate: a cosine more or less means another thing with each
encoder and each collection. See docs/decisions/0025-what-is-shown.md.
"""

from collections.abc import Sequence

import numpy as np

from kb.search.encoding import Vectors

# The share of that way from which on a result is less likely. Of the right articles among the first five of the golden set it
# folds 1 in 300, of the wrong ones half.
FARTHEST = 0.65
# Of fewer documents the usual one is chance: then only what is plainly far, in score.
_ENOUGH, _PLAINLY_FAR = 10, 0.15


def find_likely(scores: Sequence[float], candidates: Vectors) -> list[bool]:
    """For each result, best first, whether it may well be meant. candidates: the scores of all documents that were found.

    The order may know more than the scores (an error code, a re-ranker): what comes before a likely result is likely.
    """
    if not scores:
        return []
    best = max(scores)
    way = best - _median(candidates) if len(candidates) >= _ENOUGH else 0.0
    farthest = FARTHEST * way if way > 0 else _PLAINLY_FAR
    last = max(place for place, score in enumerate(scores) if best - score <= farthest)
    return [place <= last for place in range(len(scores))]


def _median(values: Vectors) -> float:
    """As `np.median`, which imports masked arrays to look for what is no number: a command would wait for that."""
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1].mean())
