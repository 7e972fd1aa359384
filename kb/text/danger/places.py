"""Where the words and phrases of the lists stand in a text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from kb.text.danger.rules import Phrase
from kb.text.danger.word_keys import WordIndex
from kb.text.terms import normalise
from kb.text.words import WORD_CLASS

# Words with the end of a sentence behind them. Apostrophes are left out: "can't" and "cant" are one.
_WORD_OR_END = regex.compile(rf"[{WORD_CLASS}]+|[.?!।॥;\n]+")
_APOSTROPHES = str.maketrans({"'": None, "’": None, "‘": None, "`": None})
_LONGEST_WORD = 80  # what is longer is no word


class Span(NamedTuple):
    """Words from `start` on, `end` not among them."""

    start: int
    end: int


# Name of a list -> where its phrases stand, from the first on.
Places = Mapping[str, Sequence[Span]]


@dataclass(frozen=True)
class Reading:
    """A text in words. sentences: the number of the sentence of each."""

    words: list[str]
    sentences: list[int]


def read_words(text: str) -> Reading:
    """The normalised words of a text, each with its sentence."""
    words: list[str] = []
    sentences: list[int] = []
    sentence = 0
    for token in _WORD_OR_END.findall(normalise(text.translate(_APOSTROPHES))):
        if token[0] in ".?!।॥;\n":
            sentence += 1
        else:
            words.append(token[:_LONGEST_WORD])
            sentences.append(sentence)
    return Reading(words, sentences)


class PhraseIndex:
    """Finds the phrases of all lists in a text, in one pass."""

    def __init__(self, lists: Mapping[str, Iterable[Phrase]]) -> None:
        every = {phrase: None for phrases in lists.values() for phrase in phrases}
        # "power bank" is typed "powerbank" as well.
        joined = {phrase: "".join(phrase) for phrase in every if len(phrase) == 2 and "*" not in phrase[0]}
        self._words = WordIndex([*(word for phrase in every for word in phrase), *joined.values()])
        numbers = self._words.numbers
        self._by_first: dict[int, list[tuple[tuple[int, ...], tuple[str, ...]]]] = {}
        names: dict[Phrase, list[str]] = {}
        for name, phrases in lists.items():
            for phrase in phrases:
                names.setdefault(phrase, []).append(name)
                if phrase in joined:
                    names.setdefault((joined[phrase],), []).append(name)
        for phrase, of_lists in names.items():
            of_words = tuple(numbers[word] for word in phrase)
            self._by_first.setdefault(of_words[0], []).append((of_words[1:], tuple(dict.fromkeys(of_lists))))

    def find(self, words: Sequence[str]) -> Places:
        meant = [self._words.find(word) for word in words]
        found: dict[str, list[Span]] = {}
        for start, numbers in enumerate(meant):
            for number in numbers:
                for rest, names in self._by_first.get(number, ()):
                    end = start + 1 + len(rest)
                    if end <= len(meant) and all(
                        other in meant[start + 1 + offset] for offset, other in enumerate(rest)
                    ):
                        for name in names:
                            found.setdefault(name, []).append(Span(start, end))
        return {name: sorted(set(spans)) for name, spans in found.items()}
