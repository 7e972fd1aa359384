"""Which rows are about a person: what belongs to them by itself, and, along the foreign keys, all that goes with it.

A new table that belongs to a customer, a conversation, a search or a ticket is found without being named here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Table, func, or_, select
from sqlalchemy.orm import Session

from kb.privacy.person.identity import Person
from kb.tables import (
    Base,
    Conversation,
    Customer,
    NewsWish,
    SearchEvent,
    Ticket,
    VoiceSource,
    VoiceStatement,
    VoteReason,
)

# Values in one statement.
BLOCK = 500
Rows = dict[Table, set[Any]]


def rows_of_person(session: Session, person: Person) -> Rows:
    """Primary keys by table; what goes with a row by a foreign key is among them."""
    rows: Rows = {}
    _add(rows, table_of(Customer), person.customers)
    for table in _tables_of_visits():
        _add_where(session, rows, table, table.c.visit, person.visits)
    _add_where(session, rows, table_of(NewsWish), func.lower(NewsWish.address), person.emails)
    _follow(session, rows)
    _add(rows, table_of(Ticket), _tickets(session, person, rows))
    _add(rows, table_of(VoteReason), _reasons(session, person, rows))
    _follow(session, rows)
    for source, table in ((VoiceSource.VOTE, table_of(VoteReason)), (VoiceSource.TICKET, table_of(Ticket))):
        for block in blocks(rows.get(table, ())):
            said = select(VoiceStatement.id).where(
                VoiceStatement.source == source.value, VoiceStatement.source_id.in_(block)
            )
            _add(rows, table_of(VoiceStatement), session.scalars(said))
    return {table: keys for table, keys in rows.items() if keys}


def table_of(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def key_of(table: Table) -> Column[Any]:
    """Raises ValueError for a table whose rows have no single key."""
    (key,) = table.primary_key.columns
    return key


def blocks(values: Iterable[Any], size: int = BLOCK) -> Iterator[list[Any]]:
    found = sorted(values)
    for start in range(0, len(found), size):
        yield found[start : start + size]


def _tables_of_visits() -> list[Table]:
    """A conversation belongs to its customer, not to everybody who used the same browser."""
    talks = table_of(Conversation)
    return [table for table in Base.metadata.sorted_tables if "visit" in table.c and table is not talks]


def _tickets(session: Session, person: Person, rows: Mapping[Table, Collection[Any]]) -> set[int]:
    """Those that they sent, and those that their conversations were kept as."""
    found: set[int] = set()
    for block in blocks(person.tickets_of):
        found.update(session.scalars(select(Ticket.id).where(Ticket.requester_ref.in_(block))))
    for block in blocks(rows.get(table_of(Conversation), ())):
        kept = select(Conversation.ticket_id).where(Conversation.id.in_(block), Conversation.ticket_id.is_not(None))
        found.update(session.scalars(kept))
        # Of a desk's ticket the number of its conversation is its name, also where that was kept again meanwhile.
        named = select(Ticket.id).where(Ticket.source == "desk", Ticket.external_id.in_([str(one) for one in block]))
        found.update(session.scalars(named))
    return found


def _reasons(session: Session, person: Person, rows: Mapping[Table, Collection[Any]]) -> set[int]:
    """Why an article did not help: said in one of their visits, or with one of their searches."""
    found: set[int] = set()
    for visit in person.visits:
        said = select(VoteReason.id).where(VoteReason.key.startswith(f"visit:{visit}/", autoescape=True))
        found.update(session.scalars(said))
    for block in blocks(rows.get(table_of(SearchEvent), ()), 100):
        of_search = or_(*(VoteReason.key.startswith(f"search:{one}/") for one in block), VoteReason.event_id.in_(block))
        found.update(session.scalars(select(VoteReason.id).where(of_search)))
    return found


def _follow(session: Session, rows: Rows) -> None:
    """All that is deleted with these rows, step by step; a table that points to itself is looked at again."""
    new = {table: set(keys) for table, keys in rows.items()}
    while new:
        found: Rows = {}
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                for reference in column.foreign_keys:
                    parents = new.get(reference.column.table)
                    if parents and reference.ondelete == "CASCADE" and len(table.primary_key.columns) == 1:
                        _add_where(session, found, table, column, parents)
        new = {}
        for table, keys in found.items():
            if unknown := keys - rows.get(table, set()):
                new[table] = unknown
                _add(rows, table, unknown)


def _add(rows: Rows, table: Table, keys: Iterable[Any]) -> None:
    rows.setdefault(table, set()).update(keys)


def _add_where(session: Session, rows: Rows, table: Table, column: ColumnElement[Any], values: Collection[Any]) -> None:
    for block in blocks(values):
        _add(rows, table, session.scalars(select(key_of(table)).where(column.in_(block))))
