"""The one question after a contact, by its signed link or within the chat.

`help/_survey.html` shows what `survey_in(conversation)` gives under the name `survey`, on the page of a chat that has ended too.
"""

from dataclasses import dataclass

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.core.errors import InvalidInputError, NotFoundError
from kb.service.surveys import HIGHEST, LOWEST, answer_survey, can_be_asked, find_survey_of, kind_for, survey_of
from kb.tables import Conversation, Survey
from webapp.help.blueprint import blueprint, current_settings
from webapp.shared.database import session
from webapp.shared.survey_links import conversation_to_survey, sign_survey
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
    """The question of a chat that has ended, for its page; None where it is not asked. One statement."""
    found = find_survey_of(session(), conversation)
    if "chat" not in current_settings().surveys or not can_be_asked(conversation, found):
        return None
    return _asked(conversation, found)


def _asked(
    conversation: Conversation, found: Survey | None, *, chosen: str = "", comment: str = "", problem: str = ""
) -> AskedSurvey:
    kind = kind_for(conversation).value
    answers = [(str(score), str(ANSWERS[kind][score - LOWEST])) for score in range(LOWEST, HIGHEST + 1)]
    token = sign_survey(conversation, current_app.config["SECRET_KEY"])
    is_answered = found is not None and found.score is not None
    return AskedSurvey(token, str(QUESTIONS[kind]), answers, is_answered, chosen, comment, problem)


def _conversation_by(survey_token: str) -> Conversation:
    try:
        return conversation_to_survey(session(), survey_token, current_app.config["SECRET_KEY"])
    except NotFoundError as error:
        raise NotFoundError(
            _("This question cannot be answered any more."), remedy=_("The link may be incomplete or too old.")
        ) from error


@blueprint.get("/help/<language>/survey/<survey_token>")
def survey(language: str, survey_token: str) -> ResponseReturnValue:  # noqa: ARG001  # the words' language
    """The question. `?score=` marks an answer; it is sent by the button alone, as programs follow the links of mails."""
    conversation = _conversation_by(survey_token)
    asked = _asked(conversation, find_survey_of(session(), conversation), chosen=request.args.get("score", ""))
    return render_fresh("help/person/survey.html", survey=asked)


@blueprint.post("/help/<language>/survey/<survey_token>")
def survey_answer(language: str, survey_token: str) -> ResponseReturnValue:
    """One answer; whoever sends a second one is thanked, and the first one stays."""
    conversation = _conversation_by(survey_token)
    score, comment = request.form.get("score", ""), request.form.get("comment", "")
    try:
        found = survey_of(session(), conversation, language)
        answer_survey(session(), found, score, comment, region=current_settings().phone_region)
    except InvalidInputError:
        problem = str(_("Please choose one of the five answers."))
        asked = _asked(conversation, None, chosen=score, comment=comment, problem=problem)
        template = "help/_survey.html" if is_partial() else "help/person/survey.html"
        return render_fresh(template, survey=asked), 422
    if is_partial():
        return render_fresh("help/_survey.html", survey=_asked(conversation, found))
    return redirect(url_for("help.survey", language=language, survey_token=survey_token), code=303)
