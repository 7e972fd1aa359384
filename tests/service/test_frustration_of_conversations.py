"""A stored conversation knows how heated its customer is."""

from datetime import timedelta

from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.core.clock import utc_now
from kb.service.frustration.storing import update_frustration
from kb.service.messages import store_message
from kb.tables import Channel, MessageRole


def test_level_and_reasons_are_stored_with_the_message_and_fall_when_it_is_settled(session: Session) -> None:
    talk = make_talk(session, ["customer: Where is my kettle?", "agent: It leaves tomorrow."])
    assert (talk.frustration, talk.frustration_reasons) == (0, [])
    say(session, talk, "customer: You cheats, you said that last week! Get me your manager right now!")
    assert talk.frustration == 2
    assert "asked for a manager" in talk.frustration_reasons
    say(session, talk, "agent: I have asked the warehouse, it is on the van.")
    assert talk.frustration == 2, "our own words change nothing"
    say(session, talk, "customer: ok")
    assert talk.frustration == 1, "anger does not end with one short word"
    say(session, talk, "agent: The rider is at your gate.")
    say(session, talk, "customer: It is here, thank you so much!!!")
    assert (talk.frustration, talk.frustration_reasons) == (0, [])


def test_a_third_conversation_within_two_weeks_counts_and_an_old_one_does_not(session: Session) -> None:
    for days in (40, 6, 3):
        old = make_talk(session, ["customer: My fan is not here yet."], phone="+919830012345", email="")
        old.created_at = utc_now() - timedelta(days=days)
    session.flush()
    talk = make_talk(session, ["customer: Still no fan. When does it come?"], phone="+919830012345", email="")
    assert "contact number 3 within 14 days" in talk.frustration_reasons
    assert talk.frustration == 1


def test_waiting_for_an_answer_is_seen_in_a_chat_and_forgiven_in_a_mail(session: Session) -> None:
    lines = ["customer: Which size is the lid?", "customer: hello? any update?"]
    chat = make_talk(session, lines, ago=60, apart=50, channel=Channel.CHAT)
    assert (chat.frustration, "waited 50 minutes" in chat.frustration_reasons) == (1, True)
    mail = make_talk(session, ["customer: Which size is the lid?", "customer: Any news, please?"], ago=60, apart=50,
                     channel=Channel.EMAIL, email="mail@example.com")  # fmt: skip
    assert mail.frustration == 0


def test_order_of_delivery_makes_no_difference(session: Session) -> None:
    now = utc_now()
    said = [
        (MessageRole.CUSTOMER, "You liars, nothing was sent!", 9),
        (MessageRole.AGENT, "It is sent today.", 6),
        (MessageRole.CUSTOMER, "fine", 3),
    ]
    levels = []
    for number, order in enumerate(((0, 1, 2), (2, 1, 0), (1, 2, 0))):
        talk = make_talk(session, [], email=f"order{number}@example.com")
        for place in order:
            role, text, ago = said[place]
            store_message(session, talk, role, text, sent_at=now - timedelta(minutes=ago), external_id=f"m{place}")
        levels.append((talk.frustration, tuple(talk.frustration_reasons)))
    assert len(set(levels)) == 1
    assert levels[0][0] == 1


def test_silence_after_a_long_answer_counts_for_who_was_annoyed(session: Session) -> None:
    answer = "agent: " + "Please open the settings, then choose the network and hold the button. " * 6
    annoyed = make_talk(session, ["customer: I already told you that, it does not help at all.", answer], ago=300)
    calm = make_talk(session, ["customer: How do I reset it?", answer], ago=300, email="calm@example.com")
    later = utc_now()
    assert "silent since a long answer" in update_frustration(session, annoyed, now=later).reasons
    assert update_frustration(session, calm, now=later).level == 0
