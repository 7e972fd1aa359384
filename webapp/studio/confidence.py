"""The studio's page of the confidence: how often it was right, and whether the installation's own calibration is used."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from kb.core.errors import ConflictError
from kb.insight.reliability import PERIOD, reliability
from kb.search.own_calibration import newest_calibrations, start_using, stop_using
from kb.tables import CalibrationState
from webapp.shared.database import session

blueprint = Blueprint("studio_confidence", __name__, url_prefix="/studio/confidence")

OUTCOMES = {
    "answered": lazy_gettext("Sure (“answered”)"),
    "unsure": lazy_gettext("Not sure"),
    "none": lazy_gettext("No answer"),
}


@blueprint.get("/")
def confidence() -> ResponseReturnValue:
    """What was said beside what was right, of the last weeks, and the calibration with what it was fitted on."""
    rows = newest_calibrations(session())
    used = [row for row in rows if row.state != CalibrationState.NO_BETTER]
    return render_template(
        "studio/confidence.html",
        found=reliability(session()),
        weeks=PERIOD.days // 7,
        outcomes=OUTCOMES,
        own=used[0] if used else None,
        not_taken=next((row for row in rows if row.state == CalibrationState.NO_BETTER), None),
    )


@blueprint.post("/calibrations/<int:calibration_id>")
def switch(calibration_id: int) -> ResponseReturnValue:
    """Use the own calibration, or what is shipped."""
    step = request.form.get("step", "")
    if step not in {"stop", "start"}:
        abort(400)
    try:
        if step == "stop":
            stop_using(session(), calibration_id)
            flash(_("What is shipped is used again, and stays so until you switch back."), "good")
        else:
            start_using(session(), calibration_id)
            flash(_("The own calibration is used again."), "good")
    except ConflictError:
        session().rollback()
        flash(_("It was switched by somebody else, or replaced, meanwhile."), "warn")
    return redirect(url_for("studio_confidence.confidence"), code=303)
