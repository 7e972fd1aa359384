"""From ranked groups to what is shown: visibility checked once more in the database, the reader's language chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from kb.search.types import Audience
from kb.tables import Article, Ticket


@dataclass(frozen=True)
class ShownDocument:
    """A document chosen for showing: the row, and all published versions of it by language."""

    kind: str
    row: Any
    versions: dict[str, Any]


# Plain tables, not mapped classes: rows are read, never changed, and mapping them would take half of the time.
_ARTICLES, _TICKETS = Article.__table__, Ticket.__table__
_VERSION = _ARTICLES.alias()
# Status and audience are looked at in Python: as conditions they would lead the planner to an index on all published
# articles instead of the few rows that are asked for (measured: 5.6 ms instead of 0.3 ms with 2,500 articles).
_ARTICLE_VERSIONS = (
    select(
        _VERSION.c.id,
        _VERSION.c.slug,
        _VERSION.c.language,
        _VERSION.c.translation_key,
        _VERSION.c.topic,
        _VERSION.c.audience,
        _VERSION.c.status,
        _VERSION.c.title,
        _VERSION.c.updated_at,
    )
    .select_from(_ARTICLES.join(_VERSION, _VERSION.c.translation_key == _ARTICLES.c.translation_key))
    .distinct()
)
_TICKETS_BY_ID = select(
    _TICKETS.c.id,
    _TICKETS.c.subject,
    _TICKETS.c.language,
    _TICKETS.c.channel,
    _TICKETS.c.resolved_at,
    _TICKETS.c.created_at,
    _TICKETS.c.resolution,
).where(_TICKETS.c.id.in_(bindparam("ids", expanding=True)), _TICKETS.c.status == "resolved")


# Lists of ids are filled up to one of a few lengths: statements of the same length are compiled once, where a list of any
# length (`expanding=True`) is written into the text of the statement each time, which takes as long as running it.
_LENGTHS = (10, 40, 200)


@lru_cache(maxsize=len(_LENGTHS))
def _articles_by_id(length: int) -> Select[Any]:
    return _ARTICLE_VERSIONS.where(_ARTICLES.c.id.in_([bindparam(f"id_{place}") for place in range(length)]))


def _versions_of(session: Session, ids: Sequence[int]) -> list[Any]:
    """Rows of all articles with these ids and of their translations."""
    rows: list[Any] = []
    connection = session.connection()
    for start in range(0, len(ids), _LENGTHS[-1]):
        some = ids[start : start + _LENGTHS[-1]]
        length = next(length for length in _LENGTHS if length >= len(some))
        filled = [*some, *[some[0]] * (length - len(some))]
        rows += connection.execute(
            _articles_by_id(length), {f"id_{place}": number for place, number in enumerate(filled)}
        )
    return rows


def load_articles(session: Session, ids: Sequence[int], audience: Audience) -> dict[int, ShownDocument]:
    """Per asked article id its document, as far as this audience may see it: all published translations, one of them `row`."""
    if not ids:
        return {}
    audiences = ("public",) if audience is Audience.CUSTOMER else ("public", "internal")
    rows = [row for row in _versions_of(session, ids) if row.status == "published" and row.audience in audiences]
    versions: dict[str, dict[str, Any]] = {}
    for row in rows:
        versions.setdefault(row.translation_key, {})[row.language] = row
    wanted = set(ids)
    return {row.id: ShownDocument("article", row, versions[row.translation_key]) for row in rows if row.id in wanted}


def load_tickets(session: Session, ids: Sequence[int], audience: Audience) -> dict[int, ShownDocument]:
    """Per asked ticket id its document; a customer gets none, whatever was asked."""
    if not ids or audience is Audience.CUSTOMER:
        return {}
    rows: Sequence[Any] = session.execute(_TICKETS_BY_ID, {"ids": list(ids)}).all()
    return {row.id: ShownDocument("ticket", row, {row.language: row}) for row in rows}


def choose_version(document: ShownDocument, reader_language: str) -> tuple[Any, bool]:
    """The version to show and whether it is in another language than the reader's."""
    base = reader_language.split("-")[0]
    version = document.versions.get(reader_language) or document.versions.get(base)
    if version is not None:
        return version, False
    return document.row, document.row.language.split("-")[0] != base


def url_of(document: ShownDocument, row: Any) -> str:
    if document.kind == "ticket":
        return f"/desk/tickets/{row.id}"
    if row.audience == "internal":
        return f"/desk/articles/{row.id}"
    return f"/help/{row.language}/articles/{row.slug}"
