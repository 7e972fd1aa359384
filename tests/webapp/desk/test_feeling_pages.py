"""How heated a customer is, at the desk: the reasons, what can be said, and escalating with one key."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from page_checks import get_page
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import is_of_the_page, recorded_statements
from talks import make_talk

from kb.service.conversations import get_conversation
from kb.tables import ConversationEvent, Role

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
HEATED = [
    "customer: Where is my kettle?",
    "agent: It leaves today.",
    "customer: You cheats! I want your manager right now!",
]


@pytest.fixture
def rep(login: Login) -> FlaskClient:
    return login("rep")


@pytest.mark.parametrize(
    ("language", "reason"),
    [("en", "asked for a manager"), ("hi", "मैनेजर से बात करना चाहते हैं"), ("bn", "ম্যানেজারের সঙ্গে কথা বলতে চান")],
)
def test_reasons_are_in_the_language_of_the_rep(
    rep: FlaskClient, csrf: Csrf, session: Session, language: str, reason: str
) -> None:
    talk = make_talk(session, HEATED)
    session.commit()
    rep.post("/preferences", data={"language": language}, headers=csrf(rep))
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    assert reason in page
    # What can be said is in the customer's.
    assert "two minutes" in page


def test_one_key_escalates_with_reasons_and_a_hand_over(rep: FlaskClient, csrf: Csrf, session: Session) -> None:
    talk = make_talk(session, HEATED, subject="Late kettle")
    session.commit()
    page = rep.get(f"/desk/inbox/{talk.id}").text
    assert 'data-key="e"' in page
    assert 'value="team lead desk (ext. 220)"' in page
    sent = rep.post(
        f"/desk/inbox/{talk.id}/escalate",
        data={"to": "team lead desk (ext. 220)"},
        headers=csrf(rep),
        follow_redirects=True,
    )
    assert sent.status_code == 200
    assert "Escalated to team lead desk (ext. 220)" in sent.text
    assert "Problem in one sentence: Late kettle" in sent.text
    session.expire_all()
    assert get_conversation(session, talk.id).escalated_at is not None
    event = session.scalars(select(ConversationEvent).where(ConversationEvent.kind == "escalated")).one()
    assert "asked for a manager" in event.data["reasons"]


def test_to_nobody_is_asked_again_and_nothing_is_written(rep: FlaskClient, csrf: Csrf, session: Session) -> None:
    talk = make_talk(session, HEATED)
    session.commit()
    sent = rep.post(f"/desk/inbox/{talk.id}/escalate", data={"to": " "}, headers=csrf(rep), follow_redirects=True)
    assert "Nobody is named" in sent.text
    assert session.scalars(select(ConversationEvent).where(ConversationEvent.kind == "escalated")).all() == []


def test_a_calm_customer_is_escalated_by_a_folded_box_and_a_heated_one_costs_no_further_statement(
    rep: FlaskClient, session: Session, engine: Engine
) -> None:
    calm, heated = make_talk(session), make_talk(session, HEATED, email="heated@example.com")
    session.commit()
    rep.get(f"/desk/inbox/{calm.id}")
    counts = []
    for talk in (calm, heated):
        with recorded_statements(engine) as statements:
            page = rep.get(f"/desk/inbox/{talk.id}").text
        counts.append(len([one for one in statements if is_of_the_page(one)]))
        assert page.count('id="escalate-to"') == page.count('data-key="e"') == 1
        assert ('<summary data-key="e"' in page) is (talk is calm)
    assert counts[0] == counts[1] <= 12


def test_a_closed_conversation_is_escalated_to_nobody(rep: FlaskClient, csrf: Csrf, session: Session) -> None:
    talk = make_talk(session)
    session.commit()
    rep.post(f"/desk/inbox/{talk.id}/close", headers=csrf(rep))
    page = rep.get(f"/desk/inbox/{talk.id}").text
    assert 'data-key="e"' not in page
    assert "The conversation is closed." in page


@pytest.mark.parametrize(
    ("said", "whom"),
    [
        ("Smoke came out of the heater when I plugged it in.", "product safety desk (ext. 303)"),
        ("प्लग लगाते ही हीटर से धुआँ निकलने लगा।", "product safety desk (ext. 303)"),
        ("I told the caller my OTP and now money is being deducted.", "trust desk (ext. 301)"),
    ],
)
def test_a_danger_goes_to_whom_the_rules_name_however_calm_it_is_told(
    rep: FlaskClient, session: Session, said: str, whom: str
) -> None:
    talk = make_talk(session, [f"customer: {said}"])
    session.commit()
    assert f'value="{whom}"' in rep.get(f"/desk/inbox/{talk.id}").text


def test_a_calm_question_is_escalated_to_nobody(rep: FlaskClient, session: Session) -> None:
    talk = make_talk(session, ["customer: Which heater is good for a small room?"])
    session.commit()
    assert 'required value=""' in rep.get(f"/desk/inbox/{talk.id}?part=feeling").text
