"""Log-ins that fail are slowed: per account, per address and for both together, over all processes. Nobody is locked out.

An account that somebody guesses at from a thousand addresses is slowed for addresses from which its person has not logged in
lately; where they have, only their own mistakes count.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from kb.accounts.stored_text import hash_key
from kb.core.database import upsert
from kb.core.errors import TooOftenError
from kb.tables import LoginAttempts, utc_now


@dataclass(frozen=True)
class Slowing:
    """The first `free` failures cost nothing; after each further one nobody may try for ten seconds, then 20, 40 … `longest`."""

    free: int
    longest: timedelta


class Step(StrEnum):
    """What is tried. Each has its counts: whoever knows the password gains no guesses at a code by typing it again."""

    PASSWORD = ""
    SECOND = "second "


_ATTEMPTS = cast(Table, LoginAttempts.__table__)
BOTH = Slowing(10, timedelta(minutes=15))
ACCOUNT = Slowing(25, timedelta(minutes=1))
ADDRESS = Slowing(40, timedelta(minutes=1))  # an office behind one address mistypes a lot
_FIRST_WAIT = timedelta(seconds=10)
# Failures are forgotten when none came for this long; the address of a log-in that went well for that long.
_FORGOTTEN = timedelta(hours=1)
_KNOWN_FOR = timedelta(days=30)


def count_attempt(
    session: Session, email: str, address: str, *, step: Step = Step.PASSWORD, now: datetime | None = None
) -> None:
    """Count an attempt as failed before the password or code is looked at, so that a hundred at once are a hundred. Commit it.

    Raises TooOftenError where it comes too early; it is not counted then.
    """
    now = now or utc_now()
    rules = _rules(session, email, address, now, step)
    # One order for all: two attempts at once wait for each other instead of locking each other out.
    for key in sorted(rules):
        fresh = {"key": key, "failures": 0, "free_from": now, "updated_at": now}
        upsert(session, _ATTEMPTS, fresh, key=["key"], change=["key"])
    rows = {row.key: row for row in session.scalars(select(LoginAttempts).where(LoginAttempts.key.in_(rules)))}
    # Nobody waits longer than the longest: where it seems so, the clock has been set back since.
    waits = [row.free_from - now for key, row in rows.items() if row.free_from - now <= rules[key].longest]
    wait = max(waits, default=timedelta(0))
    if wait > timedelta(0):
        raise TooOftenError("Too many attempts to log in.", wait=wait.total_seconds())
    for key, row in rows.items():
        row.failures = 1 if now - row.updated_at > _FORGOTTEN else row.failures + 1
        row.updated_at, row.free_from = now, now + _wait_after(row.failures, rules[key])


def forgive_attempt(session: Session, email: str, address: str) -> None:
    """Somebody has logged in: this address is known for the account from now on, and this attempt was no failure."""
    now = utc_now()
    uncount_attempt(session, email, address)
    both = [_key(f"{step}both", email, network_of(address)) for step in Step]
    session.execute(delete(LoginAttempts).where(LoginAttempts.key.in_(both)))
    row_of_address = {
        "key": _key("known", email, network_of(address)),
        "failures": 0,
        "free_from": now,
        "updated_at": now,
    }
    upsert(session, _ATTEMPTS, row_of_address, key=["key"], change=["updated_at"])


def uncount_attempt(session: Session, email: str, address: str, *, step: Step = Step.PASSWORD) -> None:
    """What was typed was not looked at, or was right: this attempt was no failure."""
    network, now = network_of(address), utc_now()
    keys = [_key(f"{step}account", email), _key(f"{step}address", network), _key(f"{step}both", email, network)]
    for row in session.scalars(select(LoginAttempts).where(LoginAttempts.key.in_(keys)).order_by(LoginAttempts.key)):
        row.failures, row.free_from = max(row.failures - 1, 0), now
    session.flush()


def _rules(session: Session, email: str, address: str, now: datetime, step: Step) -> dict[str, Slowing]:
    network = network_of(address)
    rules = {_key(f"{step}both", email, network): BOTH, _key(f"{step}address", network): ADDRESS}
    known = session.scalar(select(LoginAttempts.updated_at).where(LoginAttempts.key == _key("known", email, network)))
    if known is None or now - known > _KNOWN_FOR:
        rules[_key(f"{step}account", email)] = ACCOUNT
    return rules


def _wait_after(failures: int, slowing: Slowing) -> timedelta:
    further = failures - slowing.free
    if further < 0:
        return timedelta(0)
    return min(_FIRST_WAIT * (1 << min(further, 20)), slowing.longest)


def network_of(address: str) -> str:
    """An address as one visitor has it: of IPv6 the first half, since the other they choose themselves."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped:  # as a server that listens on both has those of IPv4
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def _key(*parts: str) -> str:
    """A hash: the table is no place for addresses of people, nor for a password typed into the wrong field."""
    return hash_key("\0".join(part.strip().lower() for part in parts))
