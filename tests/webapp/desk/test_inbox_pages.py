"""The inbox: the queue and one conversation, as pages that work without scripts."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from page_checks import get_page
from sqlalchemy.orm import Session
from talks import make_talk

from kb.tables import Channel, Role

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def rep(login: Login) -> FlaskClient:
    return login("rep")


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_pages_are_valid_in_each_language(rep: FlaskClient, csrf: Csrf, session: Session, language: str) -> None:
    talk = make_talk(session, ["customer: Where is it?", "agent: On its way", "note: angry", "system: joined"])
    make_talk(session, name="", email="", phone="98300 12345", channel=Channel.PHONE)
    session.commit()
    rep.post("/preferences", data={"language": language}, headers=csrf(rep))
    for path in (
        "",
        "?view=closed",
        "?view=mine&channel=email&language=hi&sort=newest&page=7",
        "/new",
        "/new?who=asha",
    ):
        assert f'<html lang="{language}"' in get_page(rep, f"/desk/inbox{path}")
    get_page(rep, f"/desk/inbox/{talk.id}")
    get_page(rep, f"/desk/inbox/{talk.id}?view=closed")
    get_page(rep, "/desk/inbox/999999", status=404)
