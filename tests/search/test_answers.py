"""What is shown as the answer, from Markdown as somebody writes it to the piece on the page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.chunking import chunk_article
from indexer.encoders.hashing import HashEncoder
from indexer.shown_text import as_shown
from kb.search.answers import LONGEST_SENTENCE, MOST_ROWS, Answer, AnswerKind, Cell, answer_of
from kb.search.snippets import snippet_around
from kb.search.types import PassageText

TABLE = """Most things can go back.

| What | How long | What you get |
|---|---|---|
| Most items | 10 days | Refund or exchange |
| Phones | | Replacement |

That is all.
"""
STEPS = """Do it in the app:

1. Open **Orders**. It is at the bottom.
2. Tap Return. Choose a reason:
    - it is broken
    - it is too small
3. Pack it.

- Keep the bill.
- Keep the box.
"""


def passages_of(markdown: str) -> list[PassageText]:
    chunks = chunk_article("Title", markdown, HashEncoder().count_tokens)
    return [as_shown(chunk.marked, chunk.heading_path, chunk.anchors) for chunk in chunks]


def passage_of(markdown: str) -> PassageText:
    [passage] = passages_of(markdown)
    return passage


def piece_with(passage: PassageText, words: str) -> int:
    return next(number for number in range(len(passage.ends)) if words in passage.piece(number))


def answer_with(markdown: str, words: str) -> Answer:
    passage = passage_of(markdown)
    return answer_of(passage, piece_with(passage, words))


LONG_TABLE = "| Town | Days |\n|---|---|\n" + "".join(f"| Town {n} | {n} days |\n" for n in range(1, 21))


def test_rows_of_which_none_is_the_one_are_a_list_under_the_heads_of_their_columns() -> None:
    passage = passage_of(TABLE)
    found = answer_of(passage, piece_with(passage, "Phones"), of_rows=True)
    assert found.kind is AnswerKind.STEPS
    assert found.items == ("Most items · 10 days · Refund or exchange", "Phones · Replacement")
    assert (found.best, found.start, found.lead, found.complete) == (1, None, "What · How long · What you get", True)
    assert found.to_copy == (
        "What · How long · What you get\n- Most items · 10 days · Refund or exchange\n- Phones · Replacement"
    )


@pytest.mark.parametrize("town", [1, 11, 20])
def test_of_a_long_table_the_rows_around_the_likeliest_are_shown(town: int) -> None:
    passage = passage_of(LONG_TABLE)
    found = answer_of(passage, piece_with(passage, f"Town {town} "), of_rows=True)
    assert len(found.items) == MOST_ROWS
    assert found.items[found.best] == f"Town {town} · {town} days"
    assert not found.complete


def test_of_rows_says_nothing_about_what_is_no_row() -> None:
    passage = passage_of(STEPS)
    piece = piece_with(passage, "Pack it")
    assert answer_of(passage, piece, of_rows=True) == answer_of(passage, piece)


def test_a_row_is_its_values_under_the_heads_of_their_columns() -> None:
    found = answer_with(TABLE, "Most items")
    assert found.kind is AnswerKind.ROW
    assert found.text == "Most items · 10 days · Refund or exchange"
    assert found.cells == (
        Cell("What", "Most items"),
        Cell("How long", "10 days"),
        Cell("What you get", "Refund or exchange"),
    )
    assert found.to_copy == "What: Most items\nHow long: 10 days\nWhat you get: Refund or exchange"


def test_an_empty_cell_moves_no_value_under_another_head() -> None:
    assert answer_with(TABLE, "Phones").cells == (Cell("What", "Phones"), Cell("What you get", "Replacement"))


def test_a_column_without_a_head_has_no_label() -> None:
    markdown = "| | Monthly | Yearly |\n|---|---|---|\n| Price | ₹149 | ₹999 |"
    assert answer_with(markdown, "₹149").cells == (Cell("", "Price"), Cell("Monthly", "₹149"), Cell("Yearly", "₹999"))


@pytest.mark.parametrize("words", ["Open Orders", "at the bottom", "Tap Return", "too small", "Pack it"])
def test_any_part_of_a_list_shows_the_whole_list_with_what_leads_to_it(words: str) -> None:
    found = answer_with(STEPS, words)
    assert found.kind is AnswerKind.STEPS
    assert found.lead == "Do it in the app:"
    assert found.start == 1
    assert found.complete
    assert found.items == (
        "Open Orders. It is at the bottom.",
        "Tap Return. Choose a reason:\n– it is broken\n– it is too small",
        "Pack it.",
    )
    assert words in found.items[found.best]


def test_a_list_that_follows_another_one_is_its_own() -> None:
    found = answer_with(STEPS, "Keep the box")
    assert (found.items, found.best, found.start, found.lead) == (("Keep the bill.", "Keep the box."), 1, None, "")
    assert found.to_copy == "- Keep the bill.\n- Keep the box."


def test_steps_are_copied_with_their_numbers() -> None:
    assert answer_with("1. Pack it.\n2. Wait.", "Wait").to_copy == "1. Pack it.\n2. Wait."


def test_hindi_and_bengali_steps_are_steps() -> None:
    found = answer_with("1. डिब्बा बंद करें।\n2. राइडर का इंतज़ार करें।", "राइडर")
    assert found.items == ("डिब्बा बंद करें।", "राइडर का इंतज़ार करें।")
    assert answer_with("- বাক্স বন্ধ করুন।\n- অপেক্ষা করুন।", "অপেক্ষা").best == 1


def test_a_list_that_was_cut_says_so() -> None:
    items = "\n".join(f"{number}. Step {number} is about a lamp, {'and more ' * 12}." for number in range(1, 41))
    passages = passages_of(items)
    assert len(passages) > 1
    found = [answer_of(passage, 0) for passage in passages]
    assert [answer.complete for answer in found] == [False] * len(found)
    assert sum(len(answer.items) for answer in found) == 40
    assert found[0].start == 1
    assert all(answer.items[0].startswith(f"Step {answer.start} ") for answer in found)


def test_one_item_alone_is_a_sentence() -> None:
    assert answer_with("Before.\n\n1. Only one thing.\n\nAfter.", "Only one").text == "Only one thing."


def test_a_sentence_is_whole_however_long_its_paragraph_is() -> None:
    long = "The amount " + "of it all " * 40 + "is 2,000."
    assert answer_with(f"First. {long} Last.", "2,000").text == long
    assert len(answer_with("lamp " * 160, "lamp").text) <= LONGEST_SENTENCE


def test_a_snippet_does_not_run_from_a_sentence_into_a_table_or_a_heading() -> None:
    passage = passage_of(TABLE)
    assert snippet_around(passage, 0)[0] == "Most things can go back."
    row = piece_with(passage, "Most items")
    assert snippet_around(passage, row)[0] == "Most items · 10 days · Refund or exchange Phones · · Replacement"


def test_a_joined_section_has_its_own_heading_and_anchor() -> None:
    passage = passage_of("Opening.\n\n## One\n\nShort.\n\n## रिफ़ंड कब\n\nAlso short.\n\n## One\n\nAgain.")
    told = {
        words: (passage.anchor_of(piece_with(passage, words)), passage.headings_of(piece_with(passage, words)))
        for words in ("Opening", "Short", "Also short", "Again")
    }
    assert told["Opening"] == ("", ("Title",))
    assert told["Short"] == ("a-one", ("Title", "One"))
    assert told["Also short"] == ("a-रिफ़ंड-कब", ("Title", "रिफ़ंड कब"))
    assert told["Again"][0] == "a-one_1"


def test_words_of_links_to_other_articles_are_not_the_pieces_own() -> None:
    passage = passage_of("The rider comes back. See [Missed delivery and parcels](missed.md).")
    counts = list(passage.word_counts)
    assert counts[0] == 4
    assert counts[1] == 1


@given(st.text(max_size=600))
def test_every_piece_of_any_text_has_an_answer_and_a_snippet(text: str) -> None:
    for passage in passages_of(text):
        assert len(passage.kinds) == len(passage.ends) == len(passage.asks) == len(passage.word_counts)
        for piece in range(len(passage.ends)):
            found = answer_of(passage, piece)
            assert found.text
            assert 0 <= found.best < max(len(found.items), 1)
            snippet, (start, end) = snippet_around(passage, piece)
            assert 0 <= start <= end <= len(snippet)
