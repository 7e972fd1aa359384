"""A customer chooses how to reach a person, waits in line, leaves with the place kept and comes back; the rep sees it."""

from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
PHONE = 360


def test_from_the_ways_into_the_line_and_back_with_the_place_kept(open_page: OpenPage) -> None:
    page = open_page(width=PHONE)
    page.goto("/help/hi/person?q=रिफ़ंड")
    page.get_by_role("link", name="यहीं चैट करें").click()
    page.locator("[name=message]").fill("मेरा रिफ़ंड कहाँ है?")
    page.get_by_role("button", name="चैट शुरू करें").click()
    line = page.locator("[data-line]")
    expect(line).to_contain_text("आप लाइन में हैं")
    line.get_by_role("button", name="थोड़ी देर के लिए जाऊँ, मेरी जगह रखें").click()
    kept = page.locator(".waiting__link")
    expect(kept).to_be_visible()
    assert page_problems(page) == []
    back = open_page(width=PHONE)
    back.goto(kept.get_attribute("href") or "")
    expect(back.locator("[data-line]")).to_contain_text("आप लाइन में हैं")

    rep = open_page("rep")
    rep.goto("/desk/inbox?view=unassigned&channel=chat&sort=newest")
    rep.locator("[data-conversation]", has_text="मेरा रिफ़ंड कहाँ है?").first.click()
    expect(rep.locator(".timeline__list")).to_contain_text("stepped away")
