"""The help centre: search, topics, articles, votes, and a live person always within reach."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from textwrap import shorten

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import NotFound

from kb.accounts.people import remember_language
from kb.articles import (
    LinkTarget,
    article_link,
    find_moved,
    get_published_article,
    list_public_addresses,
    list_topic_articles,
    list_topics,
    published_translations,
    related_articles,
    shown_text,
)
from kb.core.errors import NotFoundError
from kb.core.settings import Settings
from kb.privacy.redaction import masked_kinds
from kb.search.search_as_you_type import drop_partial_queries
from kb.search.types import Audience, SearchAnswer
from kb.service.contact import find_request, last_query, request_contact
from kb.tables import Article, FeedbackKind
from webapp.help.forms import ContactForm
from webapp.help.masked import describe_masked
from webapp.help.pictures import picture, pictures_in
from webapp.help.topics import topic_name
from webapp.shared.access import safe_next
from webapp.shared.after_response import run_after_response
from webapp.shared.article_html import show_article
from webapp.shared.database import session
from webapp.shared.errors import RETRY_AFTER
from webapp.shared.feedback import note_feedback
from webapp.shared.locale import choose_language, offered_languages
from webapp.shared.searching import record_if_typed, search_and_record
from webapp.shared.ui import THEMES, is_partial, is_typing, render_fresh

blueprint = Blueprint("help", __name__)
blueprint.add_app_template_global(topic_name)
blueprint.add_url_rule("/help/pictures/<name>", "picture", picture)

COOKIE_AGE = 365 * 24 * 3600
PLACE, RESULTS = "help", 6
RELATED = 5
SUMMARY = 155  # characters; search engines cut longer descriptions
VOTES = {"yes": FeedbackKind.ANSWERED, "no": FeedbackKind.NOT_ANSWERED}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings


@blueprint.url_value_preprocessor
def _check_language(_endpoint: str | None, values: dict[str, str] | None) -> None:
    if values and "language" in values and values["language"] not in offered_languages():
        abort(404)


def visit_id() -> str:
    """Random per browser session: joins the searches of one visit and tells nothing about the person."""
    if "visit" not in cookie:
        cookie["visit"] = secrets.token_urlsafe(16)
    return str(cookie["visit"])


@blueprint.get("/help/")
def start() -> ResponseReturnValue:
    response = redirect(url_for("help.home", language=choose_language()))
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@blueprint.get("/help/<language>/")
def home(language: str) -> ResponseReturnValue:
    return render_template("help/home.html", topics=list_topics(session(), language), answer=None)


@blueprint.get("/help/<language>/search")
def search(language: str) -> ResponseReturnValue:
    """Results as a page, or, for what is typed with scripts on, as a piece of one. Both come from the same template."""
    text = request.args.get("q", "")
    typing = is_typing(text)
    answer = _search(text, language, typing) if text.strip() else None
    topics = list_topics(session(), language) if answer is None else []
    template = "help/_results.html" if is_partial() else "help/home.html"
    response = render_fresh(template, topics=topics, answer=answer, partial=is_partial(), typing=typing)
    if is_partial():
        target = "help.search" if answer else "help.home"
        response.headers["HX-Replace-Url"] = url_for(target, language=language, q=text if answer else None)
    return response


def _search(text: str, language: str, typing: bool) -> SearchAnswer:
    answer = search_and_record(
        text,
        audience=Audience.CUSTOMER,
        place=PLACE,
        reader_language=language,
        limit=RESULTS,
        visit=visit_id(),
        is_typing=typing,
    )
    if not typing:
        run_after_response(lambda separate: drop_partial_queries(separate, answer.public_id))
    return answer


@blueprint.get("/help/<language>/topics/<topic>")
def topic(language: str, topic: str) -> ResponseReturnValue:
    articles = list_topic_articles(session(), language, topic)
    if not articles:
        raise NotFoundError(_("There is no such topic."))
    return render_template("help/topic.html", topic=topic, articles=articles)


def _find_article(language: str, slug: str) -> Article:
    try:
        return get_published_article(session(), language, slug)
    except NotFoundError as error:
        # Customers read this, so it is said in their language and without the article's address.
        raise NotFoundError(
            _("There is no such article in this language."), remedy=_("A search finds what we have.")
        ) from error


def public_address(target: LinkTarget) -> str | None:
    """Where customers read an article; None where they may not."""
    if not target.is_public or target.language not in offered_languages():
        return None
    return url_for("help.article", language=target.language, slug=target.slug)


def _lead_on(languages: Sequence[str], path: str) -> ResponseReturnValue | None:
    """To the article that had this address, for good; None where none had it."""
    for tag in languages:
        target = find_moved(session(), tag, path, offered_languages()) if len(path) <= 500 else None
        if target is not None:
            return redirect(public_address(target) or url_for("help.start"), code=301)
    return None


@blueprint.before_app_request
def follow_old_address() -> ResponseReturnValue | None:
    """An address of the site that was here before, as `redirect_from` and `aliases` name it, leads to its article."""
    if request.method != "GET" or not isinstance(request.routing_exception, NotFound):
        return None
    return _lead_on((choose_language(), *offered_languages()), request.path.strip("/"))


def _links_in(found: Article) -> Callable[[str], str | None]:
    return article_link(session(), found, public_address, offered_languages())


@blueprint.get("/help/<language>/articles/<slug>")
@blueprint.get("/help/<language>/articles/<path:slug>")
def article(language: str, slug: str) -> ResponseReturnValue:
    """One article. `?s=` names the search that led here, which counts as a click on its result."""
    try:
        found = _find_article(language, slug)
    except NotFoundError:
        if moved := _lead_on((language,), slug):
            return moved
        raise
    search_id = request.args.get("s", "")
    if search_id:
        document, visit = f"article:{found.id}", visit_id()
        record_if_typed(
            search_id, audience=Audience.CUSTOMER, place=PLACE, reader_language=language, limit=RESULTS, visit=visit
        )
        run_after_response(lambda separate: note_feedback(separate, search_id, FeedbackKind.CLICK, document, visit))
    return render_template(
        "help/article.html",
        article=found,
        rendered=show_article(found, link=_links_in(found), picture=pictures_in(found)),
        summary=shorten(shown_text(found.body), width=SUMMARY, placeholder="…"),
        translations=published_translations(session(), found),
        related=related_articles(session(), found, limit=RELATED),
        search_id=search_id,
        voted=request.args.get("voted", ""),
    )


@blueprint.post("/help/<language>/articles/<slug>/vote")
def vote(language: str, slug: str) -> ResponseReturnValue:
    """Whether the article answered the question. Works as a form; htmx asks for the thanks alone."""
    found = _find_article(language, slug)
    choice, search_id = request.form.get("vote", ""), request.form.get("s", "")
    if choice not in VOTES:
        abort(400)
    note_feedback(session(), search_id, VOTES[choice], f"article:{found.id}", visit_id())
    if is_partial():
        return render_template("help/_thanks.html", voted=choice)
    target = url_for("help.article", language=language, slug=slug, s=search_id or None, voted=choice, _anchor="vote")
    return redirect(target, code=303)


@blueprint.get("/help/<language>/contact")
def contact(language: str) -> ResponseReturnValue:
    query = request.args.get("q", "").strip() or last_query(session(), cookie.get("visit"))
    return render_template(
        "help/contact.html", form=ContactForm(_settings(), data={"message": query}), language=language
    )


@blueprint.post("/help/<language>/contact")
def contact_send(language: str) -> ResponseReturnValue:
    form = ContactForm(_settings())
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
            region=_settings().phone_region,
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


@blueprint.post("/preferences")
def save_preferences() -> ResponseReturnValue:
    """Remember colours or language, and go back to where the person was."""
    settings = _settings()
    response = redirect(safe_next(request.form.get("next")) or "/", code=303)
    theme, language = request.form.get("theme", ""), request.form.get("language", "")
    for name, value, allowed in (("theme", theme, THEMES), ("language", language, offered_languages())):
        if value in allowed:
            response.set_cookie(name, value, max_age=COOKIE_AGE, samesite="Lax", secure=settings.secure_cookies)
    if language in offered_languages() and current_user.is_authenticated:
        remember_language(session(), current_user.id, language)
    return response


@blueprint.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Every public page in every language, with its other languages beside it."""
    languages = offered_languages()
    groups: dict[str, dict[str, tuple[str, datetime]]] = {}
    for key, tag, slug, changed in list_public_addresses(session()):
        if tag in languages:
            groups.setdefault(key, {})[tag] = (slug, changed)
    response = make_response(render_template("help/sitemap.xml", languages=languages, groups=groups.values()))
    response.content_type = "application/xml; charset=utf-8"
    return response


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /studio/", "Disallow: /admin/", "Disallow: /api/"]
    lines += [f"Disallow: /help/{tag}/{page}" for tag in offered_languages() for page in ("search", "contact")]
    lines.append(f"Sitemap: {url_for('help.sitemap', _external=True)}")
    response = make_response("\n".join(lines) + "\n")
    response.content_type = "text/plain; charset=utf-8"
    return response
