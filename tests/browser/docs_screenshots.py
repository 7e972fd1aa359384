"""The pictures in docs/screenshots, taken anew from a product with the sample shop that is being served.

python tests/browser/docs_screenshots.py --url http://127.0.0.1:8000 --email trainer@… --password … docs/screenshots

Searches without an answer are made first, so that the page of gaps has some: its picture comes last, when a job has sorted them.
"""

import argparse
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "factories"))
from chromium import launch_chromium

NO_ANSWER = (
    ("en", "do you have a student discount"),
    ("en", "is there a discount for students"),
    ("en", "student id discount"),
    ("hi", "क्या छात्रों के लिए छूट है"),
    ("en", "can I pay with crypto"),
    ("en", "do you accept bitcoin"),
    ("bn", "নেপালে ডেলিভারি করেন"),
    ("en", "do you deliver to nepal"),
    ("en", "wifi router settings"),
)
QUERY = "can I pay in installments"
WAIT = 150  # seconds; misses are sorted into gaps every minute


def ask(browser: Browser, url: str) -> None:
    """Each question by another visitor."""
    for language, text in NO_ANSWER:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/help/{language}/search?q={text}")
        context.close()


def shoot(page: Page, out: Path, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)
    page.screenshot(path=out / f"{name}.png")


def visit(browser: Browser, width: int, height: int, theme: str = "light") -> Page:
    return browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme).new_page()  # type: ignore[arg-type]


def log_in(page: Page, options: argparse.Namespace) -> None:
    page.goto(f"{options.url}/login")
    page.fill("#email", options.email)
    page.fill("#password", options.password)
    page.click("main button[type=submit]")


def desk(browser: Browser, options: argparse.Namespace, theme: str, name: str, query: str = QUERY) -> None:
    page = visit(browser, 1440, 880, theme)
    log_in(page, options)
    page.goto(f"{options.url}/desk/?lang=en" + (f"&q={query}" if query else ""))
    page.wait_for_timeout(1500)
    shoot(page, options.out, name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--email", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        ask(browser, options.url)
        asked = time.monotonic()
        page = visit(browser, 1280, 800)
        page.goto(f"{options.url}/help/en/")
        shoot(page, options.out, "help-home")
        page.goto(f"{options.url}/help/hi/search?q=पैसे वापस कब आएंगे")
        shoot(page, options.out, "help-answer-hi")
        page = visit(browser, 390, 800)
        page.goto(f"{options.url}/help/bn/articles/delivery-times-and-charges")
        shoot(page, options.out, "help-article-bn-phone")
        page.goto(f"{options.url}/help/hi/person")
        shoot(page, options.out, "help-person-hi-phone")
        desk(browser, options, "light", "desk")
        desk(browser, options, "dark", "desk-dark")
        desk(browser, options, "light", "desk-home", query="")
        time.sleep(max(0, WAIT - (time.monotonic() - asked)))
        page = visit(browser, 1440, 900)
        log_in(page, options)
        page.goto(f"{options.url}/studio/gaps")
        shoot(page, options.out, "studio-gaps")
        page.goto(f"{options.url}/studio/numbers/")
        shoot(page, options.out, "studio-numbers")
        page.goto(f"{options.url}/studio/articles/?language=en")
        page.locator("main tbody a").first.click()
        page.wait_for_timeout(1500)
        shoot(page, options.out, "studio-editor")
        browser.close()


if __name__ == "__main__":
    main()
