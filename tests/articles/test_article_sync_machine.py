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
    list_revisions,
    make_source,
    parse_article,
    save_article,
    source_of_article,
    source_of_revision,
    sync_folder,
    write_article,
)
from kb.core.errors import InvalidInputError
from kb.tables import Article, Base

SLUGS = st.sampled_from(["a", "b", "c"])
# Texts repeat, so that both sides come to the same one now and then, and go back to an earlier one.
# Each slug has its own: with the same text a file is one that was renamed, which test_moves.py is about.
TEXTS = st.sampled_from(["one", "two", "three"])


Pair = tuple[ArticleSource | None, ArticleSource | None]


def archived(article: ArticleSource) -> bool:
    return article.status == "archived"


class FolderAndArticles(RuleBasedStateMachine):
    """A folder with front matter and a database with at most three articles."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / "en").mkdir()
        self.engine = create_engine("sqlite://")
        Base.metadata.create_all(self.engine)
        self.session = Session(self.engine)
        self.agreed: dict[str, Pair] = {}  # file and article of each slug when they last were in step

    def teardown(self) -> None:
        self.session.close()
        self.engine.dispose()
        shutil.rmtree(self.folder)

    @rule(slug=SLUGS, text=TEXTS, status=st.sampled_from(["published", "draft", "archived"]))
    def edit_file(self, slug: str, text: str, status: str) -> None:
        source = make_source({"title": slug, "slug": slug, "status": status}, f"{text} of {slug}")
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
        save_article(self.session, replace(before, body=f"{text} of {slug}", status=status))

    @rule()
    def sync(self) -> None:
        before = {slug: self.both(slug) for slug in "abc"}
        expected = {slug: self.predict(slug, *before[slug]) for slug in "abc"}
        try:
            report = sync_folder(self.session, self.folder, allow_empty=True)
        except InvalidInputError:
            # Nothing in the folder and nothing to put there.
            assert all(file is None and (article is None or archived(article)) for file, article in before.values())
            return
        assert report.rejected == []
        conflicts = {conflict.path for conflict in report.conflicts}
        assert conflicts == {f"en/{slug}.md" for slug in "abc" if expected[slug] is None}
        for slug, pair in expected.items():
            assert self.both(slug) == (pair or before[slug])
            if pair is not None and (slug in self.agreed or pair[0] is not None):
                self.agreed[slug] = pair
        again = sync_folder(self.session, self.folder, allow_empty=True)
        assert (again.created, again.updated, again.written, again.archived) == ([], [], [], [])
        assert {conflict.path for conflict in again.conflicts} == conflicts

    def predict(self, slug: str, file: ArticleSource | None, article: ArticleSource | None) -> Pair | None:
        """File and article after a sync by the rules as they are written down; None for a conflict."""
        if file == article:
            return file, article
        if slug not in self.agreed:
            return self.predict_first_meeting(slug, file, article)
        agreed_file, agreed_article = self.agreed[slug]
        assert article is not None
        if file is None:
            if agreed_file is None:
                return (None, article) if archived(article) else (article, article)
            if article == agreed_article or archived(article):
                return None, replace(article, status="archived")
            return None
        if article == agreed_article:
            return file, file
        return (article, article) if file == agreed_file else None

    def predict_first_meeting(
        self, slug: str, file: ArticleSource | None, article: ArticleSource | None
    ) -> Pair | None:
        if article is None:
            return file, file
        if file is None:
            return (None, article) if archived(article) else (article, article)
        row = find_article(self.session, "en", slug)
        assert row is not None
        earlier = [source_of_revision(revision) for revision in list_revisions(self.session, row)]
        return (article, article) if file in earlier else None

    @invariant()
    def every_article_is_its_newest_revision(self) -> None:
        for article in self.session.scalars(select(Article)):
            assert source_of_article(self.session, article).content_hash == article.content_hash

    def path(self, slug: str) -> Path:
        return self.folder / f"en/{slug}.md"

    def both(self, slug: str) -> Pair:
        """What file and article say now."""
        path = self.path(slug)
        file = parse_article(path.read_text(), f"en/{slug}.md") if path.exists() else None
        article = find_article(self.session, "en", slug)
        return file, source_of_article(self.session, article) if article else None


TestFolderAndArticles = FolderAndArticles.TestCase
TestFolderAndArticles.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
