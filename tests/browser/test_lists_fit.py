"""On the screens that trainers have no list of the studio is cut off; on a phone a table is scrolled and shows that it can be."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

PAGES = (
    "articles/", "articles/due", "gaps", "gaps?shape=table", "gaps?shape=board", "numbers/", "training/", "flows/", "content/",
    "translations/matrix", "safety/", "drafts/", "flags/",
)  # fmt: skip
CUT_OFF = """() => [...document.querySelectorAll('main *, html')]
    .filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 30
        && (one.tagName === 'HTML' || ['auto', 'scroll', 'hidden'].includes(getComputedStyle(one).overflowX)))
    .map(one => `${one.tagName}.${one.className} ${one.scrollWidth} in ${one.clientWidth}`)"""


def test_no_list_is_cut_off(open_page: Callable[..., Page]) -> None:
    page = open_page("trainer")
    for path in PAGES:
        page.goto(f"/studio/{path}")
        for width in (1280, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(CUT_OFF) == [], (path, width)
        page.set_viewport_size({"width": 360, "height": 900})
        assert not [one for one in page.evaluate(CUT_OFF) if one.startswith("HTML")], path
    page.goto("/studio/articles/")
    assert "gradient" in page.locator(".table-scroll").first.evaluate("one => getComputedStyle(one).backgroundImage")
