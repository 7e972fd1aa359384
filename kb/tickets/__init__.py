"""Past tickets: read from exports, redacted, split into problem and resolution, stored once."""

from kb.tickets.columns import COLUMNS, IGNORED, UnusableColumnsError, check_column, parse_mapping
from kb.tickets.importing import READERS, ImportReport, Preview, import_tickets, preview_tickets
from kb.tickets.reading import Reading
from kb.tickets.requesters import hash_requester, load_requester_key
from kb.tickets.store import TicketCard, find_resolved_ticket, ticket_cards

__all__ = [
    "COLUMNS",
    "IGNORED",
    "READERS",
    "ImportReport",
    "Preview",
    "Reading",
    "TicketCard",
    "UnusableColumnsError",
    "check_column",
    "find_resolved_ticket",
    "hash_requester",
    "import_tickets",
    "load_requester_key",
    "parse_mapping",
    "preview_tickets",
    "ticket_cards",
]
