"""From ranked groups to what is shown: visibility checked once more in the database, the reader's language chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from kb.search.types import Audience
from kb.tables import Article, Passage, Ticket


@dataclass(frozen=True)
class ShownDocument:
    """A document chosen for showing: the row, and all published versions of it by language."""

    kind: str
    row: Row[Any]
    versions: dict[str, Row[Any]]


_ARTICLE = (
    Article.id, Article.slug, Article.language, Article.translation_key, Article.topic, Article.audience,
    Article.title, Article.updated_at,
)  # fmt: skip
_ARTICLES_BY_ID = select(*_ARTICLE).where(
    Article.translation_key.in_(
        select(Article.translation_key).where(Article.id.in_(bindparam("ids", expanding=True)))
    ),
    Article.status == "published",
    Article.audience.in_(bindparam("audiences", expanding=True)),
)
_TICKETS_BY_ID = select(
    Ticket.id, Ticket.subject, Ticket.language, Ticket.channel, Ticket.resolved_at, Ticket.created_at, Ticket.resolution
).where(Ticket.id.in_(bindparam("ids", expanding=True)), Ticket.status == "resolved")
_PASSAGES_BY_ID = select(Passage.id, Passage.text, Passage.sentences, Passage.heading_path).where(
    Passage.id.in_(bindparam("ids", expanding=True))
)


def load_articles(session: Session, ids: Sequence[int], audience: Audience) -> dict[int, ShownDocument]:
    """Per asked article id its document, as far as this audience may see it: all published translations, one of them `row`."""
    if not ids:
        return {}
    audiences = ["public"] if audience is Audience.CUSTOMER else ["public", "internal"]
    rows: Sequence[Any] = session.execute(_ARTICLES_BY_ID, {"ids": list(ids), "audiences": audiences}).all()
    versions: dict[str, dict[str, Row[Any]]] = {}
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


def load_passages(session: Session, ids: Sequence[int]) -> dict[int, Row[Any]]:
    if not ids:
        return {}
    return {row.id: row for row in session.execute(_PASSAGES_BY_ID, {"ids": list(ids)})}


def choose_version(document: ShownDocument, reader_language: str) -> tuple[Row[Any], bool]:
    """The version to show and whether it is in another language than the reader's."""
    base = reader_language.split("-")[0]
    version = document.versions.get(reader_language) or document.versions.get(base)
    if version is not None:
        return version, False
    return document.row, document.row.language.split("-")[0] != base


def url_of(document: ShownDocument, row: Row[Any]) -> str:
    if document.kind == "ticket":
        return f"/desk/tickets/{row.id}"
    if row.audience == "internal":
        return f"/desk/articles/{row.id}"
    return f"/help/{row.language}/articles/{row.slug}"
