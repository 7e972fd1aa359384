"""Whatever is due, one after the other."""

from collections import Counter
from collections.abc import Callable


def one_by_one(
    send_next: Callable[[], str | None], *, at_most: int, checkpoint: Callable[[], None] | None = None
) -> dict[str, int]:
    """Call it until nothing is due (None) or at_most times; returns how many came to which end.

    checkpoint: called before each; it may raise, and nothing is lost.
    """
    counts: Counter[str] = Counter()
    for _ in range(at_most):
        if checkpoint:
            checkpoint()
        outcome = send_next()
        if outcome is None:
            break
        counts[outcome] += 1
    return dict(counts)
