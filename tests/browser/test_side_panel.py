"""Beside another help desk: the extension in a browser of its own, the page in a frame of another site."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import launch_with_extension
from other_help_desk import HelpDesk
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Playwright, expect

from webapp.shared.extension import EXTENSION_ORIGIN

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
ARTICLE = "When your refund arrives"


@pytest.fixture
def token(open_page: OpenPage) -> str:
    page = open_page("rep")
    page.goto("/desk/extension")
    page.get_by_role("button", name="Make a token").click()
    return page.get_by_label("Copy it now").input_value()


@pytest.fixture
def framed(open_page: OpenPage, help_desk: HelpDesk, site: Any, token: str) -> Page:
    """The page of the other help desk with the panel in it; its reader is logged in nowhere."""
    help_desk.desk, help_desk.token = site.url, token
    help_desk.asked_for_token.clear()
    page = open_page("")
    page.goto(f"{help_desk.origin}/framed")
    return page


def select_question(page: Page) -> None:
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#asked'))")


def put_cursor(page: Page) -> None:
    """Between the greeting and the farewell, over the stroke that stands there."""
    page.locator("#reply").evaluate("box => { box.focus(); box.setSelectionRange(11, 12); }")


def test_framed_panel_reads_what_is_selected_and_inserts_at_the_cursor(framed: Page) -> None:
    panel = framed.frame_locator("iframe")
    select_question(framed)
    panel.get_by_role("button", name="Selected text").click()
    first = panel.locator(".panel-hit").first
    expect(first).to_contain_text(ARTICLE)
    expect(panel.locator("#q")).to_have_value("When does my refund arrive?")
    expect(panel.locator("[data-outcome]")).to_have_attribute("data-outcome", "answered")
    put_cursor(framed)
    first.get_by_role("button", name="Link").click()
    expect(panel.get_by_role("status")).to_have_text("Inserted.")
    reply = framed.locator("#reply").input_value()
    assert reply.startswith("Dear Asha, http://127.0.0.1:")
    assert reply.endswith("/help/en/articles/when-refund-arrives Bye")


def test_framed_panel_finds_the_question_of_the_whole_conversation(framed: Page) -> None:
    panel = framed.frame_locator("iframe")
    panel.get_by_role("button", name="Whole conversation").click()
    expect(panel.locator(".panel__question").first).to_contain_text("refund")
    expect(panel.locator(".panel-hit").first).to_contain_text(ARTICLE)
    assert framed.evaluate("document.querySelector('iframe').offsetWidth") <= 480


def test_token_that_was_withdrawn_is_asked_for_anew_and_the_question_is_answered_then(
    framed: Page, help_desk: HelpDesk, open_page: OpenPage
) -> None:
    panel = framed.frame_locator("iframe")
    select_question(framed)
    page = open_page("rep")
    page.goto("/desk/extension")
    page.get_by_role("button", name="Make a token").click()
    old, help_desk.token = help_desk.token, page.get_by_label("Copy it now").input_value()
    panel.get_by_role("button", name="Selected text").click()
    expect(panel.locator(".panel-hit").first).to_contain_text(ARTICLE)
    assert help_desk.asked_for_token == [old, help_desk.token]


def test_page_that_is_not_named_can_neither_frame_the_panel_nor_be_heard(
    browser: Browser, help_desk: HelpDesk, site: Any, token: str
) -> None:
    """The same help desk under an address that is not in KB_PANEL_ORIGINS."""
    help_desk.desk, help_desk.token = site.url, token
    help_desk.asked_for_token.clear()
    complaints: list[str] = []
    context = browser.new_context()
    stranger = context.new_page()
    stranger.on("console", lambda message: complaints.append(message.text))
    stranger.goto(f"{help_desk.origin.replace('localhost', '127.0.0.1')}/framed")
    stranger.wait_for_timeout(800)
    assert any("frame-ancestors" in text for text in complaints), complaints
    assert help_desk.asked_for_token == []
    context.close()


def test_messages_of_other_windows_and_origins_are_not_heard(framed: Page) -> None:
    """A script in the panel's own window is no page around it, whatever it sends."""
    panel = framed.frames[1]
    expect(framed.frame_locator("iframe").locator("#q")).to_be_visible()
    panel.evaluate("window.postMessage({kb: 'search', text: 'refund'}, '*')")
    framed.evaluate(
        """() => new Promise(done => {
          const other = document.createElement('iframe');
          other.srcdoc = '<script>parent.frames[0].postMessage({kb: "search", text: "refund"}, "*")<\\/script>';
          other.onload = () => setTimeout(done, 300);
          document.body.append(other);
        })"""
    )
    framed.wait_for_timeout(500)
    assert panel.locator("#q").input_value() == ""
    assert panel.locator(".panel-hit").count() == 0


def test_window_of_its_own_uses_the_session_and_copies(open_page: OpenPage) -> None:
    page = open_page("rep", width=360, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/desk/panel")
    page.keyboard.type("When does my refund arrive?")
    page.keyboard.press("Enter")
    first = page.locator(".panel-hit").first
    expect(first).to_contain_text(ARTICLE)
    first.get_by_role("button", name="Whole article").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert ARTICLE in page.evaluate("navigator.clipboard.readText()")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_is_internal_is_inserted_by_a_second_press_only(framed: Page) -> None:
    panel = framed.frame_locator("iframe")
    panel.locator("#q").fill("refund limits and approvals of a rep")
    panel.locator("#q").press("Enter")
    internal = panel.locator("[data-audience=internal]").first
    expect(internal).to_contain_text("For you, not for customers")
    audiences = panel.locator(".panel-hit:not(.panel-hit--less)").evaluate_all(
        "all => all.map(one => one.dataset.audience)"
    )
    assert audiences == sorted(audiences, key=lambda audience: audience != "public")
    before = framed.locator("#reply").input_value()
    button = internal.locator("[data-as=text]")
    button.click()
    expect(button).to_have_text("Internal. Insert all the same?")
    assert framed.locator("#reply").input_value() == before
    button.click()
    expect(panel.get_by_role("status")).to_have_text("Inserted.")
    assert "INTERNAL. NOT FOR CUSTOMERS." in framed.locator("#reply").input_value()


# The extension, in a browser that has it and nothing else. Its panel is opened as a tab behind the help desk's: the side of a
# browser's window is not drawn without a screen, and to the extension both are the same page.


@pytest.fixture
def extended(playwright: Playwright, open_page: OpenPage, tmp_path: Path) -> Iterator[BrowserContext]:
    folder = tmp_path / "extension"
    packed = open_page("rep").request.get("/desk/extension.zip").body()
    zipfile.ZipFile(io.BytesIO(packed)).extractall(folder)
    context = launch_with_extension(playwright, folder, tmp_path / "profile")
    context.set_default_timeout(15_000)
    yield context
    context.close()


def click_icon(context: BrowserContext, page: Page) -> None:
    """What a click on the extension's icon does while `page` is in front: it may look at it from then on."""
    page.bring_to_front()
    assert context.browser is not None
    session = context.browser.new_browser_cdp_session()
    tabs: Any = session.send("Target.getTargets", {"filter": [{"type": "tab"}]})["targetInfos"]
    [tab] = [tab["targetId"] for tab in tabs if tab["url"] == page.url]
    session.send("Extensions.triggerAction", {"id": EXTENSION_ORIGIN.rpartition("/")[2], "targetId": tab})
    session.detach()


def open_panel(context: BrowserContext) -> tuple[Page, FrameLocator]:
    panel = context.new_page()
    panel.goto(f"{EXTENSION_ORIGIN}/panel.html")
    expect(panel.frame_locator("iframe").locator("#q")).to_be_visible()
    return panel, panel.frame_locator("iframe")


def test_extension_reads_searches_and_inserts_in_a_page_of_another_site(
    extended: BrowserContext, help_desk: HelpDesk, token: str
) -> None:
    page = extended.new_page()
    page.goto(f"{help_desk.origin}/ticket")
    panel, frame = open_panel(extended)
    panel.get_by_label("Your token").fill(token)
    panel.get_by_role("button", name="Connect").click()
    expect(panel.get_by_label("Your token")).to_be_hidden()
    page.bring_to_front()

    # Before its icon was clicked on the page the extension may not look at it.
    frame.get_by_role("button", name="Selected text").click()
    expect(frame.get_by_role("status")).to_contain_text("Click the icon")
    click_icon(extended, page)
    select_question(page)
    frame.get_by_role("button", name="Selected text").click()
    expect(frame.locator("#q")).to_have_value("When does my refund arrive?")
    first = frame.locator(".panel-hit").first
    expect(first).to_contain_text(ARTICLE)

    put_cursor(page)
    first.get_by_role("button", name="Insert answer").click()
    expect(frame.get_by_role("status")).to_have_text("Inserted.")
    reply = page.locator("#reply").input_value()
    assert reply.startswith("Dear Asha, ")
    assert reply.endswith(" Bye")
    assert len(reply) > 30

    page.locator("#editor").focus()
    first.get_by_role("button", name="Link").click()
    expect(page.locator("#editor")).to_contain_text("/help/en/articles/when-refund-arrives")
    page.locator("#short").focus()
    first.get_by_role("button", name="Whole article").click()
    expect(frame.get_by_role("status")).to_contain_text("takes less than this")
    assert page.locator("#short").input_value() == ""


def test_extension_reads_the_conversation_without_drafts_and_what_is_hidden(
    extended: BrowserContext, help_desk: HelpDesk, token: str
) -> None:
    page = extended.new_page()
    page.goto(f"{help_desk.origin}/ticket")
    click_icon(extended, page)
    panel, frame = open_panel(extended)
    sent: list[str] = []
    panel.on("request", lambda request: sent.append(request.post_data or "") if "assist" in request.url else None)
    panel.get_by_label("Your token").fill(token)
    panel.get_by_role("button", name="Connect").click()
    read = frame.get_by_role("button", name="Whole conversation")
    expect(read).to_be_visible()
    page.bring_to_front()
    # A click by the mouse may be lost while the tab goes into the background; beside a page the panel never does.
    read.dispatch_event("click")
    expect(frame.locator(".panel__question").first).to_contain_text("refund")
    assert len(sent) == 1
    assert "how can I help?" in sent[0]
    assert "secret" not in sent[0]
    assert "draft" not in sent[0]
    assert "Reports" not in sent[0]


def test_extension_asks_again_for_a_token_that_is_worth_nothing(extended: BrowserContext, help_desk: HelpDesk) -> None:
    panel, frame = open_panel(extended)
    panel.get_by_label("Your token").fill("kb_worth_nothing")
    panel.get_by_role("button", name="Connect").click()
    expect(panel.get_by_label("Your token")).to_be_hidden()
    frame.locator("#q").fill("refund")
    frame.locator("#q").press("Enter")
    expect(frame.get_by_role("status")).to_have_text("The token is not valid any more.")
    expect(panel.get_by_label("Your token")).to_be_visible()
