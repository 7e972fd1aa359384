"""The written sets themselves: as many as promised, each different, halves even, labels that stand in the sample articles."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kb.articles import ArticleSource, parse_article
from kb.articles.rendering import article_blocks
from kb.core.settings import PROJECT_ROOT
from kb.text.blocks import shown

HERE = Path(__file__).parent

ARTICLES = PROJECT_ROOT / "articles"
LANGUAGES = ("en", "hi", "bn")
WAYS_OF_WRITING = {"en", "hi", "bn", "hi-Latn", "bn-Latn", "mixed"}
KINDS = {"person", "complaint", "greeting", "thanks", "letters", "lone", "acknowledgement", "question"}


def rows_of(name: str, keys: set[str]) -> list[dict[str, Any]]:
    """All lines of a set; a line with other keys than these fails here."""
    rows = [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]
    assert [row for row in rows if set(row) != keys] == []
    return rows


def script_of(text: str) -> str:
    """Of the first letter; "" where there is none."""
    return next((unicodedata.name(char).split()[0] for char in text if unicodedata.category(char)[0] == "L"), "")


def repeated(texts: list[str]) -> list[str]:
    """Texts that come more than once, whatever their case and spacing."""
    plain = Counter(" ".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in texts)
    return [text for text, count in plain.items() if count > 1]


def assert_halves_are_even(parts: list[str]) -> None:
    halves = Counter(parts)
    assert set(halves) == {"fit", "test"}
    assert abs(halves["fit"] - halves["test"]) <= 1 + len(parts) // 50, halves


@pytest.fixture(scope="module")
def articles() -> dict[tuple[str, str], ArticleSource]:
    """The published sample articles by language and translation key."""
    sources = [
        parse_article(path.read_text(encoding="utf-8"), path.relative_to(ARTICLES).as_posix())
        for language in LANGUAGES
        for path in sorted((ARTICLES / language).rglob("*.md"))
    ]
    return {(source.language, source.translation_key): source for source in sources if source.status == "published"}


@pytest.fixture(scope="module")
def topics(articles: dict[tuple[str, str], ArticleSource]) -> set[str]:
    """The translation keys of what customers can read in every language."""
    public = Counter(key for (_, key), source in articles.items() if source.audience == "public")
    return {key for key, languages in public.items() if languages == len(LANGUAGES)}


@pytest.fixture(scope="module")
def no_questions() -> list[dict[str, Any]]:
    return rows_of("no_questions.jsonl", {"text", "kind", "part"})


def test_no_questions_are_enough_and_each_is_another(no_questions: list[dict[str, Any]]) -> None:
    kinds = Counter(row["kind"] for row in no_questions)
    assert len(no_questions) >= 440
    assert set(kinds) == KINDS
    assert kinds["question"] >= 160
    assert min(kinds.values()) >= 40
    assert repeated([row["text"] for row in no_questions]) == []


def test_no_questions_have_even_halves_and_all_scripts_in_every_kind(no_questions: list[dict[str, Any]]) -> None:
    for kind in KINDS:
        rows = [row for row in no_questions if row["kind"] == kind]
        assert_halves_are_even([row["part"] for row in rows])
        for part in ("fit", "test"):
            scripts = {script_of(row["text"]) for row in rows if row["part"] == part}
            assert scripts >= {"LATIN", "DEVANAGARI", "BENGALI"}, (kind, part)


def test_complaints_are_long_each_another_and_labelled_with_articles(topics: set[str]) -> None:
    rows = rows_of("complaints.jsonl", {"_id", "text", "lang", "answers"})
    assert len(rows) >= 66
    assert repeated([row["_id"] for row in rows]) == repeated([row["text"] for row in rows]) == []
    assert [row["_id"] for row in rows if not 60 <= len(row["text"].split()) <= 250] == []
    answered = [row for row in rows if row["answers"]]
    assert len(answered) >= 54
    assert len(rows) - len(answered) >= 12
    assert {answer for row in answered for answer in row["answers"]} <= topics
    assert {row["lang"] for row in rows} == {row["lang"] for row in answered} == WAYS_OF_WRITING


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    return rows_of("answers.jsonl", {"_id", "text", "lang", "article", "language", "piece", "kind", "also"})


def test_answers_are_enough_of_every_kind_and_language(answers: list[dict[str, Any]]) -> None:
    assert len(answers) >= 165
    assert repeated([row["_id"] for row in answers]) == repeated([row["text"] for row in answers]) == []
    kinds = Counter(row["kind"] for row in answers)
    assert set(kinds) == {"sentence", "step", "row"}
    assert min(kinds.values()) >= 40
    languages = Counter(row["language"] for row in answers)
    assert min(languages[language] for language in LANGUAGES) >= 55
    assert {row["lang"] for row in answers} == WAYS_OF_WRITING - {"mixed"}
    assert [row["_id"] for row in answers if row["lang"].removesuffix("-Latn") != row["language"]] == []


def test_every_piece_stands_in_its_article(
    answers: list[dict[str, Any]], articles: dict[tuple[str, str], ArticleSource]
) -> None:
    for row in answers:
        pieces = pieces_of(articles[row["language"], row["article"]])
        assert is_piece(row["piece"], row["kind"], pieces), row
        assert all(any(is_piece(other, kind, pieces) for kind in pieces) for other in row["also"]), row
        assert row["piece"] not in row["also"], row


@pytest.fixture(scope="module")
def conversations() -> list[dict[str, Any]]:
    return rows_of("conversations.jsonl", {"_id", "channel", "lang", "part", "turns", "open"})


def test_conversations_are_enough_of_every_kind_and_each_is_another(conversations: list[dict[str, Any]]) -> None:
    assert len(conversations) >= 210
    said = [" / ".join(turn["text"] for turn in row["turns"]) for row in conversations]
    assert repeated([row["_id"] for row in conversations]) == repeated(said) == []
    long_turns = [turn["text"] for row in conversations for turn in row["turns"] if len(turn["text"]) > 60]
    assert repeated(long_turns) == []
    channels = Counter(row["channel"] for row in conversations)
    assert set(channels) == {"phone", "chat", "mail"}
    assert min(channels.values()) >= 30
    assert {row["lang"] for row in conversations} == WAYS_OF_WRITING
    nothing_open = sum(not row["open"] for row in conversations) / len(conversations)
    assert 0.3 <= nothing_open <= 0.4


def test_conversations_have_turns_of_two_people(conversations: list[dict[str, Any]]) -> None:
    for row in conversations:
        assert 6 <= len(row["turns"]) <= 14, row["_id"]
        assert {turn["role"] for turn in row["turns"]} == {"customer", "agent"}, row["_id"]
        assert all(set(turn) == {"role", "text"} and turn["text"].strip() for turn in row["turns"]), row["_id"]
        scripts = {script_of(word) for turn in row["turns"] for word in turn["text"].split()} - {""}
        if row["lang"] in ("en", "hi-Latn", "bn-Latn"):
            assert scripts == {"LATIN"}, row["_id"]
        elif row["lang"] in ("hi", "bn"):
            assert {"hi": "DEVANAGARI", "bn": "BENGALI"}[row["lang"]] in scripts, row["_id"]


def test_open_questions_were_stated_by_the_customer_and_name_articles(
    conversations: list[dict[str, Any]], topics: set[str]
) -> None:
    for row in conversations:
        for question in row["open"]:
            assert set(question) == {"text", "article", "also", "since"}, row["_id"]
            assert row["turns"][question["since"]]["role"] == "customer", row["_id"]
            assert {question["article"], *question["also"]} - {None} <= topics, row["_id"]
            assert question["article"] is not None or not question["also"], row["_id"]
        assert len({question["text"] for question in row["open"]}) == len(row["open"]), row["_id"]


def test_halves_of_conversations_are_even_in_every_way_of_writing(conversations: list[dict[str, Any]]) -> None:
    for lang in WAYS_OF_WRITING:
        for is_open in (False, True):
            rows = [row for row in conversations if row["lang"] == lang and bool(row["open"]) is is_open]
            assert_halves_are_even([row["part"] for row in rows])


def pieces_of(article: ArticleSource) -> dict[str, list[str]]:
    """What an article says, as it is read: paragraphs, items of lists without their marks, rows of tables without heads."""
    pieces: dict[str, list[str]] = {"sentence": [], "step": [], "row": []}
    for block in article_blocks(article.body):
        lines = shown(block.text).split("\n")
        if block.kind == "table":
            pieces["row"] += lines[block.head :]
        elif block.kind == "list":
            pieces["step"] += [re.sub(r"^\s*(?:\d+\.|-(?: \[[ x]\])?)\s+", "", line) for line in lines]
        elif block.kind == "text":
            pieces["sentence"] += lines
    return pieces


def is_piece(text: str, kind: str, pieces: dict[str, list[str]]) -> bool:
    """Rows and steps stand there as a whole; a sentence is part of a paragraph, from where one begins to where one ends."""
    if kind != "sentence":
        return text in pieces[kind]
    sentence = re.compile(rf"(?:^|(?<=[.!?।:] )){re.escape(text)}(?= |$)")
    return any(sentence.search(paragraph) for paragraph in pieces[kind])
