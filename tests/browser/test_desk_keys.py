"""The desk by keyboard alone: quoting, pinning, the keys themselves, handing over to a composer; and how long typing waits."""

import statistics
from collections.abc import Callable

import pytest
from desk_keyboard import search_at_desk
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
CLIPBOARD = ["clipboard-read", "clipboard-write"]
READ = "navigator.clipboard.readText()"
ASKED = "when do I get my refund"
# A page with a composer, as that of a conversation is: it takes what is handed over.
COMPOSER = """() => {
    const box = document.createElement('textarea');
    box.dataset.composer = '';
    document.querySelector('main').append(box);
    window.taken = [];
    document.addEventListener('desk:insert', (event) => { window.taken.push(event.detail); event.preventDefault(); });
}"""
# Milliseconds from each key to the next exchange of the results.
WATCH = """() => {
    window.waits = [];
    let pressed = 0;
    document.querySelector('#q').addEventListener('input', () => { pressed = performance.now(); });
    new MutationObserver(() => {
        if (pressed) window.waits.push(performance.now() - pressed);
        pressed = 0;
    }).observe(document.querySelector('#results'), { childList: true });
}"""
# A tenth of a second where nothing else runs (tests/load/reps_at_the_desk.py measures it); here the machine may be busy, and what
# would be seen is a search that waits for typing to rest.
LIMIT_MS = 250


def test_answer_is_handed_over_two_keys_after_the_question(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/")
    page.evaluate(COMPOSER)
    page.locator("#q").press_sequentially(ASKED, delay=10)
    expect(page.locator("[data-list] [data-hit]").first).to_have_text("When your refund arrives")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("t")
    page.wait_for_function("() => window.taken.length === 1")
    detail = page.evaluate("window.taken[0]")
    assert detail["as"] == "text"
    assert detail["insert"] == detail["text"]
    assert detail["text"].startswith("When your refund arrives\n\n")
    assert detail["markdown"].startswith("# When your refund arrives\n\n")
    assert detail["link"].endswith("/help/en/articles/when-your-refund-arrives") or detail["link"].startswith("http")
    assert detail["document"].startswith("article:")
    assert detail["language"] == "en"
    assert not detail["send"]
    for key, form in (("m", "markdown"), ("l", "link")):
        page.keyboard.press(key)
        page.wait_for_function(f"() => window.taken.at(-1).as === '{form}'")
        assert page.evaluate("window.taken.at(-1).insert") == detail[form]
    page.keyboard.press("s")
    page.wait_for_function("() => window.taken.at(-1).send")


def test_customer_gets_the_version_in_their_language(open_page: OpenPage) -> None:
    page = open_page("rep", permissions=CLIPBOARD)
    page.goto(f"/desk/?q={ASKED}&to=hi")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview .sheet__title")).to_have_text("When your refund arrives")
    page.keyboard.press("t")
    expect(page.locator("[data-toast]")).to_have_text("Copied")
    assert page.evaluate(READ).startswith("रिफ़ंड")


def test_internal_text_is_never_sent_in_one_step(open_page: OpenPage) -> None:
    page = open_page("rep")
    search_at_desk(page, "refund limits and approvals")
    page.evaluate(COMPOSER)
    page.locator('[data-kind="internal"] [data-hit]:visible').first.focus()
    page.keyboard.press("s")
    expect(page.locator("[data-toast]")).to_have_text("Internal: it cannot be sent as it is.")
    page.keyboard.press("s")
    page.keyboard.press("t")
    expect(page.locator("#preview .button--warned")).to_have_count(1)
    assert page.evaluate("window.taken") == []
    page.keyboard.press("t")
    page.wait_for_function("() => window.taken.length === 1")


def test_paragraph_step_and_row_are_quoted_by_keys(open_page: OpenPage) -> None:
    page = open_page("rep", permissions=CLIPBOARD)
    search_at_desk(page, ASKED)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview .sheet__title")).to_be_visible()
    page.keyboard.press("q")
    piece = page.locator("[data-quote]:focus")
    expect(piece).to_have_count(1)
    # It begins where the answer is marked.
    expect(page.locator("#preview mark.answers, #preview tr.answers").first).to_be_visible()
    assert page.evaluate(
        "Boolean(document.activeElement.querySelector('mark.answers') || document.activeElement.matches('.answers'))"
    )
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]")).to_have_text("Copied")
    assert page.evaluate(READ) == piece.get_attribute("data-quote")
    row = page.locator("#preview tr[data-quote]").first
    while not row.evaluate("row => row === document.activeElement"):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_function(f"async () => (await {READ}).includes(': ')")
    assert len(page.evaluate(READ).splitlines()) == row.locator("td").count()
    assert page_problems(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-hit]").first).to_be_focused()
    expect(page.locator(".sheet--quoting")).to_have_count(0)


def test_pinned_by_key_stands_on_the_home_of_the_desk(open_page: OpenPage) -> None:
    page = open_page("rep")
    search_at_desk(page, "how do i return an item")
    page.keyboard.press("ArrowDown")
    title = page.locator("#preview .sheet__title")
    expect(title).to_have_text(page.locator("[data-hit]").first.inner_text())
    button = page.locator("#preview [data-pin]")
    before = button.get_attribute("aria-pressed")
    page.keyboard.press("p")
    expect(button).to_have_attribute("aria-pressed", "false" if before == "true" else "true")
    if before == "true":
        page.keyboard.press("p")
        expect(button).to_have_attribute("aria-pressed", "true")
    name = title.inner_text()
    page.goto("/desk/")
    expect(page.locator("#start-pinned + .start__list")).to_contain_text(name)
    # The home is gone through by the same keys.
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-hit]:focus")).to_have_count(1)
    expect(page.locator("#preview .sheet__title")).to_be_visible()
    assert page_problems(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_keys_are_shown_hold_the_focus_and_close(open_page: OpenPage, theme: str) -> None:
    page = open_page("rep", color_scheme=theme)
    search_at_desk(page, ASKED)
    page.keyboard.type("?")
    expect(page.locator("#q")).to_have_value(f"{ASKED}?")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert page_problems(page) == []
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )
    page.keyboard.press("t")
    expect(page.locator("[data-toast]")).to_be_empty()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-hit]").first).to_be_focused()


def test_single_letters_can_be_switched_off(open_page: OpenPage) -> None:
    page = open_page("rep")
    search_at_desk(page, ASKED)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("?")
    page.get_by_label("Single letters work outside of fields").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview .sheet")).to_be_visible()
    page.keyboard.press("q")
    expect(page.locator(".sheet--quoting")).to_have_count(0)
    page.keyboard.press("?")
    page.get_by_label("Single letters work outside of fields").check()
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    expect(page.locator(".sheet--quoting")).to_have_count(1)


def test_keys_are_not_shown_on_touch(open_page: OpenPage) -> None:
    page = open_page("rep", width=390, has_touch=True, is_mobile=True)
    page.goto("/desk/requests")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("[data-show-keys]:visible")).to_have_count(0)


def test_slash_searches_from_the_page_of_an_article(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/articles/1")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("track my order")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/?q=track+my+order**")
    expect(page.locator("[data-hit]").first).to_be_visible()


def test_tabs_are_used_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("rep")
    search_at_desk(page, ASKED)
    tab = page.locator('[data-tab="all"]')
    tab.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('[data-tab="public"]')).to_be_focused()
    expect(page.locator('[data-tab="public"]')).to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-hit]:visible").first).to_be_focused()
    page.locator('[data-tab="tickets"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator('[data-kind="public"]:visible')).to_have_count(0)
    assert page_problems(page) == []


@pytest.mark.parametrize("width", [900, 1440, 1920])
def test_list_and_preview_are_two_areas_at_every_width(open_page: OpenPage, width: int) -> None:
    page = open_page("rep", width=width)
    search_at_desk(page, ASKED)
    expect(page.locator("#preview .sheet")).to_be_visible()
    left, right = page.locator("#results").bounding_box(), page.locator("#preview").bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    assert right["width"] > 0.45 * width or right["width"] > 800
    for hit in page.locator(".hit:visible:not(.hit--full)").all()[:8]:
        box = hit.bounding_box()
        assert box
        assert box["height"] < 52, "a further result is one line"
    assert page_problems(page) == []


def test_answer_comes_with_every_letter_as_one_types(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/")
    page.locator("#q").press_sequentially("warm", delay=150)
    page.wait_for_timeout(1_500)
    page.locator("#q").fill("")
    page.wait_for_timeout(800)
    page.evaluate(WATCH)
    page.locator("#q").press_sequentially("refund by card", delay=450)
    page.wait_for_timeout(400)
    waits = sorted(page.evaluate("window.waits"))
    print(f"\nas one types: {len(waits)} answers, fastest {waits[0]:.0f} ms, median {statistics.median(waits):.0f} ms")
    assert len(waits) >= 8
    assert waits[0] <= LIMIT_MS


def test_pasted_conversation_folds_away_once_it_is_read(open_page: OpenPage) -> None:
    page = open_page("rep", permissions=CLIPBOARD)
    page.goto("/desk/conversation")
    box = page.locator("#text")
    tall = box.bounding_box()
    page.evaluate(
        "navigator.clipboard.writeText('Customer: Hello\\nAgent: Yes?\\nCustomer: it says delivered but I never got it')"
    )
    page.keyboard.press("Control+V")
    expect(page.locator("#reading .turn")).to_have_count(3)
    expect(page.locator(".talk__form--pasted")).to_have_count(1)
    low = box.bounding_box()
    assert tall
    assert low
    assert low["height"] < tall["height"] / 2
    page.keyboard.press("End")
    assert box.bounding_box() == tall
    page.keyboard.press("Control+End")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-hit]").first).to_be_focused()
    expect(page.locator(".talk__form--read")).to_have_count(1)
    assert box.bounding_box()["height"] == low["height"]  # type: ignore[index]
    assert page_problems(page) == []
    page.keyboard.press("/")
    assert box.bounding_box() == tall
