"""A rep practises on a frustrated customer, the trainer sees each step and comments, an announcement is confirmed."""

from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
CASE = "The third date for one parcel"


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_practising_and_being_commented(open_page: OpenPage, width: int, theme: str) -> None:
    rep = open_page("rep", width=width, color_scheme=theme)
    rep.goto("/desk/practice/")
    rep.get_by_role("button", name=f"Practise: {CASE}").first.click()
    rep.wait_for_url("**/desk/practice/*")
    assert page_problems(rep) == []
    rep.get_by_label("To the customer, in their language and script").fill(
        "Please calm down. You will hear from us soon."
    )
    rep.get_by_role("button", name="Answer", exact=True).click()
    expect(rep.get_by_text("Tells the customer how to feel")).to_be_visible()
    assert page_problems(rep) == []
    number = rep.url.partition("#")[0].rpartition("/")[2]

    trainer = open_page("trainer", width=width, color_scheme=theme)
    trainer.goto(f"/studio/training/exercises/{number}")
    assert page_problems(trainer) == []
    words = f"Say what you do now, {theme}"
    trainer.get_by_label("Comment", exact=True).fill(words)
    trainer.get_by_role("button", name="Comment", exact=True).click()
    expect(trainer.get_by_text(words)).to_be_visible()
    trainer.get_by_role("link", name="The case").click()
    trainer.wait_for_url("**/cases/*")
    assert page_problems(trainer) == []
    trainer.goto("/studio/training/paths/")
    trainer.get_by_role("link", name="Codes and passwords").click()
    trainer.wait_for_url("**/paths/*")
    assert page_problems(trainer) == []
    rep.goto("/desk/practice/")
    expect(rep.get_by_text(words)).to_be_visible()

    rep.goto("/desk/news/")
    rep.locator(".practice__news h2 a").first.click()
    rep.wait_for_url("**/desk/news/*")
    assert page_problems(rep) == []
