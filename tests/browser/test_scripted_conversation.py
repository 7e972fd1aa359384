"""A whole conversation of eight turns and three questions at the desk, from the keyboard: how many keys and seconds it takes."""

import time
from collections.abc import Callable

import pytest
from live_talk import SEND, say
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
# What the customer says, and a word of the question that is then open; "" where nothing is to be looked up.
CUSTOMER = (
    ("hello", ""),
    ("my parcel says delivered but I never got it", "delivered"),
    ("how do I get a GST invoice for my order?", "GST"),
    ("can I pay the next one by EMI?", "EMI"),
)


def test_eight_turns_with_three_questions_take_a_key_each_to_answer(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/inbox")
    opened = page.evaluate(SEND, ["", {"channel": "chat", "customer": {"name": "Scripted Customer"}}])[0]
    conversation = int(opened["id"])
    keys = 0

    def press(key: str) -> None:
        nonlocal keys
        keys += 1
        page.keyboard.press(key)

    began = time.monotonic()
    for turn, (text, word) in enumerate(CUSTOMER):
        say(page, conversation, text)
        if turn == 0:
            page.goto(f"/desk/inbox/{conversation}")
        expect(page.locator("#timeline")).to_contain_text(text)
        if word:
            expect(page.locator("[data-question]").first).to_contain_text(word, timeout=15_000)
            expect(page.locator("#preview .sheet__title")).to_be_visible()
            page.wait_for_timeout(500)  # a rep reads
            press("t")
        else:
            press("r")
            page.keyboard.type("Hello, how can I help you?")
        expect(page.locator("#text")).not_to_have_value("")
        press("Control+Enter")
        expect(page.locator("#timeline .said--agent")).to_have_count(turn + 1, timeout=15_000)
        expect(page.locator("#text")).to_have_value("")
        press("Escape")
    print(f"eight turns, three questions: {keys} keys beside one typed greeting, {time.monotonic() - began:.1f} s")
    assert keys == 3 * len(CUSTOMER)
