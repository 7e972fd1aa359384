"""Past tickets: read from exports, redacted, split into problem and resolution, stored once."""

from kb.tickets.importing import READERS, ImportReport, import_tickets
from kb.tickets.requesters import hash_requester, load_requester_key

__all__ = ["READERS", "ImportReport", "hash_requester", "import_tickets", "load_requester_key"]
