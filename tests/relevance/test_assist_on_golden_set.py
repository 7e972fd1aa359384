"""A rep who pastes a conversation with one question gets what a search for it would give, whatever was said around it."""

import json
from pathlib import Path

import pytest
from sample_index import SampleIndex

from kb.assist.suggestions import assist
from kb.assist.turns import Role, Turn
from kb.core.database import session_scope
from kb.search.types import Audience, Result

pytestmark = pytest.mark.bundled

QUESTIONS = [
    row
    for row in map(json.loads, Path(__file__).with_name("golden.jsonl").read_text("utf-8").splitlines())
    if row["answers"]
]
GREETINGS = {
    "en": ("hello", "Hi, how can I help you?"),
    "hi": ("नमस्ते", "नमस्ते, मैं आपकी क्या मदद कर सकता हूँ?"),
    "bn": ("নমস্কার", "নমস্কার, আপনাকে কীভাবে সাহায্য করতে পারি?"),
    "hi-Latn": ("namaste", "Namaste, main aapki kya madad kar sakta hoon?"),
    "bn-Latn": ("nomoskar", "Nomoskar, apnake kivabe sahajjo korte pari?"),
}
SETTLED = {
    "en": "Sure, I have done that for you. Anything else?",
    "hi": "जी, हो गया है। और कुछ?",
    "bn": "জি, হয়ে গেছে। আর কিছু?",
    "hi-Latn": "ji, ho gaya hai. aur kuch?",
    "bn-Latn": "ji, hoye geche. ar kichu?",
}
# Of 300 questions the search has 271 right at once, assist 243 after another question (before the encoder was trained: 228, 217).
MOST_LOST, MOST_LOST_AFTER_ANOTHER = 2, 30


def test_single_question_and_one_after_a_greeting_are_answered_as_well_as_by_a_search(
    sample_index: SampleIndex,
) -> None:
    searched = _right_by_search(sample_index)
    alone = _right_by_assist(sample_index, [() for _ in QUESTIONS])
    greeted = _right_by_assist(sample_index, [GREETINGS[row["lang"]] for row in QUESTIONS])
    assert min(alone, greeted) >= searched - MOST_LOST, (searched, alone, greeted)


def test_question_that_is_complete_is_hardly_disturbed_by_one_that_was_settled_before(
    sample_index: SampleIndex,
) -> None:
    searched = _right_by_search(sample_index)
    after = _right_by_assist(sample_index, [(_another(row), SETTLED[row["lang"]]) for row in QUESTIONS])
    assert after >= searched - MOST_LOST_AFTER_ANOTHER, (searched, after)


def _another(row: dict[str, str]) -> str:
    """A question in the same way of writing, half of them further on, that something else answers."""
    alike = [other for other in QUESTIONS if other["lang"] == row["lang"]]
    start = alike.index(row) + len(alike) // 2
    turned = [alike[(start + step) % len(alike)] for step in range(len(alike))]
    return str(next(other["text"] for other in turned if not set(other["answers"]) & set(row["answers"])))


def _right_by_search(sample_index: SampleIndex) -> int:
    searcher = sample_index.open().searcher(Audience.CUSTOMER)
    with session_scope(sample_index.engine) as session:
        return sum(
            _is_right(row, searcher.search(session, row["text"], reader_language=_reader(row), limit=1).results[0])
            for row in QUESTIONS
        )


def _right_by_assist(sample_index: SampleIndex, before: list[tuple[str, ...]]) -> int:
    runtime = sample_index.open()
    searcher = runtime.searcher(Audience.CUSTOMER)
    right = 0
    with session_scope(sample_index.engine) as session:
        for row, said in zip(QUESTIONS, before, strict=True):
            turns = [
                Turn((Role.CUSTOMER, Role.AGENT)[place % 2], text) for place, text in enumerate([*said, row["text"]])
            ]
            answer = assist(
                session,
                turns,
                searcher,
                runtime.encoder,
                reader_language=_reader(row),
                limit=1,
                even_without_query=True,
            )
            right += _is_right(row, answer.suggestions[0].result)
    return right


def _reader(row: dict[str, str]) -> str:
    return row["lang"].split("-")[0]


def _is_right(row: dict[str, str], result: Result) -> bool:
    return result.url.rsplit("/", 1)[-1] in row["answers"]
