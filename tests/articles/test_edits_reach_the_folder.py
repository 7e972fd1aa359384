"""What is edited in the studio is written back into a synchronised folder, with the pictures that were put in there."""

from pathlib import Path

from folder_sync import get
from generator_folders import picture
from sqlalchemy.orm import Session

from kb.articles import sync_folder
from kb.articles.assets import studio_source
from kb.articles.editing import save_text, set_status, text_from, text_of
from kb.articles.exporting import export_folder
from kb.articles.picture_encoding import encode_picture
from kb.articles.picture_files import store_asset

FILE = "---\n# ours\ntitle: A\nlanguage: en\nweight: 7\n---\n\nPress it.\n"


def test_an_edit_and_its_picture_reach_the_file(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "en" / "a.md"
    file.parent.mkdir()
    file.write_text(FILE, encoding="utf-8")
    sync_folder(session, tmp_path)
    article = get(session)
    source = studio_source(store_asset(session, encode_picture(picture())).digest)
    text = text_of(article)
    text = text_from({**text.fields(), "also_asked": "how\nwhy"}, f"Press them.\n\n![lamp]({source})")
    save_text(session, text, "published", article=article, seen=1, author="a@shop.example")
    report = sync_folder(session, tmp_path)
    assert report.written == ["en/a.md"]
    assert report.warnings == []
    written = file.read_text(encoding="utf-8")
    assert "# ours" in written
    assert "weight: 7" in written
    assert "Press them." in written
    assert (tmp_path / source.removeprefix("/")).read_bytes().startswith(b"RIFF")
    set_status(session, article, "archived", seen=2, author="a@shop.example")
    sync_folder(session, tmp_path)
    assert "status: archived" in file.read_text(encoding="utf-8")
    again = sync_folder(session, tmp_path)
    assert (again.written, again.updated, again.conflicts) == ([], [], [])


def test_an_export_has_the_pictures_that_were_put_in(session: Session, tmp_path: Path) -> None:
    source = studio_source(store_asset(session, encode_picture(picture("red"))).digest)
    save_text(session, text_from({"title": "A"}, f"![lamp]({source})"), "published")
    export_folder(session, tmp_path / "out")
    assert (tmp_path / "out" / source.removeprefix("/")).is_file()
