"""Pages about customers, and the pieces of them that stand beside a conversation."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.assist.likely_reasons import answer_for, answers_for
from kb.search.types import Audience
from kb.service.customer_at_hand import (
    at_hand,
    at_hand_for_causes,
    get_customer_with_identities,
    likely_causes,
    tried_by,
)
from kb.service.customers import find_customers, follow_merges
from kb.service.duplicates import possible_duplicates_of
from kb.service.outside_facts import OutsideFactsError
from kb.service.promises import customer_of, is_overdue, keep_promise, open_promises_of
from kb.service.queue import conversations_of
from kb.service.timeline import timeline_of_customer
from kb.tables import Customer
from webapp.desk.customers import merging
from webapp.desk.customers.outside import facts_outside, is_set, known_outside
from webapp.desk.customers.words import CAUSES, ROLES, TROUBLES, local_day
from webapp.desk.inbox.checking import FACT_NAMES
from webapp.desk.inbox.words import settings
from webapp.shared.access import safe_next
from webapp.shared.database import session
from webapp.shared.locale import choose_language
from webapp.shared.numbers import small_number
from webapp.shared.runtime import search_runtime
from webapp.shared.ui import is_partial, render_fresh

blueprint = Blueprint("desk_customers", __name__, url_prefix="/desk")
blueprint.add_app_template_global(local_day)
blueprint.add_app_template_global(is_overdue, "is_overdue")
for rule, view, methods in (
    ("/customers/<int:customer_id>/merge", merging.compare, ["GET"]),
    ("/customers/<int:customer_id>/merge", merging.decide, ["POST"]),
    ("/customers/merges/<int:merge_id>/undo", merging.undo, ["POST"]),
):
    blueprint.add_url_rule(rule, view_func=view, methods=methods)

FOUND, ENTRIES, SHOWN, CONTACTS_IN_PANEL = 20, 50, 2_000, 5


@blueprint.get("/customers")
def find() -> ResponseReturnValue:
    """By phone number, e-mail address or name."""
    text = " ".join(request.args.get("q", "").split())[:200]
    found = find_customers(session(), text, region=settings().phone_region, limit=FOUND) if text else []
    return render_fresh("desk/customers/find.html", text=text, found=found)


def _current(customer_id: int) -> tuple[Customer, bool]:
    """The customer, at the end of all merges, and whether the address names somebody who was merged."""
    customer = get_customer_with_identities(session(), customer_id)
    end = follow_merges(session(), customer)
    return end, end.id != customer.id


@blueprint.get("/customers/<int:customer_id>")
def show(customer_id: int) -> ResponseReturnValue:
    """Who they are, and what was said and done over all channels; q: only messages with these words."""
    customer, was_merged = _current(customer_id)
    if was_merged:
        return redirect(url_for("desk_customers.show", customer_id=customer.id))
    words = " ".join(request.args.get("q", "").split())[:200]
    oldest = small_number(request.args.get("before", ""))
    known = at_hand(session(), customer)
    return render_fresh(
        "desk/customers/show.html",
        customer=customer,
        known=known,
        fact_names={kind.value: name for kind, name in FACT_NAMES.items()},
        talks={conversation.id: conversation for conversation in known.conversations},
        timeline=timeline_of_customer(
            session(), customer.id, containing=words, before_id=oldest, limit=ENTRIES, shorten=SHOWN
        ),
        duplicates=possible_duplicates_of(session(), customer),
        words=words,
        before=oldest,
        roles=ROLES,
        asks_outside=is_set(),
    )


@blueprint.get("/customers/<int:customer_id>/panel")
def panel(customer_id: int) -> ResponseReturnValue:
    """Beside a conversation: open promises, earlier contacts, and where the rest is fetched."""
    customer, _was_merged = _current(customer_id)
    if not is_partial():
        return redirect(url_for("desk_customers.show", customer_id=customer.id))
    this = small_number(request.args.get("conversation", ""))
    return render_fresh(
        "desk/customers/_panel.html",
        customer=customer,
        this=this,
        promises=open_promises_of(session(), customer.id),
        contacts=[one for one in conversations_of(session(), customer, limit=CONTACTS_IN_PANEL + 1) if one.id != this],
        duplicates=possible_duplicates_of(session(), customer),
        asks_outside=is_set(),
        back=url_for("desk_customers.show", customer_id=customer.id),
    )


@blueprint.get("/customers/<int:customer_id>/before")
def before(customer_id: int) -> ResponseReturnValue:
    """What they searched for, read and voted on in the help centre before they came."""
    customer, _was_merged = _current(customer_id)
    return _piece("tried", customer, tried=tried_by(session(), customer))


@blueprint.get("/customers/<int:customer_id>/reasons")
def reasons(customer_id: int) -> ResponseReturnValue:
    """The likeliest reasons for which they write, each with what answers it."""
    customer, _was_merged = _current(customer_id)
    this = small_number(request.args.get("conversation", ""))
    outside = known_outside(customer)
    causes = likely_causes(
        session(), at_hand_for_causes(session(), customer), not_this=this, outside=outside.asked if outside else ()
    )
    runtime = search_runtime()
    ready = answers_for(
        session(),
        runtime.searcher(Audience.CUSTOMER),
        [cause.text for cause in causes],
        reader_language=customer.language.partition("-")[0] or choose_language(),
    )
    return _piece("reasons", customer, this=this, items=[(causes[one.number], one) for one in ready], names=CAUSES)


@blueprint.get("/customers/<int:customer_id>/answer")
def answer(customer_id: int) -> ResponseReturnValue:
    """For a reason (`q`) that nothing answers that may be sent: what is for the rep, fetched after the reasons."""
    customer, _was_merged = _current(customer_id)
    found = answer_for(
        session(),
        search_runtime().searcher(Audience.REP),
        request.args.get("q", ""),
        reader_language=choose_language(),
    )
    return _piece("answer", customer, ready=found)


@blueprint.get("/customers/<int:customer_id>/outside")
def outside(customer_id: int) -> ResponseReturnValue:
    """What the shop's own system knows: fetched after the page, which never waits for it."""
    customer, _was_merged = _current(customer_id)
    facts, trouble = None, ""
    if is_set():
        # Somebody else's system is waited for without a connection to the database.
        session().commit()
        try:
            facts = facts_outside(customer)
        except OutsideFactsError as error:
            trouble = TROUBLES[error.trouble]
    this = small_number(request.args.get("conversation", ""))
    # Where it makes something likelier, the piece fetches the reasons once more.
    return _piece("outside", customer, facts=facts, trouble=trouble, is_set=is_set(), this=this, partial=is_partial())


def _piece(name: str, customer: Customer, **values: object) -> Response:
    """A piece of a page where scripts fetch it, a page of its own where they do not."""
    template = f"desk/customers/_{name}.html" if is_partial() else "desk/customers/piece.html"
    return render_fresh(template, customer=customer, piece=f"desk/customers/_{name}.html", **values)


@blueprint.post("/promises/<int:promise_id>")
def promise(promise_id: int) -> ResponseReturnValue:
    """It was kept, or (`kept=0`) not after all."""
    found = keep_promise(session(), promise_id, kept=request.form.get("kept") != "0")
    if is_partial():
        return render_template("desk/customers/_promise.html", promise=found)
    flash(_("Marked as kept.") if found.kept_at else _("Open again."), "good")
    to = url_for("desk_customers.show", customer_id=customer_of(session(), found))
    return redirect(safe_next(request.form.get("next")) or to, code=303)
