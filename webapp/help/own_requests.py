"""A customer's own request: where it stands, what was said, answering, and finding it again."""

from urllib.parse import quote

from flask import abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kb.core.clock import utc_now
from kb.core.errors import NotFoundError
from kb.service.attachments import ANYTHING, PICTURES
from kb.service.consents import stop_sharing_visit
from kb.service.contact import close_as_solved, name_of_request
from kb.service.customer_view import file_seen_by_customer, seen_by_customer, standing_of
from kb.service.held_requests import SentByCustomer
from kb.service.references import find_by_reference
from kb.tables import Conversation
from webapp.help.blueprint import blueprint, current_settings
from webapp.help.forms import FindForm, MessageForm
from webapp.help.own_conversations import conversation_of, token_of
from webapp.help.sending import Fate, send_or_hold
from webapp.shared.database import session
from webapp.shared.errors import RETRY_AFTER


@blueprint.get("/help/<language>/requests")
def find_own(language: str) -> ResponseReturnValue:
    return render_template("help/find_request.html", form=FindForm(current_settings()), language=language)


@blueprint.post("/help/<language>/requests")
def find_own_send(language: str) -> ResponseReturnValue:
    """To the request, or the same words whether there is no such number or it was given with another address."""
    settings = current_settings()
    form = FindForm(settings)
    found = None
    if form.validate():
        found = find_by_reference(session(), form.clean_reference, form.reach, region=settings.phone_region)
    if found is not None:
        return redirect(url_for("help.own_request", language=language, token=token_of(found)), code=303)
    page = render_template("help/find_request.html", form=form, language=language, is_not_found=not form.errors)
    return page, 400 if form.is_outdated else 422


@blueprint.get("/help/<language>/requests/<token>")
def own_request(language: str, token: str) -> ResponseReturnValue:
    return _page(conversation_of(token), MessageForm(current_settings()), language, token)


@blueprint.post("/help/<language>/requests/<token>")
def answer_request(language: str, token: str) -> ResponseReturnValue:
    form = MessageForm(current_settings())
    is_valid = form.validate()
    try:
        conversation = conversation_of(token)
    except NotFoundError:
        if form.is_outdated:  # a form that may be forged is told nothing else
            abort(400)
        raise
    if not is_valid:
        return _page(conversation, form, language, token, status=400 if form.is_outdated else 422)
    fate = send_or_hold(
        SentByCustomer(
            external_id=name_of_request(form.key_of_form, str(conversation.id), form.message.data),
            message=form.message.data,
            sent_at=utc_now(),
            conversation_id=conversation.id,
            pictures=form.sent_pictures,
        )
    )
    if fate is Fate.STORED:
        flash(_("Your message is with us."), "good")
        return redirect(url_for("help.own_request", language=language, token=token, _anchor="newest"), code=303)
    response = _page(conversation, form, language, token, status=503, fate=fate.value)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


@blueprint.post("/help/<language>/requests/<token>/solved")
def solve_request(language: str, token: str) -> ResponseReturnValue:
    close_as_solved(session(), conversation_of(token))
    return redirect(url_for("help.own_request", language=language, token=token), code=303)


@blueprint.post("/help/<language>/requests/<token>/unshare")
def unshare_request(language: str, token: str) -> ResponseReturnValue:
    """What was searched for and read goes along no more."""
    if stop_sharing_visit(session(), conversation_of(token)):
        flash(_("From now on we do not see what you searched for and read."), "good")
    return redirect(url_for("help.own_request", language=language, token=token), code=303)


@blueprint.get("/help/<language>/requests/<token>/files/<int:file_id>")
def own_file(language: str, token: str, file_id: int) -> ResponseReturnValue:  # noqa: ARG001  language: of the address
    """A picture to be looked at, anything else to be saved: no browser opens, guesses at or runs it."""
    found = file_seen_by_customer(session(), conversation_of(token), file_id)
    is_picture = found.content_type in PICTURES
    response = make_response(found.content)
    response.content_type = found.content_type if is_picture else ANYTHING
    how = "inline" if is_picture else "attachment"
    response.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(found.name, safe='')}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return _not_found_by_search(response)


def _page(
    conversation: Conversation, form: MessageForm, language: str, token: str, *, status: int = 200, fate: str = ""
) -> Response:
    page = render_template(
        "help/own_request.html",
        conversation=conversation,
        standing=standing_of(conversation).value,
        messages=seen_by_customer(session(), conversation),
        form=form,
        language=language,
        token=token,
        fate=fate,
    )
    return _not_found_by_search(make_response(page, status))


def _not_found_by_search(response: Response) -> Response:
    """For the eyes of who has the link."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response
