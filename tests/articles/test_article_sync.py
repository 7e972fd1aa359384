"""A folder and the articles in step: every combination of changes, bad input, links, and what stops half-way."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from kb.articles import (
    SyncReport,
    archive_article,
    find_article,
    list_revisions,
    make_source,
    parse_article,
    save_article,
    source_of_article,
    sync_folder,
)
from kb.articles.files import read_file
from kb.articles.text import ArticleError
from kb.errors import ConflictError, InvalidInputError
from kb.tables import Article, ArticleFile

Sync = Callable[..., SyncReport]
Write = Callable[..., Path]
LISTS = ("created", "updated", "written", "unchanged", "archived", "conflicts", "rejected", "warnings")


def said(report: SyncReport) -> dict[str, list[str]]:
    """What a report has to say, without its empty parts."""
    return {name: [str(entry) for entry in getattr(report, name)] for name in LISTS if getattr(report, name)}


def get(session: Session, address: str = "en/a") -> Article:
    found = find_article(session, *address.split("/"))
    assert found is not None
    return found


def edit(session: Session, address: str = "en/a", **fields: object) -> Article:
    """Change an article as the studio does."""
    article = get(session, address)
    saved = save_article(
        session, replace(source_of_article(session, article), **fields), author="studio", article=article
    )
    session.commit()
    return saved


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


def test_bad_files_are_reported_and_good_ones_go_in(session: Session, sync: Sync, write: Write) -> None:
    write("binary.md", text=b"\x89PNG\r\n\x00\x00")
    write("broken.md", text="---\ntitle: [\n---\n\nText")
    write("empty.md", text="")
    write("latin1.md", text="# Caf\xe9\n\nText".encode("latin-1"))
    write("good.md")
    write("notes.txt", text=b"\x00")
    write(".hidden/x.md", text=b"\x00")
    report = sync()
    assert [(line.path, line.line) for line in report.rejected] == [
        ("binary.md", 2),
        ("broken.md", 2),
        ("empty.md", None),
        ("latin1.md", 1),
    ]
    assert report.created == ["good.md"]
    assert session.scalar(select(func.count(Article.id))) == 1


def test_fifty_megabytes_are_refused_by_their_size_alone(sync: Sync, write: Write) -> None:
    with write("big.md").open("r+b") as file:
        file.truncate(50_000_000)
    assert [str(line) for line in sync().rejected] == ["big.md: is 50.0 MB long; an article may have 2.0 MB at most"]


def test_tracked_file_that_goes_bad_does_not_touch_its_article(session: Session, sync: Sync, write: Write) -> None:
    write("a.md")
    sync()
    write("a.md", text=b"\x00")
    report = sync()
    assert [line.path for line in report.rejected] == ["a.md"]
    assert (get(session).status, get(session).revision) == ("published", 1)


def test_links_lead_neither_out_of_the_folder_nor_round_in_it(
    sync: Sync, write: Write, folder: Path, tmp_path: Path
) -> None:
    write("en/a.md")
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n\nText")
    (folder / "en/again").symlink_to(folder, target_is_directory=True)
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "nothing.md").symlink_to("missing.md")
    (folder / "out").symlink_to(tmp_path, target_is_directory=True)
    (folder / "secret.md").symlink_to(secret)
    (folder / "twin.md").symlink_to(folder / "en/a.md")
    os.mkfifo(folder / "pipe.md")
    report = sync()
    assert report.created == ["en/a.md"]
    assert {line.path: line.reason for line in report.rejected} == {
        "en/again": "is a symbolic link back to the folder itself (a cycle); not followed",
        "loop.md": "is a symbolic link that goes round in a circle",
        "nothing.md": "is a symbolic link to nothing",
        "out": "is a symbolic link out of the folder; not followed",
        "pipe.md": "is not a regular file",
        "secret.md": "is a symbolic link out of the folder; not read",
    }
    assert [line.path for line in report.warnings] == ["twin.md"]


def test_files_behind_a_refused_link_are_not_taken_for_deleted(
    session: Session, sync: Sync, write: Write, folder: Path
) -> None:
    write("en/a.md")
    write("b.md")
    sync()
    moved = (folder / "en").rename(folder.with_name("elsewhere"))
    (folder / "en").symlink_to(moved, target_is_directory=True)
    report = sync()
    assert (report.archived, [line.path for line in report.rejected]) == ([], ["en"])
    assert get(session).status == "published"


def test_file_that_cannot_be_read_says_why(folder: Path) -> None:
    with pytest.raises(ArticleError, match=r"gone\.md: cannot be read: No such file or directory"):
        read_file(folder, "gone.md")


def test_folder_with_nothing_in_it_or_no_folder_is_said_plainly(session: Session, folder: Path, write: Write) -> None:
    with pytest.raises(InvalidInputError, match=r"There is no Markdown file \(\*\.md\) in"):
        sync_folder(session, folder)
    with pytest.raises(InvalidInputError, match="does not exist"):
        sync_folder(session, folder / "missing")
    with pytest.raises(InvalidInputError, match="is no folder"):
        sync_folder(session, write("a.md"))
    with pytest.raises(InvalidInputError, match="no language tag"):
        sync_folder(session, folder, default_language="english")


def test_folder_that_is_suddenly_empty_archives_nothing_unless_told(session: Session, sync: Sync, write: Write) -> None:
    paths = [write(f"{name}.md") for name in "abc"]
    sync()
    for path in paths:
        path.unlink()
    with pytest.raises(ConflictError, match="All 3 files"):
        sync()
    assert get(session).status == "published"
    assert sync(allow_empty=True).archived == ["a.md", "b.md", "c.md"]


def test_file_in_the_way_of_a_new_article_is_not_overwritten(session: Session, sync: Sync, write: Write) -> None:
    write("a.md")
    path = write("en/b.md", text=b"\x00")
    save_article(session, make_source({"title": "B", "slug": "b"}, "x"))
    assert "is in the way" in sync().rejected[-1].reason
    assert path.read_bytes() == b"\x00"


def test_language_that_is_not_offered_is_pointed_out(sync: Sync, write: Write) -> None:
    write("a.md", language="fr")
    report = sync()
    assert (report.created, len(report.warnings)) == (["a.md"], 1)
    assert "KB_LANGUAGES is en,hi,bn" in report.warnings[0].reason


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
