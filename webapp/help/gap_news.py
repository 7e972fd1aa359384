"""Leaving an address to hear when there is an answer, and taking it back."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.core.errors import InvalidInputError, NotFoundError
from kb.search.events import find_search, record_search
from kb.search.types import Audience, Outcome
from kb.service.contact import clean_contact
from kb.service.gap_news import forget_address, wish_for_news
from webapp.help.blueprint import PLACE, RESULTS, blueprint, counted_visit, current_settings
from webapp.shared.database import session
from webapp.shared.news_links import address_key, key_of_link, sign_key
from webapp.shared.searching import search_unrecorded
from webapp.shared.ui import render_fresh


@blueprint.app_template_global("offers_news")
def offers_news() -> bool:
    """Only where mails can be sent and have an address to lead to."""
    return current_settings().mail_smtp is not None and bool(current_settings().public_url)


@blueprint.post("/help/<language>/news")
def want_news(language: str) -> ResponseReturnValue:
    """`email`, and the search: `s` its name, `q` what was asked. A search that was not written down is made again."""
    if not offers_news():
        raise NotFoundError(_("There is no such page."))
    text, typed = request.form.get("q", "").strip(), request.form.get("email", "").strip()
    try:
        address = clean_contact(typed, current_settings().phone_region)
    except InvalidInputError:
        address = ""
    if "@" not in address:
        return render_template("help/news.html", problem=_("This is no e-mail address."), typed=typed, query=text), 422
    number = find_search(session(), request.form.get("s", ""))
    if number is None:
        answer = search_unrecorded(
            text, audience=Audience.CUSTOMER, place=PLACE, reader_language=language, limit=RESULTS, is_typing=False
        )
        if answer.no_question or answer.outcome is Outcome.ANSWERED:
            return redirect(url_for("help.search", language=language, q=text[:300]), code=303)
        number = record_search(
            session(),
            answer,
            place=PLACE,
            audience=Audience.CUSTOMER,
            region=current_settings().phone_region,
            visit=counted_visit(),
            reader_language=language,
        )
        assert number is not None
    secret = current_app.config["SECRET_KEY"]
    key = address_key(address, secret)
    wish_for_news(session(), number, address=address, address_key=key, language=language)
    return render_fresh("help/news.html", address=address, token=sign_key(key, secret))


@blueprint.get("/help/<language>/news/<news_token>")
def leave_news(language: str, news_token: str) -> ResponseReturnValue:  # noqa: ARG001
    _key_of(news_token)
    return render_fresh("help/news.html", token=news_token)


@blueprint.post("/help/<language>/news/<news_token>")
def leave_news_send(language: str, news_token: str) -> ResponseReturnValue:  # noqa: ARG001
    """All that the address waits for, whichever question the link came with."""
    forget_address(session(), _key_of(news_token))
    return render_fresh("help/news.html", is_gone=True)


def _key_of(token: str) -> str:
    key = key_of_link(token, current_app.config["SECRET_KEY"])
    if key is None:
        raise NotFoundError(_("This link is incomplete."))
    return key
