"""A reply is looked through while it is written and once more before it goes: what it gives away, what it asks again, what is
still to be filled in."""

from datetime import datetime

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from kb.service.fact_kinds import FactKind
from kb.service.macro_filling import gaps_in
from webapp.shared.checking import check_text

FACT_NAMES = {
    FactKind.ORDER: _l("Order"),
    FactKind.TRACKING: _l("Tracking number"),
    FactKind.SERIAL: _l("Serial number"),
    FactKind.DEVICE: _l("Product"),
    FactKind.DATE: _l("Date"),
    FactKind.AMOUNT: _l("Amount"),
    FactKind.PAYMENT: _l("Paid by"),
    FactKind.ADDRESS: _l("Address"),
    FactKind.PIN_CODE: _l("Pin code"),
    FactKind.EMAIL: _l("E-mail"),
    FactKind.PHONE: _l("Phone"),
    FactKind.NAME: _l("Name"),
    FactKind.VERSION: _l("Version"),
    FactKind.ERROR: _l("Error"),
    FactKind.TRIED: _l("Tried already"),
    FactKind.QUANTITY: _l("Quantity"),
}
# What of a longer text is looked through while it is written; nobody types more.
_MOST = 100_000


def check(conversation_id: int) -> ResponseReturnValue:
    """What to look at in a reply before it goes, as a piece of the page; "" where nothing is."""
    text = request.form.get("text", "")[:_MOST]
    checked, gaps = check_text(text, conversation_id), gaps_in(text)
    html = render_template(
        "desk/inbox/_check.html",
        gaps=gaps,
        leaks=checked.leaks,
        repeats=[{**one, "told_at": datetime.fromisoformat(one["at"])} for one in checked.repeats if one["at"]],
        names={kind.value: name for kind, name in FACT_NAMES.items()},
        this=conversation_id,
    )
    return jsonify({"html": html.strip(), "found": len(gaps) + len(checked.leaks) + len(checked.repeats)})
