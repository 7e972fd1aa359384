"""Reports of synchronisations and imports, kept for those who could not watch them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.articles.sync_report import SyncReport
from kb.core.errors import NotFoundError
from kb.tables import ContentReport

_KEPT = 50
_MOST_LINES = 5_000


@dataclass(frozen=True)
class ReportSummary:
    """A report in one line."""

    id: int
    kind: str
    place: str
    created_at: datetime
    counts: dict[str, int]


def store_report(session: Session, kind: str, place: str, report: SyncReport) -> None:
    """Keep a report (kind: sync, import) and forget the oldest. Flushes."""
    data = report.to_json()
    counts = report.counts()
    lines = {name: data[name][:_MOST_LINES] for name in data if name != "unchanged"}
    session.add(ContentReport(kind=kind, place=place[-1000:], report={**lines, "counts": counts}))
    session.flush()
    newest = select(ContentReport.id).order_by(ContentReport.id.desc()).limit(_KEPT)
    kept = list(session.scalars(newest))
    session.execute(delete(ContentReport).where(ContentReport.id.not_in(kept)))


def list_reports(session: Session) -> list[ReportSummary]:
    """The newest first."""
    rows: Iterable[ContentReport] = session.scalars(select(ContentReport).order_by(ContentReport.id.desc()))
    return [ReportSummary(row.id, row.kind, row.place, row.created_at, row.report.get("counts", {})) for row in rows]


def get_report(session: Session, report_id: int) -> tuple[ReportSummary, dict[str, Any]]:
    """A report with its lines. Raises NotFoundError."""
    row = session.get(ContentReport, report_id)
    if row is None:
        raise NotFoundError("There is no such report.")
    summary = ReportSummary(row.id, row.kind, row.place, row.created_at, row.report.get("counts", {}))
    return summary, row.report


def by_kind(lines: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Lines of a report by their kind, the most frequent kind first."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        kinds.setdefault(str(line.get("kind", "other")), []).append(line)
    return dict(sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0])))
