"""A browser does the work that is asked for before a message; its reader sees a line of text, and without scripts waits."""

from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]


def test_a_message_that_is_asked_for_a_proof_goes_out_by_itself(open_page: OpenPage) -> None:
    page = open_page(width=390)
    page.goto("/help/en/contact")
    expect(page.locator("#website")).not_to_be_in_viewport()
    page.fill("#message", "My parcel with the blue teapot has not come.")
    page.fill("#name", "Asha of the teapot")
    page.fill("#contact", "asha.teapot@example.com")
    page.locator("#website").evaluate("field => { field.value = 'https://filled-in-by-a-program.example' }")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 429):
        page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/contact/sent")
    expect(page.locator("main")).to_contain_text("asha.teapot@example.com")


def test_without_scripts_the_page_says_when_to_send(open_page: OpenPage) -> None:
    page = open_page(width=390, java_script_enabled=False)
    page.goto("/help/hi/chat")
    page.fill("#message", "मेरा नीला बरतन टूटा आया है।")
    page.locator("#website").fill("x", force=True)
    page.locator("main form.form button[type=submit]").click()
    expect(page.locator("[data-proof]")).to_contain_text("30 सेकंड")
    expect(page.locator("#message")).to_have_value("मेरा नीला बरतन टूटा आया है।")


def test_a_page_that_asks_for_a_proof_is_whole(open_page: OpenPage) -> None:
    page = open_page(width=390)
    page.goto("/help/bn/chat")
    page.locator("#website").evaluate("field => { field.value = 'x' }")
    page.fill("#message", "নীল চায়ের পাত্রটি আসেনি।")
    # A browser that has the page and never gets the script.
    page.route("**/proof-*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.locator("main form.form button[type=submit]").click()
    expect(page.locator("[data-proof]")).to_be_visible()
    assert page_problems(page) == []
