"""The studio's pages of notices that are pinned for everybody: what runs, what is planned, who has changed it."""

from datetime import datetime, timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.articles import list_topics
from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError
from kb.core.settings import Settings
from kb.service.notices import (
    LONGEST_ABOUT,
    LONGEST_TEXT,
    NoticeContent,
    article_key_of,
    get_notice,
    history_of,
    list_notices,
    save_notice,
    slug_of_key,
    standing_of,
    take_down,
    undo,
)
from kb.tables import Notice, NoticeDegree
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.locale import offered_languages
from webapp.shared.numbers import small_number

blueprint = Blueprint("studio_notices", __name__, url_prefix="/studio/notices")

USUAL_RUN = timedelta(hours=4)
DEGREES = {
    NoticeDegree.INFO.value: lazy_gettext("Good to know"),
    NoticeDegree.WARNING.value: lazy_gettext("Something is slow or changed"),
    NoticeDegree.OUTAGE.value: lazy_gettext("Something is down"),
}
STANDINGS = {
    "running": lazy_gettext("Shown now"),
    "planned": lazy_gettext("Planned"),
    "over": lazy_gettext("Over"),
    "taken_down": lazy_gettext("Taken down"),
}
CHANGES = {
    "made": lazy_gettext("Made"),
    "changed": lazy_gettext("Changed"),
    "taken_down": lazy_gettext("Taken down"),
    "undone": lazy_gettext("A change was taken back"),
}


@blueprint.get("/")
def notices() -> ResponseReturnValue:
    found = list_notices(session())
    now = utc_now()
    return render_template(
        "studio/notices.html",
        notices=[(one, standing_of(one, now)) for one in found],
        standings=STANDINGS,
        **_form({}),
    )


@blueprint.post("/")
def make() -> ResponseReturnValue:
    return _save(None)


@blueprint.get("/<int:notice_id>")
def notice(notice_id: int) -> ResponseReturnValue:
    return _page(get_notice(session(), notice_id))


@blueprint.post("/<int:notice_id>")
def change(notice_id: int) -> ResponseReturnValue:
    return _save(get_notice(session(), notice_id))


@blueprint.post("/<int:notice_id>/take-down")
def end(notice_id: int) -> ResponseReturnValue:
    take_down(session(), notice_id, user_id=current_user.id)
    flash(_("It is shown no longer. The history below can bring it back."), "good")
    return redirect(url_for("studio_notices.notice", notice_id=notice_id), code=303)


@blueprint.post("/changes/<int:change_id>/undo")
def take_back(change_id: int) -> ResponseReturnValue:
    found = undo(session(), change_id, user_id=current_user.id)
    flash(_("The change was taken back."), "good")
    return redirect(url_for("studio_notices.notice", notice_id=found.id), code=303)


def _save(existing: Notice | None) -> ResponseReturnValue:
    try:
        saved = save_notice(
            session(),
            _content(existing),
            user_id=current_user.id,
            notice_id=existing.id if existing else None,
            seen_version=small_number(request.form.get("seen", "")) or 0,
        )
    except (InvalidInputError, ConflictError) as error:
        session().rollback()
        is_late = isinstance(error, ConflictError)
        problem = _("A colleague has changed this notice meanwhile. What you wrote is still here.") if is_late else ""
        return _page(
            get_notice(session(), existing.id) if existing else None,
            problem=problem or words_of(error),
        ), 409 if is_late else 422
    flash(_("Saved. It shows from its beginning to its end, and ends by itself."), "good")
    return redirect(url_for("studio_notices.notice", notice_id=saved.id), code=303)


def _content(existing: Notice | None) -> NoticeContent:
    """Texts in languages that are not offered any more stay as they are. Raises InvalidInputError."""
    form = request.form
    kept = {tag: text for tag, text in existing.texts.items() if tag not in offered_languages()} if existing else {}
    begins = form.get("begins", "").strip()
    return NoticeContent(
        texts=kept | {tag: form.get(f"text-{tag}", "") for tag in offered_languages()},
        degree=form.get("degree", ""),
        begins_at=_moment(begins) if begins else utc_now(),
        ends_at=_moment(form.get("ends", "").strip()),
        topic=form.get("topic", ""),
        about=form.get("about", ""),
        article_key=article_key_of(session(), form.get("article", "")),
    )


def _moment(text: str) -> datetime:
    """As a browser sends date and time; they are the shop's."""
    try:
        return datetime.fromisoformat(text[:16]).replace(tzinfo=_settings().time_zone)
    except ValueError as error:
        raise InvalidInputError("A date and a time are needed.") from error


def _settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings


def _page(existing: Notice | None, *, problem: str = "") -> str:
    if existing is None:
        values = {name: request.form.get(name, "") for name in request.form}
        return render_template("studio/notice.html", notice=None, history=(), problem=problem, **_form(values))
    history = history_of(session(), existing.id)
    undoable = next((one.id for one in history if one.undone_at is None and one.kind != "undone"), None)
    values = dict(request.form) if problem else _values(existing)
    return render_template(
        "studio/notice.html",
        notice=existing,
        standing=STANDINGS[standing_of(existing)],
        history=history,
        undoable=undoable,
        changes=CHANGES,
        problem=problem,
        **_form(values, existing.version),
    )


def _values(notice: Notice) -> dict[str, str]:
    return {
        **{f"text-{tag}": text for tag, text in notice.texts.items()},
        "degree": notice.degree,
        "begins": _typed(notice.begins_at),
        "ends": _typed(notice.ends_at),
        "topic": notice.topic,
        "about": notice.about,
        "article": slug_of_key(session(), notice.article_key),
    }


def _form(values: dict[str, str], version: int = 0) -> dict[str, object]:
    """What `studio/_notice_form.html` shows."""
    topics = list(dict.fromkeys(one.topic for tag in offered_languages() for one in list_topics(session(), tag)))
    return {
        "values": {"ends": _typed(utc_now() + USUAL_RUN), "degree": NoticeDegree.WARNING.value} | values,
        "version": version,
        "tags": offered_languages(),
        "topics": [topic for topic in topics if topic],
        "degrees": DEGREES,
        "zone": _settings().time_zone_text,
        "longest": LONGEST_TEXT,
        "longest_about": LONGEST_ABOUT,
    }


def _typed(moment: datetime) -> str:
    return moment.astimezone(_settings().time_zone).strftime("%Y-%m-%dT%H:%M")
