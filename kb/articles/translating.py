"""Beginning a version of an article in another language: a draft with the text of the original."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.store import find_article, save_article, source_of_article
from kb.core.errors import ConflictError
from kb.tables import Article


def begin_translation(session: Session, original: Article, language: str, *, author: str = "") -> Article:
    """Raises ConflictError where the article has that language already."""
    versions = select(Article).where(
        Article.translation_key == original.translation_key, Article.language == language, Article.status != "archived"
    )
    there = session.scalars(versions.limit(1)).first()
    if there is not None:
        raise ConflictError(
            "“%(title)s” is there in this language already: “%(other)s”.", title=original.title, other=there.title
        )
    source = replace(
        source_of_article(session, original),
        slug=_free_slug(session, original, language),
        language=language,
        status="draft",
        also_asked=(),
        reviewed_on=None,
        extra={},
    )
    return save_article(session, source, author=author, note=f"Translation of article {original.id}, begun")


def _free_slug(session: Session, original: Article, language: str) -> str:
    slug, number = original.slug, 1
    while find_article(session, language, slug) is not None:
        number += 1
        slug = f"{original.slug[:180]}-{number}"
    return slug
