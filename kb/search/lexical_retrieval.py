"""The words of a query, looked up: all of a search that needs no vector."""

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
SOUND_WEIGHT = 0.75


@dataclass(frozen=True)
class LexicalHits:
    """hits: per collection ids and BM25 scores, best first; scales: per collection what these are divided by;
    count: different words of the query that say something."""

    hits: list[tuple[Ids, Vectors]]
    scales: list[float]
    count: int


def retrieve_lexically(
    prepared: ProcessedQuery, query: str, language: str, collections: Sequence[Collection]
) -> LexicalHits:
    terms = [*prepared.terms.items(), *((sound, SOUND_WEIGHT) for sound in query_phonetic_terms(query, language))]
    return LexicalHits(
        [collection.search_lexical(terms, DEPTH) for collection in collections],
        [_scale(prepared, collection) for collection in collections],
        len(query_terms(query, language)),
    )


def _scale(prepared: ProcessedQuery, collection: Collection) -> float:
    frequencies = {term: collection.document_frequency(term) for term in prepared.terms}
    return lexical_scale(prepared.terms, frequencies, len(collection), prepared.optional)
