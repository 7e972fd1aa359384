"""What is kept of what a customer writes: searches redacted for their country, requests without secrets, empty cookies."""

import base64
import re
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from page_checks import get_page
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings
from kb.tables import Conversation, Message, SearchEvent

Csrf = Callable[[FlaskClient], dict[str, str]]
Login = Callable[[str], FlaskClient]
TYPED = {"name": "Meera Nambiar", "contact": "meera.nambiar@example.com", "message": "My refund is late"}


class TestSearchesOfAnotherCountry:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, phone_region="GB")

    @pytest.mark.parametrize("place", ["/help/en/search", "/api/v1/search"])
    def test_number_without_prefix_is_not_stored(self, client: FlaskClient, session: Session, place: str) -> None:
        client.get(place, query_string={"q": "refund, my mobile is 07400 123456"})
        event = session.scalars(select(SearchEvent)).one()
        assert event.query == "refund, my mobile is [phone]"

    def test_desk_neither(self, login: Login, session: Session) -> None:
        login("rep").get("/desk/", query_string={"q": "020 7946 0958 refund"})
        assert [event.query for event in session.scalars(select(SearchEvent))] == ["[phone] refund"]


@pytest.mark.parametrize("region", ["", "India", "1", "भार"])
def test_region_that_is_no_country_is_one_line(region: str) -> None:
    with pytest.raises(ConfigurationError, match="KB_PHONE_REGION"):
        load_settings({"KB_PHONE_REGION": region})


@pytest.mark.parametrize(
    ("message", "stored", "told"),
    [
        ("Twice on 4111 1111 1111 1111, cvv 737", "Twice on [card], cvv [code]", ["card number", "password or code"]),
        ("card 4111.1111.1111.1111", "card [card]", ["card number"]),
        ("my pass: mango2010", "my pass: [code]", ["password or code"]),
        ("Aadhaar 6580 7302 1578", "Aadhaar [aadhaar]", ["Aadhaar number"]),
        ("refund to a/c 50100123456789 IFSC HDFC0001234", "refund to a/c [account] IFSC HDFC0001234", ["bank account number"]),
    ],
)  # fmt: skip
def test_secrets_in_a_request_are_masked_before_it_is_stored_and_the_customer_is_told(
    client: FlaskClient, csrf: Csrf, login: Login, session: Session, message: str, stored: str, told: list[str]
) -> None:
    response = client.post("/help/en/contact", data={**TYPED, "message": message}, headers=csrf(client))
    page = get_page(client, response.location)
    assert "we took this out of your message" in page
    for kind in told:
        assert kind in page
    kept = session.scalars(select(Message)).one()
    assert kept.text == stored
    assert stored in login("rep").get(f"/desk/inbox/{kept.conversation_id}").text


def test_customer_is_told_in_their_language(client: FlaskClient, csrf: Csrf) -> None:
    form = {**TYPED, "message": "कार्ड ४१११ ११११ ११११ ११११"}
    page = get_page(client, client.post("/help/hi/contact", data=form, headers=csrf(client)).location)
    assert "कार्ड का नंबर" in page


def test_how_to_reach_the_customer_stays_in_a_request_and_nobody_is_alarmed(
    client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    message = "Order 9876543210. Call my son Rohit on 98300 12345 or write to rohit@example.com, gpay rohit@okaxis"
    response = client.post("/help/en/contact", data={**TYPED, "message": message}, headers=csrf(client))
    assert "we took this out" not in get_page(client, response.location)
    assert session.scalars(select(Message)).one().text == message


def test_card_in_the_field_for_the_name_is_masked_too(client: FlaskClient, csrf: Csrf, session: Session) -> None:
    form = {**TYPED, "name": "Meera 4111111111111111"}
    client.post("/help/en/contact", data=form, headers=csrf(client))
    conversation = session.scalars(select(Conversation)).one()
    assert conversation.customer.name == conversation.details["name"] == "Meera [card]"


def cookie_text(client: FlaskClient) -> str:
    """What anybody can read in the session cookie: Flask's own is JSON, compressed where that is shorter."""
    cookie = client.get_cookie("kb_session")
    assert cookie is not None
    payload = cookie.value.lstrip(".").split(".")[0]
    raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return (zlib.decompress(raw) if cookie.value.startswith(".") else raw).decode()


def test_nothing_that_a_customer_typed_is_in_the_cookie(client: FlaskClient, csrf: Csrf) -> None:
    client.get("/help/en/search", query_string={"q": "refund for Nambiar"})
    response = client.post("/help/en/contact", data=TYPED, headers=csrf(client))
    text = cookie_text(client)
    assert "visit" in text
    assert not re.search("nambiar|refund|meera|example", text, re.IGNORECASE)
    assert "meera.nambiar@example.com" in get_page(client, response.location)


def test_address_of_a_colleague_is_not_in_the_cookie_of_an_administrator(login: Login, csrf: Csrf) -> None:
    admin = login("admin")
    page = admin.get("/admin/people").text
    person = re.findall(r'action="/admin/people/(\d+)"', page)[-1]
    response = admin.post(f"/admin/people/{person}", data={"action": "log-out"}, headers=csrf(admin))
    assert response.status_code == 303
    assert "@" not in cookie_text(admin)
    assert re.search(r'notice--good">Saved: \w+@test.example', admin.get(response.location).text)


def test_confirmation_of_a_request_that_is_gone_leads_back_to_the_form(
    client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    client.post("/help/en/contact", data=TYPED, headers=csrf(client))
    session.execute(delete(Conversation))
    session.commit()
    assert client.get("/help/en/contact/sent").location == "/help/en/contact"
