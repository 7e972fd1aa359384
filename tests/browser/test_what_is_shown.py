"""What a result shows and where it leads, in a real browser: the piece that answers, few others, the section of the article."""

from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
CLIPBOARD = ["clipboard-read", "clipboard-write"]
QUERIES = {"en": "how do i return an item", "hi": "सामान वापस कैसे करें", "bn": "অর্ডার কীভাবে বাতিল করব"}


@pytest.mark.parametrize("language", QUERIES)
@pytest.mark.parametrize("javascript", [True, False])
def test_customer_reads_the_steps_sees_few_other_titles_and_lands_at_the_section(
    open_page: OpenPage, language: str, javascript: bool
) -> None:
    page = open_page("", width=360, java_script_enabled=javascript)
    page.goto(f"/help/{language}/search?q={QUERIES[language]}")
    first = page.locator(".result").first
    assert first.locator(".answer li").count() >= 3
    assert page.locator(".result--line").count() <= 4
    assert not javascript or page_problems(page) == []
    link = first.locator(".result__open")
    assert "#a-" in (link.get_attribute("href") or "")
    link.click()
    expect(page.locator(":target")).to_be_in_viewport()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rep_copies_the_row_with_its_labels_and_sees_its_section(open_page: OpenPage, theme: str) -> None:
    page = open_page("rep", color_scheme=theme, permissions=CLIPBOARD)
    page.goto("/desk/?q=refund limit without approval")
    best = page.locator(".hit--best")
    expect(best.locator("dt").first).to_have_text("Amount per order")
    expect(best.locator("dd mark").first).to_contain_text("₹2,000")
    assert page_problems(page) == []
    copy = best.locator("[data-copy]")
    copy.click()
    copy.click()  # it is internal
    expect(page.locator("[data-toast]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Amount per order: up to ₹2,000\n")


def test_the_preview_opens_at_the_section(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/?q=how do i return an item")
    pane = page.locator("#preview")
    expect(pane.locator("#a-start-a-return")).to_be_in_viewport()
    page.wait_for_function("document.querySelector('#preview').scrollTop > 0")
