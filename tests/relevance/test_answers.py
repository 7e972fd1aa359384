"""The piece that answers, in the article that answers: a sentence, a list with its step, a row; on the half that nothing was
fitted on. And where it leads: to the heading that it stands under, in the page as readers get it."""

import json
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from sample_index import SampleIndex
from sqlalchemy import select

from kb.articles import render_markdown
from kb.core.database import session_scope
from kb.search.answers import AnswerKind
from kb.search.types import Audience, Result, SearchAnswer
from kb.tables import Article, Passage

pytestmark = pytest.mark.bundled

HERE = Path(__file__).parent
ANSWERS = [json.loads(line) for line in (HERE / "answers.jsonl").read_text("utf-8").splitlines()][1::2]
GOLDEN = [json.loads(line) for line in (HERE / "golden.jsonl").read_text("utf-8").splitlines()]
# The aim is .85; docs/decisions/0025-what-is-shown.md says what was tried.
LEAST_RIGHT, LEAST_SHOWN = 0.58, 0.60
# Of those that are marked, and how much better these have to be than the others; half of all are marked at least.
LEAST_RIGHT_MARKED, LEAST_AHEAD, LEAST_MARKED = 0.68, 0.12, 0.5
MOST_RIGHT_FOLDED, LEAST_WRONG_FOLDED = 0.01, 0.35


def base_language(row: dict[str, Any]) -> str:
    return str(row["lang"]).split("-")[0]


def pieces_of(result: Result) -> tuple[str, list[str]]:
    """The piece that was chosen, and all that is shown with it."""
    found = result.answer
    assert found is not None
    if found.kind is AnswerKind.STEPS:
        return found.items[found.best], list(found.items)
    return found.text, [found.text]


def test_the_right_piece_of_the_right_article_is_shown(sample_index: SampleIndex) -> None:
    searcher = sample_index.open().searcher(Audience.REP)
    right, shown, found = 0, 0, 0
    by_clear: dict[bool, list[bool]] = {True: [], False: []}
    with session_scope(sample_index.engine) as session:
        ids = {(a.translation_key, a.language): a.id for a in session.scalars(select(Article))}
        for row in ANSWERS:
            answer = searcher.search(session, row["text"], reader_language=row["language"], limit=10)
            wanted = ids[row["article"], row["language"]]
            result = next((r for r in answer.results if r.kind == "article" and r.id == wanted), None)
            if result is None:
                continue
            labels = {row["piece"], *row["also"]}
            chosen, all_of_it = pieces_of(result)
            found += 1
            right += chosen in labels
            by_clear[result.answer is not None and result.answer.is_clear].append(chosen in labels)
            shown += not labels.isdisjoint(all_of_it)
    marked, others = (mean(by_clear[is_clear]) for is_clear in (True, False))
    print(f"answering piece: right {right / found:.3f}, in what is shown {shown / found:.3f} of {found}")
    print(f"marked {len(by_clear[True]) / found:.3f}, of these right {marked:.3f}, of the others {others:.3f}")
    assert found >= 0.9 * len(ANSWERS)
    assert right >= LEAST_RIGHT * found
    assert shown >= LEAST_SHOWN * found
    assert marked >= LEAST_RIGHT_MARKED
    assert marked >= others + LEAST_AHEAD
    assert len(by_clear[True]) >= LEAST_MARKED * found


@pytest.mark.parametrize("query", ["refund", "refunds"])
def test_of_a_word_that_all_of_an_article_is_about_no_piece_is_marked(sample_index: SampleIndex, query: str) -> None:
    searcher = sample_index.open().searcher(Audience.CUSTOMER)
    with session_scope(sample_index.engine) as session:
        first = searcher.search(session, query, reader_language="en", limit=1).results[0]
    assert first.answer is not None
    assert not first.answer.is_clear


@pytest.fixture(scope="module")
def searched(sample_index: SampleIndex) -> list[tuple[dict[str, Any], SearchAnswer]]:
    searcher = sample_index.open().searcher(Audience.CUSTOMER)
    with session_scope(sample_index.engine) as session:
        return [
            (row, searcher.search(session, row["text"], reader_language=base_language(row), limit=6))
            for row in GOLDEN
            if row["answers"]
        ]


def test_hardly_a_right_article_is_folded_and_many_wrong_ones_are(
    searched: list[tuple[dict[str, Any], SearchAnswer]],
) -> None:
    folded: dict[bool, list[bool]] = {True: [], False: []}
    for row, answer in searched:
        for result in answer.results[:5]:
            folded[result.url.rsplit("/", 1)[-1] in row["answers"]].append(result.less_likely)
    shares = {is_right: sum(values) / len(values) for is_right, values in folded.items()}
    print(f"folded: {shares[True]:.4f} of the right ones, {shares[False]:.3f} of the others")
    assert shares[True] <= MOST_RIGHT_FOLDED
    assert shares[False] >= LEAST_WRONG_FOLDED


def test_a_lost_parcel_brings_up_no_gift_card(sample_index: SampleIndex) -> None:
    searcher = sample_index.open().searcher(Audience.CUSTOMER)
    with session_scope(sample_index.engine) as session:
        text = "my parcel says delivered but I never got it"
        answer = searcher.search(session, text, reader_language="en", limit=10)
    likely = {r.url.rsplit("/", 1)[-1] for r in answer.results if not r.less_likely}
    assert "marked-delivered-not-received" in likely
    assert not likely & {"use-a-gift-card", "reset-your-password", "change-mobile-number", "pay-by-emi"}


def test_every_anchor_is_in_the_page_of_its_article(sample_index: SampleIndex) -> None:
    with session_scope(sample_index.engine) as session:
        bodies = {a.id: a.body for a in session.scalars(select(Article))}
        passages = list(session.scalars(select(Passage).where(Passage.document_kind == "article")))
        missing = [
            (passage.document_id, anchor)
            for passage in passages
            for anchor in passage.anchors
            if anchor and f'id="{anchor}"' not in render_markdown(bodies[passage.document_id]).html
        ]
        assert missing == []
        of_body = [passage for passage in passages if passage.part == "body"]
        assert sum(bool(passage.anchors) for passage in of_body) > len(of_body) / 2


def test_the_words_of_a_passage_are_those_that_its_vectors_are_of(sample_index: SampleIndex) -> None:
    """The order of the words is made anew from what is stored: one word more or less and all behind it would be others."""
    for collection in sample_index.open().searcher(Audience.REP).views():
        columns = collection.fetch(documents=range(1, 150))
        for text, vectors in zip(columns.texts, columns.token_vectors, strict=True):
            assert text is not None
            assert not text.words or max(text.words) < len(vectors)


@pytest.mark.parametrize(
    ("query", "language", "shown"),
    [
        ("paisa wapas kab aayega", "en", ["UPI", "Net banking", "Cash on delivery"]),
        ("delivery kitne din me hoti hai", "en", ["Metro cities", "Remote pin codes"]),
        ("রিফান্ড কত দিনে আসে", "bn", ["UPI", "নেট ব্যাঙ্কিং"]),
    ],
)
def test_where_nothing_in_a_question_speaks_for_one_row_the_others_are_shown_too(
    sample_index: SampleIndex, query: str, language: str, shown: list[str]
) -> None:
    searcher = sample_index.open().searcher(Audience.CUSTOMER)
    with session_scope(sample_index.engine) as session:
        first = searcher.search(session, query, reader_language=language, limit=1).results[0]
    assert first.answer is not None
    for row in shown:
        assert row in first.answer.text


@pytest.mark.parametrize(
    ("query", "language", "row"),
    [
        ("how many days for a refund to my debit card", "en", "5–7 working days"),
        ("net banking se kiya tha, refund kab", "hi", "3–5 वर्किंग डे"),
    ],
)
def test_where_a_question_names_a_row_it_stands_alone(
    sample_index: SampleIndex, query: str, language: str, row: str
) -> None:
    searcher = sample_index.open().searcher(Audience.CUSTOMER)
    with session_scope(sample_index.engine) as session:
        first = searcher.search(session, query, reader_language=language, limit=1).results[0]
    assert first.answer is not None
    assert first.answer.kind is AnswerKind.ROW
    assert row in first.answer.text
