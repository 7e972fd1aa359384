"""Keeps what internal articles say, sentence by sentence with vectors, for the leak guard. One article at a time, so that
stopping in between loses at most one."""

import numpy as np
from sqlalchemy import Engine, and_, delete, or_, select

from kb.articles.statements import CUTTING, article_statements
from kb.core.database import session_scope
from kb.search.encoding import Encoder
from kb.tables import Article, InternalStatements


def statements_fingerprint(encoder: Encoder) -> str:
    return f"{encoder.fingerprint}+statements/{CUTTING}"


def keep_internal_statements(engine: Engine, encoder: Encoder) -> int:
    """Bring the statements of all published internal articles up to date; returns of how many articles they were made anew.

    What has not changed costs one statement in all.
    """
    fingerprint = statements_fingerprint(encoder)
    is_internal = and_(Article.audience == "internal", Article.status == "published")
    of_now = and_(
        InternalStatements.content_hash == Article.content_hash, InternalStatements.fingerprint == fingerprint
    )
    with session_scope(engine) as session:
        kept = select(Article.id).where(is_internal)
        session.execute(delete(InternalStatements).where(InternalStatements.article_id.not_in(kept)))
        wanted = session.scalars(
            select(Article.id)
            .outerjoin(InternalStatements, InternalStatements.article_id == Article.id)
            .where(is_internal, or_(InternalStatements.article_id.is_(None), ~of_now))
            .order_by(Article.id)
        ).all()
    for article_id in wanted:
        with session_scope(engine) as session:
            article = session.get(Article, article_id)
            if article is not None:
                row = session.get(InternalStatements, article_id) or InternalStatements(article_id=article_id)
                row.content_hash, row.fingerprint = article.content_hash, fingerprint
                _fill(row, article, encoder)
                session.add(row)
    return len(wanted)


def _fill(row: InternalStatements, article: Article, encoder: Encoder) -> None:
    statements = article_statements(article.body)
    row.statements = [{"text": one.text, "heading": one.heading, "may_be_said": one.is_quoted} for one in statements]
    alone = encoder.encode_passages([one.text for one in statements])
    under = [" › ".join(filter(None, (article.title, one.heading))) for one in statements]
    with_headings = encoder.encode_passages(
        [f"{above}\n{one.text}" for above, one in zip(under, statements, strict=True)]
    )
    row.vectors = np.concatenate((alone, with_headings)).astype("<f2").tobytes()
