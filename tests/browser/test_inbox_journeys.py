"""A rep at work in the inbox, by keyboard, beside a colleague who is in the same conversation."""

import re
from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]


def begin_chat(page: Page, name: str) -> str:
    """A conversation with somebody new; its address."""
    page.goto("/desk/inbox/new")
    page.get_by_label("Chat").check()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("First note").fill("asks where the lamp is")
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.locator(".said--note")).to_contain_text("asks where the lamp is")
    page.wait_for_load_state()  # keys are heard from then on
    return page.url


def test_reply_is_written_taken_back_kept_over_a_reload_and_sent(open_page: OpenPage) -> None:
    page = open_page("rep")
    begin_chat(page, "Journey One")
    box = page.locator("#text")
    page.keyboard.press("r")
    expect(box).to_be_focused()
    page.keyboard.type("It comes tomorrow.")
    expect(page.locator("[data-draft-state]")).to_have_text("Draft kept")
    page.reload()
    expect(box).to_have_value("It comes tomorrow.")
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-undo-bar]")).to_be_visible()
    expect(page.locator(".said--agent")).to_contain_text("It comes tomorrow.")
    expect(box).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(box).to_have_value("It comes tomorrow.")
    expect(page.locator(".said--withdrawn")).to_have_count(1)
    page.keyboard.press("Control+End")
    page.keyboard.type(" By noon.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said--agent:not(.said--withdrawn)")).to_contain_text("It comes tomorrow. By noon.")
    expect(page.locator("[data-undo-bar]")).to_be_hidden(timeout=9_000)
    page.reload()
    expect(box).to_have_value("")


def test_reply_outlives_a_lost_connection_and_goes_by_itself(open_page: OpenPage) -> None:
    page = open_page("rep")
    begin_chat(page, "Journey Two")
    box, state = page.locator("#text"), page.locator("[data-draft-state]")
    box.click()
    page.context.set_offline(True)
    page.keyboard.type("typed in a tunnel")
    expect(state).to_contain_text("kept in this browser")
    page.keyboard.press("Control+Enter")
    expect(state).to_contain_text("Not sent yet. It is sent again by itself")
    expect(box).to_have_value("typed in a tunnel")
    page.context.set_offline(False)
    expect(page.locator(".said--agent")).to_contain_text("typed in a tunnel")
    expect(box).to_have_value("")
    expect(page.locator(".said--agent")).to_have_count(1)


def test_reply_is_sent_until_it_is_taken_and_never_twice(open_page: OpenPage, request: pytest.FixtureRequest) -> None:
    page = open_page("rep")
    begin_chat(page, "Journey Two And A Half")
    box, said = page.locator("#text"), page.locator(".said--agent")
    tries: list[str] = []

    def on_the_way(route: Route) -> None:
        """A server that is too busy, then answers that are lost on their way."""
        tries.append(route.request.post_data or "")
        if len(tries) == 3:
            return route.continue_()
        if len(tries) in {2, 4}:
            route.fetch()
            return route.abort("internetdisconnected")
        return route.fulfill(status=503, body="busy")

    page.route(re.compile("/messages$"), on_the_way)
    box.fill("Your lamp leaves today.")
    page.keyboard.press("Control+Enter")
    expect(box).to_have_value("", timeout=20_000)
    expect(said).to_have_count(1)
    assert len(set(tries)) == 1
    # What is written after a text that may have arrived stays, and the first one is not sent twice.
    box.fill("It comes by noon.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-draft-state]")).to_contain_text("Not sent yet")
    box.fill("It comes by noon, by post.")
    page.unroute(re.compile("/messages$"))
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text("Your earlier text has been sent")
    expect(box).to_have_value("It comes by noon, by post.")
    expect(said).to_have_count(2)
    page.keyboard.press("Control+Enter")
    expect(box).to_have_value("")
    expect(said).to_have_count(3)
    # The browser logs what the server refused; nothing else.
    complaints: list[str] = request.getfixturevalue("_contexts").complaints
    assert [text for text in complaints if "status of 503" not in text] == []
    complaints.clear()


def test_every_key_that_is_listed_does_something_or_says_why_not(open_page: OpenPage) -> None:
    page = open_page("rep")
    toast, off = page.locator("[data-toast]"), page.locator("dialog .keys__off")
    page.goto("/desk/inbox?channel=walk_in")
    page.wait_for_load_state()
    for key in ["r", "n", ";", "f", "z", "a", "e", "h", "s", "x", "v", "t", "m", "l", "q", "p", "d", "w"]:
        toast.evaluate("toast => { toast.textContent = ''; }")
        page.keyboard.press(key)
        expect(toast).not_to_be_empty()
    page.keyboard.press("?")
    expect(off.filter(has_text="Choose a conversation first.")).to_have_count(11)
    assert page_problems(page) == []
    begin_chat(page, "Journey Of Keys")
    page.keyboard.press("?")
    for why in [
        "Nothing was sent in the last seconds.",
        "The conversation is yours already.",
        "The conversation is not closed.",
    ]:
        expect(off.filter(has_text=why)).to_have_count(1)
    expect(off.filter(has_text="Choose a conversation first.")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(toast).to_have_text("The conversation is yours already.")
    page.keyboard.press("e")
    expect(page.locator("#escalate-to")).to_be_focused()
    # Who has switched letters off presses none by accident, here either.
    page.keyboard.press("Escape")
    page.locator(".talk-head__name").click()
    page.keyboard.press("?")
    page.get_by_label("Single letters work outside of fields").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("#text")).not_to_be_focused()


def test_colleagues_see_each_other_and_the_second_reply_is_asked_about(open_page: OpenPage) -> None:
    rep, colleague = open_page("rep"), open_page("trainer")
    address = begin_chat(rep, "Journey Three")
    colleague.goto(address)
    expect(rep.locator("#presence")).to_contain_text("is looking at this")
    colleague.locator("#text").click()
    colleague.keyboard.type("I answer")
    expect(rep.locator("#presence")).to_contain_text("is writing")
    rep.locator("#text").click()
    rep.keyboard.type("I answer, too")
    colleague.keyboard.press("Control+Enter")
    expect(rep.locator(".said--agent")).to_contain_text("I answer")
    rep.keyboard.press("Control+Enter")
    dialog = rep.locator("[data-ask]")
    expect(dialog).to_contain_text("A colleague has replied")
    expect(dialog.locator("blockquote")).to_have_text("I answer")
    assert page_problems(rep) == []
    rep.keyboard.press("Escape")
    expect(rep.locator("#text")).to_have_value("I answer, too")
    rep.keyboard.press("Control+Enter")
    rep.get_by_role("button", name="Send anyway").click()
    expect(rep.locator(".said--agent")).to_have_count(2)


def test_one_key_each_takes_snoozes_notes_and_goes_on(open_page: OpenPage) -> None:
    page = open_page("rep")
    begin_chat(page, "Journey Four")
    page.keyboard.press("n")
    page.keyboard.type("to be called back")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said--note")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_contain_text("take back what was sent")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="for an hour")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".happened").last).to_contain_text("Snoozed until")
    page.keyboard.press("x")
    expect(page.locator(".talk-head__about")).to_contain_text("Closed")
    page.goto("/desk/inbox?view=open")
    first, second = (page.locator("[data-queue] a").nth(number).get_attribute("data-conversation") for number in (0, 1))
    page.keyboard.press("j")
    page.wait_for_url(f"**/desk/inbox/{first}?view=open")
    page.keyboard.press("j")
    page.wait_for_url(f"**/desk/inbox/{second}?view=open")
    page.keyboard.press("k")
    page.wait_for_url(f"**/desk/inbox/{first}?view=open")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()


def test_what_is_handed_over_comes_at_the_cursor_and_files_lie_beside_it(open_page: OpenPage) -> None:
    page = open_page("rep")
    begin_chat(page, "Journey Five")
    box = page.locator("#text")
    box.fill("Dear Asha,  Bye")
    box.evaluate("(box) => box.setSelectionRange(11, 11)")
    was_taken = page.evaluate(
        """() => !document.dispatchEvent(new CustomEvent("desk:insert", {bubbles: true, cancelable: true, detail:
           {insert: "Two days.", as: "text", text: "Two days.", document: "article:1", language: "en"}}))"""
    )
    assert was_taken
    assert re.fullmatch(r"Dear Asha,\s+Two days\.\s+Bye", box.input_value())
    assert page.locator("[name=document]").get_attribute("value") == "article:1"
    page.locator("[data-files]").set_input_files({"name": "bill.txt", "mimeType": "text/plain", "buffer": b"12"})
    expect(page.locator("[data-draft-files]")).to_contain_text("bill.txt")
    page.get_by_role("button", name="Send").click()
    # The first reply of a server is looked through by a guard that is made for it.
    expect(page.locator(".said--agent .files")).to_contain_text("bill.txt", timeout=20_000)
    expect(page.locator("[data-draft-files] li")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 768, 1024])
def test_composer_is_in_sight_and_nothing_is_wider_than_the_screen(open_page: OpenPage, width: int) -> None:
    page = open_page("rep", width=width)
    page.goto("/desk/inbox/1")
    expect(page.get_by_role("button", name=re.compile("Send|Write down"))).to_be_in_viewport()
    assert page_problems(page) == []


def test_inbox_works_without_scripts(open_page: OpenPage) -> None:
    page = open_page("rep", java_script_enabled=False)
    begin_chat(page, "Journey Six")
    page.locator("#text").fill("Without scripts")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".said--agent")).to_contain_text("Without scripts")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#text")).to_have_value("Without scripts")


def test_what_a_reply_gives_away_and_asks_again_is_shown_before_it_goes(open_page: OpenPage) -> None:
    page = open_page("rep")
    begin_chat(page, "Journey Leak")
    box, warning = page.locator("#text"), page.locator(".composer__check")
    box.fill("Hello. I may refund up to ₹2,000 alone, above that the team lead approves. Have a nice day.")
    expect(warning).to_contain_text("Refund limits and approvals", timeout=9_000)
    assert page_problems(page) == []
    box.fill("Thank you for waiting. Your parcel comes on Friday.")
    expect(warning).to_have_count(0, timeout=9_000)
    # Sent before it could be looked at: it is shown, and goes when it is sent again.
    box.fill("Amounts of ₹10,001–₹50,000 are approved by the floor manager on ext. 230.")
    page.keyboard.press("Control+Enter")
    expect(warning).to_contain_text("internal article", timeout=9_000)
    expect(page.locator(".said--agent")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said--agent")).to_contain_text("floor manager")
    expect(warning).to_have_count(0)
