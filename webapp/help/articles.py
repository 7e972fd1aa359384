"""An article, and addresses that have moved."""

from collections.abc import Callable, Sequence
from textwrap import shorten

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from kb.articles import (
    LinkTarget,
    Whereabouts,
    article_link,
    find_moved,
    find_whereabouts,
    published_translations,
    related_articles,
    shown_text,
)
from kb.core.errors import GoneError, NotFoundError
from kb.insight.self_service import note_read
from kb.insight.translations import count_want
from kb.search.types import Audience
from kb.tables import Article, FeedbackKind
from webapp.help.article_page import LISTED, present_article
from webapp.help.blueprint import PLACE, RESULTS, blueprint, counted_visit, current_settings
from webapp.help.crawlers import is_crawler
from webapp.help.pictures import pictures_in
from webapp.help.structured import structured_data
from webapp.shared.after_response import run_after_response
from webapp.shared.article_html import show_article
from webapp.shared.database import session
from webapp.shared.feedback import note_feedback
from webapp.shared.locale import choose_language, offered_languages, preferred_languages
from webapp.shared.page_cache import cached_page
from webapp.shared.searching import record_if_typed
from webapp.shared.ui import with_query_of_request

RELATED = 5
SUMMARY = 155  # characters; search engines cut longer descriptions


def _find(language: str, slug: str) -> Whereabouts:
    try:
        return find_whereabouts(session(), language, slug, preferred_languages())
    except GoneError as error:
        raise GoneError(_("This article has been taken away."), remedy=_("These may help instead.")) from error
    except NotFoundError as error:
        # Customers read this, so it is said in their language and without the article's address.
        raise NotFoundError(
            _("There is no such article in this language."), remedy=_("A search finds what we have.")
        ) from error


def find_public_article(language: str, slug: str) -> Article:
    """The article that is shown at this address, in whatever language. Raises NotFoundError, GoneError."""
    found = _find(language, slug).article
    if found is None:
        raise NotFoundError(_("There is no such article in this language."))
    return found


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
    """One article, in the best other language where there is none in this. `?s=` names the search that led here, which counts
    as a click on its result; `?at=` the heading whose section answers, which is marked."""
    place = _find(language, slug)
    if place.moved_to is not None:
        target = public_address(place.moved_to) or url_for("help.start")
        moved = redirect(with_query_of_request(target), code=301)
        # An address can be given back: a browser that kept the redirect would then go in a circle.
        moved.headers["Cache-Control"] = "no-cache"
        return moved
    found = place.article
    assert found is not None
    search_id = request.args.get("s", "")
    visit = None if is_crawler() else counted_visit()
    if visit is not None:
        was_found = bool(search_id)
        run_after_response(lambda separate: note_read(separate, found.id, language, visit, from_search=was_found))
    if search_id and visit is not None:
        document = f"article:{found.id}"
        record_if_typed(
            search_id, audience=Audience.CUSTOMER, place=PLACE, reader_language=language, limit=RESULTS, visit=visit
        )
        run_after_response(lambda separate: note_feedback(separate, search_id, FeedbackKind.CLICK, document, visit))
    if found.language != language and not is_crawler():
        run_after_response(lambda separate: count_want(separate, found.id, language))
    about = (found.id, found.revision, found.content_hash, found.title, found.topic, found.body)
    response = cached_page(lambda search: _page(found, search), about=about)
    if found.language != language:
        response.vary.add("Accept-Language")
    return response


def _page(found: Article, search_id: str) -> str:
    rendered = show_article(found, link=_links_in(found), picture=pictures_in(found))
    summary = shorten(shown_text(found.body), width=SUMMARY, placeholder="…")
    return render_template(
        "help/article.html",
        article=found,
        rendered=present_article(rendered, region=current_settings().phone_region, at=request.args.get("at", "")),
        headings=[heading for heading in rendered.headings if heading.level in LISTED],
        summary=summary,
        structured=structured_data(found, rendered, summary, current_settings().site_name),
        translations=published_translations(session(), found),
        related=related_articles(session(), found, limit=RELATED),
        search_id=search_id,
        voted=request.args.get("voted", ""),
    )
