"""Documents as results show them, read from the database for each search: what may be seen is what it says now.

No copy is kept in memory: one indexed read of a page's results costs about .4 ms (docs/decisions/0002-index-and-record.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from kb.search.types import Audience
from kb.tables import Article, Ticket

_AUDIENCES = {Audience.CUSTOMER: ("public",), Audience.REP: ("public", "internal")}


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """One version of a document. title: empty for a ticket without a subject; updated: ISO date; channel: tickets only."""

    id: int
    language: str
    title: str
    url: str
    audience: str  # public | internal | tickets
    topic: str
    updated: str
    channel: str


@dataclass(frozen=True, slots=True)
class VersionedDocument:
    """own: the version that was asked for; versions: by language, all that may be shown; urls: where each of them stands."""

    kind: str  # article | ticket
    own: DocumentVersion
    versions: Mapping[str, DocumentVersion]
    urls: Mapping[str, str]

    def choose_version(self, reader_language: str) -> tuple[DocumentVersion, bool]:
        """The version to show and whether it is in another language than the reader's."""
        base = reader_language.split("-")[0]
        version = self.versions.get(reader_language) or self.versions.get(base)
        if version is not None:
            return version, False
        return self.own, self.own.language.split("-")[0] != base


def join_versions(kind: str, versions: Sequence[DocumentVersion]) -> list[VersionedDocument]:
    """The versions of one document, each as the one that was asked for; of two in one language the last is shown."""
    by_language = {version.language: version for version in versions}
    urls = {language: by_language[language].url for language in sorted(by_language)}
    return [VersionedDocument(kind, version, by_language, urls) for version in versions]


# Plain tables, not mapped classes: rows are read, never changed, and mapping them would take half of the time. Status and
# audience are looked at in Python: as conditions they lead SQLite's planner to an index on all published articles instead of
# the few rows that are asked for (5.6 ms instead of .3 with 2,500 articles).
_ARTICLES, _TICKETS = Article.__table__, Ticket.__table__
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_ASKED = _ARTICLES.alias("asked")
_VERSIONS_OF_ARTICLES = (
    select(
        *(_ARTICLES.c[name] for name in ("translation_key", "status", "audience")),
        *(_ARTICLES.c[name] for name in ("id", "slug", "language", "topic", "title", "updated_at")),
    )
    .join_from(_ASKED, _ARTICLES, _ARTICLES.c.translation_key == _ASKED.c.translation_key)
    .where(_ASKED.c.id.in_(_IDS))
    .order_by(_ARTICLES.c.id)
)
_ARTICLE_STATES = select(_ARTICLES.c.id, _ARTICLES.c.status, _ARTICLES.c.audience).where(_ARTICLES.c.id.in_(_IDS))
_TICKETS_BY_ID = select(
    *(_TICKETS.c[name] for name in ("id", "subject", "language", "channel", "status", "resolved_at", "created_at"))
).where(_TICKETS.c.id.in_(_IDS))
_TICKET_STATES = select(_TICKETS.c.id, _TICKETS.c.status).where(_TICKETS.c.id.in_(_IDS))


def load_articles(session: Session, ids: Sequence[int], audience: Audience) -> dict[int, VersionedDocument]:
    """Per asked article id its document with all versions that the audience may see; none where it may not see that one."""
    if not ids:
        return {}
    by_key: dict[str, list[DocumentVersion]] = {}
    # Columns by their place: by name they would take as long as the statement.
    for key, status, of, number, slug, language, topic, title, updated_at in session.execute(
        _VERSIONS_OF_ARTICLES, {"ids": list(ids)}
    ):
        if _may_see_article(status, of, audience):
            url = f"/desk/articles/{number}" if of == "internal" else f"/help/{language}/articles/{slug}"
            version = DocumentVersion(number, language, title, url, of, topic, updated_at.date().isoformat(), "")
            by_key.setdefault(key, []).append(version)
    documents = {one.own.id: one for versions in by_key.values() for one in join_versions("article", versions)}
    return {number: documents[number] for number in ids if number in documents}


def load_tickets(session: Session, ids: Sequence[int], audience: Audience) -> dict[int, VersionedDocument]:
    """Per asked ticket id its document; a customer gets none, whatever was asked."""
    if not ids or audience is Audience.CUSTOMER:
        return {}
    rows: Sequence[Any] = session.execute(_TICKETS_BY_ID, {"ids": list(ids)}).all()
    return {row.id: join_versions("ticket", [_of_ticket(row)])[0] for row in rows if row.status == "resolved"}


def visible_articles(session: Session, ids: Iterable[int], audience: Audience) -> set[int]:
    """Those of the articles that the audience may see now."""
    rows = session.execute(_ARTICLE_STATES, {"ids": list(ids)})
    return {row.id for row in rows if _may_see_article(row.status, row.audience, audience)}


def visible_tickets(session: Session, ids: Iterable[int], audience: Audience) -> set[int]:
    """Those of the tickets that the audience may see now."""
    if audience is Audience.CUSTOMER:
        return set()
    return {row.id for row in session.execute(_TICKET_STATES, {"ids": list(ids)}) if row.status == "resolved"}


def _may_see_article(status: str, of: str, audience: Audience) -> bool:
    return status == "published" and of in _AUDIENCES[audience]


def _of_ticket(row: Any) -> DocumentVersion:
    updated = (row.resolved_at or row.created_at).date().isoformat()
    url = f"/desk/tickets/{row.id}"
    return DocumentVersion(row.id, row.language, row.subject, url, "tickets", "", updated, row.channel)
