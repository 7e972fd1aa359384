"""Asking for a person with the form."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from kb.core.clock import utc_now
from kb.core.errors import IndexUnavailableError, ModelError
from kb.privacy.redaction import masked_kinds
from kb.search.types import Audience, Result
from kb.service.before_contact import Tried, tried_before
from kb.service.contact import find_request, name_of_request
from kb.service.held_requests import SentByCustomer
from kb.service.references import reference_of
from webapp.help.blueprint import PLACE, blueprint, current_settings
from webapp.help.forms import ContactForm
from webapp.help.masked import describe_masked
from webapp.help.own_conversations import token_of
from webapp.help.sending import Fate, send_or_hold
from webapp.shared.database import session
from webapp.shared.errors import RETRY_AFTER
from webapp.shared.searching import search_and_record

# Searches that are named beside the tick, and articles that are suggested.
_MOST_TRIED, _MOST_SUGGESTED = 8, 3
# Of a message, for suggestions: what somebody asks stands near the beginning.
_LONGEST_SUGGESTED_FOR = 500


@blueprint.get("/help/<language>/contact")
def contact(language: str) -> ResponseReturnValue:
    return _page(ContactForm(current_settings()), language)


@blueprint.post("/help/<language>/contact")
def contact_send(language: str) -> ResponseReturnValue:
    form = ContactForm(current_settings())
    if not form.validate():
        return _page(form, language), form.refusal
    sent = _sent(form, language)
    fate = send_or_hold(sent)
    if fate is not Fate.LOST:
        # The cookie is signed, not encrypted: it holds the request's random name and nothing that was typed.
        cookie["request"] = sent.external_id
    if fate is Fate.STORED:
        return redirect(url_for("help.contact_sent", language=language), code=303)
    page = _page(form, language, fate=fate.value, reference=reference_of(sent.external_id))
    return page, 503, {"Retry-After": str(RETRY_AFTER)}


@blueprint.post("/help/<language>/contact/suggestions")
def suggest_before_contact(language: str) -> ResponseReturnValue:
    """A piece of the page: articles that may answer what is being written. Nothing of it is kept."""
    return render_template(
        "help/_suggestions.html", suggested=_suggest(request.form.get("message", ""), language), is_fresh=True
    )


@blueprint.get("/help/<language>/contact/sent")
def contact_sent(language: str) -> ResponseReturnValue:
    sent = find_request(session(), cookie["request"]) if "request" in cookie else None
    if sent is None or sent.conversation is None:
        return redirect(url_for("help.contact", language=language))
    return render_template(
        "help/sent.html",
        reach=sent.contact,
        masked=describe_masked(masked_kinds(sent.name, sent.message)),
        reference=sent.conversation.details.get("reference", ""),
        own_url=url_for("help.own_request", language=language, token=token_of(sent.conversation)),
        has_receipt=current_settings().mail_smtp is not None and "@" in sent.contact,
        suggested=_suggest(sent.message, language),
    )


def _page(form: ContactForm, language: str, *, fate: str = "", reference: str = "") -> str:
    asks = {"data-suggest": url_for("help.suggest_before_contact", language=language)}
    form.message.render_kw = {**form.message.render_kw, **asks}
    return render_template(
        "help/contact.html", form=form, language=language, tried=_tried(), fate=fate, reference=reference
    )


def _sent(form: ContactForm, language: str) -> SentByCustomer:
    visit = cookie.get("visit")
    external_id = name_of_request(form.key_of_form, form.reach, form.message.data, form.clean_number)
    return SentByCustomer(
        external_id=external_id,
        message=form.message.data,
        sent_at=utc_now(),
        language=language,
        name=form.name.data,
        contact=form.reach,
        order_number=form.clean_number,
        visit=visit if form.share.data else None,
        asked_in=visit,
        receipt=receipt_of(reference_of(external_id)) if "@" in form.reach else "",
        page=url_for("help.find_own", language=language, _external=True),
        pictures=form.sent_pictures,
        ticked=str(form.share.label.text) if form.share.data else "",
    )


def receipt_of(reference: str) -> str:
    """The mail that tells that a request has arrived, "" where no mails are sent."""
    if current_settings().mail_smtp is None:
        return ""
    return "\n\n".join(
        (
            _("We have your request. Its number is %(reference)s.", reference=reference),
            _("Where it stands and what we answer is here, and you can write to us there too:") + "\n{link}",
            _("Who has this link can read the request and answer in it: please pass it on to nobody."),
        )
    )


def _tried() -> Sequence[Tried]:
    """What goes along where the customer ticks it. A database that is not there keeps nobody from writing."""
    visit = cookie.get("visit")
    try:
        return tried_before(session(), [visit], limit=_MOST_TRIED) if visit else ()
    except OperationalError:
        session().rollback()
        return ()


def _suggest(text: str, language: str) -> Sequence[Result]:
    """Public articles near a message, by a search that is not written down; none where they are far from it."""
    if not text.strip():
        return ()
    try:
        answer = search_and_record(
            text[:_LONGEST_SUGGESTED_FOR],
            audience=Audience.CUSTOMER,
            place=PLACE,
            reader_language=language,
            limit=_MOST_SUGGESTED,
            is_typing=True,
        )
    except (IndexUnavailableError, ModelError):
        return ()
    return () if answer.outcome == "none" else answer.results
