"""Any order of edits, deletions and syncs: nothing is overwritten that was not known, and every sync settles."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from kb.articles import (
    ArticleSource,
    find_article,
    make_source,
    parse_article,
    save_article,
    source_of_article,
    sync_folder,
    write_article,
)
from kb.errors import KbError
from kb.tables import Article, Base

SLUGS = st.sampled_from(["a", "b", "c"])
# Texts repeat, so that both sides come to the same one now and then, and go back to an earlier one.
TEXTS = st.sampled_from(["one", "two", "three"])


class FolderAndArticles(RuleBasedStateMachine):
    """A folder with front matter and a database with at most three articles."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / "en").mkdir()
        self.engine = create_engine("sqlite://")
        Base.metadata.create_all(self.engine)
        self.session = Session(self.engine)

    def teardown(self) -> None:
        self.session.close()
        self.engine.dispose()
        shutil.rmtree(self.folder)

    @rule(slug=SLUGS, text=TEXTS, status=st.sampled_from(["published", "draft", "archived"]))
    def edit_file(self, slug: str, text: str, status: str) -> None:
        source = make_source({"title": slug, "slug": slug, "status": status}, text)
        self.path(slug).write_text(write_article(source))

    @rule(slug=SLUGS)
    def delete_file(self, slug: str) -> None:
        self.path(slug).unlink(missing_ok=True)

    @rule(slug=SLUGS, text=TEXTS, status=st.sampled_from(["published", "draft", "archived"]))
    def edit_article(self, slug: str, text: str, status: str) -> None:
        article = find_article(self.session, "en", slug)
        before = (
            source_of_article(self.session, article) if article else make_source({"title": slug, "slug": slug}, "-")
        )
        save_article(self.session, replace(before, body=text, status=status))

    @rule()
    def sync(self) -> None:
        before = {slug: self.both(slug) for slug in "abc"}
        try:
            report = sync_folder(self.session, self.folder, allow_empty=True)
        except KbError as error:
            assert "no Markdown file" in error.message  # noqa: PT017
            return
        assert report.rejected == []
        conflicts = {conflict.path for conflict in report.conflicts}
        for slug in "abc":
            if f"en/{slug}.md" in conflicts:
                assert self.both(slug) == before[slug]
            else:
                self.check_agreement(slug)
        again = sync_folder(self.session, self.folder, allow_empty=True)
        assert (again.created, again.updated, again.written, again.archived) == ([], [], [], [])
        assert {conflict.path for conflict in again.conflicts} == conflicts

    def check_agreement(self, slug: str) -> None:
        file, article = self.both(slug)
        if file is None:
            assert article is None or article.status == "archived"
        else:
            assert file == article

    @invariant()
    def every_article_is_its_newest_revision(self) -> None:
        for article in self.session.scalars(select(Article)):
            assert source_of_article(self.session, article).content_hash == article.content_hash

    def path(self, slug: str) -> Path:
        return self.folder / f"en/{slug}.md"

    def both(self, slug: str) -> tuple[ArticleSource | None, ArticleSource | None]:
        """What file and article say now."""
        path = self.path(slug)
        file = parse_article(path.read_text(), f"en/{slug}.md") if path.exists() else None
        article = find_article(self.session, "en", slug)
        return file, source_of_article(self.session, article) if article else None


TestFolderAndArticles = FolderAndArticles.TestCase
TestFolderAndArticles.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
