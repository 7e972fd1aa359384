"""The written examples: whose words are whose, on the half that the reader was made with and on the half that was held out."""

from collections import Counter

import pytest
from transcript_examples import Example, read_examples, words_of

from kb.assist.transcript import read_transcript
from kb.text.html import html_to_text

ROLES_RIGHT = 0.97
EXAMPLES = read_examples()


def shown(text: str) -> tuple[str, ...]:
    """What a reader sees of the marked words: some exports write them in HTML."""
    return words_of(html_to_text(text) if "</p>" in text else text)


def marked(example: Example) -> list[tuple[str, tuple[str, ...]]]:
    return [(role, shown(text)) for role, text in example.turns]


def read(example: Example) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.role.value, words_of(turn.text)) for turn in read_transcript(example.raw).turns]


def in_order(wanted: list[tuple[str, tuple[str, ...]]], found: list[tuple[str, tuple[str, ...]]]) -> int:
    """How many of the wanted turns were found with just their words and their role, in their order."""
    lengths = [0] * (len(found) + 1)
    for want in wanted:
        before = 0
        for number, have in enumerate(found):
            diagonal, before = before, lengths[number + 1]
            lengths[number + 1] = diagonal + 1 if want == have else max(lengths[number + 1], lengths[number])
    return lengths[-1]


def test_there_are_enough_examples_in_each_language_and_both_halves() -> None:
    assert len(EXAMPLES) >= 150
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)
    languages = Counter(example.language for example in EXAMPLES)
    assert all(languages[language] >= 40 for language in ("en", "hi", "bn", "mixed"))
    assert 0.4 < sum(example.held_out for example in EXAMPLES) / len(EXAMPLES) < 0.6
    assert len({example.family for example in EXAMPLES}) >= 14


@pytest.mark.parametrize("held_out", [False, True])
def test_roles_are_right(held_out: bool) -> None:
    half = [example for example in EXAMPLES if example.held_out is held_out]
    turns = sum(len(example.turns) for example in half)
    right = {example.id: in_order(marked(example), read(example)) for example in half}
    wrong = [example.id for example in half if right[example.id] < len(example.turns)]
    assert sum(right.values()) / turns >= ROLES_RIGHT, wrong


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_no_word_of_a_turn_is_lost(example: Example) -> None:
    transcript = read_transcript(example.raw)
    kept = Counter(word for turn in transcript.turns for word in words_of(f"{turn.speaker} {turn.text}"))
    assert not Counter(word for _, words in marked(example) for word in words) - kept


def test_matter_of_a_mail_is_what_it_says_without_courtesies() -> None:
    kept = lost = courtesies = 0
    for example in EXAMPLES:
        if example.family in ("mail", "threads"):
            for turn, matter in zip(read_transcript(example.raw).turns, example.matter, strict=True):
                wanted = Counter(word for word in words_of(matter) if word not in ("RE", "AW"))
                found = Counter(words_of(turn.matter))
                kept += (wanted & found).total()
                lost += (wanted - found).total()
                courtesies += (found - wanted).total()
    assert lost / kept < 0.01
    assert courtesies / kept < 0.05
