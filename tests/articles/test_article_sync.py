"""A folder and the articles in step: every combination of changes on the two sides, runs that stop, what a run costs."""

from pathlib import Path

import pytest
from folder_sync import Sync, Write, edit, get, said
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from kb.articles import (
    archive_article,
    find_article,
    list_revisions,
    make_source,
    parse_article,
    save_article,
    source_of_article,
    sync_folder,
)
from kb.tables import Article, ArticleFile


def test_files_become_articles_and_nothing_happens_the_second_time(session: Session, sync: Sync, write: Write) -> None:
    write("en/account/a.md", title="A")
    write("hi/account/a.md", text="# अ\n\nपाठ")
    assert said(sync()) == {"created": ["en/account/a.md", "hi/account/a.md"]}
    assert (get(session, "hi/a").title, get(session, "hi/a").topic, get(session, "hi/a").translation_key) == (
        "अ",
        "account",
        "a",
    )
    assert said(sync()) == {"unchanged": ["en/account/a.md", "hi/account/a.md"]}
    assert get(session).revision == 1


def test_changed_file_updates_its_article(session: Session, sync: Sync, write: Write) -> None:
    write("a.md")
    sync()
    write("a.md", body="New.")
    assert said(sync()) == {"updated": ["a.md"]}
    assert (get(session).body, [r.number for r in list_revisions(session, get(session))]) == ("New.", [2, 1])


def test_changed_article_is_written_to_its_file_with_own_keys(session: Session, sync: Sync, write: Write) -> None:
    path = write("a.md", own="1.10")
    path.chmod(0o640)
    sync()
    edit(session, body="New.")
    assert said(sync()) == {"written": ["a.md"]}
    assert parse_article(path.read_text(), "a.md") == source_of_article(session, get(session))
    assert "own: 1.10" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in path.parent.iterdir()] == ["a.md"]
    assert said(sync()) == {"unchanged": ["a.md"]}


def test_file_and_article_that_both_changed_are_left_alone(session: Session, sync: Sync, write: Write) -> None:
    path = write("a.md")
    sync()
    write("a.md", body="File.")
    edit(session, body="Article.")
    before = path.read_bytes()
    for _ in range(2):
        report = sync()
        assert [conflict.path for conflict in report.conflicts] == ["a.md"]
        assert not report.is_clean
        assert (path.read_bytes(), get(session).body) == (before, "Article.")


@pytest.mark.parametrize(("winner", "body"), [("file", "File."), ("article", "Article.")])
def test_conflict_is_settled_by_saying_whose_text_wins(
    session: Session, sync: Sync, write: Write, winner: str, body: str
) -> None:
    path = write("a.md")
    sync()
    write("a.md", body="File.")
    edit(session, body="Article.")
    assert sync(on_conflict=winner).is_clean
    assert get(session).body == body
    assert path.read_text().endswith(f"\n{body}\n")
    assert said(sync()) == {"unchanged": ["a.md"]}


def test_same_change_on_both_sides_is_no_conflict(session: Session, sync: Sync, write: Write) -> None:
    write("a.md")
    sync()
    write("a.md", body="New.")
    edit(session, body="New.")
    assert said(sync()) == {"unchanged": ["a.md"]}


def test_white_space_in_a_file_is_no_change(session: Session, sync: Sync, write: Write) -> None:
    path = write("a.md")
    sync()
    path.write_text(path.read_text() + "\n\n")
    assert said(sync()) == {"unchanged": ["a.md"]}
    assert get(session).revision == 1


def test_deleted_file_archives_its_article_and_coming_back_publishes_it(
    session: Session, sync: Sync, write: Write
) -> None:
    path = write("a.md")
    write("b.md")
    sync()
    path.unlink()
    assert said(sync()) == {"unchanged": ["b.md"], "archived": ["a.md"]}
    assert get(session).status == "archived"
    assert said(sync()) == {"unchanged": ["b.md"]}
    assert not path.exists()
    write("a.md")
    assert said(sync()) == {"updated": ["a.md"], "unchanged": ["b.md"]}
    assert get(session).status == "published"


def test_deleted_file_of_a_changed_article_is_a_conflict(session: Session, sync: Sync, write: Write) -> None:
    path = write("a.md")
    write("b.md")
    sync()
    path.unlink()
    edit(session, body="New.")
    report = sync()
    assert [conflict.path for conflict in report.conflicts] == ["a.md"]
    assert (get(session).status, path.exists()) == ("published", False)
    assert said(sync(on_conflict="article"))["written"] == ["a.md"]
    assert path.exists()


def test_article_that_is_taken_up_again_gets_its_file_back(session: Session, sync: Sync, write: Write) -> None:
    path = write("a.md")
    sync()
    path.unlink()
    sync()
    edit(session, status="published")
    assert said(sync()) == {"written": ["a.md"]}
    assert path.exists()


def test_archiving_an_article_is_written_to_its_file(session: Session, sync: Sync, write: Write) -> None:
    path = write("a.md", text="# A\n\nText.\n")
    sync()
    archive_article(session, get(session))
    assert said(sync()) == {"written": ["a.md"]}
    assert "status: archived" in path.read_text()


def test_new_article_gets_a_file_at_its_place(session: Session, sync: Sync, write: Write, folder: Path) -> None:
    write("en/account/a.md")
    sync()
    save_article(
        session, make_source({"title": "नया", "slug": "b", "language": "hi", "topic": "pay", "status": "draft"}, "x")
    )
    save_article(session, make_source({"title": "Gone", "slug": "c", "status": "archived"}, "x"))
    assert said(sync()) == {"unchanged": ["en/account/a.md"], "written": ["hi/pay/b.md"]}
    assert "title: नया" in (folder / "hi/pay/b.md").read_text()
    assert said(sync()) == {"unchanged": ["en/account/a.md", "hi/pay/b.md"]}


def test_empty_folder_is_filled_from_the_articles(session: Session, sync: Sync, folder: Path) -> None:
    save_article(session, make_source({"title": "A", "slug": "a"}, "x"))
    assert said(sync()) == {"written": ["en/a.md"]}
    assert (folder / "en/a.md").exists()


def test_dry_run_writes_no_file_and_rolls_back(session: Session, sync: Sync, write: Write, folder: Path) -> None:
    path = write("a.md")
    sync()
    edit(session, body="New.")
    write("b.md")
    before = path.read_bytes()
    report = sync_folder(session, folder, dry_run=True)
    session.rollback()
    assert (report.created, report.written) == (["b.md"], ["a.md"])
    assert path.read_bytes() == before
    assert find_article(session, "en", "b") is None
    assert said(sync()) == {"created": ["b.md"], "written": ["a.md"]}


def test_sync_that_is_stopped_is_finished_by_the_next_one(
    session: Session, sync: Sync, write: Write, folder: Path
) -> None:
    for number in range(120):
        write(f"n{number:03}.md")

    def stop(done: int, total: int) -> None:
        if done == 110:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_folder(session, folder, progress=stop, checkpoint=session.commit)
    session.rollback()
    assert session.scalar(select(func.count(Article.id))) == session.scalar(select(func.count(ArticleFile.id))) == 100
    report = sync()
    assert (len(report.created), len(report.unchanged)) == (20, 100)


def test_file_written_before_the_stop_is_recognised(session: Session, sync: Sync, write: Write, folder: Path) -> None:
    write("a.md")
    sync()
    edit(session, body="New.")
    sync_folder(session, folder)
    session.rollback()  # the file has been written, its row has not
    assert said(sync()) == {"unchanged": ["a.md"]}


def test_unchanged_folder_costs_a_fixed_number_of_statements(
    session: Session, sync: Sync, write: Write, folder: Path
) -> None:
    for number in range(30):
        write(f"n{number}.md")
    sync()
    session.expire_all()
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert len(sync_folder(session, folder).unchanged) == 30
    assert len(statements) <= 5
