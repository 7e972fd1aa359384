"""The studio's page of what speaks against articles: the evidence, and what is done about it."""

from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.insight.flags.keeping import reopen_flag, settle_flag
from kb.insight.flags.listing import FlagFilter, count_flags, list_flags
from kb.tables import FlagKind, FlagState
from webapp.shared.access import safe_next
from webapp.shared.database import session
from webapp.shared.flag_words import STATES
from webapp.shared.numbers import small_number
from webapp.shared.paging import neighbours, page_number
from webapp.shared.searching import current_settings

blueprint = Blueprint("studio_flags", __name__, url_prefix="/studio/flags")
blueprint.add_app_template_global(date.fromisoformat, "day_of")
blueprint.add_app_template_global(datetime.fromisoformat, "moment_of")

A_PAGE = 30
KINDS = {
    FlagKind.REP.value: lazy_gettext("A rep says so"),
    FlagKind.CONTRADICTION.value: lazy_gettext("Contradicts"),
    FlagKind.LINKS.value: lazy_gettext("Leads nowhere"),
    FlagKind.OUTSIDE.value: lazy_gettext("Leads nowhere outside"),
    FlagKind.VOTES.value: lazy_gettext("Votes fall"),
    FlagKind.SUCCESS.value: lazy_gettext("More ask for a person"),
    FlagKind.SOLVED.value: lazy_gettext("Solves less"),
    FlagKind.DUPLICATE.value: lazy_gettext("Says it twice"),
    FlagKind.UNREAD.value: lazy_gettext("Nobody reads it"),
}
WHY_BROKEN = {
    "missing": lazy_gettext("There is no such article."),
    "unpublished": lazy_gettext("That article is not published."),
    "internal": lazy_gettext("Customers may not read that article."),
    "picture": lazy_gettext("This picture is missing."),
    "gone": lazy_gettext("That page is gone."),
    "server": lazy_gettext("That server answers with an error."),
    "unreachable": lazy_gettext("That server cannot be reached from here."),
    "loop": lazy_gettext("It leads from one address to the next and never to a page."),
    "inside": lazy_gettext("It leads into a private network, which customers cannot reach."),
}
ABOUT = {
    "time": lazy_gettext("a span of time"),
    "money": lazy_gettext("an amount of money"),
    "share": lazy_gettext("a share"),
    "phone": lazy_gettext("a phone number"),
    "is_so": lazy_gettext("whether it is so"),
    "days": lazy_gettext("days of the week"),
    "ways": lazy_gettext("the way in which it is done"),
}


@blueprint.get("/")
def flags() -> ResponseReturnValue:
    """What is open, or with `?view=settled` what became of the others; `?kind=`, `?article=`."""
    return _flags()


def _flags(*, problem: str = "", failed: int = 0, typed: str = "") -> str:
    is_settled = request.args.get("view") == "settled"
    kind = request.args.get("kind", "")
    wanted = FlagFilter(is_settled, kind if kind in KINDS else None, small_number(request.args.get("article", "")))
    counts = count_flags(session())
    of_view = counts["settled" if is_settled else "open"]
    count = of_view.get(kind, 0) if wanted.kind else sum(of_view.values())
    page = page_number()
    earlier, later = neighbours(page, count, A_PAGE)
    return render_template(
        "studio/flags.html",
        flags=list_flags(session(), wanted, limit=A_PAGE, offset=(page - 1) * A_PAGE),
        wanted=wanted,
        totals={view: sum(by_kind.values()) for view, by_kind in counts.items()},
        of_view=of_view,
        kinds=KINDS,
        states=STATES,
        why_broken=WHY_BROKEN,
        about=ABOUT,
        problem=problem,
        failed=failed,
        typed=typed,
        previous_url=earlier,
        next_url=later,
    )


@blueprint.post("/<int:flag_id>")
def settle(flag_id: int) -> ResponseReturnValue:
    """Mended, right as it is (which needs a reason), or open again."""
    step, answer = request.form.get("step", ""), request.form.get("answer", "")
    back = safe_next(request.form.get("next")) or url_for("studio_flags.flags")
    if step == "undo":
        reopen_flag(session(), flag_id)
        flash(_("It is open again."), "good")
        return redirect(back, code=303)
    if step == FlagState.RIGHT.value and not answer.strip():
        return _flags(problem=_("Say in a few words why it is right as it is."), failed=flag_id, typed=answer), 422
    if step not in {FlagState.RIGHT.value, FlagState.MENDED.value}:
        return _flags(problem=_("Choose what became of it."), failed=flag_id, typed=answer), 422
    settle_flag(
        session(),
        flag_id,
        FlagState(step),
        answer=answer,
        user_id=current_user.id,
        region=current_settings().phone_region,
    )
    flash(_("Noted. It can be taken back under “Settled”."), "good")
    return redirect(back, code=303)
