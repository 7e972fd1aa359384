"""How long what could not be delivered waits, and when it is given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class BackOff:
    """As long again as it has been tried already, between shortest and longest."""

    shortest: timedelta
    longest: timedelta
    give_up_after: timedelta

    def next_try(self, first_tried_at: datetime, now: datetime) -> datetime:
        return now + min(max(now - first_tried_at, self.shortest), self.longest)

    def is_given_up(self, first_tried_at: datetime, now: datetime) -> bool:
        return now - first_tried_at >= self.give_up_after


# What somebody waits for: after 5, 10, 20 … seconds, at last every ten minutes, for a day.
MESSAGES = BackOff(timedelta(seconds=5), timedelta(minutes=10), timedelta(hours=24))
# A weekly report, what is to be reviewed: until the next one is due.
NEWS_FOR_COLLEAGUES = BackOff(timedelta(minutes=1), timedelta(hours=1), timedelta(days=7))
