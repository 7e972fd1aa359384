"""Beside a conversation: what the customer waits for and why they may be writing; handing over, with and without scripts."""

from collections.abc import Callable

import pytest
from live_talk import SEND, say
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]


def test_a_promise_is_marked_as_kept_beside_the_conversation(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/inbox?view=overdue")
    expect(page.locator(".queue__promise").first).to_be_visible()
    page.locator("[data-conversation]").first.click()
    promise = page.locator("#customer .promise--late").first
    expect(promise).to_contain_text("Overdue since")
    # Which conversation it is depends on the hour: not each has a likely reason.
    nothing = page.get_by_text("Nothing makes one reason likelier")
    expect(page.locator("#customer .reason").or_(nothing).first).to_be_visible()
    marked = page.locator(f"#{promise.get_attribute('id')}")
    marked.get_by_role("button", name="Kept").click()
    expect(marked.locator(".badge--good")).to_have_text("Kept")
    expect(marked.get_by_role("button")).to_contain_text("Not kept after all")
    marked.get_by_role("button").click()
    expect(marked).to_contain_text("Overdue since")


def test_what_is_fetched_after_the_page_comes_by_itself_and_by_a_link_without_scripts(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/customers?q=a")
    page.locator(".people__name").first.click()
    expect(page.get_by_text("Nothing is known of searches").or_(page.locator(".tried__list")).first).to_be_visible()
    expect(page.get_by_role("link", name="Look it up")).to_have_count(0)
    plain = open_page("rep", java_script_enabled=False)
    plain.goto(page.url)
    plain.get_by_role("link", name="Look it up").first.click()
    expect(plain.locator("h1")).to_be_visible()
    assert plain.url.endswith("/reasons")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_conversation_is_handed_over_with_an_edited_summary(open_page: OpenPage, scripts: bool) -> None:
    asked = open_page("rep")
    asked.goto("/desk/inbox")
    customer = {"name": f"Handed Over {scripts}"}
    conversation = int(asked.evaluate(SEND, ["", {"channel": "email", "customer": customer}])[0]["id"])
    for text in (
        "My order JH-40771 has not come. I have restarted the app and it shows nothing.",
        "Where is my parcel?",
    ):
        say(asked, conversation, text)
    page = open_page("rep", java_script_enabled=scripts)
    page.goto(f"/desk/inbox/{conversation}")
    if scripts:
        page.locator("h1").click()
        page.keyboard.press("h")
    else:
        page.get_by_role("link", name="Hand over").click()
    expect(page.locator("h1")).to_contain_text("Hand over")
    lines = page.locator(".handover__line")
    first = lines.first.locator("textarea")
    left_out = first.input_value()
    lines.first.get_by_role("checkbox").uncheck()
    lines.last.locator("textarea").fill("Said in other words")
    page.get_by_label("What you want to add").fill("Please be quick, they have waited long.")
    page.get_by_label("Which colleague").select_option(index=1)
    page.get_by_role("button", name="Hand over").click()
    note = page.locator(".said--note").last
    expect(note).to_contain_text("Please be quick, they have waited long.")
    expect(note).to_contain_text("Said in other words")
    assert left_out not in note.inner_text()
