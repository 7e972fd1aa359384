"""A conversation goes to somebody else with all that they have to know."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.people import get_user, set_active
from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.service.conversations import assign
from kb.service.handing_over import NoteLine, Recipient, hand_over
from kb.tables import Conversation, ConversationEvent, EventKind, Message, Role

LINES = [
    NoteLine("Facts", "Order  JH-1", 3),
    NoteLine("Promised", "A call by Friday", 4),
    NoteLine("Facts", "A lamp", 5),
]


def people(session: Session) -> tuple[int, int, int]:
    rep, trainer, admin = (get_user(session, f"{name}@test.example").id for name in ("rep", "trainer", "admin"))
    return rep, trainer, admin


def test_the_note_has_the_lines_under_their_headings_with_their_sources(session: Session) -> None:
    rep, trainer, _ = people(session)
    talk = make_talk(session)
    note = hand_over(session, talk, rep, Recipient(user_id=trainer), LINES, "  She is in a hurry. ")
    assert note is not None
    assert note.text == "Facts\n– Order JH-1\n– A lamp\n\nPromised\n– A call by Friday\n\nShe is in a hurry."
    assert (note.role, note.user_id) == ("note", rep)
    assert [one["message"] for one in note.details["hand_over"]] == [3, 4, 5]
    assert talk.assigned_to_id == trainer
    assert talk.waiting_since is not None  # a note answers nobody
    [event] = session.scalars(select(ConversationEvent).where(ConversationEvent.kind == EventKind.HANDED_OVER.value))
    assert (event.user_id, event.data["to"], event.data["note"]) == (rep, trainer, note.id)


def test_to_a_later_shift_it_is_nobodys_until_then(session: Session) -> None:
    rep, _, _ = people(session)
    talk = make_talk(session)
    assign(session, talk, rep, rep)
    until = utc_now() + timedelta(hours=9)
    hand_over(session, talk, rep, Recipient(until=until), [])
    assert (talk.assigned_to_id, talk.state, talk.snoozed_until) == (None, "snoozed", until)
    assert session.scalars(select(Message).where(Message.role == "note")).all() == []


def test_to_a_role_it_goes_to_whoever_has_least(session: Session) -> None:
    rep, trainer, admin = people(session)
    hand_over(session, first := make_talk(session), rep, Recipient(role=Role.TRAINER), LINES)
    assert first.assigned_to_id == trainer
    hand_over(
        session, second := make_talk(session, name="B", email="b@x.example"), trainer, Recipient(role=Role.ADMIN), []
    )
    assert second.assigned_to_id == admin
    set_active(session, get_user(session, "trainer@test.example"), False)
    with pytest.raises(InvalidInputError, match="nobody of that role"):
        hand_over(session, first, rep, Recipient(role=Role.TRAINER), LINES)


@pytest.mark.parametrize("case", ["nobody", "oneself", "past", "far", "unknown"])
def test_who_cannot_have_it_does_not_get_it_and_nothing_is_written(session: Session, case: str) -> None:
    rep, _, _ = people(session)
    talk = make_talk(session)
    session.commit()
    to = {
        "nobody": Recipient(),
        "oneself": Recipient(user_id=rep),
        "past": Recipient(until=utc_now() - timedelta(minutes=1)),
        "far": Recipient(until=utc_now() + timedelta(days=61)),
        "unknown": Recipient(user_id=99_999),
    }[case]
    with pytest.raises((InvalidInputError, NotFoundError)):
        hand_over(session, talk, rep, to, LINES)
    session.rollback()
    assert session.scalars(select(Message).where(Message.role == "note")).all() == []
    assert session.get_one(Conversation, talk.id).assigned_to_id is None
