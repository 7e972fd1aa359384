"""Two statements that are against each other, as a flag shows them; and what a statement speaks of, as stems."""

from functools import lru_cache
from typing import Any

from kb.insight.flags.found import FoundFlag, key_of
from kb.tables import Article, FlagKind
from kb.text.stated_amounts import PHONE
from kb.text.terms import EXACT_MARK, index_terms, is_function_word, normalise


def evidence_of(article: Article, heading: str, text: str, marked: str) -> dict[str, Any]:
    """marked: the part of the text in which they differ, "" where there is none to show."""
    return {
        "article": article.id,
        "title": article.title,
        "language": article.language,
        "heading": heading[:300],
        "text": text[:600],
        "amount": marked,
    }


def contradiction(one: dict[str, Any], other: dict[str, Any], about: str) -> FoundFlag:
    """A flag at the article of `one`. about: in what they differ."""
    key = key_of(str(other["article"]), normalise(one["text"]), normalise(other["text"]))
    evidence = {"about": about, "sides": [one, other]}
    return FoundFlag(one["article"], FlagKind.CONTRADICTION, key, evidence, other["article"])


def about_amount(kind: str) -> str:
    """In what two amounts of a kind differ."""
    return "phone" if kind == PHONE else kind


def words_of(text: str, language: str) -> frozenset[str]:
    """Stems that tell a subject."""
    terms = (
        term
        for word in normalise(text).split()
        if not is_function_word(word.strip(".,:;()!?*\"'“”’।"), language)
        for term in index_terms(word, language)
    )
    return frozenset(term for term in terms if not term.startswith(EXACT_MARK) and not term.isdigit()) - _bounds()


@lru_cache(maxsize=1)
def _bounds() -> frozenset[str]:
    """Words that go with an amount and name nothing: what bounds it, and what it is counted in."""
    words = """minute hour day week month year rupee मिनट घंटा घंटे दिन हफ़्ता हफ़्ते सप्ताह महीना महीने साल रुपये
        মিনিট ঘণ্টা দিন সপ্তাহ মাস মাসের মাসে বছর বছরের বছরে দিনের দিনে টাকা
        within under upto least most more above below maximum minimum total
        अंदर भीतर तक ऊपर नीचे कम ज़्यादा अधिक बाद मिनिमम মধ্যে পর্যন্ত উপরে নিচে কম বেশি পরে লাগে"""
    return frozenset(term for tag in ("en", "hi", "bn") for term in index_terms(words, tag))
