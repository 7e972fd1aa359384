"""The published articles that an audience may see, kept in memory and in step with the database.

Whatever is shown is checked against the database in each search: not article by article, but by asking what has changed since
the last search, which is nothing nearly always.
"""

import threading
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, select

from kb.search.document_versions import DocumentVersion, VersionedDocument, join_versions
from kb.search.types import Audience
from kb.tables import ALL_ARTICLES, CHANGES_AFTER, Article

# About 1.5 kB each. Where there are more of them, those that a search found are read from the database.
MOST_IN_MEMORY = 20_000
# So many changed ones are read by name, more by reading all anew.
_FEW = 200

# A plain table, not a mapped class: rows are read, never changed, and mapping them would take half of the time.
_ARTICLES = Article.__table__
_COLUMNS = ("id", "slug", "language", "translation_key", "topic", "audience", "status", "title", "updated_at")
_ARTICLE_VERSIONS = select(*(_ARTICLES.c[name] for name in _COLUMNS)).order_by(_ARTICLES.c.translation_key)
_ALL = _ARTICLE_VERSIONS.where(
    _ARTICLES.c.status == "published", _ARTICLES.c.audience.in_(bindparam("audiences", expanding=True))
).limit(bindparam("most"))
# Status and audience are looked at in Python here: as conditions they would lead the planner to an index on all published
# articles instead of the few rows that are asked for (measured: 5.6 ms instead of 0.3 ms with 2,500 articles).
_BY_KEY = _ARTICLE_VERSIONS.where(_ARTICLES.c.translation_key.in_(bindparam("keys", expanding=True)))
_KEYS_OF_IDS = select(_ARTICLES.c.translation_key).where(_ARTICLES.c.id.in_(bindparam("ids", expanding=True)))
_BY_ID = _ARTICLE_VERSIONS.where(_ARTICLES.c.translation_key.in_(_KEYS_OF_IDS))

_AUDIENCES = {Audience.CUSTOMER: ("public",), Audience.REP: ("public", "internal")}
# Documents by translation key, one for each version.
_ByKey = dict[str, list[VersionedDocument]]


class ArticleCache:
    """For one audience: what it may not see is not in here. Safe for many threads."""

    def __init__(self, engine: Engine, audience: Audience) -> None:
        self.audience = audience
        self._engine = engine
        self._audiences = _AUDIENCES[audience]
        self._lock = threading.Lock()
        self._seen = -1  # the last change that is in here
        self._by_key: _ByKey = {}
        self._by_id: dict[int, VersionedDocument] = {}
        self._are_all_here = True

    def follow(self) -> None:
        """Take up what has been committed until now: one statement, where nothing has changed."""
        with self._engine.connect() as connection:
            if self._seen >= 0 and connection.execute(CHANGES_AFTER, {"seen": self._seen}).first() is None:
                return
            with self._lock:
                # The changes first: what is read after them may be newer, and is then read once more, but never older.
                changes = connection.execute(CHANGES_AFTER, {"seen": self._seen}).all()
                if self._are_all_here and (changes or self._seen < 0):
                    self._take_up(connection, {change.translation_key for change in changes})
                self._seen = max((change.number for change in changes), default=max(self._seen, 0))

    def load(self, ids: Sequence[int]) -> dict[int, VersionedDocument]:
        """Per asked article id its document, as far as the audience may see it, as it was at the last `follow` or is now."""
        by_id = self._by_id
        if not self._are_all_here:
            with self._engine.connect() as connection:
                by_id = _by_id_of(self._read(connection, _BY_ID, ids=list(ids)))
        found = ((number, by_id.get(number)) for number in ids)
        return {number: document for number, document in found if document is not None}

    def _take_up(self, connection: Connection, changed: set[str]) -> None:
        """Read the changed ones; searches that run meanwhile go on with what they have."""
        if self._seen < 0 or ALL_ARTICLES in changed or len(changed) > _FEW:
            by_key = self._read(connection, _ALL, audiences=self._audiences, most=MOST_IN_MEMORY + 1)
        else:
            kept = {key: documents for key, documents in self._by_key.items() if key not in changed}
            by_key = {**kept, **self._read(connection, _BY_KEY, keys=sorted(changed))}
        by_id = _by_id_of(by_key)
        self._are_all_here = len(by_id) <= MOST_IN_MEMORY
        self._by_key, self._by_id = (by_key, by_id) if self._are_all_here else ({}, {})

    def _read(self, connection: Connection, statement: Select[Any], **values: Any) -> _ByKey:
        rows = (row for row in connection.execute(statement, values) if self._may_be_shown(row))
        groups = groupby(rows, key=lambda row: row.translation_key)
        return {key: join_versions("article", [_of_article(row) for row in versions]) for key, versions in groups}

    def _may_be_shown(self, row: Any) -> bool:
        return row.status == "published" and row.audience in self._audiences


def _by_id_of(by_key: _ByKey) -> dict[int, VersionedDocument]:
    return {document.own.id: document for documents in by_key.values() for document in documents}


def _of_article(row: Any) -> DocumentVersion:
    internal = row.audience == "internal"
    url = f"/desk/articles/{row.id}" if internal else f"/help/{row.language}/articles/{row.slug}"
    updated = row.updated_at.date().isoformat()
    return DocumentVersion(row.id, row.language, row.title, url, row.audience, row.topic, updated, "")
