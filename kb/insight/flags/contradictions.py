"""Articles that are against each other: other amounts of one thing in two articles or languages, or the contrary of a claim."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.sections import Section, match_languages, sections_of
from kb.articles.statements import Statement, article_statements
from kb.insight.flags.found import FoundFlag
from kb.insight.flags.opposing import Claimed, between_claims, claimed_in
from kb.insight.flags.sides import contradiction, evidence_of, words_of
from kb.insight.translations.following import source_of
from kb.tables import Article
from kb.text.stated_amounts import PHONE, Amount, differing, find_amounts, without_amounts

# How much of what each of two statements speaks of has to be in the other, or in what that stands under.
_COVERED, _LEAST_COVERED = 0.57, 0.45
# A word that fewer statements have than this is not worth more for it.
_RARE = 5
# Words that more statements have than this tell no subject; pairs of statements that are compared, and kept of two articles.
_MOST_STATEMENTS, _MOST_PAIRS, _KEPT = 200, 200_000, 3


@dataclass(frozen=True)
class Stated:
    """A statement with amounts. words: what it speaks of, as stems; around: with title and heading too; subject: of a row what
    the row is about; names: the words of title and heading."""

    article: Article
    statement: Statement
    amounts: tuple[Amount, ...]
    words: frozenset[str]
    around: frozenset[str]
    names: frozenset[str]
    subject: frozenset[str]


_Pair = tuple[float, Stated, Stated, Amount, Amount]


def find_contradictions(session: Session, languages: Sequence[str], *, tick: Callable[[], None]) -> list[FoundFlag]:
    """Of published articles; each pair is flagged at the article with the lower number, or at the translation."""
    query = select(Article).where(Article.status == "published").order_by(Article.translation_key, Article.id)
    by_language: dict[str, list[Stated]] = defaultdict(list)
    claimed: dict[str, list[Claimed]] = defaultdict(list)
    found: list[FoundFlag] = []
    for _key, versions in groupby(session.scalars(query), key=lambda one: one.translation_key):
        group = list(versions)
        for article in group:
            tick()
            statements = article_statements(article.body)
            by_language[article.language] += stated_in(article, statements)
            claimed[article.language] += claimed_in(article, statements)
        found += between_languages(group, languages)
    for stated in by_language.values():
        found += between_articles(stated, tick=tick)
    for of_language in claimed.values():
        found += between_claims(of_language, tick=tick)
    return found


def stated_in(article: Article, statements: Iterable[Statement]) -> list[Stated]:
    """Those of an article's statements that state an amount. What is quoted is not stated."""
    found = []
    title = words_of(article.title, article.language)
    for statement in statements:
        amounts = () if statement.is_quoted else tuple(find_amounts(statement.text))
        if not amounts:
            continue
        subject = words_of(statement.subject, article.language) if not find_amounts(statement.subject) else frozenset()
        said = words_of(without_amounts(statement.text, amounts), article.language)
        names = title | words_of(statement.heading, article.language)
        found.append(Stated(article, statement, amounts, subject or said, subject | said | names, names, subject))
    return found


def between_articles(stated: Sequence[Stated], *, tick: Callable[[], None] = lambda: None) -> list[FoundFlag]:
    """Of one language."""
    places: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(stated):
        for word in one.words:
            places[word].append(number)
    worth = {word: math.log((_RARE + len(stated)) / max(_RARE, len(where))) + 0.1 for word, where in places.items()}
    seen: set[tuple[int, int]] = set()
    kept: dict[tuple[int, int], list[_Pair]] = defaultdict(list)
    for number, one in enumerate(stated):
        tick()
        near = (n for word in one.words if len(places[word]) <= _MOST_STATEMENTS for n in places[word] if n > number)
        for other_number in set(near):
            other = stated[other_number]
            if other.article.translation_key == one.article.translation_key or len(seen) >= _MOST_PAIRS:
                continue
            seen.add((number, other_number))
            pairs = differing(one.amounts, other.amounts)
            if pairs and (likeness := _likeness(one, other, worth)) >= _COVERED:
                first, second = (one, other) if one.article.id < other.article.id else (other, one)
                a, b = pairs[0] if first is one else (pairs[0][1], pairs[0][0])
                kept[first.article.id, second.article.id].append((likeness, first, second, a, b))
    found = []
    for pairs_of_two in kept.values():
        best = _each_statement_once(sorted(pairs_of_two, key=lambda item: -item[0]))[:_KEPT]
        found += [contradiction(_side(first, a), _side(second, b), _about(a.kind)) for _, first, second, a, b in best]
    return found


def _each_statement_once(pairs: Sequence[_Pair]) -> list[_Pair]:
    """A sentence against three rows of one table is one thing to look at."""
    seen: set[int] = set()
    kept = []
    for pair in pairs:
        _, first, second, *_ = pair
        if not seen & {id(first), id(second)}:
            seen |= {id(first), id(second)}
            kept.append(pair)
    return kept


def _likeness(one: Stated, other: Stated, worth: Mapping[str, float]) -> float:
    """Whether two statements speak of one thing: 0 to 1."""
    shared = one.words & other.words
    is_named = bool(one.names & other.names)
    is_phone = one.amounts[0].kind == other.amounts[0].kind == PHONE
    if not shared or (len(shared) == 1 and not (one.words == other.words and (is_named or is_phone))):
        return 0.0
    # What each title or heading names and the other article does not speak of sets them apart.
    if (one.words & one.names) - other.around and (other.words & other.names) - one.around:
        return 0.0
    if one.subject and other.subject and one.subject != other.subject:
        return 0.0
    if (one.subject or other.subject) and not is_named:
        return 0.0

    def covered(words: frozenset[str], by: frozenset[str]) -> float:
        total = sum(worth.get(word, 1.0) for word in words)
        return sum(worth.get(word, 1.0) for word in words & by) / total if total else 0.0

    there, here = covered(one.words, other.around), covered(other.words, one.around)
    return (there + here) / 2 if min(there, here) >= _LEAST_COVERED else 0.0


def between_languages(group: Sequence[Article], languages: Sequence[str]) -> list[FoundFlag]:
    """A translation that states another amount than the source: in sections that are built alike and state as many, or as the
    only amount in a unit that is not in the other language."""
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
            found.append(contradiction(_in_section(article, *b), _in_section(source, *a), _about(a[1].kind)))
    return found


@dataclass(frozen=True)
class _Text:
    """An article with the amounts of each section."""

    sections: Sequence[Section]
    amounts: Sequence[Sequence[Amount]]

    @classmethod
    def of(cls, article: Article) -> "_Text":
        sections = sections_of(article.title, article.body)
        return cls(sections, [find_amounts(one.text) for one in sections])

    def has(self, amount: Amount) -> bool:
        return any(amount.agrees_with(one) for here in self.amounts for one in here)

    def lacking_in(self, other: "_Text") -> list[tuple[Section, Amount]]:
        """What the other one does not say anywhere."""
        return [
            (section, amount)
            for section, here in zip(self.sections, self.amounts, strict=True)
            for amount in here
            if not other.has(amount)
        ]


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
    """Where each language has one amount in a unit that the other does not have."""
    ours, others = mine.lacking_in(theirs), theirs.lacking_in(mine)
    for unit in dict.fromkeys(amount.unit for _, amount in ours):
        one = {(a.low, a.high): (section, a) for section, a in reversed(ours) if a.unit == unit}
        other = {(b.low, b.high): (section, b) for section, b in reversed(others) if b.unit == unit}
        if len(one) == len(other) == 1:
            yield next(iter(one.values())), next(iter(other.values()))


def _in_section(article: Article, section: Section, amount: Amount) -> dict[str, Any]:
    """The line of the section that states it."""
    text, heading = section.text, section.title
    start = text.rfind("\n", 0, amount.start) + 1
    end = text.find("\n", amount.end)
    line = text[start : end if end >= 0 else len(text)].strip()
    return evidence_of(article, heading, line, amount.text)


def _side(one: Stated, amount: Amount) -> dict[str, Any]:
    return evidence_of(one.article, one.statement.heading, one.statement.text, amount.text)


def _about(kind: str) -> str:
    return "phone" if kind == PHONE else kind
