"""What public articles say about something, sentence by sentence: what they say as well is no secret."""

import threading
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import numpy as np
from cachetools import LRUCache, cachedmethod

from kb.search.encoding import Encoder, Vectors
from kb.search.types import ALTERNATIVE_QUESTIONS, Collection, PassageText, PieceKind
from kb.text.language import guess_language
from kb.text.terms import weighted_query_terms

# Passages that a sentence brings up, those that are looked into, and their pieces. Each piece is encoded once, about 4 ms.
_BROUGHT_UP, _PASSAGES, _PIECES = 40, 6, 48
_BYTES = 16_000_000
_NAMES = frozenset((PieceKind.HEADING, PieceKind.TITLE, PieceKind.HEAD))


def texts_with_words_of(collection: Collection, sentence: str) -> Sequence[str]:
    """The passages with most of the words of a sentence: among them the one that it was copied from."""
    terms = weighted_query_terms(sentence, guess_language(sentence))
    ids, _ = collection.search_lexical([*terms.items()], _BROUGHT_UP)
    found = collection.fetch(np.sort(ids)).texts
    return [words for text in found if text is not None for words in (text.text, *text.heading_path)]


class PublicSentences:
    """Vectors of pieces of public passages, kept by their words; safe for many threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: LRUCache[Any, Vectors] = LRUCache(_BYTES, getsizeof=lambda vector: 500 + vector.nbytes)
        self._lock = threading.Lock()

    def texts_near(self, collection: Collection, sentence: Vectors) -> Sequence[str]:
        """Pieces of the passages nearest to a sentence, which is encoded as a query."""
        ids, _ = collection.search_dense(sentence, _BROUGHT_UP)
        passages = collection.fetch(ids)
        facts = passages.facts
        nearest: dict[int, int] = {}  # the language in which each article is nearest: its other ones say the same
        for group, language in zip(facts.groups.tolist(), facts.languages.tolist(), strict=True):
            nearest.setdefault(group, language)
        kept = [
            row
            for row in range(len(ids))
            if nearest[int(facts.groups[row])] == facts.languages[row] and facts.parts[row] != ALTERNATIVE_QUESTIONS
        ]
        texts = [passages.texts[row] for row in kept[:_PASSAGES]]
        pieces = [text.piece(number) for text in texts if text is not None for number in _stating(text)]
        return list(dict.fromkeys(piece for piece in pieces if piece.strip()))[:_PIECES]

    def vectors_of(self, texts: Sequence[str]) -> Vectors:
        """float32 (len(texts), dimensions)."""
        if not texts:
            return np.zeros((0, self._encoder.dimensions), np.float32)
        return np.stack([self._vector_of(text) for text in texts])

    @cachedmethod(attrgetter("_kept"), lock=attrgetter("_lock"))
    def _vector_of(self, text: str) -> Vectors:
        """Of the text by itself: in the company of others an encoder gives it a slightly different one."""
        return np.asarray(self._encoder.encode_passages([text])[0])


def _stating(passage: PassageText) -> list[int]:
    kinds = passage.kinds
    return [number for number in range(len(passage.ends)) if not kinds or kinds[number].lower() not in _NAMES]
