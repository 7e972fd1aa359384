"""Articles of one language of which one says the contrary of the other: it is not so, on other days, by another way only.

Amounts are compared in kb.insight.flags.contradictions. Here nearly all words of two sentences have to be the same: what is said
of one thing under one circumstance is seldom against what is said under another.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from kb.articles.statements import Statement
from kb.insight.flags.claims import DAYS, WAYS, Claims, find_claims, opposes, without_claims
from kb.insight.flags.found import FoundFlag
from kb.insight.flags.sides import contradiction, evidence_of, words_of
from kb.tables import Article
from kb.text.denials import DENYING_WORDS, denying_words
from kb.text.terms import index_terms

# How much of what each of two sentences speaks of is in the other: of those that only deny more, they need not name a thing.
_ALIKE, _ALIKE_IS_SO, _LEAST_WORDS = 0.6, 0.72, 2
_RARE, _MOST_STATEMENTS, _MOST_PAIRS, _KEPT = 5, 120, 100_000, 3
# An item of a list is read under its heading: "Not returned" above "Innerwear".
_SHORT = 3
_NUMBER = regex.compile(r"\d")
_QUESTION = regex.compile(r"[?？]\s*$")


@dataclass(frozen=True)
class Claimed:
    """A statement with what it claims. words: what it speaks of, as stems; around: with the words of title and heading."""

    article: Article
    statement: Statement
    claims: Claims
    words: frozenset[str]
    around: frozenset[str]
    is_under_no: bool  # a heading that denies stands above it, and is not read with it


def claimed_in(article: Article, statements: Iterable[Statement]) -> list[Claimed]:
    """Those that may be against another; what is asked, quoted or has a number in it is none of them."""
    found = []
    title = words_of(article.title, article.language)
    for statement in statements:
        text, is_under_no = statement.text, bool(denying_words(statement.heading))
        if statement.is_quoted or _QUESTION.search(text) or _NUMBER.search(text):
            continue
        words = _content(text, article.language)
        if len(words) <= _SHORT and statement.heading and not _QUESTION.search(statement.heading):
            read = f"{statement.heading}: {text}"
            if _content(read, article.language) != words:
                text, words, is_under_no = read, _content(read, article.language), False
        claims = find_claims(text)
        if len(words) < (1 if claims.days else _LEAST_WORDS):
            continue
        around = words | title | words_of(statement.heading, article.language)
        found.append(Claimed(article, statement, claims, words, around, is_under_no))
    return found


def _content(text: str, language: str) -> frozenset[str]:
    return words_of(without_claims(text), language) - _denying_terms(language)


@cache
def _denying_terms(language: str) -> frozenset[str]:
    return frozenset(term for word in DENYING_WORDS for term in index_terms(word, language))


def between_claims(claimed: Sequence[Claimed], *, tick: Callable[[], None] = lambda: None) -> list[FoundFlag]:
    """Of one language."""
    places: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(claimed):
        for word in one.words:
            places[word].append(number)
    worth = {word: math.log((_RARE + len(claimed)) / max(_RARE, len(where))) + 0.1 for word, where in places.items()}
    seen: set[tuple[int, int]] = set()
    kept: dict[tuple[int, int], list[tuple[float, FoundFlag]]] = defaultdict(list)
    for number, one in enumerate(claimed):
        if not one.claims.is_marked:
            continue
        tick()
        near = {n for word in one.words if len(places[word]) <= _MOST_STATEMENTS for n in places[word]}
        for other_number in sorted(near):
            pair = (min(number, other_number), max(number, other_number))
            other = claimed[other_number]
            if other.article.translation_key == one.article.translation_key or pair in seen:
                continue
            if len(seen) >= _MOST_PAIRS:
                break
            seen.add(pair)
            about = opposes(one.claims, other.claims)
            if about and (likeness := _likeness(one, other, about, worth)):
                first, second = (one, other) if one.article.id < other.article.id else (other, one)
                flag = contradiction(_side(first, about), _side(second, about), about)
                kept[first.article.id, second.article.id].append((likeness, flag))
    return [flag for pairs in kept.values() for _, flag in sorted(pairs, key=lambda item: -item[0])[:_KEPT]]


def _likeness(one: Claimed, other: Claimed, about: str, worth: Mapping[str, float]) -> float:
    """0 where they do not speak of one thing."""
    is_denial = bool(one.claims.says_no) != bool(other.claims.says_no)
    if is_denial and (one.is_under_no or other.is_under_no):
        return 0.0
    shared = one.words & other.words
    if len(shared) < _LEAST_WORDS and one.words != other.words:
        return 0.0

    def covered(words: frozenset[str], by: frozenset[str]) -> float:
        total = sum(worth.get(word, 1.0) for word in words)
        return sum(worth.get(word, 1.0) for word in words & by) / total if total else 0.0

    # A sentence that only says no has to be the other one, word for word, nearly; its heading says nothing of it.
    is_strict = is_denial and about != DAYS
    by_other, by_one = (other.words, one.words) if is_strict else (other.around, one.around)
    there, here = covered(one.words, by_other), covered(other.words, by_one)
    return (there + here) / 2 if min(there, here) >= (_ALIKE_IS_SO if is_strict else _ALIKE) else 0.0


def _side(one: Claimed, about: str) -> dict[str, Any]:
    claims = one.claims
    marked = {DAYS: claims.days_text, WAYS: claims.ways_text}.get(about, claims.says_no)
    return evidence_of(one.article, one.statement.heading, one.statement.text, marked)
