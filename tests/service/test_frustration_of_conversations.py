"""A stored conversation knows how heated its customer is."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.core.clock import utc_now
from kb.service.conversations import get_conversation
from kb.service.frustration import Frustration, Said, judge_frustration, storing
from kb.service.frustration.storing import has_due_feelings, judge_due
from kb.service.messages import store_message
from kb.tables import Channel, ConversationState, MessageRole


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


LONG_ANSWER = "agent: " + "Please open the settings, then choose the network and hold the button. " * 6


class Signs:
    """An encoder that no weights are shipped for: the words alone decide."""

    fingerprint = "none"

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.zeros((len(texts), 4), np.float32)


def test_silence_after_a_long_answer_counts_for_who_was_annoyed_once_it_has_lasted(session: Session) -> None:
    said = ["customer: I already told you that, it does not help at all.", LONG_ANSWER]
    annoyed = make_talk(session, said, ago=20)
    by_mail = make_talk(session, said, ago=20, email="mail@example.com", channel=Channel.EMAIL)
    calm = make_talk(session, ["customer: How do I reset it?", LONG_ANSWER], ago=300, email="calm@example.com")
    closed = make_talk(session, said, ago=20, email="closed@example.com")
    closed.state = ConversationState.CLOSED.value
    short = make_talk(session, [said[0], "agent: Sorry!"], ago=20, email="short@example.com")
    session.commit()
    talks, now = (annoyed, by_mail, calm, closed, short), utc_now()
    assert judge_due(session, Signs())[0] == 5
    assert not has_due_feelings(session)
    assert not any("silent since a long answer" in talk.frustration_reasons for talk in talks)
    due = [
        None if talk.feeling_due_at is None else round((talk.feeling_due_at - now).total_seconds() / 60)
        for talk in talks
    ]
    assert due == [11, 60 * 48 - 19, None, None, None]
    assert judge_due(session, Signs(), now=now + timedelta(minutes=5)) == (0, 0)
    assert judge_due(session, Signs(), now=now + timedelta(minutes=12)) == (1, 1)
    assert "silent since a long answer" in annoyed.frustration_reasons
    assert annoyed.feeling_changed_at is not None
    assert judge_due(session, Signs(), now=now + timedelta(days=3)) == (1, 1)
    assert "silent since a long answer" in by_mail.frustration_reasons
    assert judge_due(session, Signs(), now=now + timedelta(days=9)) == (0, 0)
    # Whoever writes at last is silent no more.
    say(session, annoyed, "customer: ok, thank you, that helped")
    assert annoyed.frustration == 0
    assert has_due_feelings(session)


def test_what_comes_while_a_conversation_is_judged_is_judged_too(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = make_talk(session, ["customer: Where is my kettle?"])
    session.commit()
    number = talk.id

    def judge_late(turns: Sequence[Said], *given: Any) -> Frustration:
        judged = judge_frustration(turns, *given)
        if len(turns) == 1:
            with Session(engine) as other:
                again = get_conversation(other, number)
                store_message(other, again, MessageRole.CUSTOMER, "You cheats! Get me your manager right now!")
                other.commit()
        return judged

    monkeypatch.setattr(storing, "judge_frustration", judge_late)
    judge_due(session, Signs())
    session.expire_all()
    assert talk.frustration == 2, "what was judged without the last message was dropped"
    assert has_due_feelings(session)
    judge_due(session, Signs())
    session.expire_all()
    assert talk.frustration == 2
    assert not has_due_feelings(session)
