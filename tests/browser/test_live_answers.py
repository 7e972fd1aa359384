"""A conversation that goes on while the rep looks at it: suggestions by themselves, from question to answer by keyboard."""

from collections.abc import Callable

import pytest
from live_talk import SEND, say
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
# When the list of results was last exchanged, on the clock of the page.
WATCH = """() => {
  new MutationObserver(() => { window.exchangedAt = performance.now(); })
    .observe(document.querySelector("#results"), { childList: true });
}"""


def test_suggestions_come_by_themselves_and_are_inserted_by_one_key(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/inbox")
    opened = page.evaluate(SEND, ["", {"channel": "chat", "customer": {"name": "Live Asha"}}])[0]
    conversation = int(opened["id"])
    say(page, conversation, "hello")
    page.goto(f"/desk/inbox/{conversation}")
    expect(page.locator("#results")).to_contain_text("Nothing to look up: the customer says hello.")

    page.evaluate(WATCH)
    stored = say(page, conversation, "my parcel says delivered but I never got it")
    expect(page.locator("[data-question]")).to_have_count(1)
    expect(page.locator("#timeline")).to_contain_text("never got it")
    shown = page.evaluate("window.exchangedAt") - stored
    print(f"suggestion visible {shown:.0f} ms after the message was stored")
    expect(page.locator(".hit--best .hit__because").first).to_contain_text("delivered")
    expect(page.locator("#preview .sheet__title")).to_be_visible()

    # Nobody has touched the mouse; the text is put in at the cursor.
    page.keyboard.press("t")
    expect(page.locator("#text")).not_to_have_value("")
    page.locator("#text").press("Control+Enter")
    expect(page.locator("#timeline .said").last).to_contain_text("Marked delivered")

    say(page, conversation, "and can I pay by EMI?")
    expect(page.locator("[data-question]").first).to_contain_text("EMI")
    page.locator("[name=close]").first.click()
    expect(page.locator(".chip--closed")).to_contain_text("EMI")


def test_second_tab_and_second_rep_are_told_too(open_page: OpenPage) -> None:
    one, other = open_page("rep"), open_page("admin")
    one.goto("/desk/inbox")
    conversation = int(one.evaluate(SEND, ["", {"channel": "sms", "customer": {"name": "Ravi Two"}}])[0]["id"])
    say(one, conversation, "hi")
    for page in (one, other):
        page.goto(f"/desk/inbox/{conversation}")
        expect(page.locator("#timeline")).to_contain_text("hi")
    say(one, conversation, "is somebody there?")
    for page in (one, other):
        expect(page.locator("#timeline")).to_contain_text("is somebody there?", timeout=15_000)
