"""Pictures beside the articles of a folder: found as any generator would, read again only when they have changed."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from kb.articles.assets import STUDIO_SOURCE, is_allowed_host, is_external
from kb.articles.files import write_file
from kb.articles.picture_encoding import MAX_BYTES, Encoded, PictureError, encode_picture
from kb.articles.rendering import pictures_of
from kb.articles.sync_report import Notice
from kb.articles.text import ArticleError, hash_bytes
from kb.core.errors import Rejection
from kb.tables import Article, ArticleAsset, ArticleFile, ArticlePicture

# Where generators keep what is served from the root of a site.
_STATIC = (
    "",
    "static",
    "public",
    "assets",
    "source",
    "docs",
    "content",
    "img",
    "images",
    "attachments",
    ".gitbook/assets",
)
_MISSING = "missing"


class PictureFiles:
    """The pictures of one synchronised folder. `names` are the relative paths of all files that may be pictures, by name;

    writable: whether pictures that were put in by the editor get their files.
    """

    def __init__(
        self,
        session: Session,
        root: Path,
        names: dict[str, list[str]],
        hosts: Sequence[str],
        warnings: list[Rejection],
        *,
        writable: bool = False,
    ) -> None:
        self.session = session
        self.root = root
        self.names = names
        self.hosts = tuple(hosts)
        self.warnings = warnings
        self.writable = writable
        self.encoded: dict[tuple[str, str], int | PictureError] = {}

    def sync_article(self, article: Article, path: str) -> None:
        """Take in the pictures that an article shows now, and forget those that it does not."""
        wanted = pictures_of(article.body)
        query = select(ArticlePicture).where(ArticlePicture.article_id == article.id)
        rows = {row.source: row for row in self.session.scalars(query)}
        for source, row in rows.items():
            if source not in wanted:
                self.session.delete(row)
        for source in wanted[:200]:
            self._take_in(article.id, path, source, rows.get(source))

    def refresh(self, folder: str, files: Iterable[ArticleFile], done: set[str]) -> None:
        """Look again at the pictures of files that have not changed themselves. One statement where none has changed."""
        query = select(ArticlePicture, ArticleFile.path).join(
            ArticleFile, ArticleFile.article_id == ArticlePicture.article_id
        )
        current = {row.path for row in files}
        for row, path in self.session.execute(query.where(ArticleFile.folder == folder)).all():
            if path in done or path not in current or is_external(row.source):
                continue
            if row.path and self._state(row.path) == row.state:
                continue
            if not row.path and self.find(path, row.source) is None:
                continue
            self._take_in(row.article_id, path, row.source, row)

    def _take_in(self, article_id: int, path: str, source: str, row: ArticlePicture | None) -> None:
        if len(source) > 1000:
            return
        if is_external(source):
            if not is_allowed_host(source, self.hosts):
                reason = f"the picture {source} is on another site, which KB_IMAGE_HOSTS does not name"
                self._warn(path, "external picture", reason)
            return
        if row is None:
            row = ArticlePicture(article_id=article_id, source=source)
            self.session.add(row)
        found = self.find(path, source) or self._write_out(source)
        if found is None:
            kept = "; the one that was there before is still shown" if row.asset_id else ""
            row.path, row.state = "", ""
            self._warn(path, "missing picture", f"the picture {source} is not in the folder{kept}")
            return
        row.path, row.state, row.asset_id = found, "", None
        row.state = self._state(found)
        asset = self._asset(found, row.state)
        if isinstance(asset, PictureError):
            self._warn(path, "refused picture", f"the picture {source} {asset}")
        else:
            row.asset_id = asset

    def _write_out(self, source: str) -> str | None:
        """A picture that was put in by the editor has no file yet: it gets one, beside the text that shows it."""
        named = STUDIO_SOURCE.fullmatch(source)
        query = (
            select(ArticleAsset)
            .where(ArticleAsset.digest == (named[1] if named else ""))
            .options(undefer(ArticleAsset.data))
        )
        asset = self.session.scalar(query) if named else None
        if asset is None or not self.writable:
            return None
        path = source.removeprefix("/")
        try:
            write_file(self.root, path, asset.data)
        except (ArticleError, OSError):
            return None
        return path

    def _asset(self, path: str, state: str) -> int | PictureError:
        if (path, state) not in self.encoded:
            try:
                self.encoded[path, state] = store_asset(self.session, encode_picture(self._read(path))).id
            except PictureError as error:
                self.encoded[path, state] = error
        return self.encoded[path, state]

    def _read(self, path: str) -> bytes:
        try:
            with (self.root / path).open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise PictureError(f"cannot be read: {error.strerror}", "damaged") from error

    def _state(self, path: str) -> str:
        try:
            status = (self.root / path).stat()
        except OSError:
            return _MISSING
        return f"{status.st_size}:{status.st_mtime_ns}"

    def find(self, path: str, source: str) -> str | None:
        """The file that a source means, relative to the folder; never one outside of it."""
        name = re.sub(r"[?#].*$", "", unquote(source)).replace("\\", "/").strip()
        name = re.sub(r"^@site/|^~/?|^@/?", "/", name)
        pure = PurePosixPath(path)
        starts = [] if name.startswith("/") else [pure.parent.as_posix(), pure.with_suffix("").as_posix()]
        for start in (*starts, *_STATIC):
            found = os.path.normpath(f"{start}/{name.lstrip('/')}" if start not in {"", "."} else name.lstrip("/"))
            if not found.startswith(("..", "/")) and self._is_file(found):
                return PurePosixPath(found).as_posix()
        same = self.names.get(PurePosixPath(name).name.lower(), [])
        return same[0] if len(same) == 1 and self._is_file(same[0]) else None

    def _is_file(self, path: str) -> bool:
        if len(path) > 1000:
            return False
        try:
            real = (self.root / path).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            return False
        return real.is_file() and real.is_relative_to(self.root)

    def _warn(self, path: str, kind: str, reason: str) -> None:
        self.warnings.append(Notice(path, None, reason, kind))


def store_asset(session: Session, encoded: Encoded) -> ArticleAsset:
    """The asset with these bytes, once for all articles that show it."""
    digest = hash_bytes(encoded.data)
    found = session.scalar(select(ArticleAsset).where(ArticleAsset.digest == digest))
    if found is None:
        found = ArticleAsset(
            digest=digest,
            media_type=encoded.media_type,
            width=encoded.width,
            height=encoded.height,
            data=encoded.data,
        )
        session.add(found)
        session.flush()
    return found
