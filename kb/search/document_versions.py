"""Documents as results show them: the version in the reader's language, and where each version stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from kb.search.types import Audience
from kb.tables import Ticket


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


# A plain table, not a mapped class: rows are read, never changed, and mapping them would take half of the time.
_TICKETS = Ticket.__table__
_TICKETS_BY_ID = select(
    _TICKETS.c.id,
    _TICKETS.c.subject,
    _TICKETS.c.language,
    _TICKETS.c.channel,
    _TICKETS.c.resolved_at,
    _TICKETS.c.created_at,
).where(_TICKETS.c.id.in_(bindparam("ids", expanding=True)), _TICKETS.c.status == "resolved")


def load_tickets(session: Session, ids: Sequence[int], audience: Audience) -> dict[int, VersionedDocument]:
    """Per asked ticket id its document; a customer gets none, whatever was asked."""
    if not ids or audience is Audience.CUSTOMER:
        return {}
    rows: Sequence[Any] = session.execute(_TICKETS_BY_ID, {"ids": list(ids)}).all()
    return {row.id: join_versions("ticket", [_of_ticket(row)])[0] for row in rows}


def _of_ticket(row: Any) -> DocumentVersion:
    updated = (row.resolved_at or row.created_at).date().isoformat()
    url = f"/desk/tickets/{row.id}"
    return DocumentVersion(row.id, row.language, row.subject, url, "tickets", "", updated, row.channel)
