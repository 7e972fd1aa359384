"""One ticket that was not imported: redacted and stored like all others."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import Ticket
from kb.tickets.raw import RawTicket
from kb.tickets.store import prepare_ticket, store_ticket


def keep_ticket(session: Session, raw: RawTicket, requester_key: bytes, region: str) -> int:
    """Store it, or bring it up to date; returns its number."""
    store_ticket(session, raw.source, prepare_ticket(raw, requester_key, region))
    return session.scalars(
        select(Ticket.id).where(Ticket.source == raw.source, Ticket.external_id == raw.external_id)
    ).one()
