"""What a rep noted of a call is what there is of the customer's words; a note beside a chat is not."""

import pytest
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.service.escalation import escalate
from kb.service.timeline import newest_messages, turns_of
from kb.tables import Channel, Conversation, MessageRole, User

FURIOUS = [
    "note: Caller is furious, the fan came broken for the second time and nobody rang back",
    "note: ग्राहक बहुत गुस्से में हैं, पंखा दूसरी बार टूटा आया, मैनेजर से बात करनी है",
    "note: গ্রাহক খুব রেগে আছেন, পাখা দ্বিতীয়বার ভাঙা এসেছে, ম্যানেজার চান",
    "note: customer bahut gusse me hai, pankha phir toota aaya, manager chahiye",
]


def sides(session: Session, talk: Conversation) -> list[str]:
    return [turn.role.value for turn in turns_of(newest_messages(session, talk), talk.channel)]


@pytest.mark.parametrize("line", FURIOUS)
@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.WALK_IN, Channel.CHAT, Channel.EMAIL])
def test_notes_of_a_call_or_visit_tell_how_the_customer_feels_and_what_they_ask(
    session: Session, line: str, channel: Channel
) -> None:
    talk = make_talk(session, [line], channel=channel)
    is_spoken = channel in (Channel.PHONE, Channel.WALK_IN)
    assert (talk.frustration > 0) is is_spoken
    assert (talk.feeling_due_at is not None) is is_spoken
    assert sides(session, talk) == (["customer"] if is_spoken else ["note"])


def test_where_the_customer_was_written_down_a_note_is_for_colleagues(session: Session) -> None:
    talk = make_talk(session, ["customer: When does my lamp come?", FURIOUS[0]], channel=Channel.PHONE)
    assert talk.frustration == 0
    assert sides(session, talk) == ["customer", "note"]


def test_a_call_that_has_calmed_down_is_calm_and_what_was_told_is_ours(session: Session) -> None:
    talk = make_talk(session, [FURIOUS[0], "agent: A new fan leaves today."], channel=Channel.PHONE)
    assert talk.frustration > 0
    say(session, talk, "note: happy now, thanked us, all solved")
    assert talk.frustration == 0
    assert sides(session, talk) == ["customer", "agent", "customer"]


def test_a_note_that_nobody_typed_is_not_heard(session: Session) -> None:
    talk = make_talk(session, ["note: asks for the size of the lamp"], channel=Channel.PHONE)
    user = User(email="rep@example.com", name="Rep", password_hash="x", role="rep")
    session.add(user)
    session.flush()
    escalate(session, talk, "desk (ext. 9)", user.id, reasons=["the customer is angry and wants a manager"])
    assert sides(session, talk) == [MessageRole.CUSTOMER.value, MessageRole.NOTE.value]
    assert talk.frustration == 0
