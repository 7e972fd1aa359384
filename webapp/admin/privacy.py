"""Personal data: how long what is kept, and all that is stored about one customer, to be handed out or erased."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.accounts.audit import AuditKind
from kb.core.settings import Settings
from kb.jobs import list_jobs
from kb.privacy.person import find_person, rows_of_person
from kb.privacy.retention import WISH_DAYS
from kb.service.consents import consents_of
from kb.service.customer_at_hand import get_customer_with_identities
from kb.service.customers import find_customers, follow_merges
from webapp.shared.auditing import audit
from webapp.shared.database import session
from webapp.shared.numbers import small_number
from webapp.shared.ui import render_fresh
from webapp.worker.erasing import ERASING, ask_to_erase, with_tickets
from webapp.worker.exporting import export_everything

blueprint = Blueprint("admin_privacy", __name__, url_prefix="/admin/privacy")

FOUND, ERASURES = 20, 10
# In memory up to here, then in a file without a name.
_IN_MEMORY = 8 * 2**20
# Tables whose rows are counted by themselves on the page of a customer; the rest is one number.
COUNTED = {
    "conversations": lazy_gettext("Conversations"),
    "conversation_messages": lazy_gettext("Messages"),
    "attachments": lazy_gettext("Files"),
    "search_events": lazy_gettext("Searches of the help centre"),
    "tickets": lazy_gettext("Past tickets, redacted"),
    "surveys": lazy_gettext("Answers to surveys"),
}


@dataclass(frozen=True)
class KeptFor:
    """days: 0 for ever; setting: "" where it cannot be changed."""

    what: Any
    days: int
    setting: str = ""


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    """`asked`: the number of a customer whose erasure has just been asked for."""
    text = " ".join(request.args.get("q", "").split())[:200]
    return render_fresh(
        "admin/privacy.html",
        text=text,
        found=find_customers(session(), text, region=_settings().phone_region, limit=FOUND) if text else [],
        kept=_kept(_settings()),
        erasures=list_jobs(session(), kinds=[ERASING], finished=ERASURES),
        asked=small_number(request.args.get("asked", "")),
    )


@blueprint.get("/customers/<int:customer_id>")
def customer(customer_id: int) -> ResponseReturnValue:
    return _page(customer_id)


@blueprint.post("/customers/<int:customer_id>/export")
def export(customer_id: int) -> Response:
    """A zip; that it was handed out is an event."""
    known = get_customer_with_identities(session(), customer_id)
    person = with_tickets(find_person(session(), [known.id]), _settings())
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed when it is sent
    counts = export_everything(session(), _settings(), person, file)
    audit(AuditKind.EXPORTED, f"customer {customer_id}", rows=sum(counts.values()))
    file.seek(0)
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=f"customer-{customer_id}.zip")


@blueprint.post("/customers/<int:customer_id>/erase")
def erase(customer_id: int) -> ResponseReturnValue:
    """A job does it: it looks through everything that is stored."""
    known = get_customer_with_identities(session(), customer_id)
    if request.form.get("sure") != "1":
        return _page(customer_id, problem=_("Please tick that you mean it."))
    ask_to_erase(session(), known.id, current_user.id)
    audit(AuditKind.ERASURE_ASKED, f"customer {known.id}")
    return redirect(url_for("admin_privacy.overview", asked=known.id), code=303)


def _page(customer_id: int, problem: str = "") -> ResponseReturnValue:
    known = get_customer_with_identities(session(), customer_id)
    end = follow_merges(session(), known)
    if end.id != known.id:
        return redirect(url_for("admin_privacy.customer", customer_id=end.id))
    person = with_tickets(find_person(session(), [known.id]), _settings())
    counts = {table.name: len(keys) for table, keys in rows_of_person(session(), person).items()}
    shown = [(name, counts[table]) for table, name in COUNTED.items() if table in counts]
    page = render_fresh(
        "admin/privacy_customer.html",
        customer=known,
        shown=shown,
        others=sum(count for table, count in counts.items() if table not in COUNTED),
        consents=consents_of(session(), known.id),
        problem=problem,
    )
    page.status_code = 422 if problem else 200
    return page


def _kept(settings: Settings) -> Sequence[KeptFor]:
    talks = _("Conversations after they were closed, with all that was said; customers after their last one")
    return (
        KeptFor(talks, settings.keep_conversations, "KB_KEEP_CONVERSATIONS"),
        KeptFor(_("Searches, and what the machine was asked; redacted"), settings.keep_searches, "KB_KEEP_SEARCHES"),
        KeptFor(_("Votes, their reasons, and opened articles"), settings.keep_feedback, "KB_KEEP_FEEDBACK"),
        KeptFor(_("Past tickets, redacted"), settings.keep_tickets, "KB_KEEP_TICKETS"),
        KeptFor(_("Addresses that wait for news of an answer"), WISH_DAYS),
        KeptFor(_("Exercises of reps, and what they opened"), settings.keep_practice, "KB_KEEP_PRACTICE"),
        KeptFor(_("Jobs and calls of other systems after their end"), settings.keep_jobs, "KB_KEEP_JOBS"),
        KeptFor(_("Security events"), settings.keep_audit, "KB_KEEP_AUDIT"),
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings
