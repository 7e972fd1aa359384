"""The words of a query that speak for a result: what reasons are made of. Function words and quantities never are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.search.encoding import QueryEmbedding, Vectors
from kb.search.query_processing import ProcessedQuery
from kb.search.types import PassageText
from kb.text.quantities import find_quantities
from kb.text.terms import is_function_word
from kb.text.words import find_words

MOST_WORDS = 4
# A word decides where it stands in the passage, or one that means the same (words of other meaning are seldom as like), or one
# that is plainly more like it than what the other results have.
_SAME, _AHEAD, _ALIKE = 0.75, 0.1, 0.45


@dataclass(frozen=True)
class DecidingWords:
    """The content words of a query. places: of each among the words that the encoder read; typed: as they were typed."""

    places: NDArray[np.int64]
    typed: Sequence[str]
    read: Sequence[str]

    @classmethod
    def of(cls, typed: str, query: ProcessedQuery, embedding: QueryEmbedding) -> "DecidingWords":
        as_typed, as_read = find_words(typed), [word.lower() for word in find_words(query.text)]
        # Word for word where nothing was joined or cut; else what was read is said.
        said = dict(zip(as_read, as_typed, strict=True)) if len(as_typed) == len(as_read) else {}
        quantities = find_quantities(embedding.words)
        places = [
            place
            for place, word in enumerate(embedding.words)
            if place not in quantities and len(word) > 1 and not _says_little(word, query.background)
        ]
        read = [embedding.words[place] for place in places]
        return cls(np.array(places, np.int64), [said.get(word, word) for word in read], read)

    def ahead(self, likest: Vectors, usual: Vectors) -> list[Sequence[str]]:
        """For each of some passages its words, in the order of the query, MOST_WORDS at most; of none that stands out the likest.

        likest: (passages, words of the query), how like the likest word of the passage is; usual: (words of the query,), the mean
        of all that is shown.
        """
        places = self.places[self.places < len(usual)]
        if not len(places):
            return [() for _ in likest]
        own = likest[:, places]
        ahead = own - usual[places]
        strength = own + ahead
        counts = (own >= _SAME) | ((ahead >= _AHEAD) & (own >= _ALIKE))
        counts[np.arange(len(own)), own.argmax(axis=1)] |= ~counts.any(axis=1)
        # What does not count comes last.
        order = np.argsort(np.where(counts, -strength, np.inf), axis=1, kind="stable")[:, :MOST_WORDS].tolist()
        sizes = np.minimum(counts.sum(axis=1), MOST_WORDS).tolist()
        return [
            tuple(dict.fromkeys(self.typed[row] for row in sorted(rows[:size])))
            for rows, size in zip(order, sizes, strict=True)
        ]

    def in_text(self, passage: PassageText) -> Sequence[str]:
        """Those that stand in the passage, for encoders that read no words."""
        text = " ".join((*passage.heading_path, passage.text)).lower()
        return tuple(typed for typed, read in zip(self.typed, self.read, strict=True) if read in text)[:MOST_WORDS]


def _says_little(word: str, language: str) -> bool:
    """Also of what stayed in Latin letters in a text of Hindi or Bengali."""
    return is_function_word(word, language) or is_function_word(word, f"{language}-Latn")
