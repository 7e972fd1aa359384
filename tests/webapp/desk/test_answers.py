"""Beside a conversation: its open questions, what answers them, and a search of the rep's own."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from page_fixtures import content, prepared
from sqlalchemy.orm import Session
from talks import make_talk

from kb.service.settled import settled_messages
from kb.service.timeline import newest_messages
from kb.tables import Conversation, Role

__all__ = ["content", "prepared"]
Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
PARTIAL = {"HX-Request": "true"}


@pytest.fixture
def talk(session: Session, content: object) -> Conversation:
    conversation = make_talk(session, ["customer: hello", "agent: hello!", "customer: when will my refund arrive?"])
    session.commit()
    return conversation


def test_open_question_stands_as_a_chip_that_can_be_settled_and_opened_again(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    rep = login(Role.REP)
    url = f"/desk/inbox/{talk.id}/answers"
    message = newest_messages(session, talk)[-1].id
    page = rep.get(url, headers=PARTIAL).text
    assert f'name="close" value="{message}"' in page
    assert "when will my refund arrive?" in page
    settled = rep.post(url, data={"close": str(message)}, headers=csrf(rep) | PARTIAL).text
    assert f'name="reopen" value="{message}"' in settled
    session.expire_all()
    assert settled_messages(session, talk) == {message}
    again = rep.post(url, data={"reopen": str(message)}, headers=csrf(rep))
    assert again.status_code == 303
    assert f'name="close" value="{message}"' in rep.get(url, headers=PARTIAL).text


def test_rep_looks_for_something_else_beside_the_conversation(login: Login, csrf: Csrf, talk: Conversation) -> None:
    rep = login(Role.REP)
    headers = csrf(rep) | PARTIAL
    page = rep.post(f"/desk/inbox/{talk.id}/answers", data={"q": "refund"}, headers=headers).text
    assert " data-hit" in page
    assert "Open questions" not in page


def test_without_scripts_the_answers_are_a_page_with_a_way_back(login: Login, talk: Conversation) -> None:
    page = login(Role.REP).get(f"/desk/inbox/{talk.id}/answers").text
    assert f'href="/desk/inbox/{talk.id}"' in page
    assert re.search(r'<input[^>]+name="q"', page)


def test_a_message_of_another_conversation_settles_nothing(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    other = make_talk(session, name="Ravi", email="ravi@example.com")
    session.commit()
    rep = login(Role.REP)
    message = newest_messages(session, other)[-1].id
    closing = rep.post(f"/desk/inbox/{talk.id}/answers", data={"close": str(message)}, headers=csrf(rep))
    assert closing.status_code == 404
    assert rep.get("/desk/inbox/4000/answers").status_code == 404
