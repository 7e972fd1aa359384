"""What a search brought up, before any of it is shown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.search.candidates import Candidates
from kb.search.encoding import QueryEmbedding
from kb.search.query_processing import ProcessedQuery
from kb.search.ranking import Ranking, put_first
from kb.search.types import Collection, CollectionName, Result


@dataclass(frozen=True)
class Retrieval:
    """What a query brought up. signals: what the confidence is judged by, None without any candidate."""

    prepared: ProcessedQuery
    reading: QueryEmbedding
    collections: list[Collection]
    candidates: Candidates
    ranking: Ranking
    word_count: int
    signals: NDArray[np.float64] | None

    def ranked_first(self, result: Result) -> Ranking | None:
        """The ranking with this document before all others; None where it is not in it."""
        for collection in self.collections:
            if (collection.name is CollectionName.TICKETS) == (result.kind == "ticket"):
                groups = collection.facts(collection.passages_of(result.id)[:1]).groups
                if len(groups) and groups[0] in self.ranking.documents.groups:
                    return put_first(self.ranking, int(groups[0]))
        return None
