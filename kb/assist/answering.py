"""What answers one question of a conversation: the search for its words, what the conversation lends to it, names, words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sqlalchemy.orm import Session

from kb.assist.evidence import (
    MAX_WORD_CANDIDATES,
    ROMANISED,
    NamedRows,
    Reason,
    content_terms,
    in_own_script,
    match_terms,
    other_passages,
    reasons,
)
from kb.assist.intent import IntentModel, after_courtesies, asking_sentence
from kb.assist.names import NameTable
from kb.assist.question import Question, context_text
from kb.assist.ranking import (
    Context,
    add_term_coverage,
    centre,
    fuse_views,
    rank_groups,
    score_candidates,
    search_evidence,
    weigh_context,
)
from kb.assist.turn_vectors import turn_reader
from kb.assist.turns import Turn
from kb.search.encoding import Encoder, Ids, Vectors
from kb.search.hydrate import hydrate_documents, key_of, load_documents
from kb.search.ranking import select_documents
from kb.search.retrieval import Retrieval
from kb.search.types import Audience, Collection, Result, SearchAnswer, is_known_term
from kb.text.language import guess_language


class AssistSearcher(Protocol):
    """What assist needs of `kb.search.searcher.Searcher`."""

    @property
    def audience(self) -> Audience: ...

    def views(self) -> list[Collection]:
        """The collections that this audience may search, as they are now."""
        ...

    def find(self, session: Session, text: str, also: Callable[[Sequence[Collection]], Sequence[Ids]]) -> Retrieval:
        """What a search for `text` brings up of what may be seen, ranked; `also` gives more candidates, per collection."""
        ...

    def judge(self, session: Session | None, text: str, results: Sequence[Result]) -> SearchAnswer:
        """`results` for `text`, with how sure the first one is."""
        ...


@dataclass(frozen=True)
class Suggestion:
    result: Result
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class LookedUp:
    """What a search for a question brought up. views: what searches with more of the conversation did; for_intent: vectors that
    tell whether its words ask for something, (n, dimensions); evidence: how near the best passage is to them, None without
    any."""

    question: Question
    found: Retrieval
    views: Sequence[Retrieval]
    context: Context | None
    for_intent: Vectors
    evidence: float | None


class Answerer:
    """Looks up the questions of one conversation."""

    def __init__(
        self,
        session: Session,
        searcher: AssistSearcher,
        encoder: Encoder,
        intent: IntentModel | None,
        table: NameTable,
        collections: Sequence[Collection],
    ) -> None:
        self._session, self._searcher, self._intent = session, searcher, intent
        self._read = turn_reader(encoder)
        self._table, self._collections = table, collections
        self._searched: dict[str, Retrieval] = {}

    def look_up(self, question: Question, wider: Sequence[str] = ()) -> LookedUp:
        """The search reads the question's own words, in their own script. The encoder reads besides them their
        context, and for the decision to speak the words as they were typed, without courtesies, and what they ask alone.

        wider: texts with more of the conversation, see `kb.assist.question.wider_texts`; they are searched for as well, and
        stand in for the context where no name was heard.
        """
        views = [self._wider(text) for text in wider] if not question.names else []
        mean_question = self._intent.mean_question if self._intent else None
        of_context = "" if views else context_text(question)
        typed = [question.last] if guess_language(question.last) in ROMANISED else []
        rest = [
            text for text in (after_courtesies(question.last), asking_sentence(question.last)) if text and self._intent
        ]
        texts = [*([in_own_script(of_context, self._is_known)] if of_context else []), *typed, *rest]
        encoded = [self._read(text) for text in texts]
        context = weigh_context(centre(encoded[0], mean_question), question) if of_context else None
        found = self._searcher.find(
            self._session,
            question.last,
            lambda now: _passages_of(views, now) if views else other_passages(now, context, question, self._table),
        )
        vector = found.embedding.vector
        for_intent = np.vstack([*([] if typed else [vector]), *encoded[bool(of_context) :]])
        return LookedUp(
            question, found, views, context, for_intent, search_evidence(vector, mean_question, found.candidates)
        )

    def _wider(self, text: str) -> Retrieval:
        """Open questions of one conversation share what the customer has said altogether: it is searched for once."""
        if text not in self._searched:
            self._searched[text] = self._searcher.find(self._session, text, _nothing)
        return self._searched[text]

    def suggest(
        self, turns: Sequence[Turn], looked_up: LookedUp, *, reader_language: str, limit: int
    ) -> tuple[Suggestion, ...]:
        """The best documents for what was looked up, with the words that led to them; none where nothing was found."""
        question, found, context = looked_up.question, looked_up.found, looked_up.context
        candidates = found.candidates
        if not len(candidates):
            return ()
        terms = content_terms(turns, question, self._is_known)
        language = guess_language(question.last)
        named = NamedRows(candidates, found.collections, question, self._table)
        if context is None:
            ranking = fuse_views(found.ranking, [view.ranking for view in looked_up.views])
            ranked = select_documents(candidates, ranking, limit)
            rows = [row for item in ranked for row in item.rows]
            words = match_terms(candidates, rows, found.collections, terms, language)
        else:
            scores = score_candidates(candidates, found.ranking, context, named.bonus)
            nearest = np.argsort(-scores, kind="stable")[:MAX_WORD_CANDIDATES].tolist()
            words = match_terms(candidates, nearest, found.collections, terms, language)
            scores = add_term_coverage(scores, words.coverage, context)
            ranked = rank_groups(candidates, scores, limit, named.in_focus)
        documents = load_documents(self._session, found.collections, ranked, self._searcher.audience)
        ranked = [item for item in ranked if key_of(found.collections, item) in documents]
        results = hydrate_documents(documents, reader_language, words.snippet_weights, found, ranked)
        suggestions = []
        for result, item in zip(results, ranked, strict=True):
            matched = frozenset(term for row in item.rows for term in words.matched.get(row, ()))
            suggestions.append(Suggestion(result, reasons(question, matched, named.names(item.rows))))
        return tuple(suggestions)

    def _is_known(self, term: str) -> bool:
        return is_known_term(self._collections, term)


def _nothing(collections: Sequence[Collection]) -> list[Ids]:
    return [np.zeros(0, dtype=np.int64) for _ in collections]


def _passages_of(views: Sequence[Retrieval], collections: Sequence[Collection]) -> list[Ids]:
    """Per collection the candidates of these searches."""
    return [
        np.unique(np.concatenate([view.candidates.ids[view.candidates.rows_of(number)] for view in views]))
        for number in range(len(collections))
    ]
