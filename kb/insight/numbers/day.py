"""One day of the shop's time zone, and what was counted on it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

# By measure, language, channel, subject and bucket: the columns of `daily_counts`.
Counts = Counter[tuple[str, str, str, str, int]]


@dataclass(frozen=True)
class Day:
    """From `begins` to before `ends`: a day on which clocks are changed has 23 or 25 hours."""

    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, day: date, zone: tzinfo) -> "Day":
        begins, ends = (datetime.combine(one, time.min, zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
        return cls(begins, ends)

    def has(self, column: InstrumentedAttribute[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return column >= self.begins, column < self.ends


def add(
    counts: Counts,
    measure: str,
    *,
    language: str = "",
    channel: str = "",
    subject: str = "",
    bucket: int = 0,
    count: int = 1,
) -> None:
    counts[str(measure), language[:35], channel[:30], subject[:60], bucket] += count
