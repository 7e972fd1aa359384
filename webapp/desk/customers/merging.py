"""Two customers who are one person: side by side, brought together, taken apart again."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.core.errors import ConflictError
from kb.service.customer_at_hand import get_customer_with_identities
from kb.service.customers import find_customers
from kb.service.duplicates import dismiss_duplicate, possible_duplicates_of
from kb.service.merging import merge_customers, merges_of, undo_merge
from kb.service.queue import conversations_of
from webapp.desk.inbox.words import settings
from webapp.shared.database import session
from webapp.shared.numbers import small_number
from webapp.shared.ui import render_fresh

FOUND, CONTACTS = 8, 3


def compare(customer_id: int) -> ResponseReturnValue:
    """This customer beside another: one that is suggested, one that was searched for; and earlier merges to be undone."""
    customer = get_customer_with_identities(session(), customer_id)
    if customer.merged_into_id is not None:
        return redirect(url_for("desk_customers.compare", customer_id=customer.merged_into_id))
    text = " ".join(request.args.get("q", "").split())[:200]
    found = find_customers(session(), text, region=settings().phone_region, limit=FOUND) if text else []
    other_id = small_number(request.args.get("with", ""))
    other = get_customer_with_identities(session(), other_id) if other_id and other_id != customer.id else None
    pair = [customer] + ([other] if other and other.merged_into_id is None else [])
    return render_fresh(
        "desk/customers/merge.html",
        customer=customer,
        pair=[(one, conversations_of(session(), one, limit=CONTACTS)) for one in pair],
        text=text,
        found=[one for one in found if one.id != customer.id],
        suggested=possible_duplicates_of(session(), customer),
        merges=merges_of(session(), customer.id),
    )


def decide(customer_id: int) -> ResponseReturnValue:
    """Bring them together, or say that they are two."""
    other_id, step = small_number(request.form.get("with", "")), request.form.get("step", "")
    if other_id is None or step not in {"merge", "dismiss"}:
        abort(400)
    if step == "dismiss":
        get_customer_with_identities(session(), other_id)
        get_customer_with_identities(session(), customer_id)
        dismiss_duplicate(session(), customer_id, other_id)
        flash(_("Noted: these are two people."), "good")
        return redirect(url_for("desk_customers.show", customer_id=customer_id), code=303)
    kept = small_number(request.form.get("keep", "")) or customer_id
    if kept not in (customer_id, other_id):
        abort(400)
    try:
        merge_customers(session(), kept, other_id if kept == customer_id else customer_id, current_user.id)
    except ConflictError:
        flash(_("One of these two has just been merged with somebody. Please look again."), "warn")
        return redirect(url_for("desk_customers.show", customer_id=customer_id), code=303)
    flash(_("They are one customer now. If that was wrong, undo it here."), "good")
    return redirect(url_for("desk_customers.compare", customer_id=kept), code=303)


def undo(merge_id: int) -> ResponseReturnValue:
    try:
        merge = undo_merge(session(), merge_id, current_user.id)
    except ConflictError:
        flash(_("These two have been taken apart already."), "warn")
        return redirect(url_for("desk_customers.find"), code=303)
    flash(_("They are two customers again. What came since has stayed."), "good")
    return redirect(url_for("desk_customers.compare", customer_id=merge.kept_id), code=303)
