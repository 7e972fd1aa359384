"""Pictures of every page in every language and width, for people who look at them.

python tests/browser/screenshots.py --url http://127.0.0.1:8000 --email trainer@… --password … OUT

"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "factories"))
from chromium import launch_chromium

WIDTHS = (390, 768, 1024, 1440, 1920)
LANGUAGES = ("en", "hi", "bn")
QUERIES = {"en": "my money has not come back", "hi": "पैसे वापस कब आएंगे", "bn": "টাকা ফেরত কবে পাব"}
NO_ANSWER = {"en": "can I bring my horse", "hi": "क्या मैं घोड़ा ला सकता हूँ", "bn": "আমি কি ঘোড়া আনতে পারি"}


def public_pages(language: str) -> dict[str, str]:
    base = f"/help/{language}"
    return {
        "home": f"{base}/",
        "search": f"{base}/search?q={QUERIES[language]}",
        "search-none": f"{base}/search?q={NO_ANSWER[language]}",
        "topic": f"{base}/topics/returns",
        "article": f"{base}/articles/delivery-times-and-charges",
        "contact": f"{base}/contact?q={QUERIES[language]}",
        "error": f"{base}/articles/no-such-article",
    }


def staff_pages(language: str) -> dict[str, str]:
    return {
        "desk": "/desk/",
        "desk-search": f"/desk/?q={QUERIES[language]}&lang={language}",
        "desk-inbox": "/desk/inbox",
        "desk-inbox-conversation": "/desk/inbox/1",
        "desk-customer": "/desk/customers/8",
        "desk-merge": "/desk/customers/8/merge?with=9",
        "desk-handover": "/desk/inbox/16/handover",
        "desk-conversation": "/desk/conversation",
        "desk-article": "/desk/articles/1?to=hi",
        "studio-gaps": "/studio/gaps",
        "studio-wordings": "/studio/wordings/",
        "studio-confidence": "/studio/confidence/",
        "studio-translations": "/studio/translations/",
    }


def shoot(page: Page, name: str, url: str, out: Path, *, whole: bool = True) -> None:
    page.goto(url)
    page.wait_for_timeout(900)
    page.screenshot(path=out / f"{name}.png", full_page=whole)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--email", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--theme", default="light", choices=("light", "dark"))
    parser.add_argument("--only", default="", help="only pages whose name contains this")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for width in WIDTHS:
            context = browser.new_context(
                viewport={"width": width, "height": 800 if width < 800 else 900}, color_scheme=options.theme
            )
            page = context.new_page()
            for language in LANGUAGES:
                for name, path in public_pages(language).items():
                    if options.only in name:
                        shoot(page, f"{name}-{language}-{width}", options.url + path, options.out)
            page.goto(f"{options.url}/login")
            page.screenshot(path=options.out / f"login-{width}.png")
            page.fill("#email", options.email)
            page.fill("#password", options.password)
            page.click("main button[type=submit]")
            for language in LANGUAGES:
                page.goto(f"{options.url}/desk/")
                page.click(".menu__button")
                page.click(f"button[name=language][value={language}]")
                for name, path in staff_pages(language).items():
                    if options.only in name:
                        shoot(page, f"{name}-{language}-{width}", options.url + path, options.out, whole=False)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
