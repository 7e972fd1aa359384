"""The sample's files: that they are whole, and say enough."""

import json
import re
from collections import Counter
from pathlib import Path

import phonenumbers
import pytest

from kb.core.errors import InvalidInputError
from kb.privacy.redaction import mask_secrets
from kb.service.sample import SampleConversation, read_conversations, read_scripts
from kb.tables import Channel, ConversationState, EventKind, MessageRole
from kb.text.language import guess_language
from webapp.shared.sample_shop import DEMO_PEOPLE, SAMPLE_CONVERSATIONS, SAMPLE_SCRIPTS

ALL = read_conversations(SAMPLE_CONVERSATIONS)
SCRIPTS = read_scripts(SAMPLE_SCRIPTS)
ROWS = [json.loads(line) for line in SAMPLE_CONVERSATIONS.read_text("utf-8").splitlines()]
DAY = 24 * 60


def spoken(one: SampleConversation) -> list[MessageRole]:
    return [message.role for message in one.messages if message.role in {MessageRole.CUSTOMER, MessageRole.AGENT}]


def waits(one: SampleConversation) -> bool:
    return one.state is ConversationState.OPEN and spoken(one)[-1] is MessageRole.CUSTOMER


def age(one: SampleConversation) -> int:
    return min(message.minutes_ago for message in one.messages)


def test_there_are_forty_customers_and_sixty_conversations_over_all_channels_and_ways_of_writing() -> None:
    assert len({one.customer.external_id for one in ALL}) >= 40
    assert len(ALL) >= 60
    channels = Counter(one.channel for one in ALL)
    assert all(channels[channel] >= 4 for channel in Channel if channel is not Channel.OTHER)
    writing = Counter(row["writing"] for row in ROWS)
    assert set(writing) == {"en", "hi", "bn", "hi-Latn", "bn-Latn", "mixed"}
    assert min(writing.values()) >= 5


def test_what_is_said_to_be_written_in_a_language_is() -> None:
    for row in ROWS:
        theirs = [message["text"] for message in row["messages"] if message["role"] == "customer"]
        guessed = Counter(guess_language(text) for text in theirs if sum(map(str.isalpha, text)) >= 12)
        if row["writing"] != "mixed" and guessed:
            assert guessed.most_common(1)[0][0] == row["writing"], row["external_id"]


def test_the_desk_looks_alive_on_the_first_visit() -> None:
    states = Counter(one.state for one in ALL)
    assert 20 <= states[ConversationState.OPEN] <= 32
    assert states[ConversationState.SNOOZED] >= 3
    waiting = [one for one in ALL if waits(one)]
    assert 10 <= len(waiting) <= 18
    assert min(map(age, waiting)) <= 10
    assert max(map(age, waiting)) <= 6 * 60
    closed = [age(one) for one in ALL if one.state is ConversationState.CLOSED]
    assert min(closed) < DAY
    assert 60 * DAY < max(closed) <= 90 * DAY
    assert {one.assigned_to for one in ALL if one.state is ConversationState.OPEN} == {"rep", "rep2", None}


def test_some_are_handed_over_some_escalated_and_some_customers_come_by_several_channels() -> None:
    kinds = Counter(event.kind for one in ALL for event in one.events)
    assert kinds[EventKind.HANDED_OVER] >= 3
    assert kinds[EventKind.ESCALATED] >= 4
    channels: dict[str, set[Channel]] = {}
    for one in ALL:
        channels.setdefault(one.customer.external_id, set()).add(one.channel)
    assert sum(len(of_one) >= 2 for of_one in channels.values()) >= 15
    assert any(len(of_one) >= 3 for of_one in channels.values())
    assert sum(len(one.messages) >= 20 for one in ALL) >= 4
    assert any(one.messages[0].role is MessageRole.NOTE for one in ALL)


def test_every_conversation_is_in_order_and_made_of_things_that_are_there() -> None:
    keys = {person.key for person in DEMO_PEOPLE}
    assert len({one.external_id for one in ALL}) == len(ALL)
    for one in ALL:
        times = [message.minutes_ago for message in one.messages]
        assert times == sorted(times, reverse=True), one.external_id
        assert len({message.external_id for message in one.messages}) == len(one.messages)
        assert len(one.messages) >= 2
        assert MessageRole.CUSTOMER in {message.role for message in one.messages}
        assert {message.author for message in one.messages} - {None} <= keys
        assert all(message.author for message in one.messages if message.role is MessageRole.AGENT)
        assert (one.snoozed_for_minutes > 0) == (one.state is ConversationState.SNOOZED)
        assert bool(one.subject) == (one.channel is not Channel.SMS)


def test_nobody_in_it_is_real() -> None:
    for one in [*ALL, *SCRIPTS]:
        if one.customer.email:
            assert one.customer.email.endswith(("@example.com", ".example"))
        number = phonenumbers.parse(one.customer.phone, None)
        assert phonenumbers.is_valid_number(number), one.customer
        assert re.match(r"\+91(90000|99999)\d{5}$", one.customer.phone)
    text = SAMPLE_CONVERSATIONS.read_text("utf-8") + SAMPLE_SCRIPTS.read_text("utf-8")
    assert not [
        found for found in re.findall(r"[\w.]+@([\w.-]+\w)", text) if not found.endswith((".example", "example.com"))
    ]


def test_customers_write_nothing_that_would_be_masked() -> None:
    for one in ALL:
        for message in one.messages:
            assert mask_secrets(message.text, region="IN") == message.text


def test_scripts_have_eight_turns_three_questions_and_three_languages() -> None:
    assert len(SCRIPTS) == 5
    assert {script.customer.language for script in SCRIPTS} == {"en", "hi", "bn"}
    for script in SCRIPTS:
        assert len(script.turns) == 8
        questions = [turn.text for turn in script.turns if turn.waits_for_reply]
        assert len(questions) == 3
        assert all("?" in text for text in questions)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "7",
        '{"external_id": 7}',
        ROWS[0] | {"channel": "pigeon"},
        ROWS[0] | {"state": "lost"},
        ROWS[0] | {"customer": {"shoe_size": "42"}},
        ROWS[0] | {"messages": [{"external_id": "a", "role": "agent", "text": "x", "minutes_ago": -1}]},
        ROWS[0] | {"messages": "none"},
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: object) -> None:
    path = tmp_path / "odd.jsonl"
    text = line if isinstance(line, str) else json.dumps(line)
    path.write_text(f"{json.dumps(ROWS[1])}\n\n{text}\n", "utf-8")
    with pytest.raises(InvalidInputError, match=r"odd\.jsonl, line 3"):
        read_conversations(path)


def test_a_file_that_is_none_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_conversations(tmp_path / "nothing.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_scripts(tmp_path / "latin.jsonl")
