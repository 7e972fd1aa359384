"""A chat between a customer on a phone and a rep at the desk: typing, reading, a network that goes away, the end."""

import base64
import json
from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]


def number_in(address: str) -> int:
    """Of the conversation, out of the signed (not encrypted) address of a chat."""
    payload = address.rsplit("/", 1)[1].partition(".")[0]
    return int(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))[0])


def test_two_people_talk(open_page: OpenPage) -> None:
    customer, rep = open_page(width=390), open_page("rep")
    customer.goto("/help/en/chat")
    customer.fill("#message", "Where is my parcel JH-20417733?")
    customer.fill("#name", "Chatting Asha")
    customer.get_by_role("button", name="Begin the chat").click()
    status = customer.locator("[data-status]")
    expect(status).to_have_text("Your message is with our support team. Nobody has answered yet.")
    expect(customer.locator("[data-suggestions] a").first).to_be_visible()
    assert page_problems(customer) == []

    rep.goto(f"/desk/inbox/{number_in(customer.url)}")
    expect(rep.locator("#presence")).to_contain_text("The customer is here")
    expect(customer.locator("[data-message] [data-state]")).to_have_text("Read")
    rep.locator("#text").press_sequentially("Hello Asha")
    expect(customer.locator("[data-typing]")).to_contain_text("is writing")
    rep.locator("#text").press("Control+Enter")
    expect(customer.locator(".chat__said--ours")).to_contain_text("Hello Asha")
    expect(customer.locator("[data-typing]")).to_have_text("")
    expect(status).to_contain_text("You are talking to")
    expect(rep.locator("#timeline .said").last).to_contain_text("read")
    customer.locator("#text").press_sequentially("Thank")
    expect(rep.locator("#presence")).to_contain_text("The customer is writing")
    assert customer.locator("[data-typing]").inner_text() == "", "whoever has sent it types no more"

    # What is written without a network is kept, over a reload too, and arrives once.
    customer.context.set_offline(True)
    customer.fill("#text", "Thank you, from a tunnel")
    customer.keyboard.press("Enter")
    expect(customer.locator("[data-note]")).to_contain_text("No connection")
    customer.context.set_offline(False)
    customer.reload()
    expect(customer.locator("[data-message]", has_text="from a tunnel")).to_have_count(1)
    expect(customer.locator("[data-key]")).to_have_count(0)
    expect(rep.locator("#timeline .said", has_text="from a tunnel")).to_have_count(1)

    rep.locator("[name=close], [data-key=x]").first.click()
    expect(status).to_have_text("This chat has ended.")
    expect(customer.locator("[data-ended]")).to_be_visible()
    assert page_problems(customer) == []
