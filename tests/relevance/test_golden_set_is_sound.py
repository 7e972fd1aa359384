"""The golden set itself: as many texts as promised, each different, each label an article that customers can read."""

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from kb.articles import ArticleSource, parse_article
from kb.core.settings import PROJECT_ROOT

GOLDEN = Path(__file__).with_name("golden.jsonl")
ARTICLES = PROJECT_ROOT / "articles"
LANGUAGES = ("en", "hi", "bn")

ANSWERABLE = {"en": 100, "hi": 67, "hi-Latn": 33, "bn": 67, "bn-Latn": 33}
UNANSWERABLE = {"en": 20, "hi": 13, "hi-Latn": 7, "bn": 13, "bn-Latn": 7}
LEAST_PER_TOPIC = 8
SCRIPTS = {"en": "LATIN", "hi": "DEVANAGARI", "bn": "BENGALI", "hi-Latn": "LATIN", "bn-Latn": "LATIN"}


@dataclass(frozen=True)
class GoldenQuery:
    """One line of the set."""

    id: str
    text: str
    lang: str
    answers: tuple[str, ...]


@pytest.fixture(scope="module")
def queries() -> list[GoldenQuery]:
    """All lines; a line with other keys than these four fails here."""
    golden = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert set(row) == {"_id", "text", "lang", "answers"}, line
        golden.append(GoldenQuery(row["_id"], row["text"], row["lang"], tuple(row["answers"])))
    return golden


@pytest.fixture(scope="module")
def public_articles() -> list[ArticleSource]:
    """The published sample articles that customers see, in all languages."""
    sources = [
        parse_article(path.read_text(encoding="utf-8"), path.relative_to(ARTICLES).as_posix())
        for language in LANGUAGES
        for path in sorted((ARTICLES / language).rglob("*.md"))
    ]
    return [source for source in sources if source.audience == "public" and source.status == "published"]


def plain(text: str) -> str:
    """Text without case, punctuation and spacing, so that "Refund ?" and "refund" are one."""
    kept = "".join(
        char if unicodedata.category(char)[0] in "LMN" else " " for char in unicodedata.normalize("NFKC", text)
    )
    return " ".join(kept.casefold().split())


def test_every_language_has_its_number_of_queries(queries: list[GoldenQuery]) -> None:
    assert Counter(query.lang for query in queries if query.answers) == ANSWERABLE
    assert Counter(query.lang for query in queries if not query.answers) == UNANSWERABLE


def test_no_id_and_no_text_comes_twice(queries: list[GoldenQuery]) -> None:
    for values in ([query.id for query in queries], [plain(query.text) for query in queries]):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_id_tells_language_or_that_there_is_no_answer(queries: list[GoldenQuery]) -> None:
    for query in queries:
        expected = rf"{query.lang.removesuffix('-Latn')}-\d{{3}}" if query.answers else r"none-\d{2}"
        assert re.fullmatch(expected, query.id), query


def test_text_is_written_in_the_script_of_its_language(queries: list[GoldenQuery]) -> None:
    """More than a third of letters and vowel signs, since people mix, and Latin-letter text has no other letters at all."""
    for query in queries:
        letters = [unicodedata.name(char).split()[0] for char in query.text if unicodedata.category(char)[0] in "LM"]
        share = letters.count(SCRIPTS[query.lang]) / len(letters)
        assert share == 1 if SCRIPTS[query.lang] == "LATIN" else share > 1 / 3, query


def test_every_answer_is_an_article_that_customers_can_read_in_every_language(
    queries: list[GoldenQuery], public_articles: list[ArticleSource]
) -> None:
    written = Counter(article.translation_key for article in public_articles)
    for query in queries:
        assert len(set(query.answers)) == len(query.answers), query
        for answer in query.answers:
            assert written[answer] == len(LANGUAGES), query


def test_every_public_topic_is_asked_often_enough(
    queries: list[GoldenQuery], public_articles: list[ArticleSource]
) -> None:
    asked = Counter(answer for query in queries for answer in query.answers)
    assert {
        article.translation_key: asked[article.translation_key]
        for article in public_articles
        if asked[article.translation_key] < LEAST_PER_TOPIC
    } == {}


def test_no_text_is_copied_from_a_title_or_an_also_asked_entry(
    queries: list[GoldenQuery], public_articles: list[ArticleSource]
) -> None:
    written = {plain(text) for article in public_articles for text in (article.title, *article.also_asked)}
    assert [query for query in queries if plain(query.text) in written] == []
