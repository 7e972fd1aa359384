"""The studio's pages of the voice of the customer: themes of feedback and complaints, their answers, handing them over."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_login import current_user

from kb.accounts.people import list_users
from kb.core.errors import InvalidInputError
from kb.insight.voice.editing import LONGEST_ANSWER, LONGEST_TITLE, answer_theme, edit_theme, mark_answered, set_due
from kb.insight.voice.handing_over import COLUMNS, issue_text, to_json, to_rows
from kb.insight.voice.listing import ThemeRow, count_themes, list_themes, statements_of, theme_detail, theme_row
from kb.service.channels.webhooks import listen_to_all, tell_theme
from kb.tables import ThemeState, VoiceStatement
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.formatting import shop_day
from webapp.shared.paging import neighbours, page_number
from webapp.shared.searching import current_settings

blueprint = Blueprint("studio_voice", __name__, url_prefix="/studio/voice")

A_PAGE, STATEMENTS_A_PAGE = 30, 50
VIEWS = {
    "open": (ThemeState.OPEN, ThemeState.PLANNED),
    "due": (ThemeState.OPEN, ThemeState.PLANNED, ThemeState.DONE, ThemeState.DISMISSED),
    "done": (ThemeState.DONE,),
    "dismissed": (ThemeState.DISMISSED,),
}
VIEW_NAMES = {
    "open": lazy_gettext("Open themes"),
    "due": lazy_gettext("Complaints to answer"),
    "done": lazy_gettext("Done"),
    "dismissed": lazy_gettext("Dismissed themes"),
}
NAMES = {
    "open": lazy_gettext("Open"),
    "planned": lazy_gettext("With the product team"),
    "done": lazy_gettext("Done"),
    "dismissed": lazy_gettext("Dismissed"),
    "feedback": lazy_gettext("Feedback"),
    "complaint": lazy_gettext("Complaint"),
    "message": lazy_gettext("Conversation"),
    "vote": lazy_gettext("Vote on an article"),
    "survey": lazy_gettext("Survey"),
    "ticket": lazy_gettext("Ticket"),
    "conversation": lazy_gettext("in the conversation"),
    "theme": lazy_gettext("with the answer to all"),
    "hand": lazy_gettext("marked by hand"),
}


@blueprint.get("/")
def themes() -> ResponseReturnValue:
    """What is said most comes first; complaints to answer by the day when they are due. Four statements."""
    view = request.args.get("view", "open")
    if view not in VIEWS:
        abort(404)
    page, (counts, due) = page_number(), count_themes(session())
    count_of = {key: due if key == "due" else sum(counts.get(state, 0) for state in VIEWS[key]) for key in VIEWS}
    found = list_themes(session(), VIEWS[view], limit=A_PAGE, offset=(page - 1) * A_PAGE, only_due=view == "due")
    earlier, later = neighbours(page, count_of[view], A_PAGE)
    return render_template(
        "studio/voice.html",
        themes=found,
        view=view,
        views=VIEW_NAMES,
        counts=count_of,
        names=NAMES,
        today=shop_day(),
        previous_url=earlier,
        next_url=later,
    )


@blueprint.get("/<int:theme_id>")
def theme(theme_id: int) -> ResponseReturnValue:
    """One theme: what was said, what is due, what was answered, and handing it over."""
    return _theme(theme_id)


def _theme(theme_id: int, problem: str = "", texts: dict[str, str] | None = None) -> str:
    """texts: an answer that was typed and is not sent."""
    page = page_number()
    detail = theme_detail(session(), theme_id, limit=STATEMENTS_A_PAGE, offset=(page - 1) * STATEMENTS_A_PAGE)
    newest = detail.statements if page == 1 else statements_of(session(), theme_id, limit=STATEMENTS_A_PAGE)
    earlier, later = neighbours(page, detail.row.count, STATEMENTS_A_PAGE)
    return render_template(
        "studio/voice_theme.html",
        detail=detail,
        row=detail.row,
        people=[person for person in list_users(session()) if person.active],
        states={state.value: NAMES[state.value] for state in ThemeState},
        names=NAMES,
        today=shop_day(),
        webhooks=listen_to_all(session()),
        issue=issue_text(detail.row, newest, _address(theme_id)),
        longest_title=LONGEST_TITLE,
        longest_answer=LONGEST_ANSWER,
        problem=problem,
        texts=texts or {},
        previous_url=earlier,
        next_url=later,
    )


@blueprint.post("/<int:theme_id>")
def edit(theme_id: int) -> ResponseReturnValue:
    """Owner, title, state, and the day until which its complaints are answered."""
    owner, due = request.form.get("owner", ""), request.form.get("due", "")
    try:
        edit_theme(
            session(),
            theme_id,
            title=request.form.get("title", ""),
            state=request.form.get("state", ""),
            owner_id=int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 10 else None,
        )
        if due:
            set_due(session(), theme_id, _day(due))
    except InvalidInputError as error:
        session().rollback()
        return _theme(theme_id, words_of(error)), 422
    flash(_("Saved."), "good")
    return redirect(url_for("studio_voice.theme", theme_id=theme_id), code=303)


@blueprint.post("/<int:theme_id>/answer")
def answer(theme_id: int) -> ResponseReturnValue:
    """What those who raised it are told; a job brings it to them within minutes."""
    texts = {name.removeprefix("text-"): text for name, text in request.form.items() if name.startswith("text-")}
    try:
        answer_theme(session(), theme_id, texts, current_user.id)
    except InvalidInputError as error:
        session().rollback()
        return _theme(theme_id, words_of(error), texts), 422
    flash(_("The answer is on its way to those who raised this."), "good")
    return redirect(url_for("studio_voice.theme", theme_id=theme_id) + "#answers", code=303)


@blueprint.post("/<int:theme_id>/statements/<int:statement_id>")
def answered(theme_id: int, statement_id: int) -> ResponseReturnValue:
    """A complaint was answered in another way, or was not."""
    is_answered = request.form.get("answered") == "yes"
    mark_answered(session(), theme_id, statement_id, is_answered)
    flash(_("Marked as answered.") if is_answered else _("It waits for an answer again."), "good")
    return redirect(url_for("studio_voice.theme", theme_id=theme_id) + f"#statement-{statement_id}", code=303)


@blueprint.post("/<int:theme_id>/hand-over")
def hand_over(theme_id: int) -> ResponseReturnValue:
    """Tell the webhooks, which take it to the product team's system."""
    told = to_json(theme_row(session(), theme_id), statements_of(session(), theme_id, limit=STATEMENTS_A_PAGE))
    count = tell_theme(session(), {**told, "url": _address(theme_id)}, current_user.id)
    if not count:
        flash(_("No webhook takes all channels. Add one on the command line: kb webhook add URL"), "bad")
    else:
        flash(ngettext("%(num)s webhook is told.", "%(num)s webhooks are told.", count), "good")
    return redirect(url_for("studio_voice.theme", theme_id=theme_id), code=303)


@blueprint.get("/<int:theme_id>/statements.csv")
def export_csv(theme_id: int) -> ResponseReturnValue:
    """All that was said, redacted, one row a statement."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    writer.writerows(to_rows(*_all_of(theme_id)))
    # Spreadsheets take a file without this mark for another encoding.
    return _file("\ufeff" + buffer.getvalue(), "text/csv", f"theme-{theme_id}.csv")


@blueprint.get("/<int:theme_id>/statements.json")
def export_json(theme_id: int) -> ResponseReturnValue:
    """The same with the counts of the theme."""
    text = json.dumps(to_json(*_all_of(theme_id)), ensure_ascii=False, indent=2)
    return _file(text, "application/json", f"theme-{theme_id}.json")


def _all_of(theme_id: int) -> tuple[ThemeRow, Sequence[VoiceStatement]]:
    return theme_row(session(), theme_id), statements_of(session(), theme_id)


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type=f"{kind}; charset=utf-8", headers=headers)


def _address(theme_id: int) -> str:
    path = url_for("studio_voice.theme", theme_id=theme_id)
    public = current_settings().public_url
    return f"{public}{path}" if public else url_for("studio_voice.theme", theme_id=theme_id, _external=True)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(f"{text[:20]!r} is no day.", remedy="An example: 2030-01-31") from None
