"""The studio's page of the rules of escalation: changing them, trying them on open conversations, their history, going back."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from kb.core.errors import ConflictError, NotFoundError
from kb.search.safety import dangers_in
from kb.service.escalation_editing import (
    Trial,
    UnreadableRulesError,
    change_rules,
    reset_rules,
    restore_rules,
    rules_history,
    rules_text,
    try_rules,
)
from kb.service.escalation_rules import LONGEST, MOST_RULES, NUMBERS, WORDS, Fault, FaultKind
from webapp.shared.database import session
from webapp.shared.numbers import small_number
from webapp.shared.searching import current_settings

blueprint = Blueprint("studio_escalation", __name__, url_prefix="/studio/escalation")
# What a condition can ask for; the words as they are typed.
MEANINGS = {
    ("annoyed", "angry", "calm"): _l("how the customer feels; whoever is angry is annoyed as well"),
    ("safety", "fraud"): _l("there is a danger in what they wrote, or somebody is taking their money"),
    ("filed",): _l("a legal step has been taken; a threat in anger is none"),
    ("legal", "public", "leaving"): _l("they threaten with lawyers, with the public, with leaving"),
    ("abuse", "manager", "silent"): _l("an insult, a manager asked for, silence since a long answer"),
    ("contacts >= 2", "manager >= 2"): _l("which contact within 14 days this is; how often a manager was asked for"),
    ("waited >= 60", "open >= 600"): _l("minutes that they wait now; minutes since the conversation began"),
}


@blueprint.get("/")
def rules() -> ResponseReturnValue:
    """The rules that hold, with their history."""
    return _page()


@blueprint.post("/")
def change() -> ResponseReturnValue:
    """Save what was written, try it without saving, go back to the setting or to what held before a change."""
    step, given = request.form.get("step", ""), request.form.get("rules", "")
    seen = small_number(request.form.get("seen", "")) or 0
    try:
        if step == "try":
            find_words = partial(dangers_in, session())
            trial = try_rules(session(), given, current_settings().escalation, find_words=find_words)
            return _page(given, seen=seen, trial=trial)
        if step == "save":
            changed = change_rules(session(), given, current_user.id, seen=seen)
            flash(_("Saved. It holds from now on, everywhere.") if changed else _("Nothing was changed."), "good")
        elif step == "reset":
            reset_rules(session(), current_user.id, seen=seen)
            flash(_("The setting holds again."), "good")
        elif step == "restore":
            restore_rules(session(), _change_number(), current_user.id, seen=seen)
            flash(_("It is as it was before."), "good")
        else:
            abort(400)
    except UnreadableRulesError as error:
        session().rollback()
        faults = [_in_words(fault) for fault in error.faults] or [_("Write at least one rule, or the word none.")]
        return _page(given or None, seen=seen, faults=faults), 422
    except ConflictError:
        session().rollback()
        problem = _(
            "A colleague has changed these rules meanwhile. What you wrote is still here; theirs are in the history."
        )
        return _page(given or None, problem=problem), 409
    return redirect(url_for("studio_escalation.rules"), code=303)


def _page(
    given: str | None = None,
    *,
    seen: int | None = None,
    faults: list[str] | None = None,
    problem: str = "",
    trial: Trial | None = None,
) -> str:
    """given: what was typed and is not saved; seen: the change that the form was opened with, None for the newest."""
    changes = rules_history(session())
    newest = changes[0].id if changes else 0
    return render_template(
        "studio/escalation.html",
        given=rules_text(changes, current_settings().escalation) if given is None else given,
        is_changed=bool(changes) and changes[0].after is not None,
        seen=newest if seen is None else seen,
        newest=newest,
        changes=changes,
        faults=faults or [],
        problem=problem,
        trial=trial,
        meanings=MEANINGS,
        longest=LONGEST,
    )


def _change_number() -> int:
    number = small_number(request.form.get("change", ""))
    if number is None:
        raise NotFoundError(_("There is no such change."))
    return number


def _in_words(fault: Fault) -> str:
    if fault.kind is FaultKind.TOO_LONG:
        return str(ngettext("At most %(num)s character.", "At most %(num)s characters.", LONGEST))
    said = {
        FaultKind.TOO_MANY: _("there are more than %(most)s rules.", most=MOST_RULES),
        FaultKind.NO_RULE: _("“%(rule)s” is not written as condition -> whom.", rule=fault.rule),
        FaultKind.NO_CONDITION: _(
            "“%(word)s” is no condition. There are: %(known)s.", word=fault.quoted, known=", ".join(WORDS)
        ),
        FaultKind.NO_NUMBER: _(
            "“%(word)s” cannot be compared. There are: %(known)s.", word=fault.quoted, known=", ".join(NUMBERS)
        ),
    }
    return str(_("Line %(number)s: %(what)s", number=fault.line, what=said[fault.kind]))
