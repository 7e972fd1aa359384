"""Articles that say what another one of the same language says, or answer the same questions."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.rendering import shown_text
from kb.insight.flags.found import FoundFlag, duplicate_key
from kb.insight.wordings.texts import content_key
from kb.tables import Article, FlagKind
from kb.text.likeness import dice_of_sets
from kb.text.sentences import split_sentences
from kb.text.terms import EXACT_MARK, index_terms, is_function_word

# Cosine of the words of two articles (weighted by rarity) from which they say the same; less where they also answer the same.
_ALIKE, _ALIKE_WITH_QUESTION = 0.62, 0.35
# The words by which others are looked up; words that more articles have are no help; pairs of sentences that are shown.
_TELLING, _MOST_ARTICLES, _SHOWN = 25, 300, 6
_SENTENCE_ALIKE = 0.5


@dataclass(frozen=True)
class _Document:
    article: Article
    text: str
    weights: dict[str, float]
    questions: dict[frozenset[str], str]  # as they are compared: as they are written


def find_duplicates(session: Session, *, tick: Callable[[], None]) -> list[FoundFlag]:
    """Published articles of one audience; each pair is flagged at the newer one."""
    query = select(Article).where(Article.status == "published").order_by(Article.id)
    groups: dict[tuple[str, str], list[Article]] = defaultdict(list)
    for article in session.scalars(query):
        groups[article.language, article.audience].append(article)
    return [flag for group in groups.values() for flag in _among(group, tick)]


def _among(articles: Sequence[Article], tick: Callable[[], None]) -> list[FoundFlag]:
    texts = [shown_text(article.body) for article in articles]
    counts = [_counts(article, text) for article, text in zip(articles, texts, strict=True)]
    frequency = Counter(term for count in counts for term in count)
    documents = []
    for article, text, count in zip(articles, texts, counts, strict=True):
        weights = {
            term: (1 + math.log(times)) * math.log(1 + len(articles) / frequency[term]) for term, times in count.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        questions = {content_key(one): one for one in (article.title, *article.also_asked)}
        documents.append(
            _Document(article, text, {term: weight / length for term, weight in weights.items()}, questions)
        )
    places: dict[str, list[int]] = defaultdict(list)
    answering: dict[frozenset[str], list[int]] = defaultdict(list)
    for number, one in enumerate(documents):
        for term in one.weights:
            places[term].append(number)
        for question in one.questions:
            answering[question].append(number)
    found = []
    for number, one in enumerate(documents):
        tick()
        telling = sorted(one.weights, key=lambda term: -one.weights[term])[:_TELLING]
        looked_up = [places[term] for term in telling] + [answering[question] for question in one.questions]
        near = {n for found_at in looked_up if len(found_at) <= _MOST_ARTICLES for n in found_at if n > number}
        for other in (documents[n] for n in sorted(near)):
            if other.article.translation_key == one.article.translation_key:
                continue
            likeness = sum(weight * other.weights.get(term, 0.0) for term, weight in one.weights.items())
            shared = [one.questions[key] for key in one.questions if key in other.questions]
            if likeness >= (_ALIKE_WITH_QUESTION if shared else _ALIKE):
                found.append(_flag(other, one, likeness, shared))
    return found


def _flag(newer: _Document, older: _Document, likeness: float, questions: Sequence[str]) -> FoundFlag:
    evidence: dict[str, Any] = {
        "likeness": round(likeness, 2),
        "questions": list(questions)[:_SHOWN],
        "pairs": _sentences(newer, older),
        "titles": [newer.article.title, older.article.title],
        "languages": [newer.article.language, older.article.language],
    }
    key = duplicate_key(older.article.id, newer.text, older.text)
    return FoundFlag(newer.article.id, FlagKind.DUPLICATE, key, evidence, older.article.id)


def _sentences(one: _Document, other: _Document) -> list[list[str]]:
    """Those that say nearly the same, side by side, in the order of the first."""
    theirs = [(sentence, _stems(sentence, other.article.language)) for sentence in split_sentences(other.text)[:300]]
    pairs = []
    for sentence in split_sentences(one.text)[:300]:
        words = _stems(sentence, one.article.language)
        if len(words) < 2:
            continue
        best = max(theirs, key=lambda item: dice_of_sets(words, item[1]), default=None)
        if best is not None and dice_of_sets(words, best[1]) >= _SENTENCE_ALIKE:
            pairs.append([sentence[:400], best[0][:400]])
    return pairs[:_SHOWN]


def _counts(article: Article, text: str) -> Counter[str]:
    language = article.language
    terms = index_terms(f"{article.title} {article.title} {text[:50_000]}", language)
    return Counter(term for term in terms if not term.startswith(EXACT_MARK) and not is_function_word(term, language))


def _stems(text: str, language: str) -> frozenset[str]:
    return frozenset(
        term
        for term in index_terms(text, language)
        if not term.startswith(EXACT_MARK) and not is_function_word(term, language)
    )
