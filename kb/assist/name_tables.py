"""The names in the titles of the articles that a searcher may find, learned once for each view of their collections."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from weakref import ReferenceType, WeakKeyDictionary, ref

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.assist.names import NameTable, Title
from kb.search.types import Collection, CollectionName
from kb.tables import Article
from kb.text.terms import index_terms

# Subjects of tickets are not written by people who name things with care ("Re: hello"): names come from articles alone.
_AUDIENCES = {CollectionName.HELP: "public", CollectionName.INTERNAL: "internal"}
_NO_NAMES = NameTable([])


# By the last of the views of articles: all of them, and their names, which are the same in every process. A view that is gone
# takes its names with it.
_Learned = tuple[tuple["ReferenceType[Collection]", ...], "Future[NameTable]"]
_learned: "WeakKeyDictionary[Collection, _Learned]" = WeakKeyDictionary()
_lock = threading.Lock()


def name_table_of(session: Session, collections: Sequence[Collection]) -> NameTable:
    """The names that a conversation may speak of, for these views. Tickets that are indexed change nothing of it.

    Who asks for those of a new view first learns them; others who need them wait for that, and nobody else does.
    """
    articles = [collection for collection in collections if collection.name is not CollectionName.TICKETS]
    if not articles:
        return _NO_NAMES
    with _lock:
        known = _learned.get(articles[-1])
        is_new = known is None or [view() for view in known[0]] != articles
        if is_new:
            known = (tuple(ref(view) for view in articles), Future())
            _learned[articles[-1]] = known
    assert known is not None
    names = known[1]
    if is_new:
        try:
            names.set_result(_learn(session, articles))
        except BaseException as error:
            names.set_exception(error)
            with _lock:
                _learned.pop(articles[-1], None)
            raise
    return names.result()


def _learn(session: Session, articles: Sequence[Collection]) -> NameTable:
    rows = session.execute(
        select(Article.id, Article.translation_key, Article.title).where(
            Article.status == "published", Article.audience.in_([_AUDIENCES[view.name] for view in articles])
        )
    ).all()
    if not rows:
        return _NO_NAMES
    frequencies: dict[str, int] = {}

    def frequency(word: str) -> int:
        if word not in frequencies:
            terms = index_terms(word, "en")
            stats = [collection.stats(terms) for collection in articles]
            frequencies[word] = max((sum(one.frequencies[term] for one in stats) for term in terms), default=0)
        return frequencies[word]

    titles = [Title(row.id, row.translation_key, row.title) for row in rows]
    return NameTable.from_titles(titles, frequency, sum(collection.stats().passages for collection in articles))
