"""What time it is: always in UTC and aware of it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
