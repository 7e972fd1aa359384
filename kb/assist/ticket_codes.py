"""Numbers of orders and parcels that stand in past tickets: what is in somebody's ticket is theirs."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.search.types import Collection, CollectionName
from kb.tables import Ticket
from kb.text.terms import index_terms

_MOST_CODES, _MOST_HITS = 20, 3


def find_codes_in_tickets(
    session: Session, codes: Sequence[str], collections: Sequence[Collection]
) -> dict[str, tuple[int, str]]:
    """For those of these codes that stand in a resolved ticket its id and subject. One statement where there are any."""
    tickets = next(collection for collection in collections if collection.name is CollectionName.TICKETS)
    found: dict[str, int] = {}
    for code in dict.fromkeys(codes[:_MOST_CODES]):
        terms = [(term, 1.0) for term in index_terms(code, "en")]
        ids, _ = tickets.search_lexical(terms, _MOST_HITS)
        passages = tickets.fetch(ids)
        for text, number in zip(passages.texts, passages.facts.documents.tolist(), strict=True):
            if text is not None and code.lower() in text.text.lower():
                found.setdefault(code, int(number))
    if not found:
        return {}
    rows = session.execute(
        select(Ticket.id, Ticket.subject).where(Ticket.id.in_(found.values()), Ticket.status == "resolved")
    )
    subjects = {row.id: row.subject for row in rows}
    return {code: (number, subjects[number]) for code, number in found.items() if number in subjects}
