"""What a rep does at the desk without the mouse."""

from playwright.sync_api import Page, expect


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
