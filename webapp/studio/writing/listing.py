"""The list of articles."""

from collections.abc import Sequence

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kb.articles.kept_drafts import open_drafts
from kb.articles.reviews import waiting_reviews
from kb.articles.schedules import planned
from kb.articles.studio_list import ArticleFilter, article_choices, count_articles, find_articles
from kb.core.clock import utc_now
from webapp.shared.database import session
from webapp.shared.formatting import shop_day
from webapp.shared.locale import offered_languages
from webapp.shared.paging import neighbours, page_number
from webapp.shared.ui import render_fresh
from webapp.studio.writing.blueprint import blueprint
from webapp.studio.writing.reviewing import colleagues
from webapp.studio.writing.templates import TEMPLATES
from webapp.studio.writing.words import AUDIENCES, BULK_ACTS, KINDS, PLANNED_ACTS, STATUSES, WHY_NOT

A_PAGE = 50
FILTERS = ("language", "topic", "status", "audience", "owner")


@blueprint.get("/")
def articles() -> ResponseReturnValue:
    """All of them, of every status, by filters and words; drafts of this person that were never saved; changes to be read."""
    return list_page()


def wanted_articles() -> ArticleFilter:
    """The filters of the address."""
    return ArticleFilter(
        words=request.args.get("q", "").strip()[:200],
        **{name: request.args.get(name, "")[:320] for name in FILTERS},
    )


def list_page(*, problem: str = "", ticked: Sequence[str] = ()) -> Response:
    """problem: why an act on those that are ticked was not done."""
    looked_at, wanted = utc_now(), wanted_articles()
    page, count = page_number(), count_articles(session(), wanted)
    earlier, later = ("", "") if problem else neighbours(page, count, A_PAGE)
    waiting = waiting_reviews(session(), current_user.id)
    return render_fresh(
        "studio/articles.html",
        articles=find_articles(session(), wanted, limit=A_PAGE, offset=(page - 1) * A_PAGE),
        count=count,
        wanted=wanted,
        choices=article_choices(session()),
        unsaved=open_drafts(session(), current_user.id, article_id=None),
        waiting=len(waiting),
        waiting_for_me=sum(one.waits_for(current_user.id) for one in waiting),
        planned=planned(session()),
        colleagues=colleagues(),
        problem=problem,
        ticked=frozenset(ticked),
        sent=request.form,
        looked_at=looked_at,
        here=request.args.to_dict(),
        acts=BULK_ACTS,
        planned_acts=PLANNED_ACTS,
        why=WHY_NOT,
        templates=TEMPLATES,
        statuses=STATUSES,
        kinds=KINDS,
        audiences=AUDIENCES,
        offered=offered_languages(),
        today=shop_day(),
        previous_url=earlier,
        next_url=later,
    )
