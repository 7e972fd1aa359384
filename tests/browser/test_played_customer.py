"""A customer of the sample who is played at the desk, as whoever shows the desk sees it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kb.service.sample import read_scripts
from webapp.shared.sample_shop import SAMPLE_SCRIPTS

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
SCRIPT = next(script for script in read_scripts(SAMPLE_SCRIPTS) if script.id == "upi-no-order")
WRITES = 25_000  # milliseconds that a message may take to come, in real time


def test_played_customer_writes_while_one_looks_waits_for_the_reply_and_is_stopped(open_page: OpenPage) -> None:
    page = open_page("rep")
    page.goto("/desk/inbox")
    page.get_by_text("Simulate a customer").click()
    page.get_by_role("button", name=SCRIPT.title).click()
    page.wait_for_url("**/desk/inbox/*")
    said = page.locator("#timeline")
    for turn in SCRIPT.turns[:3]:
        expect(said).to_contain_text(turn.text, timeout=WRITES)
    assert SCRIPT.turns[2].waits_for_reply
    page.wait_for_timeout(SCRIPT.turns[3].pause_seconds * 1_000 + 2_000)
    expect(said).not_to_contain_text(SCRIPT.turns[3].text)
    page.locator("#composer textarea").fill("5–7 working din me apne aap wapas aa jayenge.")
    page.keyboard.press("Control+Enter")
    expect(said).to_contain_text(SCRIPT.turns[3].text, timeout=WRITES)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Simulate a customer")).to_be_visible(timeout=WRITES)
    page.wait_for_timeout(SCRIPT.turns[4].pause_seconds * 1_000 + 2_000)
    expect(said).not_to_contain_text(SCRIPT.turns[4].text)
