"""All articles as a folder of Markdown files with their pictures: a synchronisation of it finds nothing to do."""

import os
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from kb.articles.assets import STUDIO_SOURCE
from kb.articles.files import write_file
from kb.articles.folder_slugs import article_path
from kb.articles.source import write_article
from kb.articles.store import source_of_article
from kb.articles.sync_report import Notice, SyncReport
from kb.articles.text import ArticleError
from kb.core.errors import InvalidInputError
from kb.core.progress import Progress
from kb.tables import Article, ArticleAsset, ArticlePicture

_PICTURES = "pictures"


def export_folder(session: Session, folder: Path, progress: Progress | None = None) -> SyncReport:
    """Write every article to `folder/<language>/<topic>/<slug>.md`, and its pictures where it looks for them.

    Files that say the same already are left alone; `report.written` and `report.unchanged` have all paths. Raises
    InvalidInputError where `folder` is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(f"{folder} is a file.", remedy="Name a folder; it is made where there is none.")
    folder.mkdir(parents=True, exist_ok=True)
    export = _Export(session, folder.resolve())
    articles = list(session.scalars(select(Article).order_by(Article.language, Article.topic, Article.slug)))
    for number, article in enumerate(articles, start=1):
        export.write_article(article)
        if progress is not None:
            progress(number, len(articles))
    export.note_strangers()
    return export.report


class _Export:
    def __init__(self, session: Session, root: Path) -> None:
        self.session = session
        self.root = root
        self.report = SyncReport()
        self.pictures: dict[str, str] = {}  # digest by path
        self.paths: set[str] = set()

    def write_article(self, article: Article) -> None:
        path = article_path(article.language, article.slug, article.topic)
        source = source_of_article(self.session, article)
        body = source.body
        for shown, asset in self._pictures_of(article):
            target = self._place(path, shown, asset.digest)
            if target is None:
                name = PurePosixPath(unquote(shown)).name or "picture"
                name = re.sub(r"[^\w.-]", "-", name)[-80:]
                target = f"{_PICTURES}/{asset.digest[:12]}-{name}"
                body = body.replace(shown, f"/{quote(target)}")
            self.pictures[target] = asset.digest
            self._write(target, asset.data)
        self.paths.add(path)
        self._write(path, write_article(replace(source, body=body)).encode())

    def _pictures_of(self, article: Article) -> list[tuple[str, ArticleAsset]]:
        """(source as written, asset) of all that it shows, those that were put in by the editor too."""
        with_data = undefer(ArticleAsset.data)
        query = select(ArticlePicture.source, ArticleAsset).join(
            ArticleAsset, ArticleAsset.id == ArticlePicture.asset_id
        )
        query = query.where(ArticlePicture.article_id == article.id).order_by(ArticlePicture.source)
        found = {row[0]: row[1] for row in self.session.execute(query.options(with_data))}
        put_in = {match[1]: match[0] for match in STUDIO_SOURCE.finditer(article.body)}
        if put_in:
            assets = self.session.scalars(
                select(ArticleAsset).where(ArticleAsset.digest.in_(put_in)).options(with_data)
            )
            found |= {put_in[asset.digest]: asset for asset in assets}
        return list(found.items())

    def _place(self, path: str, source: str, digest: str) -> str | None:
        """Where a reader of the exported file looks for a picture; None where another one is, or outside of the folder."""
        name = re.sub(r"[?#].*$", "", unquote(source)).replace("\\", "/").strip()
        name = re.sub(r"^@site/|^~/?|^@/?", "/", name)
        start = "" if name.startswith("/") else PurePosixPath(path).parent.as_posix()
        target = os.path.normpath(f"{start}/{name.lstrip('/')}".lstrip("/"))
        if target.startswith((".", "/")) or target.lower().endswith((".md", ".markdown", ".mdx")) or len(target) > 500:
            return None
        return target if self.pictures.get(target, digest) == digest else None

    def _write(self, path: str, data: bytes) -> None:
        try:
            if (self.root / path).is_file() and (self.root / path).read_bytes() == data:
                self.report.unchanged.append(path)
                return
            write_file(self.root, path, data)
            self.report.written.append(path)
        except ArticleError as error:
            self.report.rejected.extend(error.rejections)
        except OSError as error:
            self.report.rejected.append(Notice(path, None, f"cannot be written: {error.strerror}", "file"))

    def note_strangers(self) -> None:
        """Markdown files that are there and belong to no article: a synchronisation would take them in."""
        for file in sorted(self.root.rglob("*.md")):
            path = file.relative_to(self.root).as_posix()
            if path not in self.paths and not any(part.startswith(".") for part in PurePosixPath(path).parts):
                self.report.warnings.append(
                    Notice(path, None, "is there and belongs to no article; left as it is", "stranger")
                )
