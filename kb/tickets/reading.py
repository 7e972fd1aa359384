"""What one import was asked to do, and what it understood on the way."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kb.core.errors import InvalidInputError
from kb.tickets.dates import ORDERS, Dates
from kb.tickets.raw import shorten, status_of

_MOST_KEPT = 50
# Where the month is written first; elsewhere it is the day.
_MONTH_FIRST_REGIONS = frozenset(("US", "PH", "FM", "MH", "PW", "BZ"))


@dataclass
class Reading:
    """Handed to a reader; filled while it reads. What is not understood is counted here once, and the ticket kept."""

    column_map: Mapping[str, str] = field(default_factory=dict)  # header -> our column, as asked for
    dates: Dates = field(default_factory=Dates)
    own_domains: frozenset[str] = frozenset()  # of the mailbox's owner, for mails
    headers: list[str] = field(default_factory=list)  # of a table, in its order
    columns: dict[str, str] = field(default_factory=dict)  # header -> our column, as used
    unused_columns: list[str] = field(default_factory=list)
    examples: dict[str, str] = field(default_factory=dict)  # header -> its first value, as it stands in the file
    unknown_statuses: Counter[str] = field(default_factory=Counter)
    unknown_roles: Counter[str] = field(default_factory=Counter)
    rows_in_other_encoding: int = 0  # not UTF-8: read as Windows-1252
    unreadable_dates: int = 0
    unreadable_examples: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)  # what was left out on purpose: reason -> count

    @property
    def is_guess(self) -> bool:
        """True where a column of a table is understood or left out by more than its own name."""
        return bool(self.unused_columns) or any(
            "".join(filter(str.isalnum, header.lower())) != column.replace("_", "")
            for header, column in self.columns.items()
        )

    def status(self, value: object) -> str:
        """`resolved` or `open`; a word that nobody knows means open. Raises RowError for a deleted ticket."""
        status, is_known = status_of(value)
        if not is_known:
            _count_word(self.unknown_statuses, value)
        return status

    def count_unknown_role(self, value: object) -> None:
        _count_word(self.unknown_roles, value)

    def time(self, value: object, what: str) -> datetime | None:
        """An aware time, None for nothing; what cannot be read costs the date and is counted."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        found = self.dates.read(value)
        if found is None:
            self.unreadable_dates += 1
            if len(self.unreadable_examples) < 5:
                self.unreadable_examples.append(f"{what} {shorten(value)}")
        return found

    def notes(self) -> list[str]:
        """What a person should know about how the file was read, a line each."""
        lines = []
        if self.unknown_statuses:
            words = ", ".join(f"{word!r} ({count})" for word, count in self.unknown_statuses.most_common(10))
            lines.append(f"Not known as a status, taken as open: {words}.")
        if self.unknown_roles:
            words = ", ".join(f"{word!r} ({count})" for word, count in self.unknown_roles.most_common(10))
            lines.append(f"Not known as a role, the words kept as the customer's: {words}.")
        if self.rows_in_other_encoding:
            rows = "row was" if self.rows_in_other_encoding == 1 else "rows were"
            lines.append(
                f"{self.rows_in_other_encoding} {rows} not in UTF-8 and read as Windows-1252 (Western Europe)."
            )
        if self.unreadable_dates:
            examples = "; ".join(self.unreadable_examples)
            dates = "date" if self.unreadable_dates == 1 else "dates"
            lines.append(f"Left out: {self.unreadable_dates} {dates} that could not be read: {examples}.")
        if self.dates.is_assumed:
            read = "3 April" if self.dates.decided == "dmy" else "4 March"
            lines.append(
                f"Nothing in the file says whether day or month comes first: 03/04 was read as {read} (--dates dmy|mdy)."
            )
        lines += [f"Left out: {count} {reason}." for reason, count in self.skipped.most_common()]
        return lines

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": self.columns,
            "unused_columns": self.unused_columns,
            "unknown_statuses": dict(self.unknown_statuses),
            "unknown_roles": dict(self.unknown_roles),
            "rows_in_other_encoding": self.rows_in_other_encoding,
            "unreadable_dates": self.unreadable_dates,
            "unreadable_examples": self.unreadable_examples,
            "date_order": self.dates.decided or None,
            "date_order_assumed": self.dates.is_assumed,
            "left_out": dict(self.skipped),
        }


def _count_word(counts: Counter[str], value: object) -> None:
    """Of the words of a file the first ones are kept, the others counted together."""
    word = " ".join(str(value).split())[:40]
    counts[word if word in counts or len(counts) < _MOST_KEPT else "…"] += 1


def start_reading(
    *,
    column_map: Mapping[str, str] | None = None,
    dates: str = "auto",
    region: str = "IN",
    own_domains: frozenset[str] = frozenset(),
) -> Reading:
    """Raises InvalidInputError for an order of dates that there is not."""
    if dates not in ORDERS:
        raise InvalidInputError(f"Unknown order of dates {dates!r}.", remedy=f"Known are {', '.join(ORDERS)}.")
    fallback = "mdy" if region.upper() in _MONTH_FIRST_REGIONS else "dmy"
    return Reading(column_map=column_map or {}, dates=Dates(order=dates, fallback=fallback), own_domains=own_domains)
