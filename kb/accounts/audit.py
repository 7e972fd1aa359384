"""The audit trail: what happened to people, rights and data, as a chain of hashes in which nothing can be altered unnoticed."""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, event, func, insert, or_, select, update
from sqlalchemy.orm import Session

from kb.accounts.stored_text import LONGEST_ADDRESS, visible
from kb.tables import AuditEvent, AuditHead, utc_now

# One line for each event, with its number and hash: kept elsewhere, they prove that the end of the chain was not cut off.
logger = logging.getLogger("kb.security")

_EVENTS, _HEAD = cast(Table, AuditEvent.__table__), cast(Table, AuditHead.__table__)
# Made once: putting them together takes longer than what they do.
_ONE_MORE = (
    update(_HEAD).where(_HEAD.c.id == 1).values(entries=_HEAD.c.entries + 1).returning(_HEAD.c.entries, _HEAD.c.hash)
)
_ENDS_WITH = update(_HEAD).where(_HEAD.c.id == 1).values(hash=bindparam("new_hash"))
_BLOCK = 1000
# Where a session keeps what it has not committed yet.
_WAITING = "kb_audit_waiting"
_LONGEST_NAME = 320


class AuditKind(StrEnum):
    LOG_IN = "log_in"
    LOG_IN_FAILED = "log_in_failed"
    LOG_OUT = "log_out"
    SESSION_ENDED = "session_ended"
    CONFIRMED = "confirmed"
    CONFIRMING_FAILED = "confirming_failed"
    PERSON_ADDED = "person_added"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    ROLE_CHANGED = "role_changed"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    RESET_ASKED = "reset_asked"
    INVITED = "invited"
    INVITATION_TAKEN = "invitation_taken"
    SECOND_STEP_FAILED = "second_step_failed"
    CODES_ON = "codes_on"
    CODES_OFF = "codes_off"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    TOKEN_MADE = "token_made"  # noqa: S105
    TOKEN_WITHDRAWN = "token_withdrawn"  # noqa: S105
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PROVIDER_LINKED = "provider_linked"
    REFUSED = "refused"
    TOO_OFTEN = "too_often"
    EXPORTED = "exported"
    ERASURE_ASKED = "erasure_asked"
    ERASED = "erased"
    PRUNED = "pruned"


@dataclass(frozen=True)
class Actor:
    """Who did it, and from which address of the network. Nobody in particular where there is neither."""

    id: int | None = None
    name: str = ""
    address: str = ""


COMMAND_LINE = Actor(name="command line")


def record(
    session: Session, kind: AuditKind, actor: Actor, *, about: str = "", detail: Mapping[str, Any] | None = None
) -> None:
    """Add an event to the end of the chain; it is there when the caller commits, and only then."""
    # What was changed before reaches the database before it: everybody takes the end of the chain last, and none waits in a ring.
    session.flush()
    connection = session.connection()
    # Taken first: of two at once the second waits here, and then sees the end that the first has made.
    head = connection.execute(_ONE_MORE).one()
    row: dict[str, Any] = {
        "id": head.entries,
        "at": utc_now(),
        "kind": kind.value,
        "actor_id": actor.id,
        "actor": visible(actor.name)[:_LONGEST_NAME],
        "address": visible(actor.address)[:LONGEST_ADDRESS],
        "about": visible(about)[:_LONGEST_NAME],
        "detail": dict(detail or {}),
        "previous_hash": head.hash,
    }
    row["hash"] = _hash_of(row)
    connection.execute(insert(_EVENTS), row)
    connection.execute(_ENDS_WITH, {"new_hash": row["hash"]})
    _log_when_committed(session, row)


def find_events(
    session: Session,
    *,
    kind: str = "",
    text: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[AuditEvent]:
    """The newest events first. text: part of who did it, of whom or what, or of the address; before: a number of an event."""
    statement = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    if kind:
        statement = statement.where(AuditEvent.kind == kind)
    if text:
        columns = (AuditEvent.actor, AuditEvent.about, AuditEvent.address)
        statement = statement.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if since is not None:
        statement = statement.where(AuditEvent.at >= since)
    if until is not None:
        statement = statement.where(AuditEvent.at < until)
    if before is not None:
        statement = statement.where(AuditEvent.id < before)
    return list(session.scalars(statement))


def all_events(session: Session) -> Iterator[dict[str, Any]]:
    """Every event that is kept, the oldest first, as JSON holds it."""
    for row in _rows(session):
        yield {**row, "at": _written(row["at"])}


@dataclass(frozen=True)
class Verified:
    """entries: events that are kept; head: hash of the last; problem: what is wrong with the first that is wrong, or ""."""

    entries: int
    head: str
    problem: str = ""


def verify_chain(session: Session) -> Verified:
    """Follow the chain from its beginning to its end."""
    head = session.scalars(select(AuditHead).where(AuditHead.id == 1)).one_or_none()
    if head is None:
        return Verified(0, "", "The row with the end of the chain is missing.")
    number, last, entries = head.pruned_through, head.pruned_hash, 0
    for row in _rows(session, after=head.pruned_through):
        if row["id"] != number + 1:
            return Verified(entries, last, f"Event {number + 1} is missing.")
        if row["previous_hash"] != last:
            return Verified(entries, last, f"Event {row['id']} does not follow the one before it.")
        if row["hash"] != _hash_of(row):
            return Verified(entries, last, f"Event {row['id']} was altered.")
        number, last, entries = row["id"], row["hash"], entries + 1
    if (number, last) != (head.entries, head.hash):
        return Verified(entries, last, f"The chain ends with event {number}, but {head.entries} were written.")
    return Verified(entries, last)


def has_event(session: Session, hash_of_it: str) -> bool:
    return session.scalar(select(AuditEvent.id).where(AuditEvent.hash == hash_of_it)) is not None


def prune_events(session: Session, before: datetime) -> int:
    """Delete events that are older; returns how many. The chain begins after the last of them from then on."""
    last = session.execute(
        select(AuditEvent.id, AuditEvent.hash).where(AuditEvent.at < before).order_by(AuditEvent.id.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return 0
    record(session, AuditKind.PRUNED, Actor(), detail={"through": last.id})
    session.execute(
        update(AuditHead)
        .where(AuditHead.id == 1)
        .values(pruned_through=last.id, pruned_hash=last.hash)
        .execution_options(synchronize_session=False)
    )
    count = session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.id <= last.id)) or 0
    session.execute(delete(AuditEvent).where(AuditEvent.id <= last.id).execution_options(synchronize_session=False))
    return count


def _rows(session: Session, after: int = 0) -> Iterator[dict[str, Any]]:
    columns = AuditEvent.__table__.columns
    while True:
        statement = select(*columns).where(AuditEvent.id > after).order_by(AuditEvent.id).limit(_BLOCK)
        rows = session.execute(statement).mappings().all()
        yield from (dict(row) for row in rows)
        if len(rows) < _BLOCK:
            return
        after = rows[-1]["id"]


def _hash_of(row: Mapping[str, Any]) -> str:
    signed = {name: value for name, value in row.items() if name != "hash"} | {"at": _written(row["at"])}
    text = json.dumps(signed, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _log_when_committed(session: Session, row: dict[str, Any]) -> None:
    waiting: list[dict[str, Any]] | None = session.info.get(_WAITING)
    if waiting is None:
        waiting = session.info[_WAITING] = []
        event.listen(session, "after_commit", _log_waiting)
        # What was undone must not be logged with whatever is committed next: it would look as if the chain had lost it.
        event.listen(session, "after_rollback", lambda _session: waiting.clear())
    waiting.append(row)


def _log_waiting(session: Session) -> None:
    waiting: list[dict[str, Any]] = session.info[_WAITING]
    for row in waiting:
        _log(row)
    waiting.clear()


def _log(row: Mapping[str, Any]) -> None:
    # Numbers and addresses of the network only: a log is no place for names.
    logger.info(
        "security #%d %s person=%s from=%s hash=%s",
        row["id"],
        row["kind"],
        row["actor_id"],
        row["address"],
        row["hash"],
    )
