"""The editor in a real browser: keyboard, preview, keeping, pictures, links."""

from collections.abc import Callable

import pytest
from generator_folders import picture
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]


def test_an_article_is_written_by_keyboard_and_nothing_typed_is_lost(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("trainer", width=834)
    page.goto("/studio/articles/new?language=hi")
    page.get_by_label("Title", exact=True).fill("नीला दीपक")
    page.keyboard.press("Tab")
    text = page.get_by_role("textbox", name="Text, in Markdown")
    text.focus()
    page.keyboard.type("## पहला\n\nबटन दबाएँ।")
    preview = page.locator("[data-preview]")
    expect(preview.locator("h2")).to_contain_text("पहला")
    expect(page.locator("[data-said]")).to_have_text("Kept on the server.")
    assert "draft=" in page.url
    page.goto(page.url)  # as after a crash: only the address is known
    expect(page.locator("[data-preview] .prose")).to_contain_text("बटन दबाएँ।")

    page.route("**/articles/drafts", lambda route: route.abort("internetdisconnected"))
    text = page.get_by_role("textbox", name="Text, in Markdown")
    text.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" फिर रुकें।")
    expect(page.locator("[data-said]")).to_contain_text("kept in this browser")
    page.goto(page.url)
    page.unroute("**/articles/drafts")
    page.locator("[data-take-rescued]").click()
    expect(page.locator("[data-preview] .prose")).to_contain_text("फिर रुकें।")

    page.get_by_label("A picture").set_input_files({"name": "lamp.png", "mimeType": "image/png", "buffer": picture()})
    expect(page.locator("[data-preview] img")).to_have_attribute("alt", "lamp")
    page.get_by_label("A picture").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"<svg></svg>"})
    expect(page.locator("[data-said]")).to_contain_text("can hold programs")

    page.get_by_role("textbox", name="Text, in Markdown").focus()
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("रिफंड")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("toolbar").get_by_role("button", name="Heading").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("toolbar").get_by_role("button", name="Bold")).to_be_focused()
    assert page_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("link", name="As readers see it")).to_be_visible()
    page.goto("/studio/articles/new?language=hi")
    expect(page.locator("[data-rescued]")).to_be_hidden()
    page.go_back()
    page.get_by_role("link", name="As readers see it").click()
    expect(page.locator(".prose")).to_contain_text("फिर रुकें।")
    expect(page.locator(".prose img")).to_have_count(1)
