"""Counting by limits: what is refused as too often, and what counts while the store is down."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from webapp.shared.limit_store import AGAIN_AFTER

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """who: of whom the running request is counted; scope: what is counted together."""

    item: RateLimitItem
    who: Callable[[], str]
    scope: str


def limits_of(text: str, who: Callable[[], str], scope: str) -> list[Limit]:
    """text: as "60 per minute; 900 per hour"; the shortest time first."""
    return [Limit(item, who, scope) for item in _read_limits(text)]


@cache  # nearly all routes have the same
def _read_limits(text: str) -> list[RateLimitItem]:
    return sorted(parse_many(text))


class LimitCounts:
    """While a store is down each process counts for itself: limits must not close the help centre."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.enabled = True
        self._shared = FixedWindowRateLimiter(storage)
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._unused_until = 0.0

    @property
    def limiter(self) -> FixedWindowRateLimiter:
        return self._memory if time.monotonic() < self._unused_until else self._shared

    def require(self, limits: Sequence[Limit]) -> None:
        """Count the running request. Raises TooManyRequests at the first limit that it exceeds."""
        for limit in limits if self.enabled else ():
            if not self._hit(limit.item, limit.who(), limit.scope):
                raise TooManyRequests(retry_after=limit.item.get_expiry())

    def _hit(self, item: RateLimitItem, who: str, scope: str) -> bool:
        try:
            return self.limiter.hit(item, who, scope)
        except Exception as error:  # noqa: BLE001 (each store has errors of its own, not all of which it names)
            self._unused_until = time.monotonic() + AGAIN_AFTER
            logger.warning(
                "Limits: the store cannot be used (%s); each process counts for itself", type(error).__name__
            )
            return self._memory.hit(item, who, scope)
