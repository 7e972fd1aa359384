"""How alike two texts are by what they have in common: the Sørensen–Dice coefficient, 0 to 1. Nothing is like nothing: 0."""

from collections import Counter
from collections.abc import Set


def dice(one: Counter[str], other: Counter[str]) -> float:
    """Of all words, each as often as it stands there."""
    return _share((one & other).total(), one.total() + other.total())


def dice_of_sets(one: Set[str], other: Set[str]) -> float:
    """Of different words."""
    return _share(len(one & other), len(one) + len(other))


def _share(common: int, both: int) -> float:
    return 2 * common / both if both else 0.0
