"""Files, links and folders that a sync cannot use: each is said, the others go in, nothing is taken for deleted."""

import os
from pathlib import Path

import pytest
from folder_sync import Sync, Write, get
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles import sync_folder
from kb.articles.files import read_file
from kb.articles.text import ArticleError
from kb.core.errors import ConflictError, InvalidInputError
from kb.tables import Article


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


def test_language_that_is_not_offered_is_pointed_out(sync: Sync, write: Write) -> None:
    write("a.md", language="fr")
    report = sync()
    assert (report.created, len(report.warnings)) == (["a.md"], 1)
    assert "KB_LANGUAGES is en,hi,bn" in report.warnings[0].reason
