"""The one question after a contact, by its signed link or within the chat.

Used on the page of a chat that has ended: `survey_in(conversation)` is what `help/_survey.html` shows under the name `survey`.
"""

from dataclasses import dataclass

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.core.errors import InvalidInputError, NotFoundError
from kb.service.surveys import HIGHEST, LOWEST, answer_survey, find_survey_of
from kb.tables import Conversation, Survey
from webapp.help.blueprint import blueprint, current_settings
from webapp.shared.database import session
from webapp.shared.survey_links import sign_survey, survey_by_token
from webapp.shared.survey_words import ANSWERS, QUESTIONS
from webapp.shared.ui import is_partial, render_fresh


@dataclass(frozen=True)
class AskedSurvey:
    """answers: (score, words), the worst first; chosen: which is marked, "" for none."""

    token: str
    question: str
    answers: list[tuple[str, str]]
    is_answered: bool
    chosen: str = ""
    comment: str = ""
    problem: str = ""


def survey_in(conversation: Conversation) -> AskedSurvey | None:
    """The question of a conversation that has ended; None where it is not asked (yet). One statement."""
    found = find_survey_of(session(), conversation)
    return _asked(found) if found is not None else None


def _asked(survey: Survey, *, chosen: str = "", comment: str = "", problem: str = "") -> AskedSurvey:
    words = ANSWERS[survey.kind]
    answers = [(str(score), str(words[score - LOWEST])) for score in range(LOWEST, HIGHEST + 1)]
    token = sign_survey(survey, current_app.config["SECRET_KEY"])
    question = str(QUESTIONS[survey.kind])
    return AskedSurvey(token, question, answers, survey.score is not None, chosen, comment, problem)


def _survey_by(token: str) -> Survey:
    try:
        return survey_by_token(session(), token, current_app.config["SECRET_KEY"])
    except NotFoundError as error:
        raise NotFoundError(
            _("This question cannot be answered any more."), remedy=_("The link may be incomplete or too old.")
        ) from error


@blueprint.get("/help/<language>/survey/<survey_token>")
def survey(language: str, survey_token: str) -> ResponseReturnValue:  # noqa: ARG001  # the words' language
    """The question. `?score=` marks an answer; it is sent by the button alone, as programs follow the links of mails."""
    return render_fresh(
        "help/person/survey.html", survey=_asked(_survey_by(survey_token), chosen=request.args.get("score", ""))
    )


@blueprint.post("/help/<language>/survey/<survey_token>")
def survey_answer(language: str, survey_token: str) -> ResponseReturnValue:
    """One answer; whoever sends a second one is thanked, and the first one stays."""
    found = _survey_by(survey_token)
    score, comment = request.form.get("score", ""), request.form.get("comment", "")
    try:
        answer_survey(session(), found, score, comment, region=current_settings().phone_region)
    except InvalidInputError:
        asked = _asked(found, chosen=score, comment=comment, problem=str(_("Please choose one of the five answers.")))
        template = "help/_survey.html" if is_partial() else "help/person/survey.html"
        return render_fresh(template, survey=asked), 422
    if is_partial():
        return render_fresh("help/_survey.html", survey=_asked(found))
    return redirect(url_for("help.survey", language=language, survey_token=survey_token), code=303)
