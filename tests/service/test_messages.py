"""What is said is stored once, in order, and says who waits."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError
from kb.service.conversations import close, snooze
from kb.service.messages import note, reply, store_message, withdraw
from kb.service.timeline import newest_messages, timeline_of, turns_of
from kb.tables import Channel, Conversation, Message, MessageRole


@pytest.fixture
def rep(session: Session) -> int:
    return get_user(session, "rep@test.example").id


def minutes_waited(conversation: Conversation) -> float | None:
    since = conversation.waiting_since
    return None if since is None else round((utc_now() - since) / timedelta(minutes=1), 1)


def test_customer_waits_since_the_first_message_after_our_last_one(session: Session) -> None:
    talk = make_talk(session, ["customer: Hello", "agent: Hello!", "customer: My lamp", "customer: is broken"], ago=10)
    assert minutes_waited(talk) == 8.0
    assert talk.first_response_at is not None
    say(session, talk, "agent: I am sorry")
    assert talk.waiting_since is None
    assert talk.message_count == 5
    assert talk.preview == "I am sorry"


def test_messages_that_come_twice_and_out_of_order_make_the_same_conversation(session: Session) -> None:
    talk = make_talk(session, [])
    now = utc_now()
    for number in (3, 1, 2, 1, 3):
        role = MessageRole.AGENT if number == 2 else MessageRole.CUSTOMER
        at = now - timedelta(minutes=10 - number)
        store_message(session, talk, role, f"line {number}", external_id=f"m{number}", sent_at=at)
    assert [entry.message.text for entry in timeline_of(session, talk).entries if entry.message] == [
        "line 1",
        "line 2",
        "line 3",
    ]
    assert minutes_waited(talk) == 7.0


def test_an_old_message_that_comes_late_opens_nothing_and_a_new_one_does(session: Session, rep: int) -> None:
    talk = make_talk(session, ["customer: Where is it?", "agent: Here."])
    close(session, talk, rep)
    store_message(session, talk, MessageRole.CUSTOMER, "Well?", sent_at=utc_now() - timedelta(minutes=30))
    assert (talk.state, talk.waiting_since) == ("closed", None)
    say(session, talk, "customer: It is not there")
    assert talk.state == "open"
    assert talk.waiting_since is not None


def test_who_is_snoozed_comes_back_when_the_customer_writes(session: Session, rep: int) -> None:
    talk = make_talk(session)
    snooze(session, talk, utc_now() + timedelta(days=1), rep)
    say(session, talk, "customer: any news?")
    assert (talk.state, talk.snoozed_until) == ("open", None)


def test_second_of_two_replies_is_asked_first_and_loses_nothing(session: Session, rep: int) -> None:
    talk = make_talk(session)
    seen = newest_messages(session, talk)[-1].id
    other = get_user(session, "trainer@test.example").id
    reply(session, talk, "From the one", rep, last_seen_id=seen, recipient="", undo_seconds=5)
    with pytest.raises(ConflictError, match="colleague has replied"):
        reply(session, talk, "From the other", other, last_seen_id=seen, recipient="", undo_seconds=5)
    reply(session, talk, "From the other", other, last_seen_id=seen, recipient="", undo_seconds=5, anyway=True)
    assert [m.text for m in newest_messages(session, talk)][1:] == ["From the one", "From the other"]


def test_a_recipient_that_changed_since_the_draft_began_is_asked_about(session: Session, rep: int) -> None:
    talk = make_talk(session, channel=Channel.EMAIL, email="new@example.com")
    seen = newest_messages(session, talk)[-1].id
    with pytest.raises(ConflictError, match=r"new@example\.com, not to old@example\.com"):
        reply(session, talk, "Hi", rep, last_seen_id=seen, recipient="old@example.com", undo_seconds=5)


def test_reply_can_be_taken_back_until_it_goes_out_and_then_the_customer_waits_again(
    session: Session, rep: int
) -> None:
    talk = make_talk(session)
    message = reply(session, talk, "Oops", rep, last_seen_id=None, recipient="", undo_seconds=5, anyway=True)
    assert message.delivery == "pending"
    assert talk.waiting_since is None
    withdraw(session, talk, message.id, rep)
    assert talk.waiting_since is not None
    assert talk.preview == "Where is my refund?"
    with pytest.raises(ConflictError):
        withdraw(session, talk, message.id, rep)


def test_what_is_spoken_is_not_delivered(session: Session, rep: int) -> None:
    talk = make_talk(session, channel=Channel.PHONE)
    message = reply(session, talk, "I told her", rep, last_seen_id=None, recipient="", undo_seconds=5, anyway=True)
    assert message.delivery == ""


def test_language_of_a_conversation_is_held_over_one_mixed_line(session: Session) -> None:
    talk = make_talk(session, ["customer: hi", "customer: मेरा रिफंड अभी तक नहीं आया है, कृपया देखिए"])
    assert talk.language == "hi"
    say(session, talk, "customer: please check my order number fast")
    assert talk.language == "hi"


def test_secrets_of_customers_are_masked_before_they_are_stored(session: Session) -> None:
    talk = make_talk(session, ["customer: my card 4111 1111 1111 1111 was charged, call +91 98123 45678"])
    text = session.scalars(select(Message.text).where(Message.conversation_id == talk.id)).one()
    assert "4111" not in text
    assert "98123 45678" in text


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1_000_001])
def test_a_text_that_cannot_be_stored_is_refused(session: Session, text: str) -> None:
    with pytest.raises(InvalidInputError):
        store_message(session, make_talk(session), MessageRole.CUSTOMER, text)


def test_three_short_messages_in_a_row_are_one_turn_and_a_note_is_none_of_them(session: Session, rep: int) -> None:
    talk = make_talk(session, ["customer: hi", "customer: my lamp", "customer: does not turn on"], apart=0.2)
    note(session, talk, "seems angry", rep)
    turns = turns_of(newest_messages(session, talk), talk.channel)
    assert [(turn.role.value, turn.text) for turn in turns] == [
        ("customer", "hi\nmy lamp\ndoes not turn on"),
        ("note", "seems angry"),
    ]
    assert len(turns[0].message_ids) == 3


def test_two_questions_in_a_row_stay_two_turns(session: Session) -> None:
    talk = make_talk(session, ["customer: where is my refund?", "customer: and can I pay by card?"], apart=0.2)
    assert len(turns_of(newest_messages(session, talk), talk.channel)) == 2


def test_timeline_is_read_in_pages_to_its_beginning(session: Session) -> None:
    talk = make_talk(session, [f"customer: line {number}" for number in range(23)])
    seen: list[str] = []
    before = None
    while True:
        page = timeline_of(session, talk, before_id=before, limit=10)
        seen = [entry.message.text for entry in page.entries if entry.message] + seen
        before = page.earlier
        if before is None:
            break
    assert seen == [f"line {number}" for number in range(23)]
