"""From an exported ticket to rows of the database: redacted, split into problem and resolution, stored once."""

import hashlib
import json
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from kb.core.database import insert_new
from kb.privacy.redaction import redact
from kb.tables import Ticket, TicketMessage, utc_now
from kb.text.cleaning import clean_line
from kb.text.language import UNDETERMINED, guess_language
from kb.text.mail import message_body, strip_letter
from kb.tickets.conversation import (
    LONGEST_PROBLEM,
    LONGEST_RESOLUTION,
    Turn,
    split_problem_and_resolution,
    strip_boilerplate,
)
from kb.tickets.letter_names import hide_letter_names
from kb.tickets.raw import RawTicket
from kb.tickets.requesters import hash_requester

LONGEST_SUBJECT = 500
LONGEST_SATISFACTION = 20
_TICKETS = cast(Table, Ticket.__table__)


class StoreOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class PreparedTicket:
    """A redacted ticket, as it is stored."""

    external_id: str
    fields: dict[str, object]  # columns of `tickets` that come from the export
    messages: tuple[tuple[str, bool, str, datetime | None], ...]  # role, public, text, time
    content_hash: str


def prepare_ticket(
    raw: RawTicket, requester_key: bytes, region: str, repeated: Set[str] = frozenset()
) -> PreparedTicket:
    """Redact everything first; whatever is derived (problem, resolution, language, hash) comes from redacted text.

    repeated: `line_key` of lines that stand in many tickets of the same file.
    """
    names = tuple(raw.names)

    def clean(text: str) -> str:
        return redact(hide_letter_names(text), names=names, region=region, own_domains=raw.own_domains).strip()

    def clean_message(text: str) -> str:
        return clean(message_body(text, repeated))

    turns = [Turn(turn.role, turn.public, clean_message(turn.text)) for turn in raw.turns]
    times = [turn.created_at for turn in raw.turns]
    messages = tuple((t.role, t.public, t.text, at) for t, at in zip(turns, times, strict=True) if t.text)
    problem, resolution = split_problem_and_resolution(turns)
    if raw.problem.strip():
        problem = strip_letter(clean_message(raw.problem))[:LONGEST_PROBLEM]
    if raw.resolution.strip():
        given = strip_letter(clean_message(raw.resolution))
        resolution = (strip_boilerplate(given) or given)[:LONGEST_RESOLUTION]
    subject = " ".join(clean(raw.subject).split())[:LONGEST_SUBJECT]
    fields: dict[str, object] = {
        "channel": raw.channel,
        "language": raw.language or _guess_language(problem, subject, resolution),
        "subject": subject,
        "problem": problem or subject,
        "resolution": resolution,
        "status": raw.status,
        "tags": [redact(tag, names=names, region=region) for tag in raw.tags],
        "satisfaction": clean_line(raw.satisfaction or "")[:LONGEST_SATISFACTION] or None,
        "requester_ref": hash_requester(requester_key, raw.requester),
        "resolved_at": raw.resolved_at,
    }
    if raw.created_at is not None:
        fields["created_at"] = raw.created_at
    return PreparedTicket(raw.external_id, fields, messages, _hash_content(fields, messages))


def store_ticket(session: Session, source: str, prepared: PreparedTicket) -> StoreOutcome:
    """Insert, update or leave alone, by (source, external id) and content; not committed.

    Plain statements and no objects: an import may hold millions of tickets, the session must not.
    """
    values = {**prepared.fields, "content_hash": prepared.content_hash, "imported_at": utc_now()}
    key = {"source": source, "external_id": prepared.external_id}
    known = select(Ticket.id, Ticket.content_hash).filter_by(**key)
    found = session.execute(known).one_or_none()
    ticket_id = found.id if found else insert_new(session, _TICKETS, {**values, **key}, key=tuple(key))
    if ticket_id is None:  # another import has stored it in this moment
        found = session.execute(known).one()
        ticket_id = found.id
    if found and found.content_hash == prepared.content_hash:
        return StoreOutcome.UNCHANGED
    if found:
        session.execute(update(Ticket).where(Ticket.id == ticket_id), values)
        session.execute(delete(TicketMessage).where(TicketMessage.ticket_id == ticket_id))
    if prepared.messages:
        session.execute(
            insert(TicketMessage),
            [
                {
                    "ticket_id": ticket_id,
                    "position": number,
                    "role": role,
                    "public": public,
                    "text": text,
                    "created_at": at,
                }
                for number, (role, public, text, at) in enumerate(prepared.messages)
            ],
        )
    return StoreOutcome.UPDATED if found else StoreOutcome.CREATED


def find_resolved_ticket(session: Session, ticket_id: int) -> Ticket | None:
    """A ticket by its number, if it is resolved: others answer nothing."""
    return session.scalar(select(Ticket).where(Ticket.id == ticket_id, Ticket.status == "resolved"))


@dataclass(frozen=True)
class TicketCard:
    """As much of a ticket as a list shows."""

    id: int
    title: str
    language: str


def ticket_cards(session: Session, ids: Iterable[int]) -> dict[int, TicketCard]:
    """Those of these tickets that are resolved, by number."""
    query = select(Ticket.id, Ticket.subject, func.substr(Ticket.problem, 1, 80), Ticket.language)
    rows = session.execute(query.where(Ticket.id.in_(list(ids)), Ticket.status == "resolved"))
    return {number: TicketCard(number, subject or problem, language) for number, subject, problem, language in rows}


def _guess_language(problem: str, subject: str, resolution: str) -> str:
    for text in (problem, subject, resolution):
        language = guess_language(text)
        if language != UNDETERMINED:
            return language
    return UNDETERMINED


def _hash_content(fields: dict[str, object], messages: tuple[tuple[str, bool, str, datetime | None], ...]) -> str:
    content = json.dumps([fields, messages], default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
