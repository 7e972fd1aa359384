"""A rep practises: begins a case, looks for the answer, replies and is scored; the trainer sees each step and comments on it."""

import re
from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
EXERCISE = re.compile(r"/desk/practice/[0-9]+$")
START = 'form[action^="/desk/practice/cases/"] button'
REMARK = "Look at the second result too, it says from when the days count."


def begin_a_replay(page: Page) -> None:
    """By keyboard; some of the cases on offer are about calm wording and have nothing to look for."""
    for number in range(page.locator(START).count()):
        page.locator(START).nth(number).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(EXERCISE)
        if page.locator("#q").count():
            return
        page.goto("/desk/practice/")
    pytest.fail("No case of a ticket is on offer.")


@pytest.mark.parametrize("width", [390, 1440])
def test_from_a_case_to_the_trainers_word(open_page: OpenPage, width: int) -> None:
    rep = open_page("rep", width=width)
    rep.goto("/desk/practice/")
    assert page_problems(rep) == []
    begin_a_replay(rep)
    address = rep.url
    assert page_problems(rep) == []

    rep.locator("#q").fill("money back on the card")
    rep.keyboard.press("Enter")
    found = rep.locator(".practice__result").first
    title = found.inner_text()
    assert page_problems(rep) == []
    found.click()
    expect(rep.locator("#opened")).to_be_visible()
    assert page_problems(rep) == []

    # Nothing written: a word about it, and the exercise goes on.
    rep.get_by_role("button", name="Answer", exact=True).click()
    expect(rep.get_by_role("alert")).to_contain_text("Write the reply first.")
    rep.locator("#reply").fill("Your money is back on your card within five working days of the pickup.")
    rep.get_by_role("button", name="Answer", exact=True).click()
    expect(rep.get_by_role("heading", name="What was sent then")).to_be_visible()
    expect(rep.get_by_text("within five working days of the pickup").first).to_be_visible()
    assert page_problems(rep) == []

    number = address.rpartition("/")[2]
    trainer = open_page("trainer", width=width)
    trainer.goto(f"/studio/training/exercises/{number}")
    expect(trainer.locator(".practice__steps")).to_contain_text("money back on the card")
    expect(trainer.locator(".practice__steps")).to_contain_text(title)
    trainer.locator("textarea[name=text]").last.fill(f"{REMARK} Ask +91 98300 12345.")
    trainer.locator("form:has(textarea[name=text]) button").last.click()
    expect(trainer.get_by_text(REMARK).first).to_be_visible()
    assert "98300" not in trainer.content()
    assert page_problems(trainer) == []

    rep.goto(address)
    expect(rep.get_by_text(REMARK).first).to_be_visible()
    assert page_problems(rep) == []
