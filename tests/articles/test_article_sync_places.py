"""Where a file and its article stand: layouts, copies and moves of the folder, slugs, two at one address."""

from pathlib import Path

from folder_sync import Sync, Write, edit, get, said
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles import make_source, save_article, sync_folder
from kb.tables import Article


def test_folder_without_front_matter_keeps_its_own_layout(
    session: Session, sync: Sync, write: Write, folder: Path
) -> None:
    path = write("a.md", text="Alpha\n=====\n\nText.")
    save_article(session, make_source({"title": "B", "slug": "b"}, "x"))
    report = sync()
    assert report.created == ["a.md"]
    assert "no front matter" in report.warnings[0].reason
    assert path.read_text() == "Alpha\n=====\n\nText."
    edit(session, body="New.")
    assert sync().written == ["a.md"]
    assert path.read_text() == "# Alpha\n\nNew.\n"
    edit(session, also_asked=("why",))
    sync()
    assert path.read_text().startswith("---\ntitle: Alpha\n")
    assert [entry.name for entry in folder.iterdir()] == ["a.md"]


def test_articles_of_one_folder_are_not_written_to_another(
    session: Session, sync: Sync, write: Write, tmp_path: Path
) -> None:
    write("a.md")
    sync()
    second = tmp_path / "second"
    second.mkdir()
    (second / "b.md").write_text("---\ntitle: B\n---\n\nText.\n")
    save_article(session, make_source({"title": "New", "slug": "new"}, "x"))
    assert said(sync_folder(session, second)) == {"created": ["b.md"]}
    assert said(sync()) == {"written": ["en/new.md"], "unchanged": ["a.md"]}
    assert [entry.name for entry in second.iterdir()] == ["b.md"]


def test_file_that_meets_another_text_under_its_address_is_a_conflict(
    session: Session, sync: Sync, write: Write
) -> None:
    save_article(session, make_source({"title": "A", "slug": "a"}, "Article."))
    path = write("a.md", body="File.")
    report = sync()
    assert "in the database already" in report.conflicts[0].reason
    assert (get(session).body, report.written) == ("Article.", [])
    assert sync(on_conflict="file").updated == ["a.md"]
    assert (get(session).body, path.exists()) == ("File.", True)


def test_copy_of_the_folder_goes_on_where_the_first_one_was(
    session: Session, sync: Sync, write: Write, folder: Path
) -> None:
    write("a.md")
    write("b.md")
    sync()
    edit(session, body="New.")
    moved = folder.rename(folder.with_name("moved"))
    assert said(sync_folder(session, moved)) == {"written": ["a.md"], "unchanged": ["b.md"]}
    assert session.scalar(select(func.count(Article.id))) == 2


def test_moved_file_stays_the_same_article(session: Session, sync: Sync, write: Write, folder: Path) -> None:
    path = write("en/old/a.md", slug="a", topic="t")
    sync()
    number = get(session).id
    (folder / "en/new").mkdir()
    path.rename(folder / "en/new/renamed.md")
    assert sync().archived == []
    assert (get(session).id, get(session).status) == (number, "published")
    edit(session, body="New.")
    assert sync().written == ["en/new/renamed.md"]


def test_file_moved_over_another_one_takes_its_article_along(session: Session, sync: Sync, write: Write) -> None:
    write("a.md", slug="a", body="Text of a.")
    over = write("b.md", slug="b")
    sync()
    numbers = get(session, "en/a").id, get(session, "en/b").id
    over.unlink()
    (over.parent / "a.md").rename(over)
    report = sync()
    assert (report.is_clean, report.archived) == (True, ["a.md"])
    assert (get(session, "en/a").status, get(session, "en/b").status) == ("published", "archived")
    assert (get(session, "en/a").id, get(session, "en/b").id) == numbers
    assert sync().is_clean


def test_changed_slug_moves_the_article_to_a_new_address(session: Session, sync: Sync, write: Write) -> None:
    write("a.md", slug="a")
    sync()
    number = get(session).id
    write("a.md", slug="other")
    assert said(sync()) == {"updated": ["a.md"]}
    assert get(session, "en/other").id == number


def test_duplicate_slug_names_both_files_and_keeps_the_first(session: Session, sync: Sync, write: Write) -> None:
    write("en/a/x.md", slug="same", body="First.")
    write("en/b/y.md", slug="same", body="Second.")
    write("hi/y.md", slug="same")
    for _ in range(2):
        report = sync()
        assert [str(line) for line in report.rejected] == [
            "en/b/y.md: has the same language and slug (en/same) as en/a/x.md, which is kept"
        ]
    assert get(session, "en/same").body == "First."
    assert get(session, "hi/same").body == "Text."


def test_file_in_the_way_of_a_new_article_is_not_overwritten(session: Session, sync: Sync, write: Write) -> None:
    write("a.md")
    path = write("en/b.md", text=b"\x00")
    save_article(session, make_source({"title": "B", "slug": "b"}, "x"))
    assert "is in the way" in sync().rejected[-1].reason
    assert path.read_bytes() == b"\x00"
