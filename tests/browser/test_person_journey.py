"""A customer chooses how to reach a person, waits in line, leaves with the place kept, is answered, and says how it was."""

from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
PHONE = 360


def test_from_the_ways_through_the_line_to_the_question_afterwards(open_page: OpenPage) -> None:
    page = open_page(width=PHONE)
    page.goto("/help/hi/person?q=रिफ़ंड")
    page.get_by_role("link", name="यहीं चैट करें").click()
    page.locator("[name=message]").fill("मेरा रिफ़ंड कहाँ है?")
    page.get_by_role("button", name="चैट शुरू करें").click()
    line = page.locator("[data-line]")
    expect(line).to_contain_text("आप लाइन में हैं")
    assert page_problems(page) == []
    line.get_by_role("button", name="थोड़ी देर के लिए जाऊँ, मेरी जगह रखें").click()
    kept = page.locator(".waiting__link")
    expect(kept).to_be_visible()
    assert page_problems(page) == []
    back = open_page(width=PHONE)
    back.goto(kept.get_attribute("href") or "")
    expect(back.locator("[data-line]")).to_contain_text("आप लाइन में हैं")

    rep = open_page("rep")
    rep.goto("/desk/inbox?view=unassigned&channel=chat&sort=newest")
    rep.locator("[data-conversation]").first.click()
    expect(rep.locator(".timeline__list")).to_contain_text("stepped away")
    rep.get_by_label("Reply").fill("आज पहुँचेगा।")
    rep.get_by_label("Reply").press("Control+Enter")
    expect(rep.locator(".said--agent")).to_be_visible()
    back.reload()
    back.get_by_role("link", name="चैट पर जाएँ").click()
    expect(back.get_by_role("log")).to_contain_text("आज पहुँचेगा।", timeout=20_000)
    back.get_by_role("button", name="चैट ख़त्म करें").click()
    back.get_by_label("बहुत").first.check()
    assert page_problems(back) == []
    back.locator("[data-survey]").get_by_role("button").click()
    expect(back.get_by_text("धन्यवाद, आपका जवाब हमें मिल गया।")).to_be_visible()
    rep.reload()
    expect(rep.locator(".timeline__list")).to_contain_text("Survey")
