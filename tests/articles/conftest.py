"""A folder to synchronise, and short ways to fill it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kb.articles import SyncReport, sync_folder

WriteFile = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


@pytest.fixture
def write(folder: Path) -> WriteFile:
    """`write("en/account/a.md", title="A", body="Text.")` makes a file with front matter; `text=` gives it whole."""

    def write_file(path: str, *, text: str | bytes | None = None, body: str = "Text.", **fields: str) -> Path:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            fields.setdefault("title", target.stem)
            text = "\n".join(["---", *(f"{key}: {value}" for key, value in fields.items()), "---", "", body, ""])
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return target

    return write_file


@pytest.fixture
def sync(session: Session, folder: Path) -> Callable[..., SyncReport]:
    """Synchronise the folder and commit, as the command does."""

    def run(**options: object) -> SyncReport:
        report = sync_folder(session, folder, **options)  # type: ignore[arg-type]
        session.commit()
        return report

    return run
