"""A hand-over summary: a conversation's own sentences, under the right headings, each with its message."""

from datetime import UTC, datetime, timedelta

import pytest
from handovers import count, read_handovers
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.encoders.opening import open_encoder
from kb.assist.summary import LONGEST_LINE, GivenFact, Said, Section, SummaryLine, summarise
from kb.assist.turns import Role
from kb.core.settings import Settings
from kb.search.encoding import Encoder

NOW = datetime(2026, 11, 10, 5, 30, tzinfo=UTC)
HASH = Settings(model="hash")


def talk(*lines: str) -> list[Said]:
    roles = {"C": Role.CUSTOMER, "A": Role.AGENT, "N": Role.NOTE}
    return [Said(n, roles[line[0]], line[3:], NOW + timedelta(minutes=n)) for n, line in enumerate(lines, start=1)]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder(HASH)


def of(lines: list[SummaryLine], section: Section) -> list[str]:
    return [line.text for line in lines if line.section is section]


@pytest.mark.bundled
@pytest.mark.parametrize("part", ["dev", "held-out"])
def test_summaries_of_written_conversations_have_what_they_must_and_little_else(
    part: str, bundled_settings: Settings
) -> None:
    encoder = open_encoder(bundled_settings)
    written = [one for one in read_handovers() if one.part == part]
    figures = count([(one, summarise(one.messages, encoder)) for one in written])
    assert {name for name, (precision, _) in figures.items() if precision < 0.8} == set(), figures
    assert figures["all"][1] >= 0.8
    assert figures["promised"][1] >= 0.8, figures


def test_the_written_set_is_in_five_ways_of_writing_and_every_line_is_marked_where_it_stands() -> None:
    written = read_handovers()
    assert len(written) >= 40
    assert {one.language for one in written if one.part == "held-out"} == {"en", "hi", "bn", "hi-Latn", "bn-Latn"}
    for one in written:
        assert one.wanted
        assert all(sentence in one.messages[number].text for _, number, sentence in one.wanted)


def test_each_line_is_what_was_said_and_leads_to_its_message(encoder: Encoder) -> None:
    messages = talk(
        "C: My order JH-40718265 came on Monday. It is broken.",
        "A: I have booked a pickup. We will refund you by Friday.",
        "N: She sounded tired. I have called her on 12 March.",
        "C: Thanks. When exactly?",
    )
    lines = summarise(messages, encoder)
    assert [(line.section.value, line.text, line.message_id) for line in lines] == [
        ("facts", "My order JH-40718265 came on Monday.", 1),
        ("tried", "I have booked a pickup.", 2),
        ("promised", "We will refund you by Friday.", 2),
        ("open", "When exactly?", 4),
    ]
    [promise] = [line for line in lines if line.section is Section.PROMISED]
    assert promise.due_at == datetime(2026, 11, 13, 23, 59, tzinfo=UTC)
    assert summarise(messages, encoder) == lines


def test_facts_that_are_known_already_are_among_the_lines(encoder: Encoder) -> None:
    messages = talk("C: the violet one please, as always")
    assert of(summarise(messages, encoder), Section.FACTS) == []
    known = summarise(messages, encoder, facts=[GivenFact(1, "violet one")])
    assert of(known, Section.FACTS) == ["the violet one please, as always"]


def test_a_question_that_the_rep_has_settled_is_not_open(encoder: Encoder) -> None:
    messages = talk("C: Where is my parcel?", "C: And can I change the address?")
    assert of(summarise(messages, encoder), Section.OPEN) == ["Where is my parcel?", "And can I change the address?"]
    assert of(summarise(messages, encoder, closed=[1]), Section.OPEN) == ["And can I change the address?"]


def test_what_was_said_twice_stands_once_and_long_sentences_are_cut(encoder: Encoder) -> None:
    lines = summarise(
        talk("C: I restarted it.", "C: I restarted it.", "C: I called you " + "again and " * 100), encoder
    )
    assert [line.message_id for line in lines if line.section is Section.TRIED] == [2, 3]
    assert all(len(line.text) <= LONGEST_LINE for line in lines)


def test_nothing_said_is_nothing_to_hand_over(encoder: Encoder) -> None:
    assert summarise([], encoder) == []
    assert summarise(talk("N: only a note with 12 numbers", "C: 🙂"), encoder) == []


def test_a_long_conversation_is_summed_up_soon(encoder: Encoder) -> None:
    messages = talk(
        *["C: I restarted it 3 times on Monday. Why?", "A: I have booked it. We will call you tomorrow."] * 250
    )
    begun = datetime.now(UTC)
    lines = summarise(messages, encoder)
    assert len(lines) < 50
    assert datetime.now(UTC) - begun < timedelta(seconds=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Role)), st.text(max_size=300)), max_size=6))
def test_no_words_break_it(said: list[tuple[Role, str]]) -> None:
    messages = [Said(n, role, text, NOW) for n, (role, text) in enumerate(said)]
    for line in summarise(messages, open_encoder(HASH)):
        assert line.text
        assert messages[line.message_id].role in (Role.CUSTOMER, Role.AGENT)
