"""The second step of a log-in: a code of the app, or one of those for when it is lost."""

from math import ceil

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from kb.accounts.audit import Actor, AuditKind
from kb.accounts.codes import use_code, use_recovery_code
from kb.accounts.links import MailKind
from kb.accounts.second_step import Way, ways_of
from kb.accounts.slowing import Step
from kb.core.errors import NotAllowedError, TooOftenError
from kb.tables import User
from webapp.auth.attempts import counted_attempt
from webapp.auth.mailing import tell
from webapp.auth.sealed import seal
from webapp.auth.steps import finish_second_step, waiting_person
from webapp.shared.access import safe_next
from webapp.shared.auditing import audit, audit_refusal
from webapp.shared.database import session
from webapp.shared.error_words import message_of

blueprint = Blueprint("auth_second", __name__)


@blueprint.get("/login/second")
def second_step() -> str | AnyResponse:
    target = safe_next(request.args.get("next"))
    user = waiting_person()
    return _page(user, target) if user is not None else _from_the_beginning(target)


@blueprint.post("/login/second")
def take_second_step() -> AnyResponse:
    target = safe_next(request.form.get("next"))
    user = waiting_person()
    if user is None:
        flash(_("That took too long. Please log in again."), "error")
        return _from_the_beginning(target)
    try:
        with counted_attempt(user.email, Step.SECOND):
            way = _way_of(user, request.form.get("code", ""))
    except NotAllowedError:
        audit_refusal(AuditKind.SECOND_STEP_FAILED, user.email)
        flash(_("The code is wrong, or was used already."), "error")
        return make_response(_page(user, target), 422)
    except TooOftenError as error:
        flash(message_of(error), "error")
        answer = make_response(_page(user, target), 429)
        answer.headers["Retry-After"] = str(ceil(error.wait))
        return answer
    return finish_second_step(user, target, way=way)


def _way_of(user: User, typed: str) -> str:
    """By what the second step was taken. Raises NotAllowedError."""
    if use_code(session(), user.id, typed, seal()):
        return Way.CODE
    if use_recovery_code(session(), user.id, typed):
        audit(AuditKind.RECOVERY_CODE_USED, user.email, Actor(user.id, user.email, request.remote_addr or ""))
        tell(user, MailKind.RECOVERY_CODE_USED)
        return "recovery code"
    raise NotAllowedError("The code is wrong.")


def _page(user: User, target: str) -> str:
    return render_template("auth/second.html", next=target, ways=ways_of(session(), user.id))


def _from_the_beginning(target: str) -> Response:
    return make_response(redirect(url_for("auth.login", next=target or None), code=303))
