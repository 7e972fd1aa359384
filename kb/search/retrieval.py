"""What a query brought up, ranked, before any of it is shown."""

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.search.candidates import Candidates
from kb.search.confidence import extract_features
from kb.search.document_versions import visible_articles, visible_tickets
from kb.search.encoding import Ids, QueryEmbedding
from kb.search.fusion import Centring
from kb.search.identifiers import Mentions, find_mentions
from kb.search.lexical_retrieval import LexicalHits
from kb.search.long_texts import rank_with_parts
from kb.search.query_processing import ProcessedQuery
from kb.search.ranking import PassageShares, Ranking, only_of, put_first, rank_candidates, score_candidates
from kb.search.solved import NOTHING_SOLVED, SolvedCounts
from kb.search.types import ALTERNATIVE_QUESTIONS, Audience, Collection, CollectionName, Result


@dataclass(frozen=True)
class Retrieval:
    """The candidates of one query and what ranking them needs. typed: the query as it was typed, normalised; centring: what is
    taken out of queries of its language."""

    typed: str
    query: ProcessedQuery
    embedding: QueryEmbedding
    centring: Centring
    collections: Sequence[Collection]
    lexical: LexicalHits
    candidates: Candidates
    solved: SolvedCounts = NOTHING_SOLVED
    pinned: Sequence[int] = ()  # the document groups that a trainer has put first for this query
    words_only: bool = False  # the encoder was missing: the meaning of the query is not known
    parts: Sequence["Retrieval"] = ()  # what the parts of a long text brought up, see kb.search.long_texts

    @cached_property
    def ranking(self) -> Ranking:
        """By likeness; documents with the identifiers of the query, where there are any, before others; what is pinned first."""
        ranking = rank_candidates(self.candidates, self.shares)
        ranking = rank_with_parts(ranking, [part.ranking for part in self.parts])
        ranking = put_first(ranking, self.mentions.groups) if self.mentions.groups else ranking
        return put_first(ranking, self.pinned) if self.pinned else ranking

    @cached_property
    def shares(self) -> PassageShares:
        """What speaks for each candidate."""
        return score_candidates(
            self.candidates,
            self.collections,
            self.lexical.scales,
            self.embedding,
            self.query.background,
            self.centring,
            self.solved,
        )

    @property
    def is_pinned(self) -> bool:
        """Whether what stands first was put there by a trainer."""
        return len(self.ranking.documents.groups) > 0 and int(self.ranking.documents.groups[0]) in self.pinned

    @cached_property
    def mentions(self) -> Mentions:
        """What the candidates have of the identifiers of the query."""
        return find_mentions(self.typed, self.candidates, self.collections)

    @cached_property
    def signals(self) -> NDArray[np.float64] | None:
        """What the confidence in the best document is judged by, shape (len(FEATURES),); None without any candidate."""
        return self.signals_of(self.ranking)

    def signals_of(self, ranking: Ranking) -> NDArray[np.float64] | None:
        """The same for the first document of `ranking`, which is one of these candidates."""
        if not len(self.candidates):
            return None
        documents, row = ranking.documents, int(ranking.documents.rows[0])
        is_wording = self.candidates.parts == ALTERNATIVE_QUESTIONS
        if int(documents.groups[0]) in self.mentions.groups:
            documents = only_of(documents, self.mentions.groups)  # the others are no competitors
        return extract_features(
            documents,
            best_cosine=float(self.candidates.dense[row]),
            query=self.embedding.vector,
            centring=self.centring,
            background=self.collections[int(self.candidates.collections[row])].stats().background,
            term_count=self.lexical.term_count,
            weakest_word=float(ranking.weakest_word[row]),
            has_wordings=bool((is_wording & (self.candidates.groups == documents.groups[0])).any()),
        )

    def evidence(self, ranking: Ranking) -> Iterator[NDArray[np.float64]]:
        """The signals that there are for the first document of `ranking`: of this query, where it brings it up, and of each part
        of a long text that has it first."""
        if not len(ranking.documents.groups):
            return
        if (signals := self.signals_of(ranking)) is not None:
            yield signals
        for part in self.parts:
            first = part.ranking.documents.groups[:1].tolist()
            if first == ranking.documents.groups[:1].tolist() and part.signals is not None:
                yield part.signals

    def words_found(self, ranking: Ranking) -> float:
        """How much of what all its words are worth the first document of `ranking` has in one passage, from 0."""
        if not len(ranking.documents.groups):
            return 0.0
        number = int(self.candidates.collections[int(ranking.documents.rows[0])])
        scale = self.lexical.scales[number]
        rows = (self.candidates.collections == number) & (self.candidates.groups == ranking.documents.groups[0])
        return float(self.candidates.lexical[rows].max()) / scale if scale > 0 else 0.0

    def ranked_first(self, result: Result) -> Ranking | None:
        """The ranking with this document before all others; None where it is not in it."""
        for collection in self.collections:
            if (collection.name is CollectionName.TICKETS) == (result.kind == "ticket"):
                groups = collection.fetch(documents=[result.id]).facts.groups
                if len(groups) and groups[0] in self.ranking.documents.groups:
                    return put_first(self.ranking, groups[:1].tolist())
        return None

    def without_hidden(self, session: Session, audience: Audience, visible_now: Ids | None = None) -> "Retrieval":
        """What the database says now that the audience may see, ranked anew; two statements.

        The index follows the database within a second: until then it may bring up what was withdrawn.
        visible_now: all articles that are taken to be public, for trying out; the database is not asked then.
        """
        is_article = np.array([collection.name is not CollectionName.TICKETS for collection in self.collections])
        of_articles = is_article[self.candidates.collections] if len(self.candidates) else np.zeros(0, np.bool_)
        documents = self.candidates.documents
        kept = np.zeros(len(documents), np.bool_)
        for rows, visible in ((of_articles, visible_articles), (~of_articles, visible_tickets)):
            if rows.any():
                asked = np.unique(documents[rows]).tolist()
                seen = sorted(visible(session, asked, audience)) if visible_now is None else visible_now
                kept |= rows & np.isin(documents, seen)
        parts = [part.without_hidden(session, audience, visible_now) for part in self.parts]
        if kept.all() and all(map(operator.is_, parts, self.parts)):
            return self
        return replace(self, candidates=self.candidates.keep(kept), parts=parts)
