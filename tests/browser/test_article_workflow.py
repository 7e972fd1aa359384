"""From draft to help centre among two people, and many articles at once, in a real browser."""

import os
from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]


def look(page: Page, name: str) -> None:
    if folder := os.environ.get("KB_LOOK"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def write(page: Page, title: str, body: str, step: str) -> None:
    page.goto("/studio/articles/new?language=en")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_role("textbox", name="Text, in Markdown").focus()
    page.keyboard.type(body)
    page.get_by_role("button", name=step, exact=True).click()
    page.wait_for_url("**/studio/articles/*")


def test_a_colleague_reads_comments_and_publishes_and_many_are_changed_at_once(
    open_page: Callable[..., Page],
) -> None:
    writer, reviewer = open_page("trainer"), open_page("admin", width=390)
    write(writer, "Workflow lamp one", "Press the red button for long.\n\nWait a minute.", "Ask a colleague to read it")
    address = writer.url.partition("?")[0]
    reviewer.goto("/studio/articles/reviews")
    reviewer.get_by_role("link", name="Workflow lamp one").first.click()
    reviewer.locator("summary", has_text="Comment").first.click()
    reviewer.get_by_role("textbox", name="Comment").first.fill("How long?")
    reviewer.get_by_role("button", name="Comment", exact=True).first.click()
    expect(reviewer.get_by_text("How long?")).to_be_visible()
    look(reviewer, "review-phone")
    assert page_problems(reviewer) == []
    writer.goto(address)
    look(writer, "editor")
    writer.get_by_role("textbox", name="Text, in Markdown").focus()
    writer.keyboard.press("Control+Home")
    writer.keyboard.press("End")
    writer.keyboard.type(" Ten seconds.")
    writer.get_by_role("button", name="Save", exact=True).click()
    writer.goto(f"{address}/review")
    expect(writer.get_by_text("The paragraph has changed")).to_be_visible()
    look(writer, "review")
    assert page_problems(writer) == []
    reviewer.goto(f"{address}/review")
    reviewer.get_by_role("button", name="Approve and publish").click()
    expect(reviewer.get_by_text("Approved and published")).to_be_visible()

    write(writer, "Workflow lamp two", "Hold it.", "Save as a draft")
    writer.goto(f"{writer.url.partition('?')[0]}/schedule")
    writer.get_by_label("When").fill("2020-01-01T10:00")
    writer.get_by_role("button", name="Plan it").click()
    expect(writer.get_by_role("alert")).to_contain_text("This time is over already")
    look(writer, "schedule")
    writer.goto("/studio/articles/?q=Workflow+lamp")
    for title in ("one", "two"):
        writer.get_by_label(f"Choose Workflow lamp {title}").check()
    writer.get_by_label("What", exact=True).select_option("archive")
    look(writer, "list")
    writer.get_by_role("button", name="Do it").click()
    writer.get_by_role("button", name="Archive 2 articles").click()
    expect(writer.get_by_role("status").first).to_contain_text("Done with 2 articles.")
    assert page_problems(writer) == []
    look(writer, "act")
    writer.get_by_role("button", name="Undo all of it").click()
    expect(writer.get_by_text("It was undone.")).to_be_visible()
    # Nothing of this stays for others to find.
    writer.goto("/studio/articles/?q=Workflow+lamp")
    for title in ("one", "two"):
        writer.get_by_label(f"Choose Workflow lamp {title}").check()
    writer.get_by_label("What", exact=True).select_option("archive")
    writer.get_by_role("button", name="Do it").click()
    writer.get_by_role("button", name="Archive 2 articles").click()
    expect(writer.get_by_role("status").first).to_contain_text("Done with 2 articles.")
    writer.goto("/studio/articles/due")
    look(writer, "due")
