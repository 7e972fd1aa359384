"""What is wrong with a page for people who hear it, who see little, or who hold it in one hand."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TOO_WIDE = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


def page_problems(page: Page) -> list[str]:
    """What axe calls serious or critical on the page as it stands, and by how much it is wider than the screen."""
    found = [
        f"{page.url}: {violation['id']} ({violation['impact']}): {[node['html'][:140] for node in violation['nodes'][:3]]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    width = page.evaluate(TOO_WIDE)
    return found + ([f"{page.url}: {width} px wider than the screen"] if width > 0 else [])
