"""Links that lead to nothing are reported: to no article, to no heading of their own page, to none of another."""

from pathlib import Path

import pytest
from folder_sync import Sync, get
from generator_folders import write_folder
from sqlalchemy.orm import Session

from kb.articles import SyncReport, article_link, render_markdown

TARGET = (
    '---\ntitle: Fees\n---\n\n## What is *free*?\n\nMuch.\n\n## Late {#too-late}\n\nTen.\n\n<h2 id="own">Own</h2>\n\n'
    "## ग्राहक सेवा\n\nहम।\n\n## Twice\n\nA.\n\n## Twice\n\nB.\n"
)


def anchors(report: SyncReport) -> list[str]:
    return [str(warning) for warning in report.warnings if getattr(warning, "kind", "") == "anchor"]


@pytest.mark.parametrize(
    "link",
    [
        "fees.md#what-is-free", "fees#too-late", "/pay/fees.html#own", "../pay/fees.md#late", "fees.md", "fees.md#",
        "fees.md#top", "fees.md#ग्राहक-सेवा",
        "fees.md#%E0%A4%97%E0%A5%8D%E0%A4%B0%E0%A4%BE%E0%A4%B9%E0%A4%95-%E0%A4%B8%E0%A5%87%E0%A4%B5%E0%A4%BE",
        "fees.md#twice-1", "fees.md#:~:text=Ten", "#here", "page.md#here",
    ],
)  # fmt: skip
def test_links_to_headings_that_there_are_are_not_reported(sync: Sync, folder: Path, link: str) -> None:
    write_folder(folder, {"pay/fees.md": TARGET, "pay/page.md": f"# Page\n\n## Here\n\nSee [it]({link}).\n"})
    assert anchors(sync()) == []


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("fees.md#gone", "fees.md#gone"),
        ("../pay/fees#What-is-free", "../pay/fees#What-is-free"),
        ("/pay/fees.html#%E0%A4%A8%E0%A4%B9%E0%A5%80%E0%A4%82", "/pay/fees.html#नहीं"),
        ("page.md#there", "page.md#there"),
    ],
)
def test_link_to_a_heading_that_another_page_lacks_is_reported_and_leads_to_the_page(
    session: Session, sync: Sync, folder: Path, link: str, said: str
) -> None:
    # The file that is linked comes later in the folder than the one that links.
    write_folder(
        folder, {"pay/fees.md": TARGET, "pay/page.md": "# Page\n\nText.\n", "pay/a.md": f"# A\n\nSee [it]({link}).\n"}
    )
    report = sync()
    assert anchors(report) == [f"pay/a.md: the link {said} leads to a page without such a heading: to its beginning"]
    article = get(session, "en/a")
    html = render_markdown(article.body, link=article_link(session, article, lambda to: f"/help/{to.slug}")).html
    assert f'href="/help/{"page" if "page" in link else "fees"}#a-' in html


def test_note_links_are_compared_by_the_words_of_the_heading(sync: Sync, folder: Path) -> None:
    write_folder(
        folder, {"Fees.md": "## For cards\n\nTen.\n", "Pay.md": "# Pay\n\n[[Fees#For cards]] and [[Fees#For coins]]\n"}
    )
    assert [line.partition("leads")[0] for line in anchors(sync())] == ["Pay.md: the link [[Fees#for-coins]] "]


def test_link_to_a_note_that_there_is_not_is_told_as_it_was_written(sync: Sync, folder: Path) -> None:
    write_folder(folder, {"Pay.md": "# Pay\n\n[[No such note|here]]\n"})
    [warning] = [str(warning) for warning in sync().warnings if getattr(warning, "kind", "") == "link"]
    assert warning == "Pay.md: the link [[No such note]] leads to no article; its words are shown as text"


def test_many_links_to_the_same_missing_heading_are_said_once(sync: Sync, folder: Path) -> None:
    body = "# A\n\n" + "[x](fees.md#gone) " * 50 + "[y](fees.md#too-late)\n"
    write_folder(folder, {"fees.md": TARGET, "a.md": body})
    assert len(anchors(sync())) == 1
