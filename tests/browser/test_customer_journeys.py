from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
QUESTIONS = {
    "en": ("when do I get my refund", "When your refund arrives"),
    "hi": ("मेरा रिफ़ंड कब आएगा", "रिफ़ंड कब आएगा"),
    "bn": ("রিফান্ড কবে আসবে", "রিফান্ড কবে আসবে"),
}


@pytest.mark.parametrize("language", QUESTIONS)
def test_customer_finds_an_answer_while_typing(open_page: OpenPage, language: str) -> None:
    question, title = QUESTIONS[language]
    page = open_page()
    page.goto(f"/help/{language}/")
    page.get_by_role("searchbox").press_sequentially(question, delay=15)
    result = page.locator(".result").first
    expect(result).to_contain_text(title)
    expect(page.locator(".result--sure")).to_be_visible()
    expect(page.locator("#search-status")).not_to_be_empty()
    assert "/search?q=" in page.url
    result.locator(".result__open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("#vote button").first.click()
    expect(page.locator(".votes__thanks")).to_be_visible()


@pytest.mark.parametrize("language", QUESTIONS)
def test_customer_finds_an_answer_without_javascript(open_page: OpenPage, language: str) -> None:
    question, title = QUESTIONS[language]
    page = open_page(java_script_enabled=False)
    page.goto(f"/help/{language}/")
    page.get_by_role("searchbox").fill(question)
    page.get_by_role("search").get_by_role("button").click()
    page.locator(".result").first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.locator("#vote button").last.click()
    assert "voted=no" in page.url
    expect(page.locator("#vote")).to_contain_text({"en": "missing", "hi": "कमी", "bn": "বাদ"}[language])


def test_back_returns_to_the_results(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/en/")
    page.get_by_role("searchbox").press_sequentially("cancel an order", delay=15)
    # On a busy machine typing rests in between: what is gone back to is the last address that the page had.
    page.wait_for_url("**q=cancel+an+order**")
    page.locator(".result a").first.click()
    page.wait_for_url("**/articles/**")
    page.go_back()
    expect(page.locator(".result").first).to_be_visible()
    expect(page.locator("header")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("cancel an order")


def test_emptied_box_shows_the_topics_again(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/en/search?q=refund")
    page.get_by_role("searchbox").fill("")
    expect(page.locator(".directory")).to_be_visible()
    assert page.url.endswith("/help/en/")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_customer_reaches_a_person_who_sees_what_they_tried(
    open_page: OpenPage, gaps_with: Callable[[str], Page], scripts: bool
) -> None:
    question = f"spare knob for my toaster {'with' if scripts else 'without'} a cord"
    page = open_page(java_script_enabled=scripts)
    page.goto(f"/help/en/search?q={question}")
    page.locator("main").get_by_role("link", name="Talk to a person").first.click()
    page.get_by_role("link", name="Write to us").click()
    # What was searched goes along because the customer ticks it, not by itself.
    page.get_by_label("What do you need?").fill("a spare part")
    page.get_by_role("checkbox").first.check()
    page.get_by_label("Your name").fill(f"Asha {scripts}")
    page.get_by_label("E-mail or phone number").fill("nowhere")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_label("E-mail or phone number")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Your name")).to_have_value(f"Asha {scripts}")
    # Who has this number is one customer: each journey has its own.
    page.get_by_label("E-mail or phone number").fill(f"98300 1234{int(scripts)}")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text(f"+9198300 1234{int(scripts)}".replace(" ", ""))

    rep = open_page("rep")
    rep.goto("/desk/requests")
    request = rep.locator("[data-queue] a", has_text=f"Asha {scripts}")
    request.first.click()
    expect(rep.locator("#customer")).to_contain_text(question)
    rep.get_by_role("button", name="Take it").click()
    rep.get_by_role("button", name="Close", exact=True).click()
    rep.goto("/desk/requests")
    expect(request).to_have_count(0)

    expect(gaps_with(question).locator("main")).to_contain_text(question)


def test_colours_switch_at_once_and_stay(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/en/")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.locator("summary").click()
    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark != light
    page.goto("/help/hi/")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == dark


def test_search_that_fails_says_so(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/en/")
    page.route("**/search?q=*", lambda route: route.fulfill(status=429, body="slow down"))
    page.get_by_role("searchbox").fill("refund")
    expect(page.locator("[data-toast]")).to_have_text("That did not arrive. Please try again.")
    expect(page.locator(".directory")).to_be_visible()


@pytest.mark.parametrize(("language", "needed"), [("en", set()), ("hi", {"devanagari"}), ("bn", {"bengali"})])
def test_only_the_fonts_of_the_page_are_loaded(open_page: OpenPage, language: str, needed: set[str]) -> None:
    page = open_page()
    loaded: set[str] = set()
    page.on("request", lambda request: loaded.add(request.url) if request.url.endswith(".woff2") else None)
    page.goto(f"/help/{language}/contact", wait_until="networkidle")
    names = {url.rsplit("/", 1)[-1].rpartition("-")[0] for url in loaded}
    assert names == {"latin"} | needed
