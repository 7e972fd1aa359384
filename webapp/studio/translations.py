"""The studio's page of translations that customers needed and that are not there."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kb.insight.translations import list_missing
from webapp.shared.database import session

blueprint = Blueprint("studio_translations", __name__, url_prefix="/studio/translations")


@blueprint.get("/")
def translations() -> ResponseReturnValue:
    """What is missing, the most wanted first."""
    return render_template("studio/translations.html", missing=list_missing(session()))
