"""Handing over: the summary is shown with its sources, edited, and goes along as a note. All of it is a plain form."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from page_checks import get_page
from page_fixtures import content, prepared
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import is_of_the_page, recorded_statements
from talks import make_talk

from kb.accounts.people import get_user
from kb.tables import Conversation, ConversationEvent, EventKind, Message, Role

__all__ = ["content", "prepared"]

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
FIELD = re.compile(r'name="((?:section|message|keep)-\d+)" value="([^"]*)"')
LINE = re.compile(r'<textarea [^>]*name="(text-\d+)"[^>]*>\n(.*?)</textarea>')


@pytest.fixture
def talk(session: Session) -> Conversation:
    talk = make_talk(
        session,
        [
            "customer: My order JH-40718265 came on Monday. It is <i>broken</i>.",
            "agent: I have booked a pickup. We will refund you by Friday.",
            "note: poor man",
            "customer: Why does it take so long?",
        ],
    )
    talk.frustration = 2
    session.commit()
    return talk


def fields_of(page: str) -> dict[str, str]:
    return dict(FIELD.findall(page) + [(name, unescape(text)) for name, text in LINE.findall(page)])


def test_the_summary_is_in_the_conversations_own_words_with_their_sources(
    login: Login, session: Session, talk: Conversation
) -> None:
    page = get_page(login("rep"), f"/desk/inbox/{talk.id}/handover")
    fields = fields_of(page)
    texts = [value for name, value in fields.items() if name.startswith("text-")]
    assert texts[:4] == [
        "My order JH-40718265 came on Monday.", "I have booked a pickup.", "We will refund you by Friday.",
        "Why does it take so long?",
    ]  # fmt: skip
    assert texts[-1] == "The customer is angry."
    assert "poor man" not in page
    ids = list(session.scalars(select(Message.id).where(Message.conversation_id == talk.id).order_by(Message.id)))
    assert [int(value) for name, value in fields.items() if name.startswith("message-")][:4] == [
        ids[0],
        ids[1],
        ids[1],
        ids[3],
    ]
    assert f'href="/desk/inbox/{talk.id}#m{ids[1]}"' in page


def test_edited_it_goes_to_a_colleague_as_a_note(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    client, trainer = login("rep"), get_user(session, "trainer@test.example")
    fields = fields_of(get_page(client, f"/desk/inbox/{talk.id}/handover"))
    del fields["keep-1"]  # unticked
    fields["text-0"] = "JH-40718265 came broken"
    data = {**fields, "to": "person", "person": str(trainer.id), "own": "He is at home after six."}
    answer = client.post(f"/desk/inbox/{talk.id}/handover", headers=csrf(client), data=data)
    assert (answer.status_code, answer.location) == (303, f"/desk/inbox/{talk.id}")
    session.expire_all()
    note = session.scalars(select(Message).where(Message.role == "note").order_by(Message.id.desc())).first()
    assert note is not None
    assert note.text.startswith(
        "What the customer told us\n– JH-40718265 came broken\n\nWhat was promised\n– We will refund"
    )
    assert note.text.endswith("He is at home after six.")
    assert "booked a pickup" not in note.text
    assert session.get_one(Conversation, talk.id).assigned_to_id == trainer.id
    assert session.scalars(select(ConversationEvent).where(ConversationEvent.kind == EventKind.HANDED_OVER.value)).one()
    assert "He is at home after six." in get_page(login("trainer"), f"/desk/inbox/{talk.id}")


def test_it_can_wait_for_a_later_shift_or_go_to_who_decides(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    client, address = login("rep"), f"/desk/inbox/{talk.id}/handover"
    tomorrow = (datetime.now() + timedelta(days=1)).strftime("%Y-%m-%dT09:00")  # noqa: DTZ005  # as a browser sends it
    client.post(address, headers=csrf(client), data={"to": "shift", "until": tomorrow})
    session.expire_all()
    found = session.get_one(Conversation, talk.id)
    assert (found.state, found.assigned_to_id) == ("snoozed", None)
    assert found.snoozed_until is not None
    assert (found.snoozed_until.hour, found.snoozed_until.minute) == (3, 30)  # nine in the house's time zone
    client.post(address, headers=csrf(client), data={"to": "role", "role": "admin"})
    session.expire_all()
    assert session.get_one(Conversation, talk.id).assigned_to_id == get_user(session, "admin@test.example").id


@pytest.mark.parametrize(
    "data",
    [
        {}, {"to": "person"}, {"to": "person", "person": "99999999999999999999"}, {"to": "person", "person": "x"},
        {"to": "shift", "until": "soon"}, {"to": "shift", "until": "2020-01-01T09:00"},
        {"to": "shift", "until": "9999-12-31T23:59"},
        {"to": "role", "role": "rep"}, {"to": "role", "role": "king"}, {"to": "everybody"},
    ],
)  # fmt: skip
def test_who_gets_it_must_be_somebody(
    login: Login, csrf: Csrf, session: Session, talk: Conversation, data: dict[str, str]
) -> None:
    client = login("rep")
    answer = client.post(f"/desk/inbox/{talk.id}/handover", headers=csrf(client), data={"own": "x", **data})
    assert (answer.status_code, answer.location) == (303, f"/desk/inbox/{talk.id}/handover")
    session.expire_all()
    assert len(session.scalars(select(Message).where(Message.role == "note")).all()) == 1  # the one that was there
    assert session.get_one(Conversation, talk.id).assigned_to_id is None


def test_the_form_costs_at_most_twelve_statements(login: Login, engine: Engine, talk: Conversation) -> None:
    client = login("rep")
    client.get(f"/desk/inbox/{talk.id}/handover")
    with recorded_statements(engine) as statements:
        client.get(f"/desk/inbox/{talk.id}/handover")
    found = [one for one in statements if one.startswith("SELECT") and is_of_the_page(one)]
    assert len(found) <= 12, "\n".join(found)


def test_a_conversation_that_is_not_there_has_no_form(login: Login) -> None:
    assert login("rep").get("/desk/inbox/999/handover").status_code == 404
