"""Who is worked on next in a server process, and who is told to come again: no more wait than can be served in time."""

import asyncio
import time
from collections import deque
from contextlib import suppress

from webapp.shared.meters import TURN_SECONDS, TURNS_REFUSED
from webapp.shared.urgency import Urgency

# Requests that a process works on at once: more only take turns on the same core.
AT_ONCE = 8
# Requests that are worked on or wait for that; who comes on top is told to come again.
MOST_AT_A_TIME = 400
# Seconds that somebody may wait for their turn. After that an answer would come too late: what one types goes on, a balancer asks
# another server, a customer has reloaded the page.
LONGEST_WAIT = {Urgency.REP: 20.0, Urgency.SEARCH: 4.0, Urgency.PAGE: 3.0, Urgency.TYPING: 0.5}


class TooManyError(Exception):
    """The turn of this request will not come in time."""


class Admission:
    """Used by one event loop. Whoever comes first of the most urgent has the next turn.

    most: that are worked on or wait. Where there are so many, one that comes takes the place of a less urgent one that waits.
    """

    def __init__(self, at_once: int = AT_ONCE, most: int = MOST_AT_A_TIME) -> None:
        self._at_once, self._most = at_once, most
        self._running = 0
        self._waiting: dict[Urgency, deque[asyncio.Future[None]]] = {one: deque() for one in Urgency}

    def is_full(self, urgency: Urgency) -> bool:
        """Whether it need not even be read."""
        if self._running + sum(len(some) for some in self._waiting.values()) < self._most:
            return False
        full = self._least_urgent() <= urgency
        if full:
            TURNS_REFUSED.labels(urgency.name.lower()).inc()
        return full

    async def enter(self, urgency: Urgency) -> None:
        """Returns when its turn has come; `leave` ends it. Raises TooManyError."""
        if self.is_full(urgency):
            raise TooManyError
        if self._running < self._at_once:
            self._running += 1
            TURN_SECONDS.labels(urgency.name.lower()).observe(0.0)
            return
        begun = time.monotonic()
        if self._running + sum(len(some) for some in self._waiting.values()) >= self._most:
            # The one that has waited least: it loses least.
            self._waiting[self._least_urgent()].pop().set_exception(TooManyError())
        turn = asyncio.get_running_loop().create_future()
        self._waiting[urgency].append(turn)
        try:
            async with asyncio.timeout(LONGEST_WAIT[urgency]):
                await turn
        except BaseException as error:
            with suppress(ValueError):
                self._waiting[urgency].remove(turn)
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave()  # its turn came in the moment in which it went away
            if isinstance(error, TimeoutError | TooManyError):
                TURNS_REFUSED.labels(urgency.name.lower()).inc()
                raise TooManyError from None
            raise
        TURN_SECONDS.labels(urgency.name.lower()).observe(time.monotonic() - begun)

    def leave(self) -> None:
        """The turn goes to whoever is next."""
        self._running -= 1
        for some in self._waiting.values():  # by urgency
            while some:
                turn = some.popleft()
                if not turn.done():
                    self._running += 1
                    turn.set_result(None)
                    return

    def _least_urgent(self) -> Urgency:
        """Of those that wait; the most urgent of all where none does."""
        return max((urgency for urgency, some in self._waiting.items() if some), default=Urgency.REP)
