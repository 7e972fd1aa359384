"""Misspelt words of a query, and the known words that they are most likely meant to be.

Only a word that none of the searched collections has is looked at; known words, numbers and codes stay as they are. What is
proposed comes from the vocabularies of those same collections: a customer's search learns nothing of internal articles. What
was measured and why it is so: docs/decisions/0011-spelling.md.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from kb.search.terms import EXACT_MARK, is_exact_term, is_function_word, normalise, stem_of, weighted_query_terms
from kb.search.transliteration import ROMANISED, is_in_lexicon, lexicon_words, sound_key
from kb.search.vocabulary import NearWord, Vocabulary, may_be_misspelt, spelling_key

# Costs are logarithms of odds. A slip, and one that hits the first letter, which people seldom get wrong.
SLIP_COST, FIRST_LETTER_COST = 2.0, 1.5
# A word may be right all the same, and only new to the collections: short ones more often, as they have more neighbours.
NEW_WORD, NEW_WORD_LETTERS = 0.5, 0.35
# At most so many corrections of a word, each at least so likely; from CONFIDENT on the encoder reads it in place of the word.
_MOST_CORRECTIONS, _LEAST_SHARE = 3, 0.15
CONFIDENT = 0.6
# A pasted log has any number of unknown words; the first ones are enough.
_MOST_WORDS = 8
# Words as they were typed, those with joints and digits in one piece.
_TYPED_WORD = regex.compile(r"[\p{L}\p{M}\p{N}\u200c\u200d]+(?:['’._:/+\-–,@&][\p{L}\p{M}\p{N}\u200c\u200d]+)*")


@dataclass(frozen=True)
class Correction:
    """A known word, or two for one without its blank. share: how likely it is meant; those of a word add up to 1 at most."""

    text: str
    share: float


@dataclass(frozen=True)
class CorrectedQuery:
    """text: for the encoder. terms: with weights, for the lexical index. optional: terms that nobody typed."""

    text: str
    terms: dict[str, float]
    optional: frozenset[str]


class Speller:
    """Corrects what the searched collections do not know."""

    def __init__(self, vocabularies: Sequence[Vocabulary], is_word: Callable[[str], bool]) -> None:
        """`is_word` tells of a word that no collection knows whether it is one all the same, and no misspelling."""
        self._vocabularies = vocabularies
        self._is_word = is_word

    def knows(self, term: str) -> bool:
        return any(term in vocabulary for vocabulary in self._vocabularies)

    def correct(self, text: str, terms: Mapping[str, float], language: str) -> CorrectedQuery:
        """`terms` are the weighted terms of `text`, a normalised query in `language`."""
        missing: Iterable[str] = terms
        for vocabulary in self._vocabularies:
            missing = vocabulary.missing(missing)
        unknown = {term for term in missing if not term.startswith(EXACT_MARK) and not is_exact_term(term)}
        if not unknown:
            return CorrectedQuery(text, dict(terms), frozenset())
        stems = [term for term in terms if not term.startswith(EXACT_MARK)]
        corrected, added = dict(terms), dict[str, float]()
        for one, other in pairwise(stems):
            if (one in unknown or other in unknown) and self.knows(one + other):
                added[one + other] = max(terms[one], terms[other])
        pieces: list[str] = []
        place = looked_at = 0
        for match in _TYPED_WORD.finditer(text):
            word = normalise(match[0])
            if not may_be_misspelt(word) or is_function_word(word, language) or looked_at == _MOST_WORDS:
                continue
            stem = stem_of(word, language)
            if stem not in unknown or is_in_lexicon(word, language):
                continue
            looked_at += 1
            if self._is_word(match[0]):
                continue
            corrections = self.corrections(word, language)
            weight = 1 - sum(correction.share for correction in corrections)
            for term in weighted_query_terms(word, language):
                corrected[term] = terms.get(term, 0.0) * weight
            for correction in corrections:
                for term, its in weighted_query_terms(correction.text, language).items():
                    added[term] = max(added.get(term, 0.0), its * correction.share)
            if corrections and corrections[0].share >= CONFIDENT:
                pieces += [text[place : match.start()], corrections[0].text]
                place = match.end()
        optional = frozenset(term for term in added if term not in terms)
        for term, weight in added.items():
            corrected[term] = max(corrected.get(term, 0.0), weight)
        return CorrectedQuery("".join(pieces) + text[place:], corrected, optional)

    def corrections(self, word: str, language: str) -> list[Correction]:
        """What a normalised word that is not known may be meant to be, the likeliest first."""
        split = self._split(word, language)
        if split:
            return [Correction(split, 0.9)]
        vocabularies = [*self._vocabularies, lexicon_words(language)]
        return _weigh(word, [near for vocabulary in vocabularies for near in vocabulary.near(word)], language)

    def _split(self, word: str, language: str) -> str:
        """Two known words that were typed as one; empty where there are none."""
        for place in range(len(word) - 3, 2, -1):
            one, other = word[:place], word[place:]
            if self.knows(stem_of(one, language)) and self.knows(stem_of(other, language)):
                return f"{one} {other}"
        return ""


def _weigh(word: str, near: Sequence[NearWord], language: str) -> list[Correction]:
    """Near words to corrections: few slips, the same first letter and frequent words first, forms of one stem taken together."""
    key = spelling_key(word)
    best: dict[str, tuple[float, NearWord]] = {}
    for other in near:
        cost = SLIP_COST * other.slips + FIRST_LETTER_COST * (spelling_key(other.word)[0] != key[0])
        weight = math.exp(-cost) * math.sqrt(other.frequency)
        stem = stem_of(other.word, language) if other.is_inflected else other.word
        if language in ROMANISED:
            stem = sound_key(stem)  # "zaroorat" and "zarurat" are one word
        if stem not in best or weight > best[stem][0]:
            best[stem] = weight, other
    total = sum(weight for weight, _ in best.values()) + NEW_WORD * math.exp(-NEW_WORD_LETTERS * len(key))
    ranked = sorted(best.values(), key=lambda pair: (-pair[0], pair[1].word))[:_MOST_CORRECTIONS]
    if ranked and is_function_word(ranked[0][1].word, language):
        return []
    return [Correction(other.word, weight / total) for weight, other in ranked if weight / total >= _LEAST_SHARE]
