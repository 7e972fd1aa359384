"""Words that a trainer says mean the same, put into queries: the search then finds what is written with the other word."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kb.text.terms import normalise, query_terms, stem_of, weighted_query_terms
from kb.text.words import WORD

# Words of a phrase that a rule may speak of.
_LONGEST_PHRASE = 6


class SynonymRule(NamedTuple):
    """language: primary tag, "" for any; with `means` it goes one way, from each of `words` to those."""

    language: str
    words: tuple[str, ...]
    means: tuple[str, ...] = ()


@dataclass(frozen=True)
class SynonymReading:
    """text: what the encoder is to read; also: further terms for the lexical index with their weights; typed: the phrases that
    rules spoke of, as they were typed."""

    text: str
    also: Mapping[str, float]
    typed: tuple[str, ...] = ()


class _Entry(NamedTuple):
    others: tuple[str, ...]
    one_way: bool


class Synonyms:
    """The rules in use; never changed, others take their place."""

    def __init__(self, rules: Sequence[SynonymRule] = ()) -> None:
        self.rules = tuple(rules)
        self._tables = lru_cache(maxsize=8)(self._table)

    def read(self, text: str, language: str, is_known: Callable[[str], bool]) -> SynonymReading:
        """What was typed, with the other words. is_known: whether any collection has a term.

        Where nobody has written with the word that was typed, or where a rule goes one way, the encoder reads the other word in
        its place; else only the lexical index is asked for it too: the encoder knows of ordinary words what they mean.
        """
        primary = language.partition("-")[0]
        table = self._tables(primary) if self.rules else {}
        if not table:
            return SynonymReading(text, {})
        pieces, also, typed, at = [], dict[str, float](), [], 0
        for start, end, entry in _matches(text, primary, table):
            phrase, first = text[start:end], entry.others[0]
            unknown = not all(map(is_known, query_terms(phrase, language)))
            typed.append(phrase)
            for other in entry.others:
                for term, weight in weighted_query_terms(other, primary).items():
                    also[term] = max(also.get(term, 0.0), weight)
            if entry.one_way or unknown:
                pieces += [text[at:start], first]
                at = end
        return SynonymReading("".join((*pieces, text[at:])), also, tuple(typed))

    def knows(self, word: str, language: str) -> bool:
        """Whether a rule speaks of this word: then it is no row of letters."""
        primary = language.partition("-")[0]
        table = self._tables(primary) if self.rules and word else {}
        return bool(table) and (stem_of(normalise(word), primary),) in table

    def _table(self, primary: str) -> dict[tuple[str, ...], _Entry]:
        """What rules for searches of this language do with a phrase, by its stems; of two for one phrase the first holds."""
        table: dict[tuple[str, ...], _Entry] = {}
        for rule in self.rules:
            if rule.language not in ("", primary):
                continue
            for word in rule.words:
                others = rule.means or tuple(other for other in rule.words if other != word)
                key = tuple(stem_of(normalise(part), primary) for part in WORD.findall(word))
                if key and others:
                    table.setdefault(key, _Entry(others, bool(rule.means)))
        return table


NO_SYNONYMS = Synonyms()


def _matches(text: str, primary: str, table: Mapping[tuple[str, ...], _Entry]) -> Iterator[tuple[int, int, _Entry]]:
    """The phrases of a text that there is something for, from left to right, the longest at each place."""
    words = [(match.start(), match.end(), stem_of(normalise(match[0]), primary)) for match in WORD.finditer(text)]
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - place), 0, -1):
            found = table.get(tuple(stem for _, _, stem in words[place : place + length]))
            if found is not None:
                yield words[place][0], words[place + length - 1][1], found
                place += length
                break
        else:
            place += 1
