"""Lengths of time in buckets, so that a median of a million of them is read from some forty rows.

A bucket is a fifth wider than the one before: what is read lies within a tenth of the true value.
"""

import math
from collections.abc import Mapping

SHORTEST, RATIO = 5.0, 1.2
LAST = 80  # about four months


def bucket_of(seconds: float) -> int:
    """From 0 to LAST; what cannot be is the shortest or the longest."""
    if not seconds > SHORTEST:
        return 0
    return min(LAST, 1 + int(math.log(min(seconds, 1e12) / SHORTEST) / math.log(RATIO)))


def length_at(counts: Mapping[int, int], share: float) -> float | None:
    """Seconds within which this share of them lay; None where there are none. counts: by bucket."""
    total = sum(counts.values())
    if not total:
        return None
    wanted, before = share * total, 0
    for bucket in sorted(counts):
        here = counts[bucket]
        if here and before + here >= wanted:
            low = 0.0 if bucket == 0 else SHORTEST * RATIO ** (bucket - 1)
            return low + (SHORTEST * RATIO**bucket - low) * (wanted - before) / here
        before += here
    return SHORTEST * RATIO ** max(counts)
