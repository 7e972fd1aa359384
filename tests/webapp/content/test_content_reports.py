"""The page of what came in: for trainers, with every line that could not be shown as it was meant."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.articles import store_report, sync_folder
from kb.tables import ContentReport

Login = Callable[[str], FlaskClient]


@pytest.fixture
def folder(tmp_path: Path, session: Session) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.md").write_text("---\ntitle: A\ndraft: true\n---\n\n[x](gone.md) ![y](gone.png) {{< gadget >}}\n")
    (folder / "b.md").write_text("---\ntitle: [\n---\n\nText.\n")
    store_report(session, "sync", str(folder), sync_folder(session, folder))
    session.commit()
    return folder


def test_reports_are_listed_and_shown_by_kind(login: Login, session: Session, folder: Path) -> None:
    client = login("trainer")
    page = client.get("/studio/content/").get_data(as_text=True)
    assert str(folder) in page
    number = session.query(ContentReport).order_by(ContentReport.id.desc()).first()
    assert number is not None
    report = client.get(f"/studio/content/{number.id}").get_data(as_text=True)
    shown = (
        "Not published, and why",
        "Links that lead to no article",
        "Pictures that are missing",
        "Shortcodes without",
        "Refused",
    )
    assert [words for words in shown if words not in report] == []
    assert "a.md:6" in report
    assert "gone.png" in report


def test_only_trainers_see_them(login: Login, client: FlaskClient, folder: Path) -> None:
    assert login("rep").get("/studio/content/").status_code == 403
    assert client.get("/studio/content/").status_code == 302
    assert login("trainer").get("/studio/content/999999").status_code == 404


def test_old_reports_are_forgotten(session: Session, folder: Path) -> None:
    report = sync_folder(session, folder)
    for _ in range(60):
        store_report(session, "sync", "x", report)
    session.commit()
    assert session.query(ContentReport).count() == 50
