"""The studio's pages of what reps send instead of what articles say: proposals, what each would do, and what is decided."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.articles.differences import differences
from kb.core.errors import ConflictError
from kb.insight.gaps.golden import GoldenSet
from kb.insight.taught.deciding import (
    AlreadyDecidedError,
    accept_proposal,
    dismiss_proposal,
    edits_of,
    get_proposal,
    is_replayed,
    list_proposals,
    reopen_proposal,
    replay_proposal,
)
from kb.tables import EditProposal, ProposalState
from webapp.shared.database import session
from webapp.shared.paging import neighbours, page_number
from webapp.shared.runtime import search_runtime
from webapp.shared.searching import current_settings
from webapp.studio.gap_filling import OUTCOMES
from webapp.studio.writing.blueprint import new_key

blueprint = Blueprint("studio_edits", __name__, url_prefix="/studio/edits")

A_PAGE = 30
STATES = {
    ProposalState.ACCEPTED.value: lazy_gettext("Taken over"),
    ProposalState.DISMISSED.value: lazy_gettext("Not taken"),
    ProposalState.PAST.value: lazy_gettext("The article does not say it any more"),
}


@blueprint.get("/")
def edits() -> ResponseReturnValue:
    """What several reps change alike, the most often sent first; `?view=decided`."""
    is_decided = request.args.get("view") == "decided"
    page = page_number()
    found, counts = list_proposals(session(), decided=is_decided, limit=A_PAGE, offset=(page - 1) * A_PAGE)
    earlier, later = neighbours(page, counts["decided" if is_decided else "open"], A_PAGE)
    return render_template(
        "studio/edits.html", proposals=found, counts=counts, is_decided=is_decided, states=STATES,
        differences=differences, previous_url=earlier, next_url=later,
    )  # fmt: skip


@blueprint.get("/<int:proposal_id>")
def edit(proposal_id: int) -> ResponseReturnValue:
    """One proposal with its conversations, and what trying it out gave."""
    return _edit(get_proposal(session(), proposal_id))


def _edit(proposal: EditProposal, *, problem: str = "") -> str:
    return render_template(
        "studio/edit.html", proposal=proposal, edits=edits_of(session(), proposal), states=STATES, problem=problem,
        differences=differences, replay=proposal.replay if is_replayed(proposal) else None, outcomes=OUTCOMES,
    )  # fmt: skip


@blueprint.post("/<int:proposal_id>")
def decide(proposal_id: int) -> ResponseReturnValue:
    """Try it out, take it over into the editor, leave it (which needs a reason), or take that back."""
    proposal, step = get_proposal(session(), proposal_id), request.form.get("step", "")
    here = redirect(url_for("studio_edits.edit", proposal_id=proposal.id), code=303)
    try:
        if step == "replay":
            _replay(proposal)
        elif step == "accept":
            if not is_replayed(proposal) and _is_public(proposal):
                _replay(proposal)
                if not proposal.replay["harmless"]:
                    return _edit(proposal, problem=_("See first what it would do, then decide.")), 422
            draft = accept_proposal(session(), proposal, key=new_key(), user_id=current_user.id)
            flash(_("The change is made here. Read it, then publish it."), "good")
            return redirect(
                url_for("studio_articles.article", article_id=proposal.article_id, draft=draft.key), code=303
            )
        elif step == "dismiss":
            if not request.form.get("reason", "").strip():
                return _edit(proposal, problem=_("Say in a few words why it is not taken.")), 422
            dismiss_proposal(
                session(),
                proposal,
                request.form["reason"],
                user_id=current_user.id,
                region=current_settings().phone_region,
            )
            flash(_("It is not proposed again."), "good")
        elif step == "undo":
            reopen_proposal(session(), proposal)
            flash(_("It is open again."), "good")
        else:
            return _edit(proposal, problem=_("Choose what becomes of it.")), 422
    except AlreadyDecidedError:
        session().rollback()
        problem = _("The text has changed since you opened it, or somebody has decided already. Please read it again.")
        return _edit(get_proposal(session(), proposal_id), problem=problem), 409
    except ConflictError:
        session().rollback()
        problem = _(
            "The article does not have this sentence as it was inserted, or customers cannot see it. Change it by hand."
        )
        return _edit(get_proposal(session(), proposal_id), problem=problem), 409
    return here


def _is_public(proposal: EditProposal) -> bool:
    return proposal.article.status == "published" and proposal.article.audience == "public"


def _replay(proposal: EditProposal) -> None:
    from indexer.unpublished import passages_if_published

    runtime = search_runtime()
    golden = GoldenSet(session(), runtime.all_views(), runtime.make_searcher)
    replay_proposal(session(), runtime.encoder, golden, proposal, passages_if_published)
