"""Reading an article on a phone and on a desk: contents in sight, ticks that stay, links to copy, why it did not help."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
ARTICLE = "/help/en/articles/marked-delivered-not-received"
IS_IN_SIGHT = (
    "element => { const box = element.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight }"
)


def test_a_phone_keeps_contents_progress_and_ticks(open_page: OpenPage) -> None:
    page = open_page(width=360)
    page.goto(ARTICLE)
    bar, fold = page.locator("[data-read]"), page.locator("[data-fold-contents]")
    before = float(bar.evaluate("bar => bar.value"))
    page.get_by_text("Neighbours on your floor").click()
    page.get_by_role("heading", name="Still nothing: report it").scroll_into_view_if_needed()
    expect(fold).to_be_in_viewport()
    expect(page.locator("[data-now]")).not_to_be_empty()
    assert float(bar.evaluate("bar => bar.value")) > before
    fold.locator("summary").click()
    fold.get_by_role("link", name="Why wait 24 hours?").click()
    assert page.url.endswith("#a-why-wait-24-hours")
    expect(fold.get_by_role("link").first).to_be_hidden()
    heading = page.get_by_role("heading", name="Why wait 24 hours?")
    assert heading.bounding_box()["y"] >= fold.bounding_box()["height"] - 1, "the fold covers it"  # type: ignore[index]
    page.reload()
    boxes = page.locator(".task-list-item input")
    assert [boxes.nth(number).is_checked() for number in range(3)] == [False, True, False]


def test_a_desk_keeps_contents_beside_and_copies_a_link(open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{ARTICLE}?s=x")
    page.evaluate("scrollTo(0, document.querySelector('#vote').offsetTop - 600)")
    contents = page.locator(".contents-aside")
    assert contents.evaluate(IS_IN_SIGHT)
    expect(contents.locator("[aria-current]")).to_have_count(1)
    page.get_by_label("Link to “Still nothing: report it”").click()
    expect(page.locator("[data-toast]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"{ARTICLE}#a-still-nothing-report-it")


def test_a_no_may_say_why_in_hindi(open_page: OpenPage) -> None:
    page = open_page(width=360)
    page.goto("/help/hi/articles/marked-delivered-not-received")
    page.locator("#vote button[value=no]").click()
    page.get_by_label("समझना मुश्किल है").check()
    page.locator("#why-text").fill("कौन सा बटन?")
    page.locator(".why button").click()
    expect(page.locator("#vote")).to_contain_text("धन्यवाद")
    expect(page.locator("#why-text")).to_have_count(0)
