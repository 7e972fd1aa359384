"""That somebody let their visit go along is written down in their words, and they can take it back."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from page_checks import get_page
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.service.before_contact import tried_before
from kb.tables import Consent, Conversation, CustomerIdentity, Role
from webapp.help.own_conversations import token_of

Csrf = Callable[[FlaskClient], dict[str, str]]
Login = Callable[[Role | str], FlaskClient]
MESSAGE = {"name": "Asha Rao", "contact": "asha@x.example", "message": "My refund is late"}


@pytest.mark.parametrize(("language", "word"), [("en", "Send along"), ("hi", "साथ"), ("bn", "সঙ্গে")])
def test_the_words_that_were_ticked_are_kept(
    client: FlaskClient, csrf: Csrf, session: Session, language: str, word: str
) -> None:
    client.get(f"/help/{language}/search", query_string={"q": "refund"})
    client.post(f"/help/{language}/contact", data={**MESSAGE, "share": "y"}, headers=csrf(client))
    consent = session.scalars(select(Consent)).one()
    assert word in consent.words
    assert (consent.language, consent.withdrawn_at, consent.kind) == (language, None, "share_visit")


def test_without_the_tick_nothing_is_written_and_nothing_joined(
    client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    client.get("/help/en/search", query_string={"q": "refund"})
    client.post("/help/en/contact", data=MESSAGE, headers=csrf(client))
    assert session.scalars(select(Consent)).all() == []
    assert session.scalars(select(Conversation.visit)).all() == [None]


@pytest.mark.parametrize("way", ["chat", "widget"])
def test_chat_and_widget_keep_it_too(client: FlaskClient, csrf: Csrf, session: Session, way: str) -> None:
    if way == "chat":
        client.get("/help/en/search", query_string={"q": "refund"})
        form = {"message": "Where?", "name": "Asha", "key": "key-00000001", "share": "y"}
        client.post("/help/en/chat", data=form, headers=csrf(client))
    else:
        visit = "0123456789abcdefghijklmn"
        body = {**MESSAGE, "language": "en", "visit": visit, "share": True, "form": "f" * 20}
        assert client.post("/api/v1/widget/contact", json=body).status_code == 201
    assert "searched for and read" in session.scalars(select(Consent.words)).one()


def test_taken_back_nothing_leads_from_the_customer_to_their_searches(
    client: FlaskClient, csrf: Csrf, login: Login, session: Session
) -> None:
    client.get("/help/en/search", query_string={"q": "refund by card"})
    client.post("/help/en/contact", data={**MESSAGE, "share": "y"}, headers=csrf(client))
    talk = session.scalars(select(Conversation)).one()
    visit, own = talk.visit, f"/help/en/requests/{token_of(talk, key=client.application.secret_key)}"
    assert tried_before(session, [str(visit)])
    assert "refund by card" in login("rep").get(f"/desk/customers/{talk.customer_id}/before").text
    assert "Stop that" in get_page(client, own)
    assert client.post(f"{own}/unshare", headers=csrf(client)).status_code == 303
    assert "Stop that" not in get_page(client, own)
    session.expire_all()
    assert session.scalars(select(Conversation.visit)).one() is None
    assert visit not in session.scalars(select(CustomerIdentity.value)).all()
    assert session.scalars(select(Consent)).one().withdrawn_at is not None
    assert "refund by card" not in login("rep").get(f"/desk/customers/{talk.customer_id}/before").text
    assert "searched for and read" in login("admin").get(f"/admin/privacy/customers/{talk.customer_id}").text
