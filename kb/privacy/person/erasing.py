"""Erasing a person: their rows, copies of their words, and their name in what belongs to others. The caller commits.

Reading it all comes first, so that writing is short: nobody else can write to SQLite meanwhile.

What is left to others: files beside the database (kb.service.held_requests, uploads), the files of the index, and the pages
of SQLite that were freed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import regex
from sqlalchemy import delete
from sqlalchemy.orm import Session

from kb.privacy.person.copies import clear_copies, words_of_person
from kb.privacy.person.identity import Person
from kb.privacy.person.mentions import Mentions, find_mentions, mask_mentions
from kb.privacy.person.needles import needles_of, public_articles_among, revisions_of
from kb.privacy.person.rows import Rows, blocks, key_of, rows_of_person, table_of
from kb.tables import Article, ArticleRevision, Base


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


@dataclass(frozen=True)
class Erasure:
    """What is to be done, found by reading: rows that go, what leads to the person, where they are named, their words."""

    rows: Rows
    pattern: "regex.Pattern[str] | None"
    mentions: Mentions
    words: Collection[str]
    public_articles: Sequence[int] = ()


def plan_erasure(session: Session, person: Person, *, own: Collection[str] = ()) -> Erasure:
    """Everything is read, which takes its time, and nothing held up. own: addresses of this installation, masked nowhere."""
    rows = rows_of_person(session, person)
    pattern = needles_of(session, person, rows, own).pattern
    words = words_of_person(session, rows)
    if pattern is None:
        return Erasure(rows, None, {}, words)
    mentions, public = mentions_to_mask(session, pattern)
    return Erasure(rows, pattern, mentions, words, public)


def mentions_to_mask(session: Session, pattern: "regex.Pattern[str]") -> tuple[Mentions, list[int]]:
    """Without articles that everybody may read, and their versions: their numbers are told beside."""
    mentions = find_mentions(session, pattern)
    public = public_articles_among(session, mentions.get(table_of(Article), ()))
    for model, left in ((Article, set(public)), (ArticleRevision, revisions_of(session, public))):
        table = table_of(model)
        mentions[table] = [key for key in mentions.get(table, ()) if key not in left]
    return mentions, public


def carry_out(session: Session, erasure: Erasure) -> Erased:
    """The writing: short, and all at once."""
    _delete(session, erasure.rows)
    copies = clear_copies(session, erasure.words)
    counts = {table.name: len(keys) for table, keys in erasure.rows.items()}
    if erasure.pattern is None:
        return Erased(counts, {}, copies)
    masked = mask_mentions(session, erasure.pattern, erasure.mentions)
    session.expire_all()
    return Erased(counts, masked.by_table, copies, sorted(masked.articles), erasure.public_articles)


def _delete(session: Session, rows: Rows) -> None:
    """What depends on others first: each row is deleted by its own key, and foreign keys find nothing left to do."""
    session.flush()
    for table in reversed(Base.metadata.sorted_tables):
        for block in blocks(rows.get(table, ())):
            session.execute(delete(table).where(key_of(table).in_(block)))
    session.expire_all()
