"""Internal articles as the leak guard reads them: their statements with vectors, kept while they are as they are."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.assist.copied_words import telling_words
from kb.search.encoding import Vectors
from kb.tables import Article, InternalStatements
from kb.text.number_values import number_values

_BYTES = 64_000_000


@dataclass(frozen=True)
class InternalArticle:
    """alone, under: (n, dimensions), the vectors of the statements by themselves and with their headings; may_be_said: (n,),
    those that it quotes as words for customers."""

    id: int
    title: str
    language: str
    texts: Sequence[str]
    may_be_said: NDArray[np.bool_]
    alone: Vectors
    under: Vectors

    @cached_property
    def numbers(self) -> Sequence[frozenset[float]]:
        return [number_values(text) for text in self.texts]

    @cached_property
    def words(self) -> Sequence[frozenset[str]]:
        """The telling words of each statement."""
        return [telling_words(text, self.language) for text in self.texts]


class InternalArticles:
    """Reads them for one encoder; safe for many threads. What is kept is named by the content that it was made from."""

    def __init__(self, encoder_fingerprint: str, dimensions: int) -> None:
        self._encoder, self._dimensions = encoder_fingerprint, dimensions
        self._kept: LRUCache[tuple[int, str, str], InternalArticle] = LRUCache(_BYTES, getsizeof=_size_of)
        self._lock = threading.Lock()

    def load(self, session: Session, ids: Collection[int]) -> list[InternalArticle]:
        """Those of these articles that are published and internal now and have statements; one statement, two for new ones."""
        if not ids:
            return []
        rows = session.execute(
            select(Article.id, Article.title, Article.language, InternalStatements.content_hash)
            .join(InternalStatements, InternalStatements.article_id == Article.id)
            .where(
                Article.id.in_(sorted(ids)),
                Article.audience == "internal",
                Article.status == "published",
                InternalStatements.fingerprint.startswith(self._encoder, autoescape=True),
            )
            .order_by(Article.id)
        ).all()
        keys = {row.id: (row.id, row.content_hash, row.title) for row in rows}
        with self._lock:
            found = {key: self._kept[key] for key in keys.values() if key in self._kept}
        missing = [row for row in rows if keys[row.id] not in found]
        if missing:
            read = session.scalars(
                select(InternalStatements).where(InternalStatements.article_id.in_([row.id for row in missing]))
            )
            by_id = {row.article_id: row for row in read}
            for row in missing:
                if row.id in by_id:
                    article = self._to_article(row.id, row.title, row.language, by_id[row.id])
                    found[keys[row.id]] = article
                    if by_id[row.id].content_hash == row.content_hash:
                        with self._lock:
                            self._kept[keys[row.id]] = article
        return [found[key] for key in keys.values() if key in found]

    def _to_article(self, number: int, title: str, language: str, row: InternalStatements) -> InternalArticle:
        alone, under = (
            np.frombuffer(row.vectors, dtype="<f2").astype(np.float32).reshape(2, -1, self._dimensions)
            if row.statements
            else np.zeros((2, 0, self._dimensions), np.float32)
        )
        may_be_said = np.array([one["may_be_said"] for one in row.statements], dtype=np.bool_)
        return InternalArticle(
            number, title, language, [one["text"] for one in row.statements], may_be_said, alone, under
        )


def _size_of(article: InternalArticle) -> int:
    return 1000 + article.alone.nbytes + article.under.nbytes + 20 * sum(map(len, article.texts))
