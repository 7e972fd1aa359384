"""Pictures of articles as they are kept and shown: named by their bytes, once for all articles that show them."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from kb.articles.rendering import pictures_of
from kb.articles.sanitising import FindPicture, Picture
from kb.core.errors import NotFoundError
from kb.tables import Article, ArticleAsset, ArticlePicture

# How a picture that was put in by the editor is written: its file would stand there in a folder of articles.
STUDIO_SOURCE = re.compile(r"/pictures/([0-9a-f]{64})\.webp")


def studio_source(digest: str) -> str:
    return f"/pictures/{digest}.webp"


def get_asset(session: Session, digest: str) -> ArticleAsset:
    """An asset with its bytes. Raises NotFoundError."""
    query = select(ArticleAsset).where(ArticleAsset.digest == digest).options(undefer(ArticleAsset.data))
    found = session.scalar(query)
    if found is None:
        raise NotFoundError("There is no such picture.")
    return found


def article_pictures(
    session: Session, article: Article, address: Callable[[str], str], hosts: tuple[str, ...]
) -> FindPicture:
    """A `picture` for render_markdown: assets of the article (`address` makes one of a digest), those that were put in by the

    editor, and sites that are allowed.
    """
    known: dict[str, Picture] = {}
    sources = pictures_of(article.body)
    if digests := {found[1]: source for source in sources if (found := STUDIO_SOURCE.fullmatch(source))}:
        asset = select(ArticleAsset.digest, ArticleAsset.width, ArticleAsset.height)
        for digest, width, height in session.execute(asset.where(ArticleAsset.digest.in_(digests))):
            known[digests[digest]] = Picture(address(digest), width, height)
    if len(digests) < len(sources):
        query = select(ArticlePicture.source, ArticleAsset.digest, ArticleAsset.width, ArticleAsset.height)
        query = query.join(ArticleAsset, ArticleAsset.id == ArticlePicture.asset_id)
        for source, digest, width, height in session.execute(query.where(ArticlePicture.article_id == article.id)):
            known[source] = Picture(address(digest), width, height)
    return lambda source: known.get(source) or (Picture(source) if is_allowed_host(source, hosts) else None)


def is_external(source: str) -> bool:
    """Whether a picture is on another site."""
    return source.startswith(("//", "\\\\")) or "://" in source.split("?")[0].split("#")[0]


def is_allowed_host(source: str, hosts: tuple[str, ...]) -> bool:
    """Whether a picture is fetched by https from one of `hosts`; `*.example.com` stands for all below it."""
    try:
        parts = urlsplit(source)
        host = (parts.hostname or "").lower()
        port = parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or not host or parts.username is not None or port not in {None, 443}:
        return False
    return any(host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in hosts)
