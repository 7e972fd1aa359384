"""Which of the ways that people asked a question may stand on the home page.

Only what several people wrote alike, and only words that the answering article has itself, in any of its languages: so neither
a name, nor a number, nor a word that nobody here would print gets there, however many write it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import regex

from kb.text.terms import EXACT_MARK, index_terms, normalise, weighted_query_terms
from kb.text.words import find_words

LEAST_PEOPLE = 3
SHORTEST_WORDS, LONGEST = 2, 80
_I = regex.compile(r"\bi\b")
_END = regex.compile(r"[\s?!.।…]+$")
# Digits in a row, addresses, what stands for something that was taken out.
_PERSONAL = regex.compile(r"\p{N}{4,}|[@/\\<>{}\[\]]|www\.|\.com\b", regex.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """One question of one person. language: as it was guessed, "hi-Latn" for Hindi in Latin letters."""

    person: str
    text: str
    language: str


@dataclass(frozen=True)
class ArticleWords:
    """The text of an article in one language, its title and other wordings included."""

    language: str
    text: str


def choose_wording(asked: Iterable[Asked], language: str, articles: Sequence[ArticleWords]) -> str:
    """The wording that most people used in this language; "" where none is fit to be shown."""
    people: dict[str, set[str]] = defaultdict(set)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for one in asked:
        if one.language == language:
            text = _END.sub("", " ".join(one.text.split()))
            key = normalise(text)
            people[key].add(one.person)
            spellings[key][text] += 1
    known: set[str] | None = None
    for key in sorted(people, key=lambda key: (-len(people[key]), key)):
        if len(people[key]) < LEAST_PEOPLE:
            break
        text = min(spellings[key], key=lambda text: (-spellings[key][text], text))
        if _PERSONAL.search(text) or len(text) > LONGEST or len(find_words(text)) < SHORTEST_WORDS:
            continue
        if known is None:
            known = {term for article in articles for term in index_terms(article.text, article.language)}
        if _telling_terms(text, language) <= known:
            text = _I.sub("I", text) if language == "en" else text
            return text[:1].upper() + text[1:]
    return ""


def _telling_terms(text: str, language: str) -> set[str]:
    weighted = weighted_query_terms(text, language)
    return {term for term, weight in weighted.items() if weight >= 1 and not term.startswith(EXACT_MARK)}
