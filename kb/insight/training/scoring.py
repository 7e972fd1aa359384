"""What an exercise is scored by, from what was done in it: how long until the article was there, whether searches had it among
the first three, and how well that went altogether. Pure."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from kb.insight.training.likeness import IS_PART, IS_SAME
from kb.tables.training import StepKind

TOP = 3
# Seconds to the article: so fast it was easy, so slow it was hard.
FAST, SLOW = 45.0, 180.0


class Rating(IntEnum):
    """How well an exercise went; what went wrong (AGAIN, HARD) comes again."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True)
class Found:
    """seconds: until the article was opened or stood among the first three; None where it never did. rank: its best one."""

    seconds: float | None
    rank: int | None


Step = tuple[str, dict[str, Any], datetime]


def find_article(steps: Iterable[Step], solving: Set[str], started_at: datetime) -> Found:
    """steps: kind, details and time, in their order; solving: "article:12" of each language of what solved it."""
    seconds: float | None = None
    best: int | None = None
    for kind, details, at in steps:
        is_there = False
        if kind == StepKind.SEARCH:
            rank = rank_of(details.get("results", ()), solving)
            if rank is not None:
                best = rank if best is None else min(best, rank)
                is_there = rank <= TOP
        elif kind == StepKind.OPEN:
            is_there = details.get("document") in solving
        if is_there and seconds is None:
            seconds = max(0.0, (at - started_at).total_seconds())
    return Found(seconds, best)


def rank_of(results: Sequence[dict[str, Any]], solving: Set[str]) -> int | None:
    """From 1; results: as a step keeps them, each with the documents that it stands for."""
    for number, result in enumerate(results, start=1):
        if any(one in solving for one in result.get("documents", ())):
            return number
    return None


def rate_replay(found: Found, likeness: float | None, *, knows_article: bool, gave_up: bool) -> Rating:
    """knows_article: whether it is known what solved the case; else the reply alone counts."""
    if gave_up:
        return Rating.AGAIN
    is_found = found.seconds is not None or not knows_article
    like = likeness if likeness is not None else 0.0
    if like < IS_PART or (not is_found and like < IS_SAME):
        return Rating.AGAIN
    if not is_found or like < IS_SAME or (found.seconds or 0.0) > SLOW:
        return Rating.HARD
    return Rating.EASY if knows_article and (found.seconds or 0.0) <= FAST else Rating.GOOD


def rate_calm(remarks: int, serious: int, *, gave_up: bool) -> Rating:
    """remarks: how many; serious: of these, what would make a customer angrier."""
    if gave_up or serious:
        return Rating.AGAIN
    if remarks > 1:
        return Rating.HARD
    return Rating.GOOD if remarks else Rating.EASY
