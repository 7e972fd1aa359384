from datetime import timedelta

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session

from kb.core.errors import NotFoundError
from kb.service.contact import request_contact
from kb.tables import Conversation
from webapp.help.own_conversations import VALID_FOR, conversation_of, token_of


@pytest.fixture
def own(session: Session) -> Conversation:
    opened = request_contact(
        session, name="Asha Rao", contact="asha@example.com", message="My refund is late", language="en", visit=None
    )
    session.commit()
    return opened


def opens(app: Flask, token: str, path: str = "/") -> int:
    with app.test_request_context(path):
        return conversation_of(token).id


def test_link_opens_the_conversation_it_was_made_for(app: Flask, own: Conversation) -> None:
    with app.app_context():
        token = token_of(own)
    assert opens(app, token) == own.id
    assert opens(app, token_of(own, key=app.config["SECRET_KEY"])) == own.id  # made by a worker


@pytest.mark.parametrize("spoilt", ["", "x", "..", "W1sxXQ.a.b", "é" * 40, "0" * 5000])
def test_made_up_link_opens_nothing(app: Flask, own: Conversation, spoilt: str) -> None:
    with pytest.raises(NotFoundError):
        opens(app, spoilt)


def test_changed_or_foreign_signature_opens_nothing(app: Flask, own: Conversation) -> None:
    secret = app.config["SECRET_KEY"]
    for token in (token_of(own, key=secret)[:-2] + "AA", token_of(own, key="another key" * 4)):
        with pytest.raises(NotFoundError):
            opens(app, token)
    # Signed with the same key for another purpose, as the cookie is.
    with pytest.raises(NotFoundError):
        opens(app, URLSafeTimedSerializer(secret, salt="cookie-session").dumps([own.id, 0]))


def test_link_grows_too_old(app: Flask, own: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(own, key=app.config["SECRET_KEY"])
    monkeypatch.setattr("webapp.help.own_conversations.VALID_FOR", timedelta(seconds=-1))
    with pytest.raises(NotFoundError):
        opens(app, token)
    assert timedelta(days=30) <= VALID_FOR <= timedelta(days=366)


def test_link_of_an_erased_conversation_does_not_open_the_one_that_gets_its_number(
    app: Flask, own: Conversation, session: Session
) -> None:
    erased = Conversation(id=own.id, created_at=own.created_at - timedelta(days=1))
    with pytest.raises(NotFoundError):
        opens(app, token_of(erased, key=app.config["SECRET_KEY"]))
    token = token_of(own, key=app.config["SECRET_KEY"])
    session.delete(own)
    session.commit()
    with pytest.raises(NotFoundError):
        opens(app, token)
