from collections.abc import Callable

import pytest
from desk_keyboard import preview_article_by_keyboard
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
PATH = "/desk/conversation"
ASKS = "Customer: Hello\nAgent: How can I help?\nCustomer: it says delivered but I never got it"
THANKS = f"{ASKS}\nAgent: We trace it.\nCustomer: ok thanks a lot"
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def paste(page: Page, text: str) -> None:
    page.goto(PATH)
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.insert_text(text)


def test_rep_gets_copies_and_goes_on_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("rep", permissions=CLIPBOARD)
    paste(page, ASKS)
    expect(page.locator("#search-status")).to_contain_text("results")
    expect(page.locator("#reading .turn")).to_have_count(3)
    expect(page.locator("#reading .turn--asked")).to_contain_text("never got it")
    expect(page.locator(".hit__because").first).to_contain_text("delivered")
    title = preview_article_by_keyboard(page)
    page.keyboard.press("t")
    expect(page.locator("[data-toast]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith(title)
    page.keyboard.press("/")
    page.keyboard.press("Control+End")
    page.keyboard.type("\nAgent: We trace it.\nCustomer: ok thanks a lot")
    expect(page.locator("#results")).to_contain_text("Nothing to look up: the customer says thanks.")
    expect(page.locator("[data-hit]")).to_have_count(0)
    assert page.locator("#text").input_value() == THANKS
    assert page.url.endswith(PATH)


def test_silence_can_be_overruled(open_page: OpenPage) -> None:
    page = open_page("rep")
    paste(page, THANKS)
    page.get_by_role("button", name="Show suggestions anyway").click()
    expect(page.locator("[data-hit]").first).to_be_visible()
    assert page.locator("#text").input_value() == THANKS


def test_arrows_stay_in_the_text_until_its_end(open_page: OpenPage) -> None:
    page = open_page("rep")
    paste(page, ASKS)
    expect(page.locator("[data-hit]").first).to_be_visible()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-hit]:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#text")).to_be_focused()


def test_what_was_typed_survives_other_pages_and_is_gone_on_request(open_page: OpenPage) -> None:
    page = open_page("rep", width=360)
    paste(page, ASKS)
    page.locator("[data-hit]:visible").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    expect(page.locator("#text")).to_have_value(ASKS)
    expect(page.locator("[data-hit]:visible").first).to_be_visible()
    page.reload()
    expect(page.locator("#text")).to_have_value(ASKS)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#reading .turn")).to_have_count(0)
    page.reload()
    expect(page.locator("#text")).to_have_value("")


def test_logging_out_forgets_what_was_typed(open_page: OpenPage) -> None:
    page = open_page("rep")
    paste(page, ASKS)
    expect(page.locator("[data-hit]").first).to_be_visible()
    assert "never got it" in page.evaluate("JSON.stringify(sessionStorage)")
    page.locator(".menu__button").click()
    # The log-in is shared by all tests, so it is the form alone that is tried.
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_role("button", name="Log out").click()
    assert page.evaluate("sessionStorage.length") == 0


SWAPPED_NAMES = "Maya: It leaks from the bottom\nAsha: Since when?\nMaya: Monday. Can I return it?"


def test_one_key_swaps_roles_from_within_the_text_and_they_stay_so_while_one_types_on(open_page: OpenPage) -> None:
    page = open_page("rep")
    paste(page, SWAPPED_NAMES)
    expect(page.locator("#reading .turn--asked")).to_contain_text("Can I return it?")
    page.keyboard.press("F2")
    expect(page.locator("#reading .turn--asked")).to_contain_text("Since when?")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nAsha: And who pays for the return?")
    expect(page.locator("#reading .turn--asked")).to_contain_text("who pays")
    page.locator("[data-hit]:visible").first.focus()
    page.keyboard.press("F2")
    expect(page.locator("#reading .turn--asked")).not_to_contain_text("who pays")
    page.get_by_role("button", name="Swap roles").click()
    expect(page.locator("#reading .turn--asked")).to_contain_text("who pays")
    expect(page.locator("#text")).to_be_focused()
    assert page_problems(page) == []


def test_swapped_roles_stay_so_when_the_page_is_loaded_again_and_end_with_the_conversation(open_page: OpenPage) -> None:
    page = open_page("rep")
    paste(page, SWAPPED_NAMES)
    expect(page.locator("#reading .turn--asked")).to_contain_text("Can I return it?")
    page.keyboard.press("F2")
    expect(page.locator("#reading .turn--asked")).to_contain_text("Since when?")
    page.reload()
    expect(page.locator("#reading .turn--asked")).to_contain_text("Since when?")
    page.goto("/desk/")
    page.goto(PATH)
    expect(page.locator("#reading .turn--asked")).to_contain_text("Since when?")
    page.keyboard.press("F2")
    expect(page.locator("#reading .turn--asked")).to_contain_text("Can I return it?")
    page.reload()
    expect(page.locator("#reading .turn--asked")).to_contain_text("Can I return it?")
    page.keyboard.press("F2")
    expect(page.locator("#reading .turn--asked")).to_contain_text("Since when?")
    page.get_by_role("button", name="New conversation").click()
    assert page.evaluate("sessionStorage.length") == 0
    paste(page, SWAPPED_NAMES)
    expect(page.locator("#reading .turn--asked")).to_contain_text("Can I return it?")
    assert page_problems(page) == []


def test_roles_are_swapped_without_javascript(open_page: OpenPage) -> None:
    page = open_page("rep", java_script_enabled=False)
    page.goto(PATH)
    page.locator("#text").fill(SWAPPED_NAMES)
    page.get_by_role("button", name="Find answers").click()
    expect(page.locator(".turn--asked")).to_contain_text("Can I return it?")
    page.get_by_role("button", name="Swap roles").click()
    expect(page.locator(".turn--asked")).to_contain_text("Since when?")
    page.get_by_role("button", name="Find answers").click()
    expect(page.locator(".turn--asked")).to_contain_text("Since when?")
    page.get_by_role("button", name="Swap roles").click()
    expect(page.locator(".turn--asked")).to_contain_text("Can I return it?")


def test_conversation_works_without_javascript(open_page: OpenPage) -> None:
    page = open_page("rep", java_script_enabled=False)
    page.goto(PATH)
    page.locator("#text").fill(ASKS)
    page.get_by_role("button", name="Find answers").click()
    expect(page.locator("#text")).to_have_value(ASKS)
    expect(page.locator(".turn--asked")).to_contain_text("never got it")
    expect(page.locator("[data-hit]").first).to_be_visible()
    page.locator("#text").fill(THANKS)
    page.get_by_role("button", name="Find answers").click()
    page.get_by_role("button", name="Show suggestions anyway").click()
    expect(page.locator("[data-hit]").first).to_be_visible()
    expect(page.locator("#text")).to_have_value(THANKS)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_suggestions_have_nothing_serious_and_fit_the_screen(open_page: OpenPage, width: int, theme: str) -> None:
    page = open_page("rep", width=width, color_scheme=theme)
    for text, shown in ((ASKS, "[data-hit]:visible"), (THANKS, ".talk__silence")):
        page.goto(PATH)
        page.locator("#text").fill(text)
        expect(page.locator(shown).first).to_be_visible()
        assert page_problems(page) == []
