"""Suggestions of a stored conversation: the same as of a pasted one, recorded once, settled for everybody."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import get_user
from kb.service.settled import settle_question, settled_messages
from kb.service.timeline import newest_messages
from kb.tables import SearchEvent

Token = Callable[[str], dict[str, str]]
ASKS = "customer: how do I reset my password? the link does not work"


def test_suggestions_of_a_conversation_name_the_message_that_asked(
    client: FlaskClient, token: Token, session: Session
) -> None:
    talk = make_talk(session, ["customer: hello", "agent: hello, how can I help?", ASKS])
    session.commit()
    rep = token("rep")

    def suggestions() -> dict[str, Any]:
        answer: dict[str, Any] = client.get(f"/api/v1/desk/conversations/{talk.id}/suggestions", headers=rep).get_json()
        return answer

    asked = newest_messages(session, talk)[-1]
    found = suggestions()
    assert found["speak"]
    assert found["questions"][0]["message"] == asked.id
    assert found["results"][0]["title"] == "Reset your password"
    shown = client.get(f"/api/v1/desk/conversations/{talk.id}", headers=rep).get_json()
    assert shown["questions"][0]["text"] == found["questions"][0]["text"]
    suggestions()
    session.expire_all()
    assert session.scalar(select(func.count(SearchEvent.id))) == 1


def test_a_settled_question_is_closed_for_everybody_until_it_is_opened_again(
    client: FlaskClient, token: Token, session: Session
) -> None:
    talk = make_talk(session, [ASKS])
    rep = get_user(session, "rep@test.example").id
    message = newest_messages(session, talk)[-1].id
    settle_question(session, talk, message, rep)
    session.commit()
    url = f"/api/v1/desk/conversations/{talk.id}/suggestions"
    closed = client.get(url, headers=token("trainer")).get_json()
    assert not closed["speak"]
    assert [question["open"] for question in closed["questions"]] == [False]
    settle_question(session, talk, message, rep, settled=False)
    session.commit()
    assert settled_messages(session, talk) == frozenset()
    assert client.get(url, headers=token("rep")).get_json()["speak"]


def test_a_conversation_without_words_has_no_suggestions(client: FlaskClient, token: Token, session: Session) -> None:
    talk = make_talk(session, [])
    session.commit()
    answer = client.get(f"/api/v1/desk/conversations/{talk.id}/suggestions", headers=token("rep")).get_json()
    assert (answer["speak"], answer["questions"], answer["results"]) == (False, [], [])
    say(session, talk, "customer: 👍")
    session.commit()
    assert client.get(f"/api/v1/desk/conversations/{talk.id}", headers=token("rep")).get_json()["questions"] == []
