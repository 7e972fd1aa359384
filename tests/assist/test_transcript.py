"""Pasted conversations: whose words are whose, in the forms in which they come."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.assist.transcript import MAX_LENGTH, read_transcript
from kb.assist.turns import MAX_TURNS


def read(text: str) -> list[tuple[str, str]]:
    return [(turn.role.value[0], turn.text) for turn in read_transcript(text).turns]


def test_text_without_labels_is_one_turn_of_the_customer() -> None:
    assert read("My kettle leaks.\n\nIt says\nError: 504") == [("c", "My kettle leaks. It says Error: 504")]
    assert read("") == read(" \n\t\n") == []


def test_line_without_a_label_continues_the_turn_before() -> None:
    assert read("My kettle\nAgent: Oh.\n\nSince when?\nCustomer: Monday\n\n- Error: 504") == [
        ("c", "My kettle"),
        ("a", "Oh. Since when?"),
        ("c", "Monday - Error: 504"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Customer: hello\nAgent: yes",
        "CUSTOMER : hello\r\nAGENT : yes",
        "client： hello\nrep： yes",
        "Visitor - hello\nSupport – yes",
        "Customer\thello\nAgent\tyes",
        "user | hello\nbot | yes",
        "**Customer:** hello\n**Agent:** yes",
        "- **Customer**: hello\n- **Agent**: yes",
        "> Customer: hello\n> Agent: yes",
        "Customer (Asha Roy): hello\nMaya (agent): yes",
        "Customer Asha: hello\nAgent Maya: yes",
        "Customer: hello\nCustomer care: yes",
        "Customer\nhello\n\nAgent\nyes",
        "Customer 10:32 AM\nhello\nAgent 10:33 AM\nyes",
        "Customer [10:32]: hello\nAgent [10:33]: yes",
        "C: hello\nA: yes",
        "ग्राहक: hello\nएजेंट: yes",
        "ग्राहक: hello\nग्राहक सेवा: yes",
        "यूज़र: hello\nप्रतिनिधि: yes",
        "গ্রাহক: hello\nএজেন্ট: yes",
        "ব্যবহারকারী: hello\nসহায়তা: yes",
        "গ্রাহক: hello\nগ্রাহক পরিষেবা: yes",
        "12/03/24, 10:15 - Asha Roy: hello\n12/03/24, 10:16 - Maya: yes",
        "[12/03/2024, 10:15:22 PM] Asha: hello\n[12/03/2024, 10:16:02 PM] Jhilmil Support: yes",
        "2024-03-12T10:15:00Z asha_r: hello\n2024-03-12T10:16:00Z maya: yes",
        "[১০:১৫] রীতা: hello\n[১০:১৬] মায়া: yes",
        "( 12s ) Asha: hello\n( 1m 3s ) Maya: yes",
        "<Asha> hello\n<Maya> yes",
        "10:15 Asha: hello\n10:16 Agent: yes",
        "10:15 Customer: hello\n10:16 Maya: yes",
        json.dumps([{"role": "user", "text": "hello"}, {"role": "bot", "text": "yes"}]),
        json.dumps({"turns": [{"role": "customer", "text": "hello\u0000"}, {"role": "agent", "text": "yes"}]}),
    ],
)
def test_labels_and_exports_are_understood(text: str) -> None:
    assert read(text) == [("c", "hello"), ("a", "yes")]


def test_names_that_come_twice_are_speakers_and_the_first_is_the_customer() -> None:
    assert read("Asha: It leaks\nMaya: Since when?\nAsha: Monday") == [
        ("c", "It leaks"),
        ("a", "Since when?"),
        ("c", "Monday"),
    ]
    assert read("Agent: Hello\nAsha: It leaks\nAgent: Oh\nAsha: Monday")[1::2] == [("c", "It leaks"), ("c", "Monday")]


@pytest.mark.parametrize(
    "text",
    [
        "Subject: Kettle\nMessage: It leaks",
        "Name: Asha\nOrder: 7\nProblem: It leaks",
        "Please note: the customer",
        "See you at 10:30",
        "my agent told me yesterday: nothing",
        "[not json",
        '{"turns": 7}',
        '[{"role": "narrator", "text": "x"}]',
    ],
)
def test_colons_in_sentences_and_forms_are_not_labels(text: str) -> None:
    assert read(text) == [("c", " ".join(text.split()))]


def test_several_people_on_our_side_are_agents() -> None:
    roles = [role for role, _ in read("10:01 Asha: a\n10:02 Maya: b\n10:03 Ravi: c\n10:04 Asha: d")]
    assert roles == ["c", "a", "a", "c"]


def test_label_whose_words_are_not_typed_yet_is_no_turn() -> None:
    assert read("Customer: hello\nAgent:") == [("c", "hello")]
    assert read("Customer") == []


def test_long_text_keeps_its_end() -> None:
    transcript = read_transcript("Agent: on and on\n" * 40_000 + "Customer: hello")
    assert transcript.cut
    assert len(transcript.turns) == MAX_TURNS
    assert transcript.turns[-1].text == "hello"
    assert not read_transcript("Customer: hello").cut


@pytest.mark.parametrize("line", ["a" * MAX_LENGTH, "Customer " * 20, "1" * 119, "[(" * 60, "(1m " * 30, "A. " * 40])
def test_odd_lines_take_no_longer_than_others(line: str) -> None:
    text = f"{line}\n" * (MAX_LENGTH // (len(line) + 1) or 1)
    started = time.process_time()
    read_transcript(text)
    assert time.process_time() - started < 2


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for turn in read_transcript(text).turns:
        assert turn.text
        assert not any(ord(character) < 32 for character in turn.text)
