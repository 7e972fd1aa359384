"""Macros and steps by keyboard alone, beside a conversation in a real browser."""

from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]


def begin_call(page: Page, name: str, note: str) -> None:
    page.goto("/desk/inbox/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("First note").fill(note)
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.locator(".said--note")).to_contain_text(note)
    page.wait_for_load_state()  # keys are heard from then on


def test_macro_is_found_filled_and_its_gap_is_asked_about_before_it_is_sent(open_page: OpenPage) -> None:
    page = open_page("rep")
    begin_call(page, "Leela Menon", "asks for her lamp")
    box, dialog = page.locator("#text"), page.locator("[data-macros]")
    page.keyboard.press("r")
    page.keyboard.type(";")
    expect(dialog).to_be_visible()
    expect(box).to_have_value("")
    page.keyboard.type("courier has been asked")
    expect(dialog.locator("[data-macro]").first).to_contain_text("Courier has been asked")
    assert page_problems(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(box).to_be_focused()
    assert "⟦order⟧" in box.input_value()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-check]")).to_contain_text("⟦order⟧")
    expect(page.locator(".said--agent")).to_have_count(0)
    page.keyboard.press("Control+End")
    page.keyboard.type("\n/macro")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press(";")
    expect(dialog).to_be_visible()


def test_steps_are_chosen_by_keyboard_and_end_in_the_composer(open_page: OpenPage) -> None:
    page = open_page("rep")
    begin_call(page, "Mohan Lal", "his kettle is broken")
    flow = page.locator("#flow")
    expect(flow.get_by_role("button", name="Warranty")).to_be_visible()
    page.locator("#timeline").focus()
    page.keyboard.press("f")
    flow.get_by_role("button", name="Warranty").press("Enter")
    expect(flow).to_contain_text("Which product is it")
    flow.get_by_role("button", name="Go on").press("Enter")
    flow.get_by_role("button", name="Earlier").press("Enter")
    flow.get_by_role("button", name="Jhilmil Ghar").press("Enter")
    expect(flow.locator("blockquote")).to_contain_text("stabiliser")
    flow.get_by_role("button", name="None of these").press("Enter")
    assert page_problems(page) == []
    page.reload()
    flow.get_by_role("button", name="Insert the answer").press("Enter")
    expect(page.locator("#text")).to_be_focused()
    assert "10 working days" in page.locator("#text").input_value()
