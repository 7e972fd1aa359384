"""What the database knows of a synchronised folder, loaded in four statements whatever its size."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles.source import ArticleSource
from kb.tables import Article, ArticleFile, ArticleRevision, utc_now

Address = tuple[str, str]  # language and slug


@dataclass(frozen=True)
class Head:
    """The newest revision of an article, without its text."""

    id: int
    address: Address
    content_hash: str
    status: str
    topic: str
    translation_key: str


class FolderState:
    """The folder's rows by path, all articles by id and by address; kept up to date while a sync changes them."""

    def __init__(self, session: Session, folder: str) -> None:
        self.session = session
        self.folder = folder
        query = select(ArticleFile).where(ArticleFile.folder == folder)
        self.rows = {row.path: row for row in session.scalars(query)}
        columns = (Article.id, Article.language, Article.slug, Article.content_hash, Article.status, Article.topic)
        self.heads: dict[int, Head] = {}
        self.by_address: dict[Address, int] = {}
        for number, language, slug, *rest in session.execute(select(*columns, Article.translation_key)):
            self._note(Head(number, (language, slug), *rest))
        self._load_other_folders()

    def _load_other_folders(self) -> None:
        first_rows = select(ArticleFile.folder, func.min(ArticleFile.id)).group_by(ArticleFile.folder)
        age = {folder: first for folder, first in self.session.execute(first_rows) if Path(folder).is_dir()}
        others = {folder: first for folder, first in age.items() if folder != self.folder}
        # Articles that were written in the web application go to one folder only: the one that was there first.
        self.is_home = not others or age.get(self.folder, float("inf")) < min(others.values())
        linked = select(ArticleFile.article_id).where(ArticleFile.folder.in_(sorted({*others, self.folder})))
        self.linked = set(self.session.scalars(linked))

    def _note(self, head: Head) -> None:
        old = self.heads.get(head.id)
        if old is not None and self.by_address.get(old.address) == head.id:
            del self.by_address[old.address]
        self.heads[head.id] = head
        self.by_address[head.address] = head.id

    def row_of(self, article_id: int) -> ArticleFile | None:
        """The row of this folder that belongs to the article."""
        return next((row for row in self.rows.values() if row.article_id == article_id), None)

    def load(self, article_id: int) -> Article:
        article = self.session.get(Article, article_id)
        assert article is not None
        return article

    def note_article(self, article: Article) -> Head:
        """Remember what an article is now."""
        address = article.language, article.slug
        head = Head(article.id, address, article.content_hash, article.status, article.topic, article.translation_key)
        self._note(head)
        return head

    def was_ever(self, article_id: int, source: ArticleSource) -> bool:
        """Whether some revision of the article was exactly this."""
        query = select(ArticleRevision.id).where(
            ArticleRevision.article_id == article_id, ArticleRevision.content_hash == source.content_hash
        )
        return self.session.scalar(query.limit(1)) is not None

    def record(
        self, path: str, article_id: int, file_hash: str, content_hash: str, turns_on: date | None = None
    ) -> None:
        """File and article agree. `file_hash` is "" for a file that is gone."""
        row = self.rows.get(path)
        if row is None:
            row = ArticleFile(folder=self.folder, path=path)
            self.rows[path] = row
            self.session.add(row)
        row.article_id = article_id
        row.file_hash = file_hash
        row.content_hash = content_hash
        row.turns_on = turns_on
        row.synced_at = utc_now()
        self.linked.add(article_id)

    def move(self, row: ArticleFile, path: str) -> None:
        """The file goes by another name now."""
        del self.rows[row.path]
        row.path = path
        self.rows[path] = row

    def exchange(self, one: ArticleFile, other: ArticleFile) -> None:
        """Give each path the other's article. The paths stay: they are unique, row by row."""
        for name in ("article_id", "file_hash", "content_hash"):
            value = getattr(one, name)
            setattr(one, name, getattr(other, name))
            setattr(other, name, value)

    def without_file(self) -> list[Head]:
        """Articles in use that have no file in any folder that is there."""
        return [head for head in self.heads.values() if head.id not in self.linked and head.status != "archived"]
