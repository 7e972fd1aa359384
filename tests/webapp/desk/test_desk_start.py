"""The home of the desk: who waits, what was pinned and opened, what has changed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from page_checks import get_page
from page_fixtures import PageContent
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.service.conversations import open_conversation
from kb.service.messages import store_message
from kb.tables import Article, Channel, Customer, MessageRole, OpenedDocument, PinnedDocument, Role, utc_now

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
PARTIAL = {"HX-Request": "true"}


@pytest.fixture
def rep(login: Login) -> FlaskClient:
    return login("rep")


def part(text: str, name: str) -> str:
    return text.split(f'id="start-{name}"')[1].split("</section>")[0]


def titles(text: str, name: str) -> list[str]:
    return re.findall(r"data-hit>([^<]+)<", part(text, name))


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_new_person_is_told_what_will_stand_here(rep: FlaskClient, csrf: Csrf, session: Session, language: str) -> None:
    rep.post("/preferences", data={"language": language}, headers=csrf(rep))
    session.execute(update(Article).values(updated_at=utc_now() - timedelta(days=30)))
    session.commit()
    text = get_page(rep, "/desk/")
    for name in ("waiting", "pinned", "opened", "changed"):
        assert re.search(r"<p class=\"soft\">[^<]{5,}</p>", part(text, name)), name


def test_pinned_stays_until_it_is_unpinned(
    rep: FlaskClient, csrf: Csrf, session: Session, content: PageContent
) -> None:
    for document in (f"article:{content.internal}", f"ticket:{content.ticket}"):
        for _ in range(2):
            assert (
                rep.post("/desk/pins", data={"document": document, "pinned": "1"}, headers=csrf(rep)).status_code == 303
            )
    text = get_page(rep, "/desk/")
    assert titles(text, "pinned") == ["Refund is late", "Refund limits"]
    assert "Internal" in part(text, "pinned")
    data = {"document": f"ticket:{content.ticket}", "pinned": ""}
    button = rep.post("/desk/pins", data=data, headers={**csrf(rep), **PARTIAL}).text
    assert 'aria-pressed="false"' in button
    assert titles(get_page(rep, "/desk/"), "pinned") == ["Refund limits"]
    assert len(session.scalars(select(PinnedDocument)).all()) == 1


def test_pins_are_of_one_person(rep: FlaskClient, login: Login, csrf: Csrf, content: PageContent) -> None:
    rep.post("/desk/pins", data={"document": f"article:{content.internal}", "pinned": "1"}, headers=csrf(rep))
    assert titles(get_page(login("trainer"), "/desk/"), "pinned") == []
    assert 'aria-pressed="true"' in get_page(rep, f"/desk/articles/{content.internal}")
    assert 'aria-pressed="false"' in get_page(login("trainer"), f"/desk/articles/{content.internal}")


@pytest.mark.parametrize("document", ["", "article:", "user:1", "article:99999999999999999999", "article:0", "<b>"])
def test_what_is_no_document_is_not_pinned(rep: FlaskClient, csrf: Csrf, session: Session, document: str) -> None:
    answer = rep.post("/desk/pins", data={"document": document, "pinned": "1"}, headers=csrf(rep))
    assert answer.status_code == 400
    assert session.scalars(select(PinnedDocument)).all() == []


def test_pinned_and_gone_is_not_listed(rep: FlaskClient, csrf: Csrf, session: Session, content: PageContent) -> None:
    for number in (content.internal, 4711):
        rep.post("/desk/pins", data={"document": f"article:{number}", "pinned": "1"}, headers=csrf(rep))
    session.execute(update(Article).where(Article.id == content.internal).values(status="archived"))
    session.commit()
    assert titles(get_page(rep, "/desk/"), "pinned") == []


def test_last_opened_stands_first_and_once_and_a_preview_is_no_opening(
    rep: FlaskClient, session: Session, content: PageContent
) -> None:
    for address in (
        f"articles/{content.refund['en']}",
        f"tickets/{content.ticket}",
        f"articles/{content.refund['en']}",
    ):
        rep.get(f"/desk/{address}")
    rep.get(f"/desk/articles/{content.internal}?peek=1")
    assert titles(get_page(rep, "/desk/"), "opened") == ["When your refund arrives", "Refund is late"]
    assert len(session.scalars(select(OpenedDocument)).all()) == 2


def test_what_has_changed_is_shown_once_in_the_readers_language(
    rep: FlaskClient, session: Session, content: PageContent
) -> None:
    session.execute(
        update(Article).where(Article.id == content.english_only).values(updated_at=utc_now() - timedelta(days=8))
    )
    session.commit()
    assert set(titles(get_page(rep, "/desk/"), "changed")) == {"When your refund arrives", "Refund limits"}
    assert set(titles(get_page(rep, "/desk/?lang=hi"), "changed")) == {"रिफ़ंड कब आएगा", "Refund limits"}


def test_who_waits_longest_stands_first(rep: FlaskClient, session: Session) -> None:
    for number in range(6):
        customer = Customer(name=f"Person {number}", language="en")
        session.add(customer)
        session.flush()
        conversation = open_conversation(session, customer, Channel.CHAT, origin="api").conversation
        moment = utc_now() - timedelta(minutes=number)
        store_message(session, conversation, MessageRole.CUSTOMER, f"Where is parcel {number}?", sent_at=moment)
    session.commit()
    waiting = part(get_page(rep, "/desk/"), "waiting")
    assert '<span class="count">6</span>' in waiting
    assert re.findall(r"<bdi>([^<]+)</bdi>", waiting) == ["Person 5", "Person 4", "Person 3", "Person 2"]
    assert "Where is parcel 5?" in waiting
