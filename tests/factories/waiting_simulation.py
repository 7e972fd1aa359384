"""A desk with its queue, played from minute to minute: what each customer is told when they join, and how long they then wait.

    PYTHONPATH=. python tests/factories/waiting_simulation.py

prints for each situation how many of the real waits lay inside the told interval, and how wide it was beside the best interval
that is the same for everybody. Nobody tells the estimator what the situation is: it gets what the desk's record has at that
moment. docs/experiments/0041-place-in-line.md has the figures.
"""

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from statistics import mean

from kb.service.waiting import (
    Estimate,
    Experience,
    QueueState,
    ToldWait,
    best_constant_width,
    estimate_wait,
)

MINUTE, HOUR = 60.0, 3600.0
# As the record of the desk is read, see kb.service.waiting_record.
HANDLED, PICKED_UP, TOLD = 80, 40, 1000
Draw = Callable[[random.Random], float]


def exponential(minutes: float) -> Draw:
    return lambda rng: rng.expovariate(1 / (minutes * MINUTE))


def lognormal(minutes: float, spread: float) -> Draw:
    return lambda rng: minutes * MINUTE * rng.lognormvariate(0, spread)


def steady(minutes: float) -> Draw:
    """Eight steps of the same kind: hardly varies."""
    return lambda rng: sum(rng.expovariate(8 / (minutes * MINUTE)) for _ in range(8))


def two_kinds(short: float, long: float) -> Draw:
    return lambda rng: exponential(short if rng.random() < 0.7 else long)(rng)


def always(number: float) -> Callable[[float], float]:
    return lambda _at: number


def by_hours(*numbers: float, each: float = HOUR) -> Callable[[float], float]:
    return lambda at: numbers[int(at // each) % len(numbers)]


@dataclass(frozen=True)
class Situation:
    """arrivals: customers an hour, by time; staff: conversations served at once, by time; patience: minutes after which who
    still waits leaves, None for nobody; runs: so many desks one after the other, each without a past."""

    name: str
    handling: Draw
    arrivals: Callable[[float], float]
    staff: Callable[[float], float]
    hours: float = 60
    patience: Draw | None = None
    runs: int = 1


SITUATIONS = (
    Situation("three reps, busy", exponential(6), always(23), always(3), hours=40),
    Situation("three reps, calm", exponential(6), always(15), always(3), hours=50),
    Situation("one rep", lognormal(5, 0.7), always(7), always(1), hours=100),
    Situation("two reps, steady handling", steady(8), always(12.5), always(2), hours=60),
    Situation("ten reps, busy", lognormal(7, 0.6), always(63), always(10), hours=16),
    Situation("handling varies much", lognormal(4, 1.1), always(19), always(3), hours=50),
    Situation("quick and long questions", two_kinds(3, 15), always(21), always(3), hours=50),
    Situation("rush hours", exponential(6), by_hours(15, 30, 42, 24, 12), always(4), hours=40),
    Situation("reps come and go", exponential(6), always(24), by_hours(3, 4, 2, 4, each=0.75 * HOUR), hours=40),
    Situation(
        "shifts change and so does the rush", lognormal(6, 0.7), by_hours(12, 30, 16), by_hours(2, 5, 3), hours=50
    ),
    Situation("some leave", exponential(6), always(32), always(3), hours=40, patience=exponential(15)),
    Situation("overrun every day", exponential(5), by_hours(10, 34, 34, 6, 6, 6), always(2), hours=48),
    Situation("nothing is known yet", lognormal(6, 0.7), always(24), always(3), hours=2.5, runs=16),
)


@dataclass
class _Waiting:
    joined: float
    told: Estimate | None
    was_free: bool
    leaves: float
    handling: float


@dataclass
class Outcome:
    """What was told when customers came, and how long each then really waited, in seconds."""

    waits: list[float] = field(default_factory=list)
    told: list[Estimate] = field(default_factory=list)

    @property
    def inside(self) -> float:
        return mean(one.low <= wait <= one.high for one, wait in zip(self.told, self.waits, strict=True))

    @property
    def constant(self) -> float:
        """Seconds: of the best interval that is the same for everybody."""
        return best_constant_width(self.waits)

    @property
    def widths(self) -> list[float]:
        """Each as a multiple of the best constant one, the narrowest first."""
        return sorted((one.high - one.low) / self.constant for one in self.told)


class _Desk:
    """One run of a situation."""

    def __init__(self, situation: Situation, seed: int, outcome: Outcome) -> None:
        self._situation, self._outcome = situation, outcome
        self._rng = random.Random(seed)  # a game
        self._queue: list[_Waiting] = []
        self._running: dict[int, tuple[float, float]] = {}  # joined the rep, had the first answer
        self._ends: list[tuple[float, int, float, float]] = []
        self._numbers = count()
        self._handled: deque[float] = deque(maxlen=HANDLED)
        self._picked_up: deque[float] = deque(maxlen=PICKED_UP)
        self._known: deque[ToldWait] = deque(maxlen=TOLD)
        self._answers: list[tuple[float, int, _Waiting]] = []

    def play(self) -> None:
        now, end = 0.0, self._situation.hours * HOUR
        while now < end:
            rate = max(1e-9, self._situation.arrivals(now)) / HOUR
            following = now + self._rng.expovariate(rate)
            self._go_on(now, following)
            now = following
            self._join(now)
        self._go_on(now, now + 24 * HOUR)

    def _go_on(self, now: float, until: float) -> None:
        """Reps finish and take the next; shifts change only to the minute."""
        while now < until:
            step = min(until, now + MINUTE, self._ends[0][0] if self._ends else until)
            now = max(now, step)
            while self._ends and self._ends[0][0] <= now:
                _, number, _, _ = heapq.heappop(self._ends)
                _, answered = self._running.pop(number)
                self._handled.append(now - answered)
            while self._answers and self._answers[0][0] <= now:
                answered, _, one = heapq.heappop(self._answers)
                self._learn(answered - one.joined, one)
            self._queue = [one for one in self._queue if one.leaves > now]
            while self._queue and len(self._running) < self._situation.staff(now):
                self._take(self._queue.pop(0), now)
            if now >= until:
                return

    def _take(self, one: _Waiting, now: float) -> None:
        answered = now + 25 * self._rng.lognormvariate(0, 0.5)
        number = next(self._numbers)
        self._running[number] = (now, answered)
        heapq.heappush(self._ends, (answered + one.handling, number, now, answered))
        heapq.heappush(self._answers, (answered, number, one))

    def _learn(self, waited: float, one: _Waiting) -> None:
        if one.was_free:
            self._picked_up.append(waited)
        if one.told is not None:
            self._known.append(ToldWait(one.told, waited))
            self._outcome.waits.append(waited)
            self._outcome.told.append(one.told)

    def _join(self, now: float) -> None:
        state = QueueState(
            len(self._queue),
            int(self._situation.staff(now)),
            [now - answered for _, answered in self._running.values()],
        )
        told = estimate_wait(state, Experience(list(self._handled), list(self._picked_up), list(self._known)))
        patience = self._situation.patience
        leaves = now + patience(self._rng) if patience else float("inf")
        self._queue.append(_Waiting(now, told, state.has_free_place, leaves, self._situation.handling(self._rng)))
        if len(self._running) < self._situation.staff(now):
            self._take(self._queue.pop(0), now)


def play(situation: Situation, seed: int = 1) -> Outcome:
    """The same seed is the same day."""
    outcome = Outcome()
    for run in range(situation.runs):
        _Desk(situation, 1000 * seed + run, outcome).play()
    return outcome


def main() -> None:
    print(
        f"{'situation':36} {'told':>5} {'inside':>7} {'mean wait':>10} {'constant':>9} {'mean':>6} {'p95':>6} {'widest':>7}"
    )
    for situation in SITUATIONS:
        for seed in (1, 2):
            found = play(situation, seed)
            widths = found.widths
            print(
                f"{situation.name:36} {len(found.told):5} {found.inside:7.1%} {mean(found.waits) / MINUTE:7.1f} min "
                f"{found.constant / MINUTE:5.1f} min {mean(widths):6.2f} {widths[int(0.95 * len(widths))]:6.2f} {widths[-1]:7.2f}"
            )


if __name__ == "__main__":
    main()
