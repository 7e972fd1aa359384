"""Every page in light and dark, on a phone and on a desk: axe finds nothing serious, nothing is wider than the screen."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
CUSTOMER = [
    "/help/en/",
    "/help/hi/search?q=पैसे वापस कब आएंगे",
    "/help/en/search?q=xylophone tuning in antarctica",
    "/help/bn/topics/delivery",
    "/help/bn/articles/delivery-times-and-charges",
    "/help/hi/contact",
    "/help/en/articles/nothing",
    "/login",
]
STAFF = [
    "/desk/",
    "/desk/?q=refund late",
    "/desk/articles/1",
    "/desk/tickets/1",
    "/desk/requests",
    "/desk/conversation",
    "/studio/gaps",
]


def problems_of(page: Page, path: str) -> list[str]:
    page.goto(path)
    if "?q=" in path and path.startswith("/desk"):
        page.wait_for_timeout(800)  # a sure answer opens its preview once the typing rests
    found = [
        f"{path}: {violation['id']} ({violation['impact']}): {[node['html'][:140] for node in violation['nodes'][:3]]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    width = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"{path}: {width} px wider than the screen"] if width > 0 else [])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_serious_for_customers(open_page: OpenPage, width: int, theme: str) -> None:
    page = open_page(width=width, color_scheme=theme)
    assert [problem for path in CUSTOMER for problem in problems_of(page, path)] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_serious_for_staff(open_page: OpenPage, width: int, theme: str) -> None:
    page = open_page("trainer", width=width, color_scheme=theme)
    assert [problem for path in STAFF for problem in problems_of(page, path)] == []


def test_skip_link_comes_first_and_leads_to_the_content(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/help/en/contact")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
