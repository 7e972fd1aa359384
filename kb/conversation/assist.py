"""Suggestions for a conversation: whether to speak, what is asked, and what answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from sqlalchemy.orm import Session

from kb.contracts import Encoder
from kb.conversation.evidence import (
    NamedRows,
    Reason,
    compare_words,
    gather,
    has_words,
    in_own_script,
    reasons,
    telling_terms,
)
from kb.conversation.learning import names_of
from kb.conversation.question import understand_question
from kb.conversation.ranking import (
    QueryVectors,
    carried_weight,
    rank_groups,
    score_candidates,
    search_evidence,
    without_typical,
)
from kb.conversation.speaking import after_courtesies, cue_probability, load_speak_model
from kb.conversation.turns import Turn, last_customer_turn
from kb.language import guess_language
from kb.search.candidates import Candidates
from kb.search.selecting import RankedDocument
from kb.search.types import Audience, Collection, Result

# Without a model for the encoder at hand, cues decide from here.
CUE_THRESHOLD = 0.5


class AssistSearcher(Protocol):
    """What assist needs of `kb.search.searcher.Searcher`."""

    @property
    def audience(self) -> Audience: ...

    def snapshots(self) -> list[Collection]:
        """The collections that this audience may search, as they are now."""
        ...

    def show(
        self,
        session: Session,
        reader_language: str,
        weights: Mapping[str, float],
        candidates: Candidates,
        ranked: Sequence[RankedDocument],
        collections: Sequence[Collection],
    ) -> list[Result]:
        """Results ready to show, visibility checked in the database."""
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


SILENT = AssistAnswer(False, 0.0, "", ())


def assist(
    session: Session,
    turns: Sequence[Turn],
    searcher: AssistSearcher,
    encoder: Encoder,
    *,
    reader_language: str,
    limit: int = 5,
    even_if_silent: bool = False,
) -> AssistAnswer:
    """What to show a rep after the customer's last turn. One call of the encoder with two to four short texts.

    even_if_silent: give the suggestions even where silence is right (a rep who asks for them, an evaluation).
    """
    turn = last_customer_turn(turns)
    if turn is None or not has_words(turns[turn].text):
        return SILENT
    collections = searcher.snapshots()
    table = names_of(session, searcher, collections)
    question = understand_question(turns, turn, table)
    model = load_speak_model(encoder.fingerprint)
    typical = model.typical if model else None
    names = ", ".join(name.text for name in question.names_in_focus)
    language = guess_language(question.last)

    def is_known(term: str) -> bool:
        return any(collection.document_frequency(term) for collection in collections)

    # Two texts for the search; the decision to speak is on the turn as it was typed.
    last = in_own_script(question.last, is_known)
    carried = f"{names}: {last}" if names else in_own_script(question.recent, is_known)
    typed = [question.last] if last != question.last else []
    rest = [text for text in [after_courtesies(question.last)] if text and model]
    encoded = encoder.encode_queries([last, carried, *typed, *rest])
    for_speaking = encoded[2:] if typed else np.delete(encoded, 1, axis=0)
    terms = telling_terms(turns, question, is_known)
    vectors = QueryVectors(
        without_typical(encoded[0], typical),
        without_typical(encoded[1], typical),
        carried_weight(sum(weight == 1.0 for weight in terms.values()), bool(names)),
    )
    candidates, best = gather(collections, vectors, question, table, terms)
    evidence = search_evidence(encoded[0], typical, best) if len(candidates) else None
    probability = model.probability(for_speaking, evidence) if model else cue_probability(question.last)
    speak = probability >= (model.threshold if model else CUE_THRESHOLD)
    if not speak and not even_if_silent:
        return AssistAnswer(False, probability, question.last, ())
    if not len(candidates):
        return AssistAnswer(speak, probability, question.text, ())
    named = NamedRows(candidates, collections, question, table)
    words = compare_words(session, candidates, vectors, named.bonus, collections, terms, language)
    scores = score_candidates(candidates, vectors, named.bonus, words.coverage)
    ranked = rank_groups(candidates, scores, limit, named.in_focus)
    results = searcher.show(session, reader_language, words.snippet_weights, candidates, ranked, collections)
    suggestions = []
    items = iter(ranked)
    for result in results:
        # Results come in the order of the ranking; what nobody may see any more is left out of them.
        item = next(item for item in items if item.score == result.score)
        held = frozenset(term for row in item.rows for term in words.held.get(row, ()))
        suggestions.append(Suggestion(result, reasons(question, held, named.names(item.rows))))
    return AssistAnswer(speak, probability, question.text, tuple(suggestions))
