"""The studio: what nobody could find, grouped by likeness. What is done with a gap is in the modules beside this one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.accounts.people import list_users, role_allows
from kb.insight.gaps import GapFilter, board_of_gaps, count_gaps, list_gaps, misses_of
from kb.insight.gaps.aftermath import answers_of_reps, heir_of, merged_into
from kb.insight.gaps.costs import COUNTED
from kb.insight.gaps.editing import ChangeKind, changes_of
from kb.insight.gaps.fills import articles_of
from kb.insight.gaps.listing import NOBODY, is_to_do
from kb.tables import Gap, GapState, Role, User
from kb.tables.feedback import LARGEST_ID
from webapp.shared.database import session
from webapp.shared.formatting import shop_day
from webapp.shared.paging import neighbours, page_number
from webapp.shared.places import studio_groups
from webapp.studio import gap_acts, gap_filling
from webapp.studio.blueprint import blueprint, current_settings
from webapp.studio.gap_words import (
    DISMISSALS,
    NAMES,
    STATUSES,
    change_in_words,
    cost_in_words,
    dismissal_of,
    language_of_question,
    trend_in_words,
)

__all__ = ["blueprint", "gap_acts", "gap_filling"]

GAPS_A_PAGE, MISSES_A_PAGE, CARDS_A_COLUMN, TO_JOIN = 50, 100, 12, 8
LONGEST_SEARCH = 200

VIEWS = {
    "open": (GapState.OPEN, GapState.IN_PROGRESS),
    "closed": (GapState.CLOSED,),
    "dismissed": (GapState.DISMISSED,),
}
VIEW_NAMES = {
    "open": lazy_gettext("Open gaps"),
    "closed": lazy_gettext("Closed gaps"),
    "dismissed": lazy_gettext("Dismissed gaps"),
}
SHAPES = {"list": lazy_gettext("List"), "table": lazy_gettext("Table"), "board": lazy_gettext("Board")}
REASONS = ("no_content", "other_words", "other_language", "hidden")

for helper in (language_of_question, cost_in_words, trend_in_words, dismissal_of):
    blueprint.add_app_template_global(helper)


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    """What each place of the studio is for."""
    return render_template("studio/overview.html", groups=studio_groups())


@blueprint.get("/gaps")
def gaps() -> ResponseReturnValue:
    """The gaps as they are in the database: a job sorts in what is new, every minute."""
    view, shape = request.args.get("view", "open"), request.args.get("shape", "list")
    if view not in VIEWS or shape not in SHAPES:
        abort(404)
    wanted = _wanted()
    shared = {
        "shape": shape,
        "shapes": SHAPES,
        "view": view,
        "views": VIEW_NAMES,
        "language": wanted.language,
        "wanted": wanted,
        "chosen": _chosen(wanted),
        "reasons": REASONS,
        "people": _trainers(list_users(session())),
        "nobody": NOBODY,
        "names": NAMES,
        "statuses": STATUSES,
        # Read once: each gap of the list names them all.
        "dismissals": {dismissal: str(why) for dismissal, why in DISMISSALS.items()},
        "today": shop_day(),
    }
    if shape == "board":
        columns, counts = board_of_gaps(session(), wanted=wanted, most=CARDS_A_COLUMN)
        _, languages = count_gaps(session(), states=tuple(GapState))
        return render_template("studio/gap_board.html", columns=columns, counts=counts, languages=languages, **shared)
    page = page_number()
    count, languages = count_gaps(session(), states=VIEWS[view], wanted=wanted)
    shown = list_gaps(session(), states=VIEWS[view], wanted=wanted, limit=GAPS_A_PAGE, offset=(page - 1) * GAPS_A_PAGE)
    return render_template(
        "studio/gap_table.html" if shape == "table" else "studio/gaps.html",
        gaps=shown,
        count=count,
        pages=neighbours(page, count, GAPS_A_PAGE),
        languages=languages,
        **shared,
    )


@blueprint.get("/gaps/<int:gap_id>")
def gap(gap_id: int) -> ResponseReturnValue:
    """One gap with its searches, what was done with it and what became of those who asked; `?join=` looks for others."""
    page = page_number()
    found, misses, count = misses_of(session(), gap_id, limit=MISSES_A_PAGE, offset=(page - 1) * MISSES_A_PAGE)
    if not count and (heir := heir_of(session(), found)) is not None:
        return redirect(url_for("studio.gap", gap_id=heir), code=301)
    words = request.args.get("join", "").strip()[:LONGEST_SEARCH]
    users = list_users(session())
    people = {user.id: user for user in users}
    changes = changes_of(session(), gap_id)
    return render_template(
        "studio/gap.html",
        gap=found,
        is_to_do=is_to_do(found),
        costs={name: getattr(found, name) for name in COUNTED},
        misses=misses,
        count=count,
        pages=neighbours(page, count, MISSES_A_PAGE),
        names=NAMES,
        statuses=STATUSES,
        dismissals=DISMISSALS,
        assigned_to=people.get(found.assigned_to_id or 0),
        people=_trainers(users),
        changes=[(change, change_in_words(change, people)) for change in changes],
        articles=articles_of(session(), changes),
        replayed=next((one.details for one in changes if one.kind == ChangeKind.REPLAYED), None),
        why=gap_filling.WHY,
        joined=merged_into(session(), gap_id),
        answers=answers_of_reps(session(), gap_id, region=current_settings().phone_region),
        join_words=words,
        to_join=_to_join(found, words) if words else [],
        today=shop_day(),
        closed_by=gap_acts.closing_article(found),
    )


def _to_join(gap: Gap, words: str) -> Sequence[Any]:
    """Other gaps that have these words, whatever their state."""
    found = list_gaps(session(), states=tuple(GapState), wanted=GapFilter(words=words), limit=TO_JOIN + 1)
    return [one for one in found if one.id != gap.id][:TO_JOIN]


def _wanted() -> GapFilter:
    """The filters of the address; nonsense is no condition."""
    reason = request.args.get("reason", "")
    wanted = GapFilter(
        language=request.args.get("language") or None,
        reason=reason if reason in REASONS else None,
        words=request.args.get("q", "").strip()[:LONGEST_SEARCH],
    )
    assigned = request.args.get("assigned", "")
    if assigned == "me":
        return replace(wanted, assigned_to=current_user.id)
    if assigned.isascii() and assigned.isdigit() and len(assigned) <= 10 and int(assigned) <= LARGEST_ID:
        return replace(wanted, assigned_to=int(assigned))
    return wanted


def _chosen(wanted: GapFilter) -> dict[str, Any]:
    """The filters as arguments of an address."""
    return {
        "language": wanted.language,
        "reason": wanted.reason,
        "q": wanted.words or None,
        "assigned": wanted.assigned_to,
    }


def _trainers(users: Sequence[User]) -> list[User]:
    """Who can be given a gap."""
    return [user for user in users if user.active and role_allows(user.role, Role.TRAINER)]
