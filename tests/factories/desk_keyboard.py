"""What a rep does at the desk without the mouse."""

from urllib.parse import quote_plus

from playwright.sync_api import Page, expect


def search_at_desk(page: Page, text: str) -> None:
    """Type into the box of the desk's home and wait for what is found for all of it, with its verdict."""
    page.goto("/desk/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(text, delay=10)
    # On a busy machine typing rests in between: then there are verdicts on a part of it before.
    of_all = page.locator(f'#results:has([data-outcome]) nav a[href*="q={quote_plus(text)}&"]')
    expect(of_all.first).to_be_visible()


def preview_article_by_keyboard(page: Page) -> str:
    """Go from the search box to the first public article and open its preview; its title."""
    page.keyboard.press("ArrowDown")
    # To the articles, whatever kind the best result is: what is internal is handed over only on a second press.
    page.keyboard.press("ArrowRight")
    hit = page.locator('[data-kind="public"] [data-hit]:focus')
    expect(hit).to_have_count(1)
    title = hit.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("#preview .sheet__title")).to_have_text(title)
    return title
