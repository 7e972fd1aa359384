"""All articles as a folder: a synchronisation of it changes nothing, and the same comes out again."""

import tempfile
from pathlib import Path

from generator_folders import FOLDERS, picture, write_folder
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from kb.articles import ArticleError, make_source, save_article, sync_folder
from kb.articles.exporting import export_folder
from kb.tables import Article, ArticlePicture, Base


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def export_sync_export(session: Session, root: Path) -> None:
    """From one database through a folder into another, and out again."""
    export_folder(session, root / "one")
    first = files(root / "one")
    again = sync_folder(session, root / "one", allow_empty=True) if first else None
    if again is not None:
        assert (again.created, again.updated, again.written, again.archived) == ([], [], [], [])
        assert again.is_clean
    assert files(root / "one") == first
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as other:
        if first:
            report = sync_folder(other, root / "one")
            assert report.is_clean
        export_folder(other, root / "two")
    engine.dispose()
    assert files(root / "two") == first


_slugs = st.sampled_from(["a", "b", "c", "index", "readme", "draft", "पासवर्ड", "2024-01-02-news", "01-intro"])


EXTRA = (
    *(("date", "2099-01-01"), ("draft", True), ("hidden", "x"), ("lang", "bn"), ("aliases", ["/x/"])),
    *(("permalink", "/y/"), ("w", 3)),
)
BODIES = ("Text.", "# Head\n\nText.", "![p](img/x.png)", "a\r\nb", "---\nx: y\n---\n", "", "`{{ x }}`")


@st.composite
def _articles(draw: st.DrawFn) -> list[tuple[dict[str, object], str]]:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        values: dict[str, object] = {
            "title": draw(st.text(min_size=1, max_size=20)),
            "slug": draw(_slugs),
            "language": draw(st.sampled_from(["en", "hi", "fr"])),
            "topic": draw(st.sampled_from(["", "pay", "drafts", "private", "docs", "hi"])),
            "status": draw(st.sampled_from(["published", "draft", "in_review", "archived"])),
            "audience": draw(st.sampled_from(["public", "internal"])),
            "also_asked": draw(st.lists(st.text(max_size=10), max_size=2)),
            "owner": draw(st.none() | st.text(max_size=10)),
        }
        values |= dict(draw(st.lists(st.sampled_from(EXTRA), max_size=2)))
        body = draw(st.sampled_from(BODIES) | st.text(max_size=40))
        found.append((values, body))
    return found


@settings(max_examples=60, deadline=None)
@given(_articles())
def test_export_sync_export_is_identical(articles: list[tuple[dict[str, object], str]]) -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session, tempfile.TemporaryDirectory() as root:
        for values, body in articles:
            try:
                save_article(session, make_source(values, body))
            except ArticleError:
                continue
        export_sync_export(session, Path(root))
    engine.dispose()


def test_folders_of_generators_come_out_as_they_are_kept(session: Session, tmp_path: Path) -> None:
    for name, content in FOLDERS.items():
        write_folder(tmp_path / "in" / name, content)
        sync_folder(session, tmp_path / "in" / name, on_conflict="article")
    export_sync_export(session, tmp_path)
    shown = session.scalars(select(ArticlePicture).where(ArticlePicture.asset_id.is_not(None))).all()
    assert len({picture.article_id for picture in shown}) >= 4


def test_two_pictures_of_one_name_both_come_out(session: Session, tmp_path: Path) -> None:
    for name, color in (("one", "red"), ("two", "blue")):
        folder = tmp_path / "in" / name
        (folder / "img").mkdir(parents=True)
        (folder / "img/x.png").write_bytes(picture(color))
        (folder / f"{name}.md").write_text(f"# {name}\n\n![p](img/x.png)\n")
        sync_folder(session, folder)
    export_folder(session, tmp_path / "out")
    pictures = {path: data for path, data in files(tmp_path / "out").items() if not path.endswith(".md")}
    assert len(set(pictures.values())) == 2
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as other:
        report = sync_folder(other, tmp_path / "out")
        assert report.warnings == []
        assert len({row.asset_id for row in other.scalars(select(ArticlePicture))}) == 2
    engine.dispose()


def test_second_export_writes_only_what_has_changed_and_leaves_strangers(session: Session, tmp_path: Path) -> None:
    for slug in "ab":
        save_article(session, make_source({"title": slug, "slug": slug}, "Text."))
    assert export_folder(session, tmp_path / "out").written == ["en/a.md", "en/b.md"]
    (tmp_path / "out/mine.md").write_text("# Mine\n\nText.\n")
    save_article(session, make_source({"title": "a", "slug": "a"}, "New."))
    report = export_folder(session, tmp_path / "out")
    assert (report.written, report.unchanged) == (["en/a.md"], ["en/b.md"])
    assert [warning.path for warning in report.warnings] == ["mine.md"]
    assert session.query(Article).count() == 2
