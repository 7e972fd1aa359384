"""Suggestions for a conversation: whether to speak, what is asked, and what answers it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from sqlalchemy.orm import Session

from kb.assist.evidence import (
    MAX_WORD_CANDIDATES,
    ROMANISED,
    NamedRows,
    Reason,
    content_terms,
    has_words,
    in_own_script,
    match_terms,
    other_passages,
    reasons,
)
from kb.assist.intent import after_courtesies, asking_sentence, cue_probability, load_intent_model
from kb.assist.name_tables import name_table_of
from kb.assist.question import context_text, understand_question
from kb.assist.ranking import add_term_coverage, centre, rank_groups, score_candidates, search_evidence, weigh_context
from kb.assist.turns import Turn, asking_turn
from kb.search.encoding import Encoder, Ids
from kb.search.hydrate import hydrate_documents, key_of, load_documents
from kb.search.ranking import select_documents
from kb.search.retrieval import Retrieval
from kb.search.types import Audience, Collection, Result, is_known_term
from kb.text.language import guess_language

# Without a model for the encoder at hand, cues decide from here.
CUE_THRESHOLD = 0.5


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


@dataclass(frozen=True)
class Suggestion:
    result: Result
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class AssistAnswer:
    """speak: whether a suggestion is welcome now; `suggestions` is empty where it is not."""

    speak: bool
    speak_probability: float
    question: str
    suggestions: tuple[Suggestion, ...]

    def to_json(self) -> dict[str, Any]:
        results = [
            {**s.result.to_json(), "because": [{"words": r.words, "turn": r.turn} for r in s.because]}
            for s in self.suggestions
        ]
        return {
            "speak": self.speak,
            "speak_probability": round(self.speak_probability, 4),
            "question": self.question,
            "results": results,
        }


NO_SUGGESTION = AssistAnswer(False, 0.0, "", ())


def assist(
    session: Session,
    turns: Sequence[Turn],
    searcher: AssistSearcher,
    encoder: Encoder,
    *,
    reader_language: str,
    limit: int = 5,
    even_without_query: bool = False,
) -> AssistAnswer:
    """What to show a rep after the customer's last turn. The encoder reads it, and in one call its context.

    even_without_query: give the suggestions even where silence is right (a rep who asks for them, an evaluation).
    """
    turn = asking_turn(turns)
    if turn is None or not has_words(turns[turn].matter):
        return NO_SUGGESTION
    collections = searcher.views()
    table = name_table_of(session, collections)
    question = understand_question(turns, turn, table)
    model = load_intent_model(encoder.fingerprint)
    mean_question = model.mean_question if model else None
    language = guess_language(question.last)

    def is_known(term: str) -> bool:
        return is_known_term(collections, term)

    # The search reads the last turn, in its own script. Besides it: its context, and the turn as it was typed and
    # without its courtesies, and what it asks alone, for the decision to speak.
    of_context = context_text(question)
    typed = [question.last] if language in ROMANISED else []
    rest = [text for text in (after_courtesies(question.last), asking_sentence(question.last)) if text and model]
    encoded = encoder.encode_queries([*([in_own_script(of_context, is_known)] if of_context else []), *typed, *rest])
    context = weigh_context(centre(encoded[0], mean_question), question) if of_context else None
    found = searcher.find(session, question.last, lambda now: other_passages(now, context, question, table))
    candidates, vector = found.candidates, found.embedding.vector
    for_intent = encoded[bool(of_context) :] if typed else np.vstack((vector, encoded[bool(of_context) :]))
    evidence = search_evidence(vector, mean_question, candidates)
    probability = model.probability(for_intent, evidence) if model else cue_probability(question.last)
    speak = probability >= (model.threshold if model else CUE_THRESHOLD)
    if not speak and not even_without_query:
        return AssistAnswer(False, probability, question.last, ())
    if not len(candidates):
        return AssistAnswer(speak, probability, question.text, ())
    terms = content_terms(turns, question, is_known)
    named = NamedRows(candidates, found.collections, question, table)
    if context is None:
        ranked = select_documents(candidates, found.ranking, limit)
        words = match_terms(
            candidates, [row for item in ranked for row in item.rows], found.collections, terms, language
        )
    else:
        scores = score_candidates(candidates, found.ranking, context, named.bonus)
        nearest = np.argsort(-scores, kind="stable")[:MAX_WORD_CANDIDATES].tolist()
        words = match_terms(candidates, nearest, found.collections, terms, language)
        scores = add_term_coverage(scores, words.coverage, context)
        ranked = rank_groups(candidates, scores, limit, named.in_focus)
    documents = load_documents(session, found.collections, ranked, searcher.audience)
    ranked = [item for item in ranked if key_of(found.collections, item) in documents]
    results = hydrate_documents(documents, reader_language, words.snippet_weights, found, ranked)
    suggestions = []
    for result, item in zip(results, ranked, strict=True):
        matched = frozenset(term for row in item.rows for term in words.matched.get(row, ()))
        suggestions.append(Suggestion(result, reasons(question, matched, named.names(item.rows))))
    return AssistAnswer(speak, probability, question.text, tuple(suggestions))
