"""Whoever asked what nobody could answer leaves an address, hears of the answer once in their language, and is forgotten."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from content_factory import add_article
from flask.testing import FlaskClient
from mail_servers import Outgoing
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.service.gap_news import has_due_news, send_due_news
from kb.tables import Gap, GapState, Miss, NewsWish, SearchEvent
from webapp.app import create_app
from webapp.worker.channels import ways_out
from webapp.worker.gap_news import news_words

ASKED = "क्या आप पियानो किराये पर देते हैं"
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def customer(with_mail: Settings, engine: Engine, client: FlaskClient) -> FlaskClient:
    app = create_app(with_mail, engine)
    app.test_client_class = type(client)
    return app.test_client()


def ask(customer: FlaskClient, csrf: Csrf, address: str, **more: str) -> str:
    """Search in the Hindi pages and leave an address; the page that follows."""
    customer.get(f"/help/hi/search?q={ASKED}")
    form = {"email": address, "q": ASKED} | more
    return customer.post("/help/hi/news", data=form, headers=csrf(customer)).get_data(as_text=True)


def close(session: Session, article_id: int | None) -> None:
    """The search is a miss of a gap, and somebody has filled that."""
    gap = Gap(label="Pianos", centroid=b"", fingerprint="x", state=GapState.OPEN.value)
    session.add(gap)
    session.flush()
    for event_id in session.scalars(select(NewsWish.event_id).distinct()):
        session.add(Miss(event_id=event_id, gap_id=gap.id, cause="no_answer", vector=b""))
    session.commit()
    assert not has_due_news(session)  # not yet
    gap.state, gap.closed_by_article_id = GapState.CLOSED.value, article_id
    session.commit()


def send(engine: Engine, settings: Settings, later: timedelta = timedelta(0)) -> dict[str, int]:
    found = send_due_news(
        engine, ways_out(settings), lambda news: news_words(settings, news), now=lambda: utc_now() + later
    )
    return dict(found)


def test_it_is_told_once_in_their_language_and_the_address_goes(
    customer: FlaskClient, csrf: Csrf, session: Session, engine: Engine, with_mail: Settings, outgoing: Outgoing
) -> None:
    page = customer.get(f"/help/hi/search?q={ASKED}").get_data(as_text=True)
    assert "/help/hi/news" in page
    assert "asha@shop.example" in ask(customer, csrf, "asha@shop.example")
    ask(
        customer,
        csrf,
        "asha@shop.example",
        s=session.scalars(select(SearchEvent.public_id).order_by(SearchEvent.id)).first() or "",
    )
    piano = add_article(session, "Pianos on hire", "Yes.", slug="pianos", topic="orders")
    add_article(
        session, "पियानो किराये पर", "हाँ।", slug="piano-hi", topic="orders", language="hi", translation_key="pianos"
    )
    close(session, piano.id)
    assert has_due_news(session)
    outgoing.answers = ["451 later"] * 2
    assert send(engine, with_mail) == {"waiting": 2}  # who asked twice waits twice, and hears of it once
    assert send(engine, with_mail, timedelta(minutes=30)) == {"sent": 1}
    session.expire_all()
    assert session.scalars(select(NewsWish)).all() == []
    (mail,) = outgoing.mails
    text = mail.get_content()
    assert mail["To"] == "asha@shop.example"
    assert "https://help.shop.example/help/hi/articles/piano-hi" in text
    assert "उत्तर" in mail["Subject"]
    assert ASKED in text
    assert send(engine, with_mail) == {}


def test_an_address_is_taken_back_by_its_signed_link(customer: FlaskClient, csrf: Csrf, session: Session) -> None:
    page = ask(customer, csrf, "ravi@shop.example")
    link = re.search(r'href="(/help/hi/news/[^"]+)"', page)
    assert link
    assert "shop.example" not in link[1]  # no address in an address
    assert customer.get(link[1]).status_code == 200
    assert session.scalars(select(NewsWish)).all()  # looking changes nothing
    assert customer.post(link[1], headers=csrf(customer)).status_code == 200
    session.expire_all()
    assert session.scalars(select(NewsWish)).all() == []
    assert customer.post(link[1][:-3] + "abc", headers=csrf(customer)).status_code == 404


def test_what_is_no_address_is_said_and_nothing_is_kept(customer: FlaskClient, csrf: Csrf, session: Session) -> None:
    page = ask(customer, csrf, "ravi at shop <b>")
    assert "ravi at shop &lt;b&gt;" in page
    assert "यह ईमेल पता नहीं है।" in page
    assert session.scalars(select(NewsWish)).all() == []


def test_who_wants_no_count_can_ask_for_news(customer: FlaskClient, csrf: Csrf, session: Session) -> None:
    customer.get(f"/help/hi/search?q={ASKED}", headers={"Sec-GPC": "1"})
    form = {"email": "mira@shop.example", "q": ASKED, "s": "unknown"}
    customer.post("/help/hi/news", data=form, headers=csrf(customer) | {"Sec-GPC": "1"})
    event = session.scalars(select(SearchEvent)).one()
    assert (event.visit, event.id) == (None, session.scalars(select(NewsWish.event_id)).one())


def test_without_mail_it_is_not_offered(client: FlaskClient, csrf: Csrf) -> None:
    assert "/help/hi/news" not in client.get(f"/help/hi/search?q={ASKED}").get_data(as_text=True)
    assert client.post("/help/hi/news", data={"email": "a@shop.example"}, headers=csrf(client)).status_code == 404
