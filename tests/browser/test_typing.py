"""Somebody who types slowly is not told in the middle of a word that there is nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]


def asked_by(page: Page, text: str, delay: int) -> list[Response]:
    """Type the text and return what was answered meanwhile, in order."""
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response) if "q=" in response.url else None)
    page.locator("#q").press_sequentially(text, delay=delay)
    return answers


@pytest.mark.parametrize(("role", "path"), [("", "/help/en/"), ("rep", "/desk/")])
def test_a_verdict_comes_when_the_typing_rests(open_page: OpenPage, role: str, path: str) -> None:
    page = open_page(role)
    page.goto(path)
    answers = asked_by(page, "refunq", delay=400)
    assert answers, "nothing was shown while it was typed"
    assert all("typing=1" in answer.url for answer in answers)
    expect(page.locator("#results [data-outcome]")).to_have_count(0)
    expect(page.locator("#search-status")).to_be_empty()
    expect(page.locator("#results [data-outcome]")).to_be_visible()
    expect(page.locator("#search-status")).not_to_be_empty()


def test_what_a_rep_opened_before_the_typing_rests_stays_open(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/")
    page.locator("#q").press_sequentially("track my order", delay=15)
    hit, title = page.locator('[data-kind="public"] [data-hit]').first, "Track your order"
    expect(hit).to_have_text(title)
    hit.click()
    expect(page.locator("#preview .sheet__title")).to_have_text(title)
    page.wait_for_timeout(1_500)
    expect(page.locator("#preview .sheet__title")).to_have_text(title)
    expect(page.locator("[data-hit]:focus")).to_have_count(1)


def test_a_result_that_is_opened_at_once_opens(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/en/")
    page.locator("#q").press_sequentially("cancel an order", delay=15)
    page.locator("[data-typing] .result a").first.click()
    page.wait_for_url("**/articles/**typed=cancel+an+order**")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
