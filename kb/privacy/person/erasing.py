"""Erasing a person: their rows, copies of their words, and their name in what belongs to others. The caller commits.

What is left to others: files beside the database (kb.service.held_requests, uploads), the files of the index, and the pages
of SQLite that were freed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kb.privacy.person.copies import clear_copies, words_of_person
from kb.privacy.person.identity import Person
from kb.privacy.person.mentions import mask_mentions
from kb.privacy.person.needles import needles_of, public_articles_with, revisions_of
from kb.privacy.person.rows import Rows, blocks, key_of, rows_of_person
from kb.tables import Base


@dataclass(frozen=True)
class Erased:
    """How many rows of each table went and were masked, and copies of words cleared. changed_articles: their hash is to be
    made anew; public_articles: published for everybody, they name the person and were left to somebody to look at."""

    rows: dict[str, int] = field(default_factory=dict)
    masked: dict[str, int] = field(default_factory=dict)
    copies: int = 0
    changed_articles: Sequence[int] = ()
    public_articles: Sequence[int] = ()

    @property
    def total(self) -> int:
        return sum(self.rows.values()) + sum(self.masked.values()) + self.copies


def erase_person(session: Session, person: Person, *, own: Collection[str] = ()) -> Erased:
    """own: addresses of this installation, which are masked nowhere."""
    rows = rows_of_person(session, person)
    pattern = needles_of(session, person, rows, own).pattern
    words = words_of_person(session, rows)
    _delete(session, rows)
    copies = clear_copies(session, words)
    counts = {table.name: len(keys) for table, keys in rows.items()}
    if pattern is None:
        return Erased(counts, {}, copies)
    public = public_articles_with(session, pattern)
    left = {"articles": set(public), "article_revisions": revisions_of(session, public)}
    masked = mask_mentions(session, pattern, not_in=left)
    session.expire_all()
    return Erased(counts, masked.by_table, copies, sorted(masked.articles), public)


def _delete(session: Session, rows: Rows) -> None:
    """What depends on others first: each row is deleted by its own key, and foreign keys find nothing left to do."""
    session.flush()
    for table in reversed(Base.metadata.sorted_tables):
        for block in blocks(rows.get(table, ())):
            session.execute(delete(table).where(key_of(table).in_(block)))
    session.expire_all()


def count_left(session: Session, rows: Rows) -> int:
    """How many of these rows are there still."""
    left = 0
    for table, keys in rows.items():
        for block in blocks(keys):
            left += session.scalar(select(func.count()).select_from(table).where(key_of(table).in_(block))) or 0
    return left
