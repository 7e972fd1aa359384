"""The words of a query, looked up: all of a search that needs no vector."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.contracts import Ids, Vectors
from kb.search.candidates import DEPTH
from kb.search.preparing import PreparedQuery
from kb.search.ranking import scale_of_words
from kb.search.sounds import sounds_to_look_up
from kb.search.terms import query_terms
from kb.search.types import Collection

# What a word that only sounds alike counts, beside one that is written alike. .25 to 1.5 are better than none across languages.
SOUND_WEIGHT = 0.75


@dataclass(frozen=True)
class WordsFound:
    """hits: per collection ids and BM25 scores, best first; scales: per collection what these are divided by;
    count: different words of the query that say something."""

    hits: list[tuple[Ids, Vectors]]
    scales: list[float]
    count: int


def look_up_words(prepared: PreparedQuery, query: str, language: str, collections: Sequence[Collection]) -> WordsFound:
    terms = [*prepared.terms.items(), *((sound, SOUND_WEIGHT) for sound in sounds_to_look_up(query, language))]
    return WordsFound(
        [collection.search_lexical(terms, DEPTH) for collection in collections],
        [_scale(prepared, collection) for collection in collections],
        len(query_terms(query, language)),
    )


def _scale(prepared: PreparedQuery, collection: Collection) -> float:
    frequencies = {term: collection.document_frequency(term) for term in prepared.terms}
    return scale_of_words(prepared.terms, frequencies, len(collection), prepared.optional)
