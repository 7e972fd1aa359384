"""What speaks for each passage: how it was found, the names that it belongs to, the words of the turn that it holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import regex
from numpy.typing import NDArray

from kb.assist.names import NameTable
from kb.assist.question import Question, context_turns
from kb.assist.ranking import Context, name_bonus, term_coverage, term_weight
from kb.assist.turns import Turn
from kb.search.candidates import DEPTH, Candidates
from kb.search.encoding import Ids
from kb.search.query_processing import process_query
from kb.search.types import Collection, CollectionName
from kb.text.language import guess_language
from kb.text.terms import EXACT_MARK, index_terms, query_terms
from kb.text.words import WORD_CLASS

ROMANISED = ("hi-Latn", "bn-Latn")
# Passages of named documents that are looked at, and passages whose words are compared: bounds on time.
MAX_NAMED_PASSAGES = 400
MAX_WORD_CANDIDATES = 100
MAX_REASON_WORDS = 6
# Words as a person reads them: "wi-fi" and "don't" in one piece.
_WRITTEN_WORD = regex.compile(rf"[{WORD_CLASS}]+(?:['’\-][{WORD_CLASS}]+)*")


@dataclass(frozen=True)
class Reason:
    """Words of the conversation that led to a suggestion; `turn` is the index of the turn that they are in."""

    words: str
    turn: int


@dataclass(frozen=True)
class TermMatches:
    """coverage: float32 (n,); matched: per candidate row the terms of the turn that it holds; snippet_weights: for the mark."""

    coverage: NDArray[np.float32]
    matched: Mapping[int, frozenset[str]]
    snippet_weights: Mapping[str, float]


def has_words(text: str) -> bool:
    return _WRITTEN_WORD.search(text) is not None


def content_terms(turns: Sequence[Turn], question: Question, is_known: Callable[[str], bool]) -> dict[str, float]:
    """Terms of the last turn (weight 1), without function words and names, which count by themselves; and those of its context.

    Hindi and Bengali in Latin letters give the terms of their own script and of English too.
    """
    text = question.last
    for name in question.names:
        if name.mention.turn == question.turn:
            text = text.replace(name.mention.words, " ")
    terms: dict[str, float] = {}
    for said, weight in [(text if has_words(text) else question.last, 1.0), *context_turns(turns, question)]:
        for term in _terms_of_turn(said, is_known):
            terms.setdefault(term, weight)
    return terms


def _terms_of_turn(text: str, is_known: Callable[[str], bool]) -> list[str]:
    language = guess_language(text)
    typed = query_terms(text, language)
    if language not in ROMANISED:
        return typed
    prepared = process_query(text, language, is_known)
    others = [term for term, weight in prepared.terms.items() if weight >= 1.0 and not term.startswith(EXACT_MARK)]
    return list(dict.fromkeys(typed + others))


def in_own_script(text: str, is_known: Callable[[str], bool]) -> str:
    """Hindi or Bengali in Latin letters as the encoder reads it better; every other text as it is."""
    language = guess_language(text)
    return process_query(text, language, is_known).text if language in ROMANISED else text


def other_passages(
    collections: Sequence[Collection], context: Context | None, question: Question, table: NameTable
) -> list[Ids]:
    """Per collection, what the conversation brings up beside the last turn: near the text of its context, or of a name."""
    found: list[Ids] = []
    named_terms = [(term, 1.0) for name in question.names_in_focus for term in query_terms(name.text, "en")]
    for collection in collections:
        ids = [_passages_of_names(collection, question, table)]
        if context is not None:
            ids.append(collection.search_dense(context.vector, DEPTH)[0])
        if named_terms:
            ids.append(collection.search_lexical(named_terms, DEPTH)[0])
        found.append(np.concatenate(ids))
    return found


def _passages_of_names(collection: Collection, question: Question, table: NameTable) -> Ids:
    """Passages of the documents of all names, the strongest names first, MAX_NAMED_PASSAGES at most."""
    found: list[Ids] = []
    count = 0
    if collection.name is not CollectionName.TICKETS:
        for name in question.names:
            for document in sorted(table.names[name.mention.name].documents):
                if count >= MAX_NAMED_PASSAGES:
                    break
                found.append(collection.fetch(documents=[document]).ids)
                count += len(found[-1])
    return np.concatenate(found)[:MAX_NAMED_PASSAGES] if found else np.zeros(0, np.int64)


class NamedRows:
    """Which candidates belong to the names that the conversation speaks of. bonus: float32 (n,), what a name adds to each."""

    def __init__(
        self, candidates: Candidates, collections: Sequence[Collection], question: Question, table: NameTable
    ) -> None:
        is_article = np.array([c.name is not CollectionName.TICKETS for c in collections], dtype=bool)
        of_articles = is_article[candidates.collections] if len(candidates) else np.zeros(0, dtype=bool)
        self.bonus = np.zeros(len(candidates), dtype=np.float32)
        self._names: dict[int, set[int]] = {}
        self._focus = frozenset(name.mention.name for name in question.names_in_focus)
        for in_context in question.names:
            name = table.names[in_context.mention.name]
            belongs = of_articles & np.isin(candidates.documents, np.array(sorted(name.documents), dtype=np.int64))
            self.bonus[belongs] = np.maximum(self.bonus[belongs], name_bonus(in_context.strength, name.groups))
            for row in np.flatnonzero(belongs).tolist():
                self._names.setdefault(row, set()).add(in_context.mention.name)

    def names(self, rows: Sequence[int]) -> frozenset[int]:
        """Names that any of these candidate rows belongs to."""
        return frozenset(name for row in rows for name in self._names.get(row, ()))

    def in_focus(self, row: int) -> frozenset[int]:
        """Names in focus that the row belongs to."""
        return self._focus & self._names.get(row, set())


def match_terms(
    candidates: Candidates,
    rows: Iterable[int],
    collections: Sequence[Collection],
    terms: Mapping[str, float],
    language: str,
) -> TermMatches:
    """Compare the turn's terms with these candidate rows; the others hold none for the ranking.

    language: the turn's. Passages are stemmed as the turn was, so that equal words stay equal.
    """
    stats = [collection.stats(terms) for collection in collections]
    passages = sum(of_collection.passages for of_collection in stats)
    weights = {
        term: weight * term_weight(sum(of_collection.frequencies[term] for of_collection in stats), passages)
        for term, weight in terms.items()
    }
    matched: dict[int, frozenset[str]] = {}
    for row in rows:
        collection = collections[int(candidates.collections[row])]
        [passage] = collection.fetch(candidates.ids[row : row + 1]).texts
        if passage is not None:
            text = " ".join([*passage.heading_path, passage.text])
            matched[row] = _terms_of_passage(text, language) & terms.keys()
    coverage = np.zeros(len(candidates), dtype=np.float32)
    coverage[list(matched)] = term_coverage(weights, list(matched.values()))
    return TermMatches(
        coverage,
        matched,
        {term.lstrip("=~"): weight for term, weight in weights.items() if len(term) > 2 and weight > 0},
    )


@lru_cache(maxsize=4_000)  # some 10 kB each
def _terms_of_passage(text: str, language: str) -> frozenset[str]:
    """Conversations of a day come back to the same passages."""
    return frozenset(index_terms(text, language))


def reasons(question: Question, matched: frozenset[str], names: frozenset[int]) -> tuple[Reason, ...]:
    """The names that were heard, and the words of the last turn that the document holds.

    A document in another language holds none of them: then the turn's content words are given.
    """
    found = [Reason(name.mention.words, name.mention.turn) for name in question.names if name.mention.name in names]
    language = guess_language(question.last)
    said = [(word, frozenset(query_terms(word, language))) for word in _WRITTEN_WORD.findall(question.last)]
    content = frozenset(query_terms(question.last, language))
    shared = [word for word, terms in said if terms & matched & content]
    chosen = shared or ([] if found else [word for word, terms in said if terms & content])
    if chosen:
        found.append(Reason(" ".join(dict.fromkeys(chosen[:MAX_REASON_WORDS])), question.turn))
    return tuple(found)
