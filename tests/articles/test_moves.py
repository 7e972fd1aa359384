"""Files that are renamed or moved and slugs that change: the same article, whose old addresses lead to it."""

from pathlib import Path

import pytest
from folder_sync import Sync, Write, edit, get
from sqlalchemy.orm import Session

from kb.articles import find_moved, list_revisions
from kb.articles.folder_slugs import folder_slugs

LONG = "First line of it.\n\nSecond line.\n\nThird line.\n\nFourth line."


def test_index_pages_are_called_after_their_folders(session: Session, sync: Sync, write: Write) -> None:
    for path in ("faq/index.md", "guide/index.md", "faq/README.md", "pay/readme.mdx"):
        write(path, text=f"# {path}\n\nText.\n")
    report = sync()
    assert (report.rejected, len(report.created)) == ([], 4)
    assert {get(session, f"en/{slug}").title for slug in ("faq", "guide", "pay", "faq-2")} == {
        "faq/index.md", "guide/index.md", "faq/README.md", "pay/readme.mdx",
    }  # fmt: skip


def test_files_of_one_name_are_told_apart_by_their_folders(session: Session, sync: Sync, write: Write) -> None:
    for path in ("en/faq/setup.md", "en/guide/setup.md", "hi/guide/setup.md", "en/faq/other.md"):
        write(path, text=f"# {path}\n\nText of it.\n")
    assert sync().rejected == []
    assert get(session, "en/guide-setup").translation_key == get(session, "hi/guide-setup").translation_key
    assert get(session, "en/faq-setup").title == "en/faq/setup.md"
    assert get(session, "en/other")


def test_newcomer_takes_no_address_from_one_that_was_there(session: Session, sync: Sync, write: Write) -> None:
    write("guide/setup.md")
    sync()
    number = get(session, "en/setup").id
    write("faq/setup.md", body="Other.")
    report = sync()
    assert (report.rejected, report.created, report.unchanged) == ([], ["faq/setup.md"], ["guide/setup.md"])
    assert get(session, "en/setup").id == number
    assert get(session, "en/faq-setup").body == "Other."
    assert sync().unchanged == ["faq/setup.md", "guide/setup.md"]


@pytest.mark.parametrize("new", ["b.md", "en/account/b.md", "sub/folder/index.md"])
def test_renamed_file_is_the_same_article_at_a_new_address(
    session: Session, sync: Sync, write: Write, folder: Path, new: str
) -> None:
    path = write("a.md", body=LONG)
    write("other.md")
    sync()
    number = get(session, "en/a").id
    (folder / new).parent.mkdir(parents=True, exist_ok=True)
    path.rename(folder / new)
    report = sync()
    assert (report.updated, report.archived, report.created) == ([new], [], [])
    moved = find_moved(session, "en", "a")
    assert moved is not None
    assert (moved.id, moved.slug) == (number, "folder" if "index" in new else "b")
    assert len(list_revisions(session, get(session, f"en/{moved.slug}"))) == 2
    assert get(session, f"en/{moved.slug}").translation_key == "a"
    assert sync().is_clean


def test_file_that_is_renamed_and_changed_at_once_is_followed(
    session: Session, sync: Sync, write: Write, folder: Path
) -> None:
    write("a.md", body=LONG)
    sync()
    number = get(session, "en/a").id
    (folder / "a.md").unlink()
    write("b.md", title="Better", body=LONG.replace("Second", "Another"))
    assert sync().archived == []
    assert (get(session, "en/b").id, get(session, "en/b").title) == (number, "Better")


def test_file_that_comes_back_elsewhere_later_is_followed(
    session: Session, sync: Sync, write: Write, folder: Path
) -> None:
    path = write("a.md", body=LONG)
    write("other.md")
    sync()
    number = get(session, "en/a").id
    data = path.read_bytes()
    path.unlink()
    assert sync().archived == ["a.md"]
    (folder / "b.md").write_bytes(data)
    sync()
    assert (get(session, "en/b").id, get(session, "en/b").status) == (number, "published")


def test_where_two_may_be_meant_none_is_taken(session: Session, sync: Sync, write: Write, folder: Path) -> None:
    for name in "ab":
        write(f"{name}.md", body="Same.")
    sync()
    for name in "ab":
        (folder / f"{name}.md").unlink()
    write("c.md", body="Same.")
    report = sync()
    assert (report.created, sorted(report.archived)) == (["c.md"], ["a.md", "b.md"])


def test_old_addresses_lead_on(session: Session, sync: Sync, write: Write) -> None:
    write(
        "en/pay/by-card.md", redirect_from="[/old/card.html, 'https://shop.example/help/cards/']", aliases="credit-card"
    )
    sync()
    edit(session, "en/by-card", slug="card")
    edit(session, "en/card", slug="pay-by-card")
    number = get(session, "en/pay-by-card").id
    for old in ("by-card", "card", "old/card", "old/card.html", "help/cards", "credit-card", "pay/by-card.html"):
        found = find_moved(session, "en", old)
        assert found is not None, old
        assert (found.id, found.slug) == (number, "pay-by-card")
    assert find_moved(session, "hi", "by-card") is None
    assert find_moved(session, "en", "nothing") is None
    edit(session, "en/pay-by-card", status="draft")
    assert find_moved(session, "en", "by-card") is None


def test_links_by_an_old_slug_still_lead_there(session: Session, sync: Sync, write: Write) -> None:
    from kb.articles import resolve_links

    write("a.md", body="[see](b.md)")
    write("b.md")
    sync()
    edit(session, "en/b", slug="better")
    assert resolve_links(session, get(session, "en/a"), ["b.md"])["b.md"].slug == "better"


def test_slugs_of_a_folder() -> None:
    paths = [
        "a/setup.md",
        "b/setup.md",
        "b/c/setup.md",
        "x/c/setup.md",
        "01-intro.md",
        "5-ways.md",
        "2024-01-02-news.md",
        "faq.hi.md",
    ]
    assert folder_slugs(paths, ("en", "hi")) == {
        "a/setup.md": "a-setup", "b/setup.md": "b-setup", "b/c/setup.md": "b-c-setup", "x/c/setup.md": "x-c-setup",
        "01-intro.md": "intro", "5-ways.md": "5-ways", "2024-01-02-news.md": "news", "faq.hi.md": "faq",
    }  # fmt: skip


def test_link_to_a_page_that_is_in_another_language_only_leads_there(
    session: Session, sync: Sync, write: Write
) -> None:
    from kb.articles import resolve_links

    write("en/guide/a.md", body="[see](b.md)")
    write("hi/guide/b.md", body="पाठ")
    sync()
    found = resolve_links(session, get(session, "en/a"), ["b.md"])["b.md"]
    assert (found.language, found.slug) == ("hi", "b")
    write("en/guide/b.md", title="English", body="Text.")
    sync()
    assert resolve_links(session, get(session, "en/a"), ["b.md"])["b.md"].language == "en"
