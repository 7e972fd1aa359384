"""The pages of the studio's numbers."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.insight.gaps import list_gaps
from kb.insight.numbers import (
    MOST,
    WITH_ROWS,
    Figure,
    list_rows,
    make_figures,
    make_wishes,
    read_articles,
    read_counted,
)
from kb.insight.numbers.reports import last_report, want_report, wants_report
from webapp.desk.display import channel_name
from webapp.shared.database import session
from webapp.shared.formatting import shop_day
from webapp.shared.paging import neighbours, page_number
from webapp.shared.searching import current_settings
from webapp.studio.numbers import words
from webapp.studio.numbers.drawing import ShownFigure, draw
from webapp.studio.numbers.ranges import DAYS, Chosen, choose
from webapp.studio.numbers.tables import articles_table, figure_table
from webapp.studio.numbers.wish_words import ANSWER_WORDS, UNMEASURED, WISHES

blueprint = Blueprint("studio_numbers", __name__, url_prefix="/studio/numbers")

GAPS, ARTICLES, A_PAGE = 10, 20, 50
_ARTICLES = "articles"


@blueprint.get("/")
def numbers() -> ResponseReturnValue:
    """All figures of the chosen days. Eleven statements, however much happened."""
    chosen = _chosen()
    counted = read_counted(session(), chosen.period, with_sample=chosen.with_sample)
    shown = {figure.key: _show(figure) for figure in make_figures(counted)}
    articles = read_articles(session(), chosen.period, with_sample=chosen.with_sample)
    used = [one for one in articles if one.uses]
    page = render_template(
        "studio/numbers.html",
        chosen=chosen,
        days=DAYS,
        period=words.period_words(chosen.period),
        before=words.period_words(chosen.period.before) if counted.is_comparable else "",
        counted=counted,
        groups=[(title, [shown[key] for key in keys]) for title, keys in words.GROUPS],
        gaps=list_gaps(session(), limit=GAPS),
        articles=used[:ARTICLES],
        unused=[one for one in articles if not one.uses][:ARTICLES],
        unused_count=len(articles) - len(used),
        wants_report=wants_report(session(), current_user.id),
        report=last_report(session(), current_user.id),
        can_mail=current_settings().mail_smtp is not None,
        language_words=words.language_words,
        problem=chosen.problem,
    )
    return page, 422 if chosen.problem else 200


@blueprint.get("/wishes")
def wishes() -> ResponseReturnValue:
    """What customers wish, and how far it is so."""
    chosen = _chosen()
    counted = read_counted(session(), chosen.period, with_sample=chosen.with_sample)
    page = render_template(
        "studio/numbers_wishes.html",
        chosen=chosen,
        days=DAYS,
        period=words.period_words(chosen.period),
        counted=counted,
        wishes=make_wishes(counted),
        titles=WISHES,
        answers=ANSWER_WORDS,
        unmeasured=UNMEASURED,
        value_words=words.value_words,
        comparison=words.comparison,
        problem=chosen.problem,
    )
    return page, 422 if chosen.problem else 200


@blueprint.get("/<figure_key>/rows")
def rows(figure_key: str) -> ResponseReturnValue:
    """What a figure was counted from. Invented days have no rows."""
    if figure_key not in WITH_ROWS:
        abort(404)
    chosen, page = _chosen(), page_number()
    found, count = list_rows(
        session(), figure_key, chosen.period, current_settings().time_zone, limit=A_PAGE, offset=(page - 1) * A_PAGE
    )
    html = render_template(
        "studio/numbers_rows.html",
        chosen=chosen,
        title=words.FIGURES[figure_key][0],
        definition=words.FIGURES[figure_key][1],
        figure_key=figure_key,
        period=words.period_words(chosen.period),
        rows=found,
        count=count,
        is_all=count < MOST,
        pages=neighbours(page, count, A_PAGE),
        channel_words=lambda channel: words.place_name(channel) if figure_key in _SEARCHES else channel_name(channel),
        language_words=words.language_words,
        series=words.SERIES,
        value_words=words.value_words,
        problem=chosen.problem,
    )
    return html, 422 if chosen.problem else 200


_SEARCHES = ("searches", "found", "languages", "places", "asked_person", "sure")


@blueprint.get("/<figure_key>.csv")
def table(figure_key: str) -> ResponseReturnValue:
    """A figure's table, to be opened in a spreadsheet."""
    chosen = _chosen()
    if chosen.problem:
        abort(422)
    if figure_key == _ARTICLES:
        text = articles_table(read_articles(session(), chosen.period, with_sample=chosen.with_sample))
    else:
        counted = read_counted(session(), chosen.period, with_sample=chosen.with_sample)
        figure = next((one for one in make_figures(counted) if one.key == figure_key), None)
        if figure is None:
            abort(404)
        text = figure_table(figure)
    name = f"{figure_key}-{chosen.period.first.isoformat()}-{chosen.period.last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)


@blueprint.post("/report")
def report() -> ResponseReturnValue:
    """Get the figures of each week by mail, or no more."""
    step = request.form.get("step", "")
    if step not in {"start", "stop"}:
        abort(400)
    want_report(session(), current_user.id, wanted=step == "start")
    if step == "start":
        flash(_("You get the figures of each week by mail, on Mondays, from the next one on."), "good")
    else:
        flash(_("You get no more reports by mail."), "good")
    return redirect(url_for("studio_numbers.numbers", _anchor="report"), code=303)


def _chosen() -> Chosen:
    return choose(request.args, shop_day())


def _show(figure: Figure) -> ShownFigure:
    title, definition = words.FIGURES[figure.key]
    unit = figure.points_unit or figure.unit
    names = [words.point_name(figure, point.key) for point in figure.points]
    series = [words.series_name(figure, key) for key in figure.series]
    running = words.running_of(figure, names)
    return ShownFigure(
        figure=figure,
        title=str(title),
        definition=str(definition),
        value=words.value_words(figure.unit, figure.value),
        comparison=words.comparison(figure.unit, figure.value, figure.before, figure.rising),
        parts=words.parts_name(figure),
        series=series,
        names=words.with_running(names, running),
        cells=[[words.value_words(unit, value) for value in point.values] for point in figure.points],
        drawing=draw(figure, names, series, lambda value: words.value_words(unit, value), running),
        running=names[running[0]] if running else "",
    )
