"""Lexical retrieval: BM25 of the words of a query, and of words that sound like them in another script."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.search.candidates import DEPTH
from kb.search.encoding import Ids, Vectors
from kb.search.fusion import lexical_scale
from kb.search.query_processing import ProcessedQuery
from kb.search.types import Collection
from kb.text.phonetic_terms import query_phonetic_terms
from kb.text.terms import query_terms

# What a word that only sounds alike counts, beside one that is written alike. .25 to 1.5 are better than none across languages.
PHONETIC_WEIGHT = 0.75


@dataclass(frozen=True)
class LexicalHits:
    """hits: per collection ids and BM25 scores of passages, not normalised, best first; scales: per collection what these are
    divided by, so that 1 is about all words of the query in one passage; term_count: different words of the query that tell."""

    hits: list[tuple[Ids, Vectors]]
    scales: list[float]
    term_count: int


def retrieve_lexically(
    processed: ProcessedQuery, query: str, language: str, collections: Sequence[Collection]
) -> LexicalHits:
    """Look up the words of a query: all of a search that needs no vector. query: as it was typed, normalised."""
    terms = [*processed.terms.items(), *((key, PHONETIC_WEIGHT) for key in query_phonetic_terms(query, language))]
    return LexicalHits(
        [collection.search_lexical(terms, DEPTH) for collection in collections],
        [_scale(processed, collection) for collection in collections],
        len(query_terms(query, language)),
    )


def _scale(processed: ProcessedQuery, collection: Collection) -> float:
    terms = {term: weight for term, weight in processed.terms.items() if term not in processed.alike}
    stats = collection.stats(terms)
    return lexical_scale(terms, stats.frequencies, stats.passages, processed.optional)
