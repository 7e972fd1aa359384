"""How long a first answer takes by each channel, from the record: what customers are told before they choose one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.tables import Channel, Conversation

LATELY = timedelta(days=28)
# With fewer conversations nothing is said of the time.
LEAST = 5
_MOST_READ = 3_000
_IMPORTED = ("sample",)  # origins of conversations that nobody really answered


@dataclass(frozen=True)
class FirstResponses:
    """Half had their first answer within `half`, nine of ten within `most`. of: conversations that were counted."""

    half: timedelta
    most: timedelta
    of: int


def first_responses(
    session: Session, channels: Collection[Channel], *, now: datetime | None = None
) -> Mapping[str, FirstResponses]:
    """By channel, where enough is known. Who still waits counts with the time until now, so that slow days are not left out.

    One statement.
    """
    now = now or utc_now()
    rows = session.execute(
        select(
            Conversation.channel,
            Conversation.created_at,
            Conversation.first_response_at,
            Conversation.waiting_since,
        )
        .where(
            Conversation.channel.in_([channel.value for channel in channels]),
            Conversation.created_at > now - LATELY,
            Conversation.origin.not_in(_IMPORTED),
            Conversation.first_response_at.is_not(None) | Conversation.waiting_since.is_not(None),
        )
        .order_by(Conversation.id.desc())
        .limit(_MOST_READ)
    )
    seconds: dict[str, list[float]] = {}
    answered: dict[str, int] = {}
    for row in rows:
        took = ((row.first_response_at or now) - row.created_at).total_seconds()
        seconds.setdefault(row.channel, []).append(max(0.0, took))
        answered[row.channel] = answered.get(row.channel, 0) + (row.first_response_at is not None)
    return {
        channel: FirstResponses(_share(found, 0.5), _share(found, 0.9), len(found))
        for channel, found in seconds.items()
        if answered[channel] >= LEAST
    }


def _share(seconds: list[float], share: float) -> timedelta:
    ordered = sorted(seconds)
    return timedelta(seconds=ordered[min(len(ordered) - 1, int(share * len(ordered)))])
