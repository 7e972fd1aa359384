"""How long what could not be delivered waits, and when it is given up."""

from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(hours=24)
_SHORTEST, _LONGEST = timedelta(seconds=5), timedelta(minutes=10)


def next_try(first_tried_at: datetime, now: datetime) -> datetime:
    """As long again as it has been tried already: after 5, 10, 20 … seconds, at last every ten minutes."""
    return now + min(max(now - first_tried_at, _SHORTEST), _LONGEST)


def is_given_up(first_tried_at: datetime, now: datetime) -> bool:
    return now - first_tried_at >= GIVE_UP_AFTER
