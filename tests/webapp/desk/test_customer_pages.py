"""Pages of the customer at hand: found, seen with all that they did, merged, and what other systems say."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from page_fixtures import PageContent, content, prepared
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import is_of_the_page, recorded_statements
from talks import make_talk, say

from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.service.customers import GivenCustomer, recognise_customer
from kb.tables import (
    Channel,
    Conversation,
    ConversationFact,
    CustomerMerge,
    Feedback,
    FeedbackKind,
    Message,
    Promise,
    Role,
    SearchEvent,
)
from webapp.app import create_app
from webapp.desk.customers import outside

__all__ = ["content", "prepared"]

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
RepOf = Callable[[Flask], FlaskClient]
HTMX = {"HX-Request": "true"}
VISIT = "0f1e2d3c-0000-4000-8000-00000000abcd"


@pytest.fixture
def rep_of(app: Flask, login: Login) -> RepOf:
    """A rep who has logged in to another application with the same database."""

    def make(other: Flask) -> FlaskClient:
        other.test_client_class = app.test_client_class
        client, twin = login("rep"), other.test_client()
        with client.session_transaction() as one, twin.session_transaction() as two:
            two.update(one)
        return twin

    return make


@pytest.fixture
def talk(session: Session, content: PageContent) -> Conversation:
    """Asha, who searched without success, read an article that did not help, wrote twice, and was promised something."""
    talk = make_talk(
        session,
        ["customer: Where is my <b>refund</b> for JH-40718265?", "agent: We will call you within 2 hours."],
        ago=600,
        phone="+919812345678",
        subject="Refund is late",
    )
    talk.visit = VISIT
    make_talk(session, ["customer: hello from the phone"], channel=Channel.PHONE, ago=300)
    event = SearchEvent(
        public_id="e1", place="help", audience="customer", visit=VISIT, query="when does my refund arrive", language="en",
        outcome="unsure", confidence=0.4, created_at=utc_now() - timedelta(hours=12),
    )  # fmt: skip
    session.add(event)
    session.flush()
    for kind in (FeedbackKind.CLICK, FeedbackKind.NOT_ANSWERED):
        session.add(
            Feedback(event_id=event.id, kind=kind.value, document=f"article:{content.refund['en']}", visit=VISIT)
        )
    message = session.scalars(select(Message).where(Message.conversation_id == talk.id).order_by(Message.id)).first()
    assert message is not None
    session.add(
        ConversationFact(
            conversation_id=talk.id, message_id=message.id, kind="order", value="JH40718265", words="JH-40718265"
        )
    )
    session.commit()
    return talk


@pytest.mark.parametrize("text", ["asha", "5678", "98123 45678", "asha@example"])
def test_a_customer_is_found_by_name_number_and_address(login: Login, talk: Conversation, text: str) -> None:
    page = check_page(login("rep").get("/desk/customers", query_string={"q": text}))
    assert f'href="/desk/customers/{talk.customer_id}"' in page


def test_the_page_shows_all_that_is_known(login: Login, talk: Conversation) -> None:
    page = get_page(login("rep"), f"/desk/customers/{talk.customer_id}")
    for words in (
        "+919812345678", "asha@example.com", "We will call you within 2 hours.", "Overdue since", "JH-40718265",
        "hello from the phone", "Refund is late",
    ):  # fmt: skip
        assert words in page, words
    piece = login("rep").get(f"/desk/customers/{talk.customer_id}/before", headers=HTMX).text
    for words in ("when does my refund arrive", "When your refund arrives", "it did not help"):
        assert words in piece, words
    check_page(login("rep").get(f"/desk/customers/{talk.customer_id}/before"))  # and as a page without scripts
    assert "Where is my &lt;b&gt;refund&lt;/b&gt; for" in page


def test_the_timeline_is_searched_over_all_channels(login: Login, talk: Conversation) -> None:
    page = get_page(login("rep"), f"/desk/customers/{talk.customer_id}?q=HELLO+from")
    assert "hello from the phone" in page
    assert "We will call you within 2 hours.</div>" not in page
    assert "Nobody said that." in get_page(login("rep"), f"/desk/customers/{talk.customer_id}?q=%25nothing%25")


def test_a_page_of_a_long_history_leads_to_what_was_before(login: Login, session: Session, talk: Conversation) -> None:
    for number in range(120):
        say(session, talk, f"customer: line number {number}", ago=200 - number)
    session.commit()
    page = get_page(login("rep"), f"/desk/customers/{talk.customer_id}")
    assert "line number 119" in page
    assert "line number 0<" not in page
    before = page.split("before=")[1].split('"')[0]
    assert "line number 60<" in get_page(login("rep"), f"/desk/customers/{talk.customer_id}?before={before}")
    assert login("rep").get(f"/desk/customers/{talk.customer_id}?before=99999999999999999999").status_code == 200


def test_reasons_come_with_an_article_that_can_be_sent(
    rep_of: RepOf, app_with_outcome: Callable[[str], Flask], talk: Conversation, content: PageContent
) -> None:
    client = rep_of(app_with_outcome("answered"))
    piece = client.get(f"/desk/customers/{talk.customer_id}/reasons", headers=HTMX).text
    assert "We promised:" in piece
    assert "Searched without success:" in piece
    assert f"/desk/articles/{content.refund['en']}" in piece
    assert client.get(f"/desk/customers/{talk.customer_id}/reasons", headers=HTMX).text == piece
    check_page(client.get(f"/desk/customers/{talk.customer_id}/reasons"))  # and as a page without scripts


def test_what_nothing_public_answers_is_looked_up_in_everything_afterwards(
    rep_of: RepOf, app_with_outcome: Callable[[str], Flask], login: Login, talk: Conversation, content: PageContent
) -> None:
    nothing = login("rep").get(f"/desk/customers/{talk.customer_id}/reasons", headers=HTMX).text
    assert f'hx-get="/desk/customers/{talk.customer_id}/answer?q=We+will+call' in nothing
    client = rep_of(app_with_outcome("answered"))
    address = f"/desk/customers/{talk.customer_id}/answer?q=refund+limits+thousand+rupees"
    piece = client.get(address, headers=HTMX).text
    assert f"/desk/articles/{content.internal}" in piece
    assert "Internal" in piece
    check_page(client.get(address))


def test_the_panel_leaves_out_what_is_open_beside_it(login: Login, talk: Conversation) -> None:
    piece = login("rep").get(f"/desk/customers/{talk.customer_id}/panel?conversation={talk.id}", headers=HTMX).text
    assert "We will call you within 2 hours." in piece
    assert "hello from the phone" in piece
    assert "Refund is late" not in piece
    assert login("rep").get(f"/desk/customers/{talk.customer_id}/panel").location.endswith(f"/{talk.customer_id}")


def test_a_promise_is_marked_as_kept_and_open_again(
    login: Login, csrf: Csrf, session: Session, talk: Conversation
) -> None:
    client = login("rep")
    promise = session.scalars(select(Promise)).one()
    answer = client.post(
        f"/desk/promises/{promise.id}", headers=csrf(client), data={"kept": "1", "next": "/desk/customers"}
    )
    assert (answer.status_code, answer.location) == (303, "/desk/customers")
    assert "No promise is open." in get_page(client, f"/desk/customers/{talk.customer_id}")
    piece = client.post(f"/desk/promises/{promise.id}", headers=csrf(client) | HTMX, data={"kept": "0"}).text
    assert "Overdue since" in piece
    assert client.post("/desk/promises/999", headers=csrf(client)).status_code == 404


@pytest.mark.parametrize("address", ["/desk/customers/{}", "/desk/customers/{}/merge"])
def test_who_was_merged_leads_to_who_was_kept(
    login: Login, csrf: Csrf, session: Session, talk: Conversation, address: str
) -> None:
    client, other = (
        login("rep"),
        make_talk(session, ["customer: it is me again"], name="A. Rao", email="other@x.example"),
    )
    recognise_customer(session, GivenCustomer(email="other@x.example", phone="+919812345678"), region="IN")
    session.commit()
    kept, merged = talk.customer_id, other.customer_id
    assert "Perhaps the same person:" in get_page(client, f"/desk/customers/{kept}")
    page = get_page(client, f"/desk/customers/{kept}/merge?with={merged}")
    assert "other@x.example" in page
    answer = client.post(
        f"/desk/customers/{kept}/merge", headers=csrf(client), data={"with": merged, "keep": kept, "step": "merge"}
    )
    assert answer.location.endswith(f"/desk/customers/{kept}/merge")
    assert "it is me again" in get_page(client, f"/desk/customers/{kept}")
    assert client.get(address.format(merged)).location.endswith(address.format(kept))
    again = client.post(f"/desk/customers/{kept}/merge", headers=csrf(client), data={"with": merged, "step": "merge"})
    assert again.status_code == 303
    merge = session.scalars(select(CustomerMerge)).one()
    assert "Take them apart again" in get_page(client, f"/desk/customers/{kept}/merge")
    client.post(f"/desk/customers/merges/{merge.id}/undo", headers=csrf(client))
    assert "it is me again" not in get_page(client, f"/desk/customers/{kept}")
    assert client.post(f"/desk/customers/merges/{merge.id}/undo", headers=csrf(client)).status_code == 303
    client.post(f"/desk/customers/{kept}/merge", headers=csrf(client), data={"with": merged, "step": "dismiss"})
    assert "Perhaps the same person" not in get_page(client, f"/desk/customers/{kept}")


@pytest.mark.parametrize(
    "data",
    [{}, {"with": "1"}, {"with": "99999999999999999999", "step": "merge"}, {"with": "2", "keep": "7", "step": "merge"}],
)
def test_a_merge_of_nobody_is_refused(login: Login, csrf: Csrf, talk: Conversation, data: dict[str, str]) -> None:
    client = login("rep")
    assert client.post(f"/desk/customers/{talk.customer_id}/merge", headers=csrf(client), data=data).status_code == 400


class OwnSystem(BaseHTTPRequestHandler):
    body, status = b"{}", 200

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).calls += 1
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    calls = 0

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def own_system() -> Iterator[tuple[type[OwnSystem], str]]:
    class Handler(OwnSystem):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield Handler, f"http://127.0.0.1:{server.server_port}/customer"
        server.shutdown()


@pytest.fixture
def connected(
    settings: Settings, engine: Engine, rep_of: RepOf, own_system: tuple[type[OwnSystem], str]
) -> FlaskClient:
    """A rep of an application that is connected to the shop's own system."""
    return rep_of(create_app(replace(settings, customer_url=own_system[1]), engine))


def test_what_the_shops_own_system_says_is_text_and_gives_reasons(
    connected: FlaskClient, own_system: tuple[type[OwnSystem], str], talk: Conversation
) -> None:
    system, _ = own_system
    system.body = json.dumps({
        "plan": "<script>alert(1)</script>",
        "orders": [{"id": "JH-1", "status": "refund_pending", "url": "https://shop.example/o/1"}],
        "facts": [{"label": "x", "value": "y", "url": "javascript:alert(1)"}],
    }).encode()  # fmt: skip
    client = connected
    assert "From your system" in get_page(client, f"/desk/customers/{talk.customer_id}")
    assert system.calls == 0  # the page does not wait for it
    answer = client.get(f"/desk/customers/{talk.customer_id}/outside", headers=HTMX)
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text
    assert "javascript:" not in answer.text
    assert 'href="https://shop.example/o/1"' in answer.text
    assert "A part of the answer could not be used." in answer.text
    assert 'hx-target="#likely-reasons"' in answer.text
    assert "Your system says so:" in client.get(f"/desk/customers/{talk.customer_id}/reasons", headers=HTMX).text
    client.get(f"/desk/customers/{talk.customer_id}/outside", headers=HTMX)
    assert system.calls == 1  # within a minute nobody is asked again
    whole = check_page(client.get(f"/desk/customers/{talk.customer_id}/outside"))
    assert "#likely-reasons" not in whole


def test_an_own_system_that_fails_is_said_quietly_and_asked_again(
    connected: FlaskClient, own_system: tuple[type[OwnSystem], str], talk: Conversation
) -> None:
    system, _ = own_system
    client = connected
    system.status = 500
    answer = client.get(f"/desk/customers/{talk.customer_id}/outside", headers=HTMX)
    assert (answer.status_code, "answered with an error" in answer.text) == (200, True)
    system.status, system.body = 200, b"<html>"
    assert "cannot be read" in client.get(f"/desk/customers/{talk.customer_id}/outside", headers=HTMX).text
    system.body = b"{}"
    assert "knows nothing" in client.get(f"/desk/customers/{talk.customer_id}/outside", headers=HTMX).text


def test_without_an_own_system_nothing_is_said_of_it(login: Login, talk: Conversation) -> None:
    assert "From your system" not in get_page(login("rep"), f"/desk/customers/{talk.customer_id}")
    assert "No system of yours" in login("rep").get(f"/desk/customers/{talk.customer_id}/outside", headers=HTMX).text


@pytest.mark.parametrize(
    "path", ["", "?q=refund", "/panel", "/before", "/reasons", "/answer?q=refund", "/merge?with={other}"]
)
def test_a_page_about_a_customer_costs_at_most_twelve_statements(
    login: Login, engine: Engine, session: Session, talk: Conversation, path: str
) -> None:
    other = make_talk(session, name="Asha Rao", email="asha@mail.example")
    for number in range(30):
        make_talk(session, ["customer: again", "agent: We will call you tomorrow."], subject=f"Talk {number}")
    session.commit()
    client = login("rep")
    address = f"/desk/customers/{talk.customer_id}{path.format(other=other.customer_id)}"
    assert client.get(address, headers=HTMX).status_code == 200
    with recorded_statements(engine) as statements:
        client.get(address, headers=HTMX if path in {"/panel", "/before", "/reasons", "/answer?q=refund"} else {})
    found = [one for one in statements if one.startswith("SELECT") and is_of_the_page(one)]
    assert len(found) <= 12, "\n".join(found)


def test_answers_of_the_own_system_are_kept_for_a_minute_only() -> None:
    assert outside._SECONDS == 60
