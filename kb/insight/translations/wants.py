"""Translations that customers needed and that were not there: counted when an article is handed over or opened in another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Exists, SQLColumnExpression, Table, exists, select
from sqlalchemy.orm import Session, aliased

from kb.core.clock import utc_now
from kb.core.database import insert_new
from kb.tables import Article, TranslationWant

_TABLE = cast(Table, TranslationWant.__table__)


@dataclass(frozen=True)
class MissingTranslation:
    """An article that is missing in `language`, how often it was wanted there, and what was handed over instead."""

    language: str
    count: int
    last_at: datetime
    article_id: int
    title: str
    handed_over_in: str
    audience: str


def count_want(session: Session, article_id: int, language: str) -> bool:
    """Count that the article was wanted in `language`. False, and nothing is counted, where it is published in it."""
    article = session.scalar(select(Article).where(Article.id == article_id, Article.status == "published"))
    if article is None or not language or session.scalar(select(_has_version(article.translation_key, language))):
        return False
    now = utc_now()
    same = (_TABLE.c.translation_key == article.translation_key) & (_TABLE.c.language == language)
    row = {
        "translation_key": article.translation_key,
        "language": language,
        "article_id": article.id,
        "count": 1,
        "last_at": now,
    }
    if insert_new(session, _TABLE, row, key=("translation_key", "language")) is None:
        again = {"count": _TABLE.c.count + 1, "last_at": now, "article_id": article.id}
        session.connection().execute(_TABLE.update().where(same).values(**again))
    return True


def list_missing(session: Session, *, limit: int = 200) -> Sequence[MissingTranslation]:
    """What is still missing, the most wanted first: one statement. A version that is published is gone from the list."""
    query = (
        select(TranslationWant, Article)
        .join(Article, TranslationWant.article_id == Article.id)
        .where(~_has_version(TranslationWant.translation_key, TranslationWant.language))
        .order_by(TranslationWant.count.desc(), TranslationWant.last_at.desc(), TranslationWant.id)
        .limit(limit)
    )
    return [
        MissingTranslation(
            want.language, want.count, want.last_at, article.id, article.title, article.language, article.audience
        )
        for want, article in session.execute(query)
    ]


def _has_version(translation_key: SQLColumnExpression[str] | str, language: SQLColumnExpression[str] | str) -> Exists:
    version = aliased(Article)
    return exists().where(
        version.translation_key == translation_key, version.language == language, version.status == "published"
    )
