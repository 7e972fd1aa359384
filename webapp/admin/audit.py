"""The audit trail: who did what, when and from where; searched, and handed out as a file."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for
from sqlalchemy import Engine

from kb.accounts.audit import AuditKind, all_events, find_events
from kb.core.database import snapshot_scope
from webapp.shared.auditing import audit
from webapp.shared.database import engine, session

blueprint = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")

_PAGE = 50
_LONGEST_TEXT = 200
_LARGEST_ID = 2**31 - 1


@blueprint.get("/")
def events() -> str:
    chosen = {name: request.args.get(name, "").strip()[:_LONGEST_TEXT] for name in ("kind", "q", "since", "until")}
    before = request.args.get("before", type=int)
    until = _day(chosen["until"])
    found = find_events(
        session(),
        kind=chosen["kind"],
        text=chosen["q"],
        since=_day(chosen["since"]),
        until=until and until + timedelta(days=1),
        before=before if before is not None and 0 < before <= _LARGEST_ID else None,
        limit=_PAGE + 1,
    )
    shown = found[:_PAGE]
    next_url = ""
    if len(found) > _PAGE:
        kept = {name: value for name, value in chosen.items() if value} | {"before": str(shown[-1].id)}
        next_url = f"{url_for('admin_audit.events')}?{urlencode(kept)}"
    return render_template("admin/audit.html", events=shown, chosen=chosen, kinds=list(AuditKind), next_url=next_url)


@blueprint.post("/export")
def export() -> Response:
    """All of it, one line of JSON an event, the oldest first; that it was handed out is the next event."""
    audit(AuditKind.EXPORTED, "audit")
    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return Response(_lines(engine()), mimetype="application/x-ndjson", headers=headers)


def _lines(bound: Engine) -> Iterator[str]:
    with snapshot_scope(bound) as reading:
        for row in all_events(reading):
            yield json.dumps(row, ensure_ascii=False) + "\n"


def _day(text: str) -> datetime | None:
    """The beginning of a day that is written `2026-11-30`, in UTC; None where it is none."""
    try:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC) if 1970 <= day.year <= 9000 else None
    except ValueError:
        return None
