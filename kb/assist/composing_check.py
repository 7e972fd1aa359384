"""Whether a sentence that a language model wrote says no more than the passages that it cites. In doubt it does not."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import regex

from kb.assist.leak_guard import encode_sentence
from kb.assist.public_sentences import PublicSentences
from kb.search.encoding import Encoder
from kb.text.denials import DENYING_WORDS
from kb.text.language import guess_language
from kb.text.number_values import number_values
from kb.text.sentences import split_sentences
from kb.text.terms import index_terms, is_function_word, normalise, query_terms
from kb.text.words import find_words

# Of the words of a sentence that say something so many stand in the passages; and of each of its parts, which may add
# something of their own ("and you get a voucher").
_OF_SENTENCE, _OF_PART = 0.7, 0.5
# In another language than the passages: how near it is to a piece of them, at least. Measured, see docs/experiments/0039.
NEAR_IN_OTHER_LANGUAGE = 0.80
MOST_PIECES = 40
_PART = regex.compile(r"[,;:()–—]|\s(?:and|but|or|also|while|और|या|लेकिन|तथा|এবং|আর|কিন্তু|বা|অথবা)\s", regex.IGNORECASE)
# What leads out, or formats: the passages are text and have their own addresses.
_LEADS_OUT = regex.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+|[<>`{}|]|\*\*|\w\.(?:com|net|org|io|in|co|xyz|ru|cn)\b", regex.IGNORECASE
)
_CODE = regex.compile(r"[A-Za-z]*\d[\w-]*")
_BENGALI_NO = regex.compile(r"(?:নি|নেই|না)$")


class SentenceChecker:
    """Compares sentences with passages by their words, numbers and denials, and by what they mean. Safe for many threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._pieces = PublicSentences(encoder)

    def is_said(self, sentence: str, passages: Sequence[str]) -> bool:
        """Whether the passages that a sentence cites say it. Any text is taken."""
        said = "\n".join(passages)
        if not find_words(sentence) or not _keeps_to(sentence, said):
            return False
        pieces = list(dict.fromkeys(piece for passage in passages for piece in _split(passage)))[:MOST_PIECES]
        if not pieces:
            return False
        language = guess_language(sentence).partition("-")[0]
        if language == guess_language(said).partition("-")[0]:
            if not _has_words_of(sentence, said, language):
                return False
            nearest = max(pieces, key=lambda piece: _coverage(sentence, piece, language))
        else:
            scores = self._pieces.vectors_of(pieces) @ encode_sentence(self._encoder, sentence)
            if float(scores.max()) < NEAR_IN_OTHER_LANGUAGE:
                return False
            nearest = pieces[int(np.argmax(scores))]
        return denies(sentence) == denies(nearest)


def denies(text: str) -> bool:
    """Whether there is a "not" in it, in English, Hindi or Bengali."""
    return any(word in DENYING_WORDS or _BENGALI_NO.search(word) for word in find_words(normalise(text)))


def _keeps_to(sentence: str, said: str) -> bool:
    """Numbers, codes, addresses and markup: none that the passages do not have."""
    if any(match[0].casefold() not in said.casefold() for match in _LEADS_OUT.finditer(sentence)):
        return False
    if not number_values(sentence) <= number_values(said):
        return False
    codes = {match[0].casefold() for match in _CODE.finditer(sentence) if any(c.isalpha() for c in match[0])}
    return codes <= {match[0].casefold() for match in _CODE.finditer(said)}


def _has_words_of(sentence: str, said: str, language: str) -> bool:
    if _coverage(sentence, said, language) < _OF_SENTENCE:
        return False
    parts = [part for part in _PART.split(sentence) if query_terms(part, language)]
    return all(_coverage(part, said, language) >= _OF_PART for part in parts)


def _coverage(text: str, said: str, language: str) -> float:
    """Which share of the words of a text that say something stands in another, stemmed."""
    words = [word for word in find_words(normalise(text)) if not is_function_word(word, language)]
    if not words:
        return 1.0
    known = _terms_of(said, language)
    return sum(bool(_terms_of(word, language) & known) for word in words) / len(words)


@lru_cache(maxsize=500)
def _terms_of(text: str, language: str) -> frozenset[str]:
    return frozenset(index_terms(text, language))


@lru_cache(maxsize=200)
def _split(passage: str) -> tuple[str, ...]:
    return tuple(split_sentences(passage))
