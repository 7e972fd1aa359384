"""The names of the collections that a searcher holds, learned anew when their documents have changed."""

import threading
from collections.abc import Sequence
from typing import Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.assist.names import NameTable, Title
from kb.search.types import Audience, Collection, CollectionName
from kb.tables import Article, IndexChange
from kb.text.terms import index_terms

# Subjects of tickets are not written by people who name things with care ("Re: hello"): names come from articles alone.
_AUDIENCES = {Audience.CUSTOMER: ("public",), Audience.REP: ("public", "internal")}
_NO_NAMES = NameTable([])


class _HasAudience(Protocol):
    @property
    def audience(self) -> Audience: ...


_lock = threading.Lock()
_learned: "WeakKeyDictionary[_HasAudience, tuple[int, NameTable]]" = WeakKeyDictionary()


def names_of(session: Session, searcher: _HasAudience, collections: Sequence[Collection]) -> NameTable:
    """The names in the titles of the published articles that this searcher may find; learned once per change."""
    newest = session.scalar(select(func.max(IndexChange.id))) or 0
    with _lock:
        known = _learned.get(searcher)
        if known is None or known[0] != newest:
            known = (newest, _learn(session, searcher.audience, collections))
            _learned[searcher] = known
    return known[1]


def _learn(session: Session, audience: Audience, collections: Sequence[Collection]) -> NameTable:
    articles = [collection for collection in collections if collection.name is not CollectionName.TICKETS]
    rows = session.execute(
        select(Article.id, Article.translation_key, Article.title).where(
            Article.status == "published", Article.audience.in_(_AUDIENCES[audience])
        )
    ).all()
    if not rows:
        return _NO_NAMES
    frequencies: dict[str, int] = {}

    def frequency(word: str) -> int:
        if word not in frequencies:
            terms = index_terms(word, "en")
            frequencies[word] = max(
                (sum(collection.document_frequency(term) for collection in articles) for term in terms), default=0
            )
        return frequencies[word]

    titles = [Title(row.id, row.translation_key, row.title) for row in rows]
    return NameTable.from_titles(titles, frequency, sum(len(collection) for collection in articles))
