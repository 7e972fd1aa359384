"""Words of an article that customers do not use, and titles that nobody searches for, by what people settled on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import regex

from kb.articles.checks import Finding
from kb.articles.checks.prose import prose_blocks
from kb.insight.writing.asked import LEAST_QUESTIONS, AskedQuestions, centre
from kb.search.encoding import Vectors
from kb.text.terms import is_exact_term, is_function_word, normalise, query_terms, stem_of
from kb.text.words import WORD

# What customers write instead is taken from so many questions about the same.
NEAREST, EXAMPLES, MOST_WORDS = 15, 3, 4
# A word that stands so often in the text belongs to its vocabulary; one in the title or a heading always does.
OFTEN = 3
# Cosines without what all questions share. Nine of ten titles have a question about the same at .27 or nearer (sample articles,
# English and Hindi); of titles of other trades the nearest one is at .20 to .29.
SOMETHING_LIKE_IT = 0.25
# What is taken for customers' words comes from questions that are at least so near.
NEAR_ENOUGH = 0.18
_LETTERS = regex.compile(r"\p{L}")


@dataclass(frozen=True)
class Subject:
    """What a text is about. vector: of its title as a question, (dimensions,)."""

    title: str
    body: str
    language: str
    vector: Vectors


def nearest_questions(asked: AskedQuestions, vector: Vectors) -> tuple[Sequence[int], Vectors]:
    """The numbers of the NEAREST questions about the same, and how near they are."""
    cosines = asked.centred @ centre(vector[None, :], asked.mean)[0]
    order = np.argsort(-cosines, kind="stable")[:NEAREST]
    return order.tolist(), cosines[order]


def unused_words(subject: Subject, asked: AskedQuestions | None) -> list[Finding]:
    """Words that the text builds on and that no search of its language has; none where there are too few searches to tell."""
    if asked is None or len(asked) < LEAST_QUESTIONS:
        return []
    found, used = [], _used(subject)
    own = frozenset(query_terms(f"{subject.title} {subject.body[:20_000]}", subject.language)) | {
        term for _, terms in used for term in terms
    }
    instead = words_of_customers(asked, subject.vector, without=own)
    for word, terms in used:
        if any(asked.counts[term] for term in terms) or not terms:
            continue
        field, start = _first_place(subject, word)
        values = {"word": word, "searches": len(asked), "instead": ", ".join(instead)}
        found.append(Finding("unused_word", field, start, start + len(word), values))
    return found[:MOST_WORDS]


def unasked_title(subject: Subject, asked: AskedQuestions | None) -> list[Finding]:
    """That nobody asks anything like the title, with what is asked that comes nearest."""
    if asked is None or len(asked) < LEAST_QUESTIONS or not subject.title.strip():
        return []
    numbers, cosines = nearest_questions(asked, subject.vector)
    terms = query_terms(subject.title, subject.language)
    known = sum(bool(asked.counts[term]) for term in terms)
    if cosines[0] >= SOMETHING_LIKE_IT or (terms and known == len(terms)):
        return []
    nearest = [asked.questions[number].typed for number in numbers[:EXAMPLES]]
    values = {"searches": len(asked), "nearest": nearest}
    return [Finding("unasked_title", "title", 0, len(subject.title), values)]


def words_of_customers(asked: AskedQuestions, vector: Vectors, *, without: frozenset[str]) -> list[str]:
    """Content words of the questions about the same, those first that few other questions have."""
    numbers, cosines = nearest_questions(asked, vector)
    near = [number for number, cosine in zip(numbers, cosines.tolist(), strict=True) if cosine >= NEAR_ENOUGH]
    counts = Counter(term for number in near for term in asked.terms[number] if term not in without)
    telling = sorted(
        (term for term, count in counts.items() if count > 1 and not is_exact_term(term)),
        key=lambda term: (-counts[term] / asked.counts[term] ** 0.5, term),
    )
    return [_as_written(term, asked, near) for term in telling[:MOST_WORDS]]


def _used(subject: Subject) -> list[tuple[str, tuple[str, ...]]]:
    """Words that the text builds on, as they stand in it, each with its stems, once each."""
    weights: Counter[str] = Counter()
    written: dict[str, str] = {}
    texts = [(subject.title, OFTEN)]
    texts += [(block.text, OFTEN if block.kind == "heading" else 1) for block in prose_blocks(subject.body)]
    for text, weight in texts:
        for word in _content_words(text, subject.language):
            stem = stem_of(normalise(word), subject.language)
            written.setdefault(stem, word)
            weights[stem] += weight
    return [
        (written[stem], tuple(query_terms(written[stem], subject.language)))
        for stem, weight in weights.most_common()
        if weight >= OFTEN
    ]


def _content_words(text: str, language: str) -> Iterable[str]:
    for word in WORD.findall(text):
        plain = normalise(word)
        if (
            len(plain) > (3 if plain.isascii() else 2)
            and _LETTERS.search(plain)
            and not is_exact_term(plain)
            and not is_function_word(plain, language)
        ):
            yield word


def _first_place(subject: Subject, word: str) -> tuple[str, int]:
    pattern = regex.compile(rf"(?<![\p{{L}}\p{{M}}\p{{N}}]){regex.escape(word)}(?![\p{{L}}\p{{M}}\p{{N}}])")
    if match := pattern.search(subject.title):
        return "title", match.start()
    match = pattern.search(subject.body)
    return "body", match.start() if match else 0


def _as_written(term: str, asked: AskedQuestions, numbers: Sequence[int]) -> str:
    """A word that people wrote with this stem."""
    for number in numbers:
        for word in WORD.findall(asked.questions[number].text):
            if term in query_terms(word, asked.language):
                return normalise(word)
    return term
