"""The home of the desk: who waits, what this person keeps and opened last, what is new to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from kb.articles import desk_cards, list_changed
from kb.core.clock import utc_now
from kb.insight.rising import Shown, list_rising
from kb.service.desk_documents import list_opened, list_pinned
from kb.service.queue import Filter, View, list_conversations
from kb.tables import Conversation
from kb.tables.feedback import parse_document
from kb.tickets import ticket_cards
from webapp.shared.database import session

RECENT, CHANGED, FIRST_WAITING = 6, 8, 4
CHANGED_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Entry:
    """A document in a list. `audience`: public, internal or tickets; `changed`: when, in a list of changes."""

    document: str
    title: str
    language: str
    audience: str
    url: str
    changed: datetime | None = None


@dataclass(frozen=True)
class DeskStart:
    """waiting: how many conversations wait for us, `first` of them."""

    waiting: int
    first: Sequence[Conversation]
    pinned: Sequence[Entry]
    opened: Sequence[Entry]
    changed: Sequence[Entry]
    rising: Sequence[Shown]


def start_of_desk(user_id: int, language: str) -> DeskStart:
    """Seven statements at most, however much there is."""
    queue = list_conversations(session(), Filter(View.WAITING), user_id)
    pinned = list_pinned(session(), user_id)
    opened = list_opened(session(), user_id, RECENT + len(pinned))
    entries = _entries([*pinned, *opened])
    recent = [entries[document] for document in opened if document in entries and document not in set(pinned)]
    changed = list_changed(session(), utc_now() - CHANGED_WITHIN, language, limit=CHANGED)
    return DeskStart(
        queue.total,
        queue.conversations[:FIRST_WAITING],
        [entries[document] for document in pinned if document in entries],
        recent[:RECENT],
        [
            Entry(
                f"article:{card.id}",
                card.title,
                card.language,
                card.audience,
                _url("article", card.id),
                card.updated_at,
            )
            for card in changed
        ],
        list_rising(session(), language, in_any_language=True),
    )


def _entries(documents: Sequence[str]) -> dict[str, Entry]:
    """Those that may still be read."""
    parsed = {document: named for document in documents if (named := parse_document(document))}
    ids = {kind: {number for other, number in parsed.values() if other == kind} for kind in ("article", "ticket")}
    articles = desk_cards(session(), ids["article"]) if ids["article"] else {}
    tickets = ticket_cards(session(), ids["ticket"]) if ids["ticket"] else {}
    found: dict[str, Entry] = {}
    for document, (kind, number) in parsed.items():
        if kind == "article" and (card := articles.get(number)):
            found[document] = Entry(document, card.title, card.language, card.audience, _url(kind, number))
        elif kind == "ticket" and (ticket := tickets.get(number)):
            found[document] = Entry(document, ticket.title, ticket.language, "tickets", _url(kind, number))
    return found


def _url(kind: str, number: int) -> str:
    return url_for("desk.ticket", ticket_id=number) if kind == "ticket" else url_for("desk.article", article_id=number)
