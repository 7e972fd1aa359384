"""Playing a customer: for demonstrations of the sample shop, and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.accounts.people import role_allows
from kb.core.errors import ConflictError, NotFoundError
from kb.jobs import cancel_job, enqueue, list_jobs
from kb.service.sample import Script, begin_script, has_sample
from kb.tables import Job, Role
from webapp.shared.database import session
from webapp.shared.sample_shop import is_demo_person
from webapp.shared.searching import current_settings
from webapp.shared.ui import is_partial, render_fresh
from webapp.worker.simulation import SIMULATION, all_scripts, script_of

blueprint = Blueprint("desk_simulations", __name__, url_prefix="/desk/simulations")


@dataclass(frozen=True)
class Simulations:
    """What may be played, and what is played now."""

    scripts: Sequence[Script]
    running: Sequence[Job]

    def title_of(self, job: Job) -> str:
        return next((script.title for script in self.scripts if script.id == job.payload["script"]), "")


@blueprint.app_template_global()
def simulations() -> Simulations | None:
    """For the switch on pages of the desk; None where nobody is played, or not by this person. At most two statements."""
    if not _may_simulate() or not has_sample(session()):
        return None
    return Simulations(all_scripts(), list_jobs(session(), kinds=[SIMULATION], finished=0))


def _may_simulate() -> bool:
    return role_allows(current_user.role, Role.TRAINER) or is_demo_person(current_user.email)


def _require() -> Simulations:
    """Raises NotFoundError where there is no sample, and for reps who are not of the demo."""
    found = simulations()
    if found is None:
        raise NotFoundError(
            _("Customers are played only beside the sample’s conversations, by trainers and by the demo people.")
        )
    return found


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The switch on a page of its own."""
    return render_fresh("desk/_simulate.html" if is_partial() else "desk/simulations.html", played=_require())


@blueprint.post("/")
def start() -> ResponseReturnValue:
    """Let a customer write, one at a time: what one worker does at once."""
    if _require().running:
        flash(_("A customer is being played already. Stop them first."), "bad")
        return redirect(url_for("desk_simulations.index"), code=303)
    script = script_of(request.form.get("script", ""))
    conversation = begin_script(session(), script, region=current_settings().phone_region)
    payload = {"script": script.id, "conversation_id": conversation.id}
    enqueue(session(), SIMULATION, key=str(conversation.id), payload=payload)
    flash(_("The customer writes now. After each question they wait a minute for the reply."), "good")
    return redirect(url_for("desk_inbox.show", conversation_id=conversation.id), code=303)


@blueprint.post("/<int:job_id>/stop")
def stop(job_id: int) -> ResponseReturnValue:
    """The customer writes nothing more; what was written stays."""
    job = next((job for job in _require().running if job.id == job_id), None)
    if job is None:
        return redirect(url_for("desk_simulations.index"), code=303)  # it has ended by itself
    try:
        cancel_job(session(), job_id)
    except ConflictError:
        session().rollback()  # in this moment
    flash(_("The customer writes nothing more."), "good")
    return redirect(url_for("desk_inbox.show", conversation_id=job.payload["conversation_id"]), code=303)
