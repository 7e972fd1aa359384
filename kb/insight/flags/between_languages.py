"""Translations that state another amount than their source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kb.articles.sections import Section, match_languages, sections_of
from kb.insight.flags.found import FoundFlag
from kb.insight.flags.sides import about_amount, contradiction, evidence_of
from kb.insight.translations.following import source_of
from kb.tables import Article
from kb.text.phonetic import phonetic_key
from kb.text.stated_amounts import Amount, find_amounts, without_amounts
from kb.text.terms import is_function_word, normalise
from kb.text.words import find_words

_LEAST_SOUNDS = 2  # consonants: with fewer any two words are one


def between_languages(group: Sequence[Article], languages: Sequence[str]) -> list[FoundFlag]:
    """In sections that are built alike and state as many; or as all of a kind in which the two differ, said of one thing."""
    if len({one.language for one in group}) < 2:
        return []
    source = source_of(group, languages)
    mine = _Text.of(source)
    found: list[FoundFlag] = []
    for article in group:
        if article.language == source.language:
            continue
        theirs = _Text.of(article)
        pairs = [*_in_sections(mine, theirs), *_alone(mine, theirs)]
        for a, b in {(x[1].text, y[1].text): (x, y) for x, y in pairs}.values():
            found.append(contradiction(_in_section(article, *b), _in_section(source, *a), about_amount(a[1].kind)))
    return found


@dataclass(frozen=True)
class _Text:
    """An article with the amounts of each section."""

    article: Article
    sections: Sequence[Section]
    amounts: Sequence[Sequence[Amount]]

    @classmethod
    def of(cls, article: Article) -> "_Text":
        sections = sections_of(article.title, article.body)
        return cls(article, sections, [find_amounts(one.text) for one in sections])

    def has(self, amount: Amount) -> bool:
        return any(amount.agrees_with(one) for here in self.amounts for one in here)

    def lacking_in(self, other: "_Text") -> list["_Place"]:
        """What the other one does not say anywhere."""
        return [
            (section, amount)
            for section, here in zip(self.sections, self.amounts, strict=True)
            for amount in here
            if not other.has(amount)
        ]

    def sounds_of(self, place: "_Place") -> tuple[frozenset[str], frozenset[str]]:
        """Words of the line that states an amount, by sound, which loanwords and names share with other scripts; and these with
        the words of heading and title."""
        section, amount = place
        line = _line_of(section, amount)
        said = self._sounds(without_amounts(line, find_amounts(line)))
        return said, said | self._sounds(f"{section.title} {self.article.title}")

    def _sounds(self, text: str) -> frozenset[str]:
        words = (word for word in find_words(normalise(text)) if not is_function_word(word, self.article.language))
        return frozenset(key for word in words if len(key := phonetic_key(word)) >= _LEAST_SOUNDS)


_Place = tuple[Section, Amount]


def _in_sections(mine: _Text, theirs: _Text) -> Iterable[tuple[_Place, _Place]]:
    """Amounts in the same order of which neither is anywhere in the other language."""
    for i, j in match_languages(mine.sections, theirs.sections):
        if i is None or j is None or mine.sections[i].shape != theirs.sections[j].shape:
            continue
        for kind in dict.fromkeys(amount.kind for amount in mine.amounts[i]):
            ours = [amount for amount in mine.amounts[i] if amount.kind == kind]
            others = [amount for amount in theirs.amounts[j] if amount.kind == kind]
            if len(ours) != len(others):
                continue
            for a, b in zip(ours, others, strict=True):
                if not a.agrees_with(b) and not theirs.has(a) and not mine.has(b):
                    yield (mine.sections[i], a), (theirs.sections[j], b)


def _alone(mine: _Text, theirs: _Text) -> Iterable[tuple[_Place, _Place]]:
    """Where each language has one amount of a kind that the other does not have, in one unit.

    Where there are more, the two are written freely, and each leaves out something: what is left over on both sides is then
    seldom the same thing. Nor is it where their lines have no word in common.
    """
    ours, others = mine.lacking_in(theirs), theirs.lacking_in(mine)
    for kind in dict.fromkeys(amount.kind for _, amount in ours):
        one = {(a.low, a.high, a.unit): (section, a) for section, a in reversed(ours) if a.kind == kind}
        other = {(b.low, b.high, b.unit): (section, b) for section, b in reversed(others) if b.kind == kind}
        if not len(one) == len(other) == 1:
            continue
        a, b = next(iter(one.values())), next(iter(other.values()))
        (here, around_here), (there, around_there) = mine.sounds_of(a), theirs.sounds_of(b)
        if a[1].unit == b[1].unit and (here & around_there or there & around_here):
            yield a, b


def _in_section(article: Article, section: Section, amount: Amount) -> dict[str, Any]:
    return evidence_of(article, section.title, _line_of(section, amount), amount.text)


def _line_of(section: Section, amount: Amount) -> str:
    text = section.text
    start = text.rfind("\n", 0, amount.start) + 1
    end = text.find("\n", amount.end)
    return text[start : end if end >= 0 else len(text)].strip()
