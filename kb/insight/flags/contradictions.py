"""Articles that are against each other: other amounts of one thing in two articles or languages, or the contrary of a claim."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.statements import Statement, article_statements
from kb.insight.flags.between_languages import between_languages
from kb.insight.flags.found import FoundFlag
from kb.insight.flags.opposing import Claimed, between_claims, claimed_in
from kb.insight.flags.scope import comparable_amounts, speak_of_others
from kb.insight.flags.sides import about_amount, contradiction, evidence_of, words_of
from kb.tables import Article
from kb.text.stated_amounts import PHONE, Amount, find_amounts, without_amounts

# How much of what each of two statements speaks of has to be in the other, or in what that stands under.
_COVERED, _LEAST_COVERED = 0.57, 0.45
# "It takes two days" says all but that in its heading: so much of the shorter heading has to be in the other.
_NAMED_ALIKE = 0.6
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
        every = () if statement.is_quoted else find_amounts(statement.text)
        if not every:
            continue
        # Which row it is (“above ₹499”) is no amount of the row, unless it has no other: then it is read as a sentence.
        end = statement.text.find(statement.subject) + len(statement.subject)
        amounts = tuple(one for one in every if one.start >= end) if statement.subject else tuple(every)
        name = without_amounts(statement.subject, find_amounts(statement.subject)) if amounts else ""
        subject = words_of(name, article.language)
        amounts = amounts or tuple(every)
        said = words_of(without_amounts(statement.text, every), article.language)
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
            pairs = comparable_amounts(one.statement.text, one.amounts, other.statement.text, other.amounts)
            if pairs and (likeness := _likeness(one, other, worth)) >= _COVERED:
                first, second = (one, other) if one.article.id < other.article.id else (other, one)
                a, b = pairs[0] if first is one else (pairs[0][1], pairs[0][0])
                kept[first.article.id, second.article.id].append((likeness, first, second, a, b))
    found = []
    for pairs_of_two in kept.values():
        best = _each_statement_once(sorted(pairs_of_two, key=lambda item: -item[0]))[:_KEPT]
        found += [
            contradiction(_side(first, a), _side(second, b), about_amount(a.kind)) for _, first, second, a, b in best
        ]
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
    if speak_of_others(one.statement.text, other.statement.text):
        return 0.0
    shared = one.words & other.words
    is_named = bool(one.names & other.names)
    if not shared or (len(shared) == 1 and not (one.words == other.words and _is_enough(one, other))):
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


def _is_enough(one: Stated, other: Stated) -> bool:
    """Whether a single word tells what two statements speak of: one that a row is about, or under headings that are alike."""
    if one.amounts[0].kind == other.amounts[0].kind == PHONE:
        return True
    shared = len(one.names & other.names)
    if one.subject or other.subject:
        return shared > 0
    return shared >= _NAMED_ALIKE * min(len(one.names), len(other.names)) and shared > 0


def _side(one: Stated, amount: Amount) -> dict[str, Any]:
    return evidence_of(one.article, one.statement.heading, one.statement.text, amount.text)
