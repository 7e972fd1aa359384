"""From a question with a slip in it to the very words that answer, and a question that no address could hold."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]


def test_a_customer_is_led_to_the_very_words_and_says_that_they_helped(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/en/search?q=how+do+i+reset+my+paswrd")
    page.locator(".outcome__mean a").click()
    expect(page.get_by_role("searchbox")).to_have_value("how do i reset my password")
    card = page.locator(".result--sure")
    expect(card.locator("mark")).to_have_count(1)
    marked = card.locator("mark").inner_text()
    card.get_by_role("button", name="Yes").click()
    expect(card.locator(".votes__thanks")).to_be_visible()
    card.get_by_role("link", name="Open the full article").click()
    page.wait_for_url("**/articles/reset-your-password**")
    # What browsers mark of themselves is not in the document: it is where the address says, in sight.
    expect(page.get_by_text(marked).first).to_be_in_viewport()


def test_two_thousand_letters_of_hindi_are_a_question(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/hi/")
    text = ("मेरा रिफ़ंड कब आएगा " * 120)[:1990]
    page.get_by_role("searchbox").fill(text)
    expect(page.locator("[data-outcome]")).to_be_visible()
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/help/hi/search")
    expect(page.get_by_role("searchbox")).to_have_value(text)
    expect(page.locator(".result").first).to_contain_text("रिफ़ंड")


def test_whoever_is_in_danger_is_not_asked_whether_they_meant_something_else(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/en/search?q=delivary address change")
    expect(page.locator(".outcome__mean a")).to_have_text("delivery address change")
    page.goto("/help/en/search?q=gas leak")
    expect(page.locator(".safety")).to_be_visible()
    expect(page.locator(".outcome__mean")).to_have_count(0)
    widths = [page.locator(place).first.bounding_box() or {} for place in (".safety", ".found")]
    assert widths[0]["width"] == widths[1]["width"], "the warning is as wide as what it stands above"
