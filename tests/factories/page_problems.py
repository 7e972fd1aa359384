"""What is wrong with a page for people who hear it, who see little, or who hold it in one hand."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TOO_WIDE = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


def page_problems(page: Page) -> list[str]:
    """What axe calls serious or critical on the page as it stands, and by how much it is wider than the screen."""
    width = page.evaluate(TOO_WIDE)
    return _found_by_axe(page) + ([f"{page.url}: {width} px wider than the screen"] if width > 0 else [])


def problems_in_the_dark(page: Page) -> list[str]:
    """What the page, made dark where it stands, has besides: colours are all that changes."""
    page.emulate_media(color_scheme="dark")
    found = _found_by_axe(page, {"runOnly": ["color-contrast", "link-in-text-block"]})
    page.emulate_media(color_scheme="light")
    return [f"in the dark: {problem}" for problem in found]


def _found_by_axe(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    return [
        f"{page.url}: {violation['id']} ({violation['impact']}): {[node['html'][:140] for node in violation['nodes'][:3]]}"
        for violation in Axe().run(page, options=options).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
