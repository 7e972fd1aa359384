"""Flows of steps, edited by trainers: the list, one as YAML with its preview and faults by line, its versions."""

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles.flow_files import readable_slugs
from kb.articles.flow_store import (
    StoredFlow,
    check_name,
    delete_flow,
    find_flow,
    flow_history,
    list_flows,
    read_flow,
    restore_flow,
    save_flow,
)
from kb.articles.flows import LARGEST, Flow, text_in
from kb.articles.text import ArticleError
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError, Rejection
from kb.core.settings import Settings
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.flows import FACT_KINDS
from webapp.shared.locale import choose_language, offered_languages
from webapp.shared.ui import render_fresh

blueprint = Blueprint("studio_flows", __name__, url_prefix="/studio/flows")
NEW = """\
title: {en: "", hi: "", bn: ""}
words: {en: "", hi: "", bn: ""}
start: first
steps:
  first:
    ask: {en: "", hi: "", bn: ""}
    quote: {article: slug-of-the-article}
    choices:
      - {label: {en: "", hi: "", bn: ""}, next: done}
  done:
    answer: {en: "", hi: "", bn: ""}
    quote: {article: slug-of-the-article}
"""


@dataclass(frozen=True)
class Preview:
    """What a text would be: its steps, or its faults. unread: articles that it quotes and customers cannot read; lacking: by step
    the languages in which it says nothing."""

    flow: Flow | None
    problems: tuple[Rejection, ...]
    unread: tuple[str, ...] = ()
    lacking: tuple[tuple[str, tuple[str, ...]], ...] = ()


@blueprint.get("/")
def flows() -> ResponseReturnValue:
    """All of them, also those that cannot be used."""
    found = list_flows(session(), _folder(), fact_kinds=FACT_KINDS)
    return render_template(
        "studio/flows.html", flows=found, text_in=text_in, reading=choose_language(), name="", problem=""
    )


@blueprint.post("/")
def begin() -> ResponseReturnValue:
    """A new one, by its name: nothing is stored before its text is."""
    name = request.form.get("name", "").strip()
    try:
        check_name(name)
    except InvalidInputError as error:
        found = list_flows(session(), _folder(), fact_kinds=FACT_KINDS)
        problem = words_of(error)
        page = render_template(
            "studio/flows.html", flows=found, text_in=text_in, reading=choose_language(), name=name, problem=problem
        )
        return page, 422
    return redirect(url_for("studio_flows.flow", flow_name=name), code=303)


@blueprint.get("/<flow_name>")
def flow(flow_name: str) -> ResponseReturnValue:
    """One, to be changed; under a name that there is none of, a new one."""
    found = _find(flow_name)
    return _edit(found, found.text)


@blueprint.post("/<flow_name>")
def change(flow_name: str) -> ResponseReturnValue:
    """Save, try without saving, delete, or let an earlier version hold again. What was typed is never lost."""
    found = _find(flow_name)
    step, seen = request.form.get("step", ""), request.form.get("seen", "")
    text = request.form.get("text", "").replace("\r\n", "\n")
    seen_revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    try:
        if step == "try":
            return _edit(found, text, seen=seen_revision)
        if step == "save":
            save_flow(session(), flow_name, text, current_user.id, seen=seen_revision, fact_kinds=FACT_KINDS)
            flash(_("Saved. It holds from now on, at the desk and where customers ask."), "good")
        elif step == "delete":
            delete_flow(session(), flow_name, found.text, current_user.id, seen=seen_revision)
            flash(_("Deleted. Its versions are kept and can be brought back."), "good")
        elif step == "restore":
            number = request.form.get("revision", "")
            restore_flow(
                session(), flow_name, int(number) if number.isdecimal() and len(number) < 10 else 0, current_user.id
            )
            flash(_("The earlier version holds again."), "good")
        else:
            abort(400)
    except ArticleError:
        session().rollback()
        return _edit(
            found, text, seen=seen_revision, problem=_("It was not saved: see the lines that are marked.")
        ), 422
    except InvalidInputError as error:
        session().rollback()
        return _edit(found, text, seen=seen_revision, problem=words_of(error)), 422
    except ConflictError:
        session().rollback()
        problem = _(
            "A colleague has changed this flow meanwhile. What you wrote is still here; theirs is in the history."
        )
        return _edit(_find(flow_name), text, problem=problem), 409
    return redirect(url_for("studio_flows.flow", flow_name=flow_name), code=303)


@blueprint.post("/<flow_name>/preview")
def preview(flow_name: str) -> ResponseReturnValue:
    """How a text would look, while it is typed. Nothing is stored."""
    text = request.form.get("text", "")[: LARGEST + 1].replace("\r\n", "\n")
    return render_fresh("studio/_flow_preview.html", **_preview_values(flow_name, text))


def _edit(found: StoredFlow, text: str, *, seen: int | None = None, problem: str = "") -> str:
    return render_template(
        "studio/flow.html",
        name=found.name,
        text=text,
        seen=found.revision if seen is None else seen,
        is_stored=bool(found.text),
        problem=problem,
        history=flow_history(session(), found.name),
        **_preview_values(found.name, text),
    )


def _preview_values(name: str, text: str) -> dict[str, object]:
    return {
        "preview": _preview(name, text),
        "text_in": text_in,
        "reading": choose_language(),
        "lines": text.split("\n"),
    }


def _preview(name: str, text: str) -> Preview:
    """At most one statement."""
    found, problems = read_flow(text, name, fact_kinds=FACT_KINDS)
    if found is None:
        return Preview(None, problems)
    quoted = {step.quote.article for step in found.steps.values() if step.quote}
    known = readable_slugs(session(), quoted)
    lacking = []
    for step in found.steps.values():
        texts = [step.texts, *(choice.labels for choice in step.choices)]
        missing = [tag for tag in offered_languages() if any(tag not in one and "" not in one for one in texts)]
        if missing:
            lacking.append((step.name, tuple(missing)))
    return Preview(found, (), tuple(sorted(quoted - known)), tuple(lacking))


def _find(name: str) -> StoredFlow:
    """The flow of this name, or an empty one with a text to begin with."""
    try:
        return find_flow(session(), _folder(), name, fact_kinds=FACT_KINDS)
    except NotFoundError:
        try:
            check_name(name)
        except InvalidInputError:
            abort(404)
        return StoredFlow(name, NEW if request.method == "GET" else "", 0, None)


def _folder() -> Path:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings.flows_dir
