"""The checks beside a text and the search clinic, in a real browser."""

from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]


def test_a_finding_leads_to_its_place_while_one_writes(open_page: Callable[..., Page]) -> None:
    page = open_page("trainer", width=1280)
    page.goto("/studio/articles/new?language=en")
    page.get_by_label("Title", exact=True).fill("A lamp that blinks")
    page.get_by_role("textbox", name="Text, in Markdown").focus()
    page.keyboard.type("The lamp.\n\n![](lamp.png)")
    finding = page.locator('[data-checks-list] [data-kind="no_alt"]')
    expect(finding).to_contain_text("no words for those who do not see it")
    page.keyboard.type(" More.")  # typing goes on
    finding.get_by_role("button", name="Line 3").click()
    page.keyboard.type("gone")  # what was found is selected
    expect(page.locator("#body")).to_have_value("The lamp.\n\ngone More.")
    expect(finding).to_have_count(0)
    assert page_problems(page) == []


def test_a_synonym_is_tried_and_saved_from_the_clinic(open_page: Callable[..., Page]) -> None:
    page = open_page("trainer", width=390)
    page.goto("/studio/search/clinic?q=refund+late")
    expect(page.get_by_role("heading", name="What is first, and why")).to_be_visible()
    page.locator("summary", has_text="A synonym").click()
    page.locator("#words").fill("wobblecoin, refund")
    page.locator("form", has=page.locator("#words")).get_by_role("button", name="Try it").click()
    expect(page.get_by_role("button", name="Save it")).to_be_visible(timeout=120_000)
    assert page_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_role("link", name="wobblecoin, refund")).to_be_visible()
    page.goto("/help/en/search?q=wobblecoin")
    expect(page.get_by_role("link", name="refund").first).to_be_visible()
