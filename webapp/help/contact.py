"""Asking for a person with the form."""

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from kb.privacy.redaction import masked_kinds
from kb.service.contact import find_request, last_query, request_contact
from webapp.help.blueprint import blueprint, current_settings
from webapp.help.forms import ContactForm
from webapp.help.masked import describe_masked
from webapp.shared.database import session
from webapp.shared.errors import RETRY_AFTER


@blueprint.get("/help/<language>/contact")
def contact(language: str) -> ResponseReturnValue:
    query = request.args.get("q", "").strip() or last_query(session(), cookie.get("visit"))
    return render_template(
        "help/contact.html", form=ContactForm(current_settings(), data={"message": query}), language=language
    )


@blueprint.post("/help/<language>/contact")
def contact_send(language: str) -> ResponseReturnValue:
    form = ContactForm(current_settings())
    if not form.validate():
        return render_template("help/contact.html", form=form, language=language), 422
    try:
        opened = request_contact(
            session(),
            name=form.name.data,
            contact=form.reach,
            message=form.message.data,
            language=language,
            visit=cookie.get("visit"),
            region=current_settings().phone_region,
        )
    except OperationalError:  # the database is busy: the form as it was sent, to be sent again
        session().rollback()
        page = render_template("help/contact.html", form=form, language=language, is_busy=True)
        return page, 503, {"Retry-After": str(RETRY_AFTER)}
    # The cookie is signed, not encrypted: it holds the request's random name and nothing that was typed.
    cookie["request"] = opened.external_id
    return redirect(url_for("help.contact_sent", language=language), code=303)


@blueprint.get("/help/<language>/contact/sent")
def contact_sent(language: str) -> ResponseReturnValue:
    sent = find_request(session(), cookie["request"]) if "request" in cookie else None
    if sent is None:
        return redirect(url_for("help.contact", language=language))
    masked = describe_masked(masked_kinds(sent.name, sent.message))
    return render_template("help/sent.html", reach=sent.contact, masked=masked)
