"""`kb articles` as a person types it: output, exit status, what goes to standard error."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from kb.core.settings import PROJECT_ROOT, Settings
from kb.tables import Article, IndexedDocument

Write = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(run_kb: Run) -> Run:
    """`run("list")` is `kb articles list`."""
    return partial(run_kb, "articles")


def test_sync_brings_articles_in_and_makes_them_searchable(
    run: Run, write: Write, folder: Path, session: Session
) -> None:
    write("en/pay/upi.md", title="Pay by UPI")
    assert run("sync", folder) == (0, "Articles: 1 created, 0 updated, 0 unchanged.\n", "")
    assert session.scalar(select(func.count(IndexedDocument.id))) == 1
    assert run("sync", folder) == (0, "Articles: 0 created, 0 updated, 1 unchanged.\n", "")


def test_sync_without_index_leaves_it_to_the_next_one(run: Run, write: Write, folder: Path, session: Session) -> None:
    write("a.md")
    assert run("sync", folder, "--no-index")[0] == 0
    assert session.scalar(select(func.count(IndexedDocument.id))) == 0
    session.rollback()
    assert run("sync", folder)[0] == 0
    assert session.scalar(select(func.count(IndexedDocument.id))) == 1


def test_rejected_file_is_one_line_on_standard_error_and_the_rest_goes_in(run: Run, write: Write, folder: Path) -> None:
    write("bad.md", text="---\ntitle: A\nlanguage: zz\n---\n\nText")
    write("good.md")
    status, out, err = run("sync", folder)
    assert (status, out) == (1, "Articles: 1 created, 0 updated, 0 unchanged, 1 rejected.\n")
    assert err == "bad.md:3: language 'zz' is no language tag; examples: en, hi, bn, hi-Latn, pt-BR\n"


def test_conflict_is_reported_with_the_way_out(run: Run, write: Write, folder: Path, engine: Engine) -> None:
    write("a.md")
    run("sync", folder)
    with Session(engine) as session:
        session.scalars(select(Article)).one().content_hash = "changed in the studio"
        session.commit()
    write("a.md", body="New.")
    status, out, err = run("sync", folder)
    assert (status, "1 in conflict" in out) == (1, True)
    assert err.splitlines()[0].startswith("a.md: the file and its article have both changed")
    assert "--on-conflict file" in err
    assert run("sync", folder, "--on-conflict", "file")[:2] == (0, "Articles: 0 created, 1 updated, 0 unchanged.\n")


def test_dry_run_changes_nothing(run: Run, write: Write, folder: Path, session: Session) -> None:
    write("a.md")
    status, out, _ = run("sync", folder, "--dry-run")
    assert (status, out) == (0, "Nothing done; it would be: 1 created, 0 updated, 0 unchanged.\n")
    assert session.scalar(select(func.count(Article.id))) == 0


def test_json_report_has_paths_lines_and_reasons(run: Run, write: Write, folder: Path) -> None:
    write("bad.md", text="")
    write("good.md", own="x")
    status, out, _ = run("sync", folder, "--json")
    report = json.loads(out)
    assert (status, report["created"], report["dry_run"]) == (1, ["good.md"], False)
    assert report["rejected"] == [{"path": "bad.md", "line": None, "reason": "is empty"}]
    assert report["warnings"][0]["line"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["sync", "{folder}"],
            "kb: There is no Markdown file (*.md) in {folder}. Name the folder that has the articles.\n",
        ),
        (["sync", "{folder}/no"], "kb: {folder}/no does not exist. Name the folder that has the Markdown files.\n"),
        (["show", "en/no"], "kb: There is no article en/no. Type: kb articles list\n"),
        (["show", "no"], "kb: 'no' names no article. An example: kb articles show en/reset-password\n"),
    ],
)
def test_mistake_is_one_line_on_standard_error(run: Run, folder: Path, arguments: list[str], message: str) -> None:
    status, out, err = run(*(argument.format(folder=folder) for argument in arguments))
    assert (status, out, err) == (1, "", message.format(folder=folder))


def test_two_syncs_do_not_run_at_once(run: Run, write: Write, folder: Path, settings: Settings) -> None:
    write("a.md")
    with FileLock(settings.home / "articles.lock"):
        assert run("sync", folder)[::2] == (1, "kb: Another sync is running. Wait until it is done and try again.\n")


def test_missing_model_leaves_the_articles_in_and_says_what_to_type(
    run: Run, write: Write, folder: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.md")
    monkeypatch.setenv("KB_MODEL", "bundled")
    status, _, err = run("sync", folder)
    assert (status, session.scalar(select(func.count(Article.id)))) == (1, 1)
    assert err.startswith("kb: The articles are in, but search does not know them yet: ")
    assert err.endswith("Then type: kb index\n")


def test_articles_are_listed_and_shown(run: Run, write: Write, folder: Path) -> None:
    write("hi/pay/a.md", text="# भुगतान\n\nपाठ")
    run("sync", folder)
    assert run("list")[1] == "hi/a  published  public  भुगतान\n"
    assert json.loads(run("list", "--language", "en", "--json")[1]) == []
    assert run("show", "hi/a")[1].startswith("---\ntitle: भुगतान\nslug: a\nlanguage: hi\n")
    assert json.loads(run("show", "hi/a", "--json")[1])["topic"] == "pay"


def test_real_manual_without_front_matter_goes_in_whole(run: Run, session: Session) -> None:
    data = Path(os.environ.get("KB_EVAL_DATA") or PROJECT_ROOT.parent / "shared" / "data")
    folder = data / "gnome_help" / "articles"
    if not folder.is_dir():
        pytest.skip(f"The evaluation sets are not at {data}; KB_EVAL_DATA names another place")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    status, out, err = run("sync", folder, "--no-index")
    assert (status, out, err) == (0, "Articles: 270 created, 0 updated, 0 unchanged.\n", "")
    assert run("sync", folder, "--no-index")[1] == "Articles: 0 created, 0 updated, 270 unchanged.\n"
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    slugs = set(
        session.scalars(select(Article.slug).where(Article.status == "published", Article.audience == "public"))
    )
    assert slugs == {path.stem for path in folder.iterdir()}
