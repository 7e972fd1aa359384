"""How long somebody in a queue will still wait: the middle, and an interval that holds four waits of five.

The queue is played a few hundred times as it stands (who is ahead, who is at the desk, since when each served conversation
runs), with handling times drawn from recent ones. What recent customers were told is then compared with how long they really
waited: the interval is set so that it would have held four fifths of them (adaptive conformal prediction: Gibbs and Candès,
"Adaptive Conformal Inference Under Distribution Shift", 2021). Experiment: docs/experiments/0041-place-in-line.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COVERAGE = 0.8
# With fewer handled conversations nothing is said of the time, only the place in the queue.
LEAST_HANDLED = 5
_PATHS = 240
# Added to times before logarithms are taken: of seconds nobody cares whether they are 2 or 4.
_SOFTENING = 20.0
# As many imagined customers stand beside the real ones of the record; they were told right (normal on the logarithm).
_IMAGINED, _IMAGINED_SPREAD = 24, 1.4
_LEAST_SPREAD, _MOST_SPREAD = 0.12, 0.9
# Seconds. Where all waited alike, an interval of no width would miss what it is about by the rounding of a logarithm.
_LEAST_WIDTH = 1.0
# How fast the wanted coverage follows what recent intervals held, and where it begins: see the experiment.
_HASTE, _START, _RECENT = 1.2, 0.065, 120
# Customers further back are counted in steps of the rate at which these are served.
_MOST_PLAYED = 80
# Seconds from when a rep is free to their first answer, where no record tells.
_USUAL_PICK_UP = (12.0, 18.0, 25.0, 35.0, 55.0)
_LEAST_PICK_UPS = 10
# Waits from which the record says how wide an interval may be: 1.2 times the best one that is always the same, and up to twice
# while there are few of them, as they say little of the waits to come.
_LEAST_WAITS, _TIMES_CONSTANT, _MORE_WHERE_FEW = 10, 1.2, 8.0


@dataclass(frozen=True)
class QueueState:
    """ahead: who wait longer. places: conversations that the reps who are there serve at once. running: seconds since each
    conversation that is served now had its first answer."""

    ahead: int
    places: int
    running: Sequence[float] = ()

    @property
    def has_free_place(self) -> bool:
        return self.ahead < self.places - len(self.running)


@dataclass(frozen=True)
class ToldWait:
    """What somebody was told before, and how long they really waited, seconds."""

    told: "Estimate"
    waited: float

    @property
    def was_right(self) -> bool:
        return self.told.low <= self.waited <= self.told.high


@dataclass(frozen=True)
class Experience:
    """The record, newest last. handling: seconds from the first answer to the end; pick_ups: seconds that those waited for whom
    a rep was free."""

    handling: Sequence[float] = ()
    pick_ups: Sequence[float] = ()
    told: Sequence[ToldWait] = ()


@dataclass(frozen=True)
class Estimate:
    """Seconds. Four waits of five are from low to high. spread: of the logarithm, before the record was looked at."""

    low: float
    middle: float
    high: float
    spread: float


def estimate_wait(state: QueueState, experience: Experience) -> Estimate | None:
    """None where nobody is there or too little is known: then only the place in the queue can be told.

    The same state and record give the same estimate.
    """
    if state.places < 1 or len(experience.handling) < LEAST_HANDLED:
        return None
    waits = _play(state, experience, np.random.default_rng(len(experience.handling)))
    low, middle, high = (float(value) for value in np.quantile(waits, (0.1, 0.5, 0.9)))
    spread = min(_MOST_SPREAD, max(_LEAST_SPREAD, (_log(high) - _log(low)) / 2.563))
    low, high = _interval(middle, spread, experience.told)
    return Estimate(low, min(max(middle, low), high), high, spread)


def _log(seconds: float) -> float:
    return float(np.log(seconds + _SOFTENING))


def _play(state: QueueState, experience: Experience, draw: np.random.Generator) -> Floats:
    """Waits of so many plays of the queue, seconds."""
    handling = np.asarray(experience.handling, dtype=np.float64)
    few = len(experience.pick_ups) < _LEAST_PICK_UPS
    pick_ups = np.asarray([*experience.pick_ups, *(_USUAL_PICK_UP if few else ())], dtype=np.float64)
    # The mean itself is known the less, the fewer there are.
    doubt = np.sqrt(0.06**2 + max(0.5, min(1.2, float(np.std(np.log(handling + 1))))) ** 2 / len(handling))
    # Short conversations end first: what still runs belongs to the mean too, which matters where few have ended.
    longer = 1 + min(0.5, sum(state.running) / max(1.0, float(handling.sum())))
    scale = longer * np.exp(draw.normal(0.0, doubt, (_PATHS, 1)))
    free_at = np.zeros((_PATHS, state.places))
    for column, elapsed in enumerate(sorted(state.running, reverse=True)[: state.places]):
        free_at[:, column] = _remaining(handling, elapsed, draw) * scale[:, 0]
    played = min(state.ahead, _MOST_PLAYED)
    paths = np.arange(_PATHS)
    for _ in range(played):
        first = np.argmin(free_at, axis=1)
        served = draw.choice(pick_ups, _PATHS) + draw.choice(handling, _PATHS) * scale[:, 0]
        free_at[paths, first] += served
    begins: Floats = free_at.min(axis=1)
    if state.ahead > played:
        begins = begins * (state.ahead + 1) / (played + 1)
    waits: Floats = begins + draw.choice(pick_ups, _PATHS)
    return waits


def _remaining(handling: Floats, elapsed: float, draw: np.random.Generator) -> Floats:
    """Seconds that a conversation still takes which runs for so long already."""
    longer = handling[handling > elapsed]
    if len(longer) >= 3:
        return draw.choice(longer, _PATHS) - elapsed
    # Longer than nearly all: nothing is known but the usual length.
    return draw.exponential(max(30.0, float(np.median(handling)) / 2), _PATHS)


def _interval(middle: float, spread: float, told: Sequence[ToldWait]) -> tuple[float, float]:
    """The shortest that would have held the wanted part of what was told lately, none wider than the record allows."""
    recent = told[-_RECENT:]
    real = [(_log(one.waited) - _log(one.told.middle)) / one.told.spread for one in recent]
    scores = np.sort(np.concatenate([real, _NORMAL_SCORES]))
    waits = np.maximum(0.0, np.exp(np.minimum(_log(middle) + spread * scores, 14.0)) - _SOFTENING)
    inside = min(len(waits) - 1, int(np.ceil(_wanted_coverage(recent) * len(waits))))
    widths = waits[inside:] - waits[: len(waits) - inside]
    first = int(widths.argmin())
    widest = _widest(told)
    if widths[first] <= widest:
        return float(waits[first]), float(waits[first + inside])
    held = np.searchsorted(waits, waits + widest, side="right") - np.arange(len(waits))
    low = float(waits[int(held.argmax())])
    return low, low + widest


def _wanted_coverage(recent: Sequence[ToldWait]) -> float:
    """More than COVERAGE where recent intervals held too few: what comes is never quite like what was."""
    right = sum(one.was_right for one in recent) + COVERAGE * _IMAGINED
    missing = COVERAGE - right / (len(recent) + _IMAGINED)
    return min(0.96, max(0.7, COVERAGE + _START + _HASTE * missing))


def _scores_of_normal(number: int) -> Floats:
    """So many values that lie as those of a normal distribution do."""
    sample = np.sort(np.random.default_rng(7).normal(size=(400, number)), axis=1)
    scores: Floats = _IMAGINED_SPREAD * sample.mean(axis=0)
    return scores


_NORMAL_SCORES = _scores_of_normal(_IMAGINED)


def _widest(told: Sequence[ToldWait]) -> float:
    """Seconds that an interval may be wide: beyond it would tell less than one that is always the same."""
    if len(told) < _LEAST_WAITS:
        return float("inf")
    times = _TIMES_CONSTANT + _MORE_WHERE_FEW / len(told)
    return max(_LEAST_WIDTH, times * best_constant_width([one.waited for one in told]))


def best_constant_width(waits: Sequence[float]) -> float:
    """Seconds: of the shortest interval that holds COVERAGE of these waits."""
    ordered = np.sort(np.asarray(waits, dtype=np.float64))
    inside = int(np.ceil(COVERAGE * len(ordered)))
    if inside < 2:
        return 0.0
    return float((ordered[inside - 1 :] - ordered[: len(ordered) - inside + 1]).min())
