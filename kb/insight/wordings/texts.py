"""Which texts can be another wording of a question, and which say the same as one that is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import regex

from kb.core.errors import InvalidInputError
from kb.privacy.redaction import redact
from kb.search.encoding import Encoder, Vectors
from kb.text.cleaning import clean_line
from kb.text.identifiers import find_identifiers
from kb.text.language import guess_language
from kb.text.no_question import find_no_question
from kb.text.terms import normalise, query_terms
from kb.text.transliteration import to_native
from kb.text.words import find_words, says_something

# What is longer is a letter, not a wording.
MOST_WORDS, MOST_CHARACTERS = 25, 200
# Cosine of two questions, as the encoder reads them, from which the second is the first once more.
SAME_FROM = 0.95
# What stands for something personal in a stored query, see kb.privacy.redaction.
_PLACEHOLDER = regex.compile(r"\[[a-z]+\]")
# Of an order, a parcel, a phone: nobody else's question has it.
_OWN_NUMBER = regex.compile(r"\d{5,}")


class Unfit(StrEnum):
    """Why a text can be no wording."""

    EMPTY = "empty"
    LONG = "long"
    PERSONAL = "personal"
    OWN_NUMBER = "own_number"
    NO_QUESTION = "no_question"
    KNOWN = "known"  # the article has it already


_IN_WORDS = {
    Unfit.EMPTY: "There is no word in it.",
    Unfit.LONG: f"It is longer than {MOST_WORDS} words or {MOST_CHARACTERS} characters.",
    Unfit.PERSONAL: "It has something personal in it.",
    Unfit.OWN_NUMBER: "It has a number that is somebody's own.",
    Unfit.NO_QUESTION: "It asks nothing.",
    Unfit.KNOWN: "The article has this wording already.",
}


class UnfitWordingError(InvalidInputError):
    """A text that cannot be another wording of an article's question, and why."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(_IN_WORDS[why])
        self.why = why


def clean_wording(text: str, *, region: str) -> str:
    """The text as a wording; region: the country of phone numbers without a prefix.

    Raises UnfitWordingError for what cannot be one.
    """
    text = clean_line(text)
    if not says_something(text):
        raise UnfitWordingError(Unfit.EMPTY)
    if len(text) > MOST_CHARACTERS or len(find_words(text)) > MOST_WORDS:
        raise UnfitWordingError(Unfit.LONG)
    if _PLACEHOLDER.search(text) or redact(text, region=region) != text:
        raise UnfitWordingError(Unfit.PERSONAL)
    identifiers = [one.text.lower() for one in find_identifiers(text)]
    if any(not any(number in one for one in identifiers) for number in _OWN_NUMBER.findall(text)):
        raise UnfitWordingError(Unfit.OWN_NUMBER)
    if find_no_question(text) is not None:
        raise UnfitWordingError(Unfit.NO_QUESTION)
    return text


@dataclass(frozen=True)
class Wordings:
    """Texts with what comparing them needs. vectors: (n, dimensions), unit length."""

    texts: Sequence[str]
    keys: Sequence[frozenset[str]]
    vectors: Vectors

    def row_like(self, key: frozenset[str], vector: Vectors) -> int | None:
        """The row of the text that says the same, None where there is none."""
        for row, own in enumerate(self.keys):
            if own and own == key:
                return row
        if not len(self.vectors):
            return None
        cosines = self.vectors @ vector
        best = int(np.argmax(cosines))
        return best if cosines[best] >= SAME_FROM else None


def content_key(text: str) -> frozenset[str]:
    """The same for texts that differ only in function words, order, endings and signs."""
    language = guess_language(text)
    return _key(to_native(text, language).text, language)


def _key(native: str, language: str) -> frozenset[str]:
    return frozenset(query_terms(native, language.partition("-")[0])) or frozenset([normalise(native)])


def read_wordings(encoder: Encoder, texts: Sequence[str]) -> Wordings:
    """Encode the texts; Hindi and Bengali in Latin letters are read in their own script, as queries are."""
    natives, keys = [], []
    for text in texts:
        language = guess_language(text)
        native = to_native(text, language).text
        natives.append(native)
        keys.append(_key(native, language))
    vectors = encoder.encode_queries(natives) if natives else np.zeros((0, encoder.dimensions), np.float32)
    return Wordings(list(texts), keys, vectors)
