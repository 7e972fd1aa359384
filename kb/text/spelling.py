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

from kb.text.ordinary_words import bases_of, is_ordinary_word
from kb.text.phonetic import lexicon_key, spelling_key
from kb.text.terms import EXACT_MARK, is_exact_term, is_function_word, normalise, stem_of, weighted_word_terms
from kb.text.transliteration import ROMANISED, is_in_lexicon, lexicon_words
from kb.text.vocabulary import NearWord, Vocabulary, may_be_misspelt
from kb.text.words import JOINTS, WORD_CLASS

# Costs are logarithms of odds. A slip, and one that hits the first letter, which people seldom get wrong.
SLIP_COST, FIRST_LETTER_COST = 2.0, 1.5
# A word may be right all the same, and only new to the collections: short ones more often, as they have more neighbours.
NEW_WORD, NEW_WORD_LETTERS = 0.5, 0.35
# At most so many corrections of a word, each at least so likely; from CONFIDENT on the encoder reads it in place of the word.
_MOST_CORRECTIONS, _LEAST_SHARE = 3, 0.15
_MOST_STEMMED = 5
CONFIDENT = 0.6
# From here on a person is asked whether they meant it, by a word that so many passages have: rarer ones may be slips themselves,
# of one that is so many times commoner.
ASKED_FROM = 0.3
_COMMON, _COMMONER = 2, 4
# Passages that a known word has at most which may be a slip all the same.
_RARE = 4
# A pasted log has any number of unknown words; the first ones are enough.
_MOST_WORDS = 8
# In a longer text one wrong word hardly moves the vector, and what is not known are names more often than not.
_MOST_WORDS_ENCODED = 32
_SPLIT_SHARE, _SHORTEST_PART = 0.9, 3
# Words as they were typed, with joiners, those with joints and digits in one piece.
_TYPED_WORD = regex.compile(rf"[{WORD_CLASS}\u200c\u200d]+(?:['’{JOINTS}][{WORD_CLASS}\u200c\u200d]+)*")


@dataclass(frozen=True)
class Correction:
    """A known word, or two for one without its blank. share: how likely it is meant; those of a word add up to 1 at most."""

    text: str
    share: float


@dataclass(frozen=True)
class CorrectedQuery:
    """text: for the encoder. terms: with weights, for the lexical index. optional: terms that nobody typed. meant: the text with
    the likeliest word in place of each misspelt one, for asking whether it is meant; "" where there is none."""

    text: str
    terms: dict[str, float]
    optional: frozenset[str]
    meant: str = ""


class Speller:
    """Corrects what the searched collections do not know."""

    def __init__(self, vocabularies: Sequence[Vocabulary], is_word: Callable[[str], bool]) -> None:
        """`is_word` tells of a word that no collection knows whether it is one all the same, and no misspelling."""
        self._vocabularies = vocabularies
        self._is_word = is_word

    def correct(self, text: str, terms: Mapping[str, float], language: str) -> CorrectedQuery:
        """`terms` are the weighted terms of `text`, a query in `language`."""
        unknown = self._unknown(terms)
        if not unknown:
            return CorrectedQuery(text, dict(terms), frozenset())
        typed = _TYPED_WORD.findall(text)
        corrected, added = dict(terms), self._joined(terms, unknown)
        sure: dict[str, str] = {}
        likely: dict[str, str] = {}
        for word in self._misspelt(typed, unknown, language, shouting=text.isupper()):
            corrections = self.corrections(word, language)
            rest = 1 - sum(correction.share for correction in corrections)
            for term, _ in weighted_word_terms(word, language):
                if term in terms:
                    corrected[term] = terms[term] * rest
            for correction in corrections:
                for term, weight in weighted_word_terms(correction.text, language):
                    added[term] = max(added.get(term, 0.0), weight * correction.share)
            if corrections and corrections[0].share >= CONFIDENT:
                sure[word] = corrections[0].text
            if corrections and corrections[0].share >= ASKED_FROM:
                likely[word] = self._as_written(corrections[0], language)
        for term, weight in added.items():
            corrected[term] = max(corrected.get(term, 0.0), weight)
        meant = ""
        if len(typed) <= _MOST_WORDS_ENCODED:
            if any(likely.values()):
                meant = _with_words(text, self._commoner_words(typed, language) | likely)
            text = _with_words(text, sure)
        return CorrectedQuery(text, corrected, frozenset(added.keys() - terms.keys()), meant)

    def corrections(self, word: str, language: str) -> list[Correction]:
        """What a normalised word that is not known may be meant to be, the likeliest first."""
        split = self._split(word, language)
        if split:
            return [Correction(split, _SPLIT_SHARE)]
        vocabularies = [*self._vocabularies, lexicon_words(language)]
        return _weigh(word, [near for vocabulary in vocabularies for near in vocabulary.near(word)], language)

    def _as_written(self, correction: Correction, language: str) -> str:
        """A correction as people write it: of a stem its commonest form, for a slip that a passage has the right word; "" where
        it is too rare and too doubtful to be proposed to anybody."""
        word, frequency = correction.text, self._frequency(correction.text)
        near = [other for vocabulary in self._vocabularies for other in vocabulary.near(word) if other.slips <= 1]
        forms = [other for other in near if other.is_inflected and stem_of(other.word, language) == word]
        commonest = max(forms, key=lambda other: other.frequency, default=None)
        if commonest is not None and 2 * commonest.frequency > frequency:
            return commonest.word
        if frequency >= _COMMON or " " in word:
            return word
        common = [other for other in near if other.frequency >= _COMMONER * max(frequency, 1)]
        if common:
            return max(common, key=lambda other: other.frequency).word
        return word if correction.share >= CONFIDENT else ""

    def _commoner_words(self, typed: Iterable[str], language: str) -> dict[str, str]:
        """By rare words that are known, much commoner ones that are one slip away: where a word of a question is misspelt, the
        next one may be, too, in the same way as in some passage ("adress" among the questions that an article names)."""
        found: dict[str, str] = {}
        for token in list(typed)[:_MOST_WORDS]:
            word = normalise(token)
            own = self._frequency(word)
            if (
                not 0 < own <= _RARE
                or not may_be_misspelt(word)
                or is_function_word(word, language)
                or self._is_word(token)
            ):
                continue
            near = [
                other
                for one in self._vocabularies
                for other in one.near(word)
                if other.slips <= 1 and other.word != word
            ]
            commonest = max(near, key=lambda other: other.frequency, default=None)
            if commonest is not None and commonest.frequency >= _COMMONER * own:
                found[word] = self._as_written(Correction(commonest.word, CONFIDENT), language)
        return found

    def _unknown(self, terms: Iterable[str]) -> set[str]:
        """Stems that no collection has. For most queries none is left: this is all that they pay."""
        for vocabulary in self._vocabularies:
            terms = vocabulary.missing(terms)
        return {term for term in terms if not term.startswith(EXACT_MARK) and not is_exact_term(term)}

    def _misspelt(self, typed: Iterable[str], unknown: set[str], language: str, *, shouting: bool) -> list[str]:
        """Normalised words that may be misspelt, of those that were typed. shouting: all of the text is in capitals."""
        words: dict[str, bool] = {}
        for token in typed:
            word = normalise(token)
            if word in words or not may_be_misspelt(word) or stem_of(word, language) not in unknown:
                continue
            if is_function_word(word, language) or is_in_lexicon(word, language):
                continue
            is_name = not shouting and token[1:] != token[1:].lower()  # WebSphere, HADR
            words[word] = not is_name and not self._is_word(token) and not is_ordinary_word(word, self._is_word)
            if len(words) == _MOST_WORDS:
                break
        return [word for word, may_be in words.items() if may_be]

    def _joined(self, terms: Mapping[str, float], unknown: set[str]) -> dict[str, float]:
        """Known words that were typed as two, of which one is not known: "pass word"."""
        stems = [term for term in terms if not term.startswith(EXACT_MARK)]
        return {
            one + other: max(terms[one], terms[other])
            for one, other in pairwise(stems)
            if (one in unknown or other in unknown) and self._frequency(one + other)
        }

    def _split(self, word: str, language: str) -> str:
        """Two known words that were typed as one, the best known ones; empty where there are none."""
        best, found = 0, ""
        for place in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            one, other = word[:place], word[place:]
            frequency = min(self._frequency(one), self._frequency(other))
            if frequency > best and not (is_function_word(one, language) or is_function_word(other, language)):
                best, found = frequency, f"{one} {other}"
        return found

    def _frequency(self, word: str) -> int:
        return max((vocabulary.frequency(word) for vocabulary in self._vocabularies), default=0)


def _with_words(text: str, words: Mapping[str, str]) -> str:
    """The text with other words in place of those that `words` has, by what they are normalised."""
    return _TYPED_WORD.sub(lambda match: words.get(normalise(match[0])) or match[0], text)


def _weigh(word: str, near: Iterable[NearWord], language: str) -> list[Correction]:
    """Near words to corrections: few slips, the same first letter and frequent words first, forms of one stem taken together."""
    key, made_of = spelling_key(word), {word, *bases_of(word)}
    weights: list[tuple[float, NearWord]] = []
    for other in near:
        if not made_of.isdisjoint((other.word, *bases_of(other.word))):
            continue  # another form of the same word: "charger" is no slip of "charge"
        cost = SLIP_COST * other.slips + FIRST_LETTER_COST * (spelling_key(other.word)[0] != key[0])
        weights.append((math.exp(-cost) * math.sqrt(other.frequency), other))
    weights.sort(key=lambda pair: (-pair[0], pair[1].word))
    best: dict[str, tuple[float, str]] = {}
    for weight, other in weights[:_MOST_STEMMED]:
        stem = stem_of(other.word, language) if other.is_inflected else other.word
        best.setdefault(lexicon_key(stem) if language in ROMANISED else stem, (weight, other.word))
    if best and is_function_word(weights[0][1].word, language):
        return []
    total = sum(weight for weight, _ in best.values()) + NEW_WORD * math.exp(-NEW_WORD_LETTERS * len(key))
    likely = [Correction(chosen, weight / total) for weight, chosen in best.values()]
    return [correction for correction in likely[:_MOST_CORRECTIONS] if correction.share >= _LEAST_SHARE]
