"""Import of an exported file: each ticket stored or rejected with its line, in batches that can be interrupted."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.tickets.chatwoot import read_chatwoot
from kb.tickets.freshdesk import read_freshdesk
from kb.tickets.lines import read_jsonl
from kb.tickets.mailboxes import read_mbox
from kb.tickets.raw import RawTicket
from kb.tickets.reading import Reading, start_reading
from kb.tickets.repeated import LOOKED_AT, find_repeated_lines
from kb.tickets.store import PreparedTicket, StoreOutcome, prepare_ticket, store_ticket
from kb.tickets.table import read_csv
from kb.tickets.zendesk import read_zendesk

Reader = Callable[[Path, Progress | None, Reading], Iterator[RawTicket | Rejection]]
READERS: dict[str, Reader] = {
    "zendesk": read_zendesk,
    "freshdesk": read_freshdesk,
    "chatwoot": read_chatwoot,
    "csv": read_csv,
    "jsonl": read_jsonl,
    "mbox": read_mbox,
}

# Tickets between two checkpoints: few enough that little is done twice after an interruption.
BATCH = 200
# Rejections kept in the report; more of them are counted and were handed to `on_rejection`.
_MOST_KEPT = 1_000


@dataclass
class ImportReport:
    """What an import did. `rejected` holds the first rejections, `rejected_count` counts all."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    open: int = 0  # of those that were read: not resolved, stored but not searched
    rejected_count: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    languages: dict[str, int] = field(default_factory=dict)
    channels: dict[str, int] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)  # columns, dates, statuses as they were understood

    @property
    def read(self) -> int:
        return self.created + self.updated + self.unchanged

    @property
    def changed(self) -> bool:
        return bool(self.created or self.updated)

    def to_json(self) -> dict[str, Any]:
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "open": self.open,
            "rejected": self.rejected_count,
            "rejections": [{"path": r.path, "line": r.line, "reason": r.reason} for r in self.rejected],
            "languages": self.languages,
            "channels": self.channels,
            **self.reading.to_json(),
        }


@dataclass(frozen=True)
class Preview:
    """The first tickets of a file as they would be stored, and what was understood of it so far."""

    tickets: list[PreparedTicket]
    rejected: list[Rejection]
    reading: Reading

    def to_json(self) -> dict[str, Any]:
        return {
            "tickets": [{"id": ticket.external_id, **ticket.fields} for ticket in self.tickets],
            "rejections": [{"path": r.path, "line": r.line, "reason": r.reason} for r in self.rejected],
            **self.reading.to_json(),
        }


def import_tickets(
    session: Session,
    path: Path,
    source: str,
    *,
    requester_key: bytes,
    region: str = "IN",
    columns: Mapping[str, str] | None = None,
    dates: str = "auto",
    own_domains: frozenset[str] = frozenset(),
    progress: Progress | None = None,
    checkpoint: Callable[[], None] | None = None,
    on_rejection: Callable[[Rejection], None] | None = None,
    on_start: Callable[[Reading], None] | None = None,
) -> ImportReport:
    """Read `path` as `source` (a key of READERS) and store its tickets, redacted.

    `columns` (header -> our column) and `dates` (auto, dmy, mdy) go before what would be guessed. `progress` is called
    with bytes; `checkpoint` (the caller's commit) after every batch; `on_start` once, before the first ticket is stored,
    with the columns as they are understood. Raises InvalidInputError and NotFoundError for a
    file that cannot be used at all; whatever is wrong with single tickets is in the report.
    """
    reading = start_reading(column_map=columns, dates=dates, region=region, own_domains=own_domains)
    report = ImportReport(reading=reading)
    reader = _reader_of(source)
    repeated = find_repeated_lines(_first_tickets(reader, path, reading))
    since_checkpoint = 0
    is_started = False
    for row in reader(path, progress, reading):
        if on_start and not is_started:
            on_start(reading)
            is_started = True
        if isinstance(row, Rejection):
            report.rejected_count += 1
            if len(report.rejected) < _MOST_KEPT:
                report.rejected.append(row)
            if on_rejection:
                on_rejection(row)
            continue
        _store(session, prepare_ticket(row, requester_key, region, repeated), row, report)
        since_checkpoint += 1
        if checkpoint and since_checkpoint >= BATCH:
            checkpoint()
            since_checkpoint = 0
    return report


def preview_tickets(
    path: Path,
    source: str,
    *,
    requester_key: bytes,
    region: str = "IN",
    columns: Mapping[str, str] | None = None,
    dates: str = "auto",
    own_domains: frozenset[str] = frozenset(),
    limit: int = 5,
) -> Preview:
    """The first `limit` tickets and rejections as `import_tickets` would store and tell them; nothing is stored."""
    reading = start_reading(column_map=columns, dates=dates, region=region, own_domains=own_domains)
    reader = _reader_of(source)
    repeated = find_repeated_lines(_first_tickets(reader, path, reading))
    rows = list(islice(reader(path, None, reading), limit))
    tickets = [prepare_ticket(row, requester_key, region, repeated) for row in rows if isinstance(row, RawTicket)]
    return Preview(tickets, [row for row in rows if isinstance(row, Rejection)], reading)


def _reader_of(source: str) -> Reader:
    reader = READERS.get(source)
    if reader is None:
        raise InvalidInputError(f"Unknown format {source!r}.", remedy=f"Known are {', '.join(READERS)}.")
    return reader


def _first_tickets(reader: Reader, path: Path, reading: Reading) -> Iterator[RawTicket]:
    """The tickets at the beginning of a file, as they would be read; what is not understood in them is not counted here."""
    # With an order of dates that is given, nobody reads through the file for it.
    same = start_reading(column_map=reading.column_map, dates="dmy", own_domains=reading.own_domains)
    rows = islice(reader(path, None, same), LOOKED_AT)
    return (row for row in rows if isinstance(row, RawTicket))


def _store(session: Session, prepared: PreparedTicket, raw: RawTicket, report: ImportReport) -> None:
    outcome = store_ticket(session, raw.source, prepared)
    if outcome is StoreOutcome.CREATED:
        report.created += 1
    elif outcome is StoreOutcome.UPDATED:
        report.updated += 1
    else:
        report.unchanged += 1
    report.open += raw.status == "open"
    language = str(prepared.fields["language"])
    report.languages[language] = report.languages.get(language, 0) + 1
    report.channels[raw.channel] = report.channels.get(raw.channel, 0) + 1
