"""Searches of collections as they would be: who is ranked first, and by what signals, when something is added or hidden."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.search.altered_collection import AddedQuestion, AlterableSource
from kb.search.encoding import Ids
from kb.search.searcher import Looked, Searcher
from kb.search.types import Audience, Collection, CollectionName, CollectionSource

# Makes a searcher of collections for an audience, with the encoder and the statistics that serve.
MakeSearcher = Callable[[Sequence[CollectionSource], Audience], Searcher]


@dataclass(frozen=True)
class Found:
    """What a search would bring. group: the number of the document group that is first; signals: by which the confidence in it is
    judged, shape (len(FEATURES),); lacks: whether the query has an identifier that nothing found has."""

    group: int
    signals: NDArray[np.float64]
    lacks: bool


class Trial:
    """Searches that are tried out for one audience, one after the other. The collections stay those that it was made with."""

    def __init__(
        self, session: Session, collections: Sequence[Collection], audience: Audience, make_searcher: MakeSearcher
    ) -> None:
        self._session = session
        self.collections = tuple(collections)
        self._sources = {collection.name: AlterableSource(collection) for collection in collections}
        self._searcher = make_searcher(tuple(self._sources.values()), audience)

    def read_ahead(self, texts: Iterable[str]) -> None:
        """Questions that are about to be tried."""
        self._searcher.read_ahead(texts)

    def ask(
        self,
        text: str,
        *,
        hidden: Mapping[CollectionName, Ids] | None = None,
        added: Mapping[CollectionName, Sequence[AddedQuestion]] | None = None,
        visible: Ids | None = None,
    ) -> Found | None:
        """What `text` brings where these passages are hidden, those questions added; None where it brings nothing.

        visible: all articles that are taken to be public; without it the database says which are.
        """
        self._alter(hidden, added)
        nothing = [np.zeros(0, np.int64) for _ in self._sources]
        found = self._searcher.find(self._session, text, lambda _: nothing, visible=visible)
        if found.signals is None:
            return None
        return Found(int(found.ranking.documents.groups[0]), found.signals, bool(found.mentions.missing))

    def look(
        self,
        text: str,
        limit: int,
        *,
        hidden: Mapping[CollectionName, Ids] | None = None,
        added: Mapping[CollectionName, Sequence[AddedQuestion]] | None = None,
        visible: Ids | None = None,
    ) -> Looked:
        """The same as it would be shown: the first document groups and how sure the search is."""
        self._alter(hidden, added)
        return self._searcher.look(self._session, text, limit, visible=visible)

    def _alter(
        self,
        hidden: Mapping[CollectionName, Ids] | None,
        added: Mapping[CollectionName, Sequence[AddedQuestion]] | None,
    ) -> None:
        for name, source in self._sources.items():
            source.alter(hidden=(hidden or {}).get(name, np.zeros(0, np.int64)), added=(added or {}).get(name, ()))

    def group_of(self, kind: str, document: int) -> int | None:
        """The number of a document's group; None where it is not in the collections."""
        for collection in self.collections:
            if (collection.name is CollectionName.TICKETS) == (kind == "ticket"):
                groups = collection.fetch(documents=[document]).facts.groups
                if len(groups):
                    return int(groups[0])
        return None

    def passages_of(self, group: int) -> dict[CollectionName, Ids]:
        """All passages of a document group, by collection."""
        wanted = np.array([group], np.int64)
        return {collection.name: collection.fetch(groups=wanted).ids for collection in self.collections}
