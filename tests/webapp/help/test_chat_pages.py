"""The chat's pages: as forms without scripts, and what their script asks for."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.people import get_user
from kb.service.conversations import assign, close, get_conversation
from kb.service.drafts import note_presence
from kb.service.messages import note, reply
from kb.tables import ChatState, Conversation, Message, Role, User
from webapp.help.own_conversations import token_of

Csrf = Callable[[FlaskClient], dict[str, str]]
Login = Callable[[Role | str], FlaskClient]
JSON = {"Accept": "application/json"}


@pytest.fixture
def room(client: FlaskClient, csrf: Csrf) -> str:
    """The address of a chat that this client has begun."""
    form = {"message": "Where is my parcel?", "name": "Asha", "key": "key-00000001"}
    begun = client.post("/help/en/chat", data=form, headers=csrf(client))
    assert begun.status_code == 303
    return str(begun.location)


@pytest.fixture
def chat(room: str, session: Session) -> Conversation:
    return get_conversation(session, session.scalars(select(Conversation.id)).one())


def answer(session: Session, chat: Conversation, text: str) -> Message:
    rep = session.get_one(User, get_user(session, "rep@test.example").id)
    rep.name = "Sumana Chatterjee"
    sent = reply(session, chat, text, rep.id, last_seen_id=None, recipient="", undo_seconds=5, anyway=True)
    session.commit()
    return sent


def test_a_customer_without_scripts_begins_writes_reads_and_ends(
    client: FlaskClient, csrf: Csrf, session: Session, room: str, chat: Conversation
) -> None:
    page = client.get(room).get_data(as_text=True)
    assert "Where is my parcel?" in page
    assert "Nobody has answered yet" in page
    sent = client.post(f"{room}/messages", data={"text": "<b>hello</b>", "key": "k-0000001"}, headers=csrf(client))
    assert sent.status_code == 303
    answer(session, chat, "It arrives tomorrow.")
    page = client.get(room).get_data(as_text=True)
    assert "&lt;b&gt;hello&lt;/b&gt;" in page
    assert "It arrives tomorrow." in page
    assert "You are talking to Sumana." in page
    assert "Chatterjee" not in page
    follows = client.get(f"{room}?follow=1").get_data(as_text=True)
    assert 'http-equiv="refresh"' in follows
    assert "<textarea" not in follows  # nothing that is typed is lost by the next load
    client.post(f"{room}/end", headers=csrf(client))
    assert "This chat has ended." in client.get(room).get_data(as_text=True)


def test_nobody_is_talked_to_before_they_have_answered(
    client: FlaskClient, session: Session, room: str, chat: Conversation
) -> None:
    assert "You are next." in client.get(room).text
    rep = session.get_one(User, get_user(session, "rep@test.example").id)
    rep.name = "Sumana Chatterjee"
    assign(session, chat, rep.id, rep.id)
    session.commit()
    page = client.get(room).text
    assert "Sumana has your message and will answer here." in page
    assert "You are next." not in page
    assert "You are talking to" not in page
    answer(session, chat, "It arrives tomorrow.")
    page = client.get(room).text
    assert "You are talking to Sumana." in page
    assert "has your message" not in page


def test_the_form_keeps_what_was_typed_and_is_sent_once(client: FlaskClient, csrf: Csrf, session: Session) -> None:
    page = client.post("/help/hi/chat", data={"message": "", "name": "आशा"}, headers=csrf(client))
    assert page.status_code == 422
    assert "आशा" in page.get_data(as_text=True)
    form = {"message": "नमस्ते, मेरा पार्सल कहाँ है?", "key": "key-00000009"}
    addresses = {client.post("/help/hi/chat", data=form, headers=csrf(client)).status_code for _ in range(2)}
    assert addresses == {303}
    assert len(session.scalars(select(Conversation)).all()) == 1
    assert len(session.scalars(select(Message)).all()) == 1
    # Who comes again is led back.
    assert "/help/hi/chat/" in client.get("/help/hi/chat").get_data(as_text=True)


def test_the_script_is_told_what_is_new_and_how_it_stands(
    client: FlaskClient, csrf: Csrf, session: Session, room: str, chat: Conversation
) -> None:
    state = client.get(f"{room}/state").get_json()
    assert state["html"].count("data-message") == 1
    assert (state["open"], state["answered"], state["read"], state["typing"]) == (True, False, 0, "")
    rep = get_user(session, "rep@test.example")
    note(session, chat, "between colleagues", rep.id)
    sent = answer(session, chat, "It arrives tomorrow.")
    note_presence(session, chat.id, rep.id, typing=True)
    session.commit()
    state = client.get(f"{room}/state?after={state['newest']}").get_json()
    assert "between colleagues" not in str(state)
    assert (state["newest"], state["typing"], state["newest_is_ours"]) == (sent.id, "Sumana is writing…", True)
    assert state["html"].count("data-message") == 1
    headers = JSON | {"X-CSRFToken": state["csrf"]}
    body = {"text": "card 4111 1111 1111 1111", "key": "k-0000001"}
    told = [client.post(f"{room}/messages", data=body, headers=headers).get_json() for _ in range(2)]
    assert told[0] == told[1]
    assert told[0]["masked"] == ["a card number"]
    for text in ("", "x" * 6000):
        refused = client.post(f"{room}/messages", data={"text": text, "key": "k-2"}, headers=headers)
        assert refused.status_code == 422
        assert refused.get_json()["detail"]


def test_the_stream_says_that_something_changed_and_nothing_else(client: FlaskClient, room: str) -> None:
    answer = client.get(f"{room}/live")
    assert answer.mimetype == "text/event-stream"
    assert "event: connected" in answer.get_data(as_text=True)


def test_typing_and_reading_are_seen_at_the_desk_and_reading_there_is_seen_here(
    client: FlaskClient, csrf: Csrf, login: Login, session: Session, room: str, chat: Conversation
) -> None:
    sent = answer(session, chat, "It arrives tomorrow.")
    rep = login(Role.REP)
    desk = f"/desk/inbox/{chat.id}"
    assert "The customer is here" in rep.get(desk).get_data(as_text=True)
    headers = csrf(client)
    client.post(f"{room}/presence", data={"typing": "1", "read": str(sent.id)}, headers=headers)
    page = rep.get(desk).get_data(as_text=True)
    assert "The customer is writing" in page
    assert re.search(r'said__delivery">\s*read<', page)
    assert client.get(f"{room}/state").get_json()["read"] == sent.id
    client.post(f"{room}/messages", data={"text": "thanks", "key": "k-0000001"}, headers=headers | JSON)
    newest = client.get(f"{room}/state").get_json()
    assert newest["read"] < newest["newest"]
    rep.post(f"{desk}/presence", data={"typing": "0"}, headers=csrf(rep))
    assert client.get(f"{room}/state").get_json()["read"] == newest["newest"]


def test_a_reply_from_the_desk_cannot_be_taken_back_since_it_is_there(
    client: FlaskClient, csrf: Csrf, login: Login, room: str, chat: Conversation
) -> None:
    rep = login(Role.REP)
    rep.post(f"/desk/inbox/{chat.id}/presence", data={"typing": "1"}, headers=csrf(rep))
    assert client.get(f"{room}/state").get_json()["typing"]
    form = {"text": "Hello Asha", "kind": "reply", "anyway": "1", "key": "press-0001"}
    told = rep.post(f"/desk/inbox/{chat.id}/messages", data=form, headers=csrf(rep) | JSON).get_json()
    assert told["undo"] is None
    state = client.get(f"{room}/state").get_json()
    assert "Hello Asha" in state["html"]
    assert state["typing"] == ""


def test_only_the_signed_address_of_a_chat_opens_it(
    app: Flask, client: FlaskClient, session: Session, room: str
) -> None:
    assert client.get(room + "x").status_code == 404
    assert client.get("/help/en/chat/1").status_code == 404
    assert app.test_client().get(room).status_code == 200  # who has the address has the chat
    talk = make_talk(session)
    session.commit()
    with app.test_request_context():
        other = f"/help/en/chat/{token_of(talk)}"
    for path in ("", "/state", "/live", "/suggestions", "/files/1"):
        assert client.get(other + path).status_code == 404


def test_what_was_said_is_sent_on_request_and_only_where_mails_can_be_sent(
    client: FlaskClient, csrf: Csrf, session: Session, room: str
) -> None:
    assert "transcript" not in client.get(room).get_data(as_text=True)
    client.post(f"{room}/transcript", data={"email": "asha@example.com"}, headers=csrf(client))
    assert not any(state.transcript_to for state in session.scalars(select(ChatState)))


def test_an_ended_chat_says_so_to_its_script(
    client: FlaskClient, session: Session, room: str, chat: Conversation
) -> None:
    close(session, chat, None)
    session.commit()
    state = client.get(f"{room}/state").get_json()
    assert (state["open"], state["status"]) == (False, "This chat has ended.")
    assert "/help/en/chat/" not in client.get("/help/en/chat").get_data(as_text=True)
