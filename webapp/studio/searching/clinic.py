"""The search clinic: why is this first, why is that absent; and what a synonym, a pin or another wording would do."""

import uuid
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.core.errors import InvalidInputError
from kb.insight.curation.editing import titles_of
from kb.insight.curation.effects import PIN, SYNONYM, WORDING
from kb.insight.curation.reading import article_number, read_pin, read_synonym
from kb.insight.curation.wordings import add_wording, read_wording
from kb.jobs import enqueue, get_job
from kb.search.explaining import SHARES, explain
from kb.search.types import Audience
from kb.tables import CuratedKind, Job
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.locale import choose_language, offered_languages
from webapp.shared.runtime import search_runtime
from webapp.shared.searching import current_settings
from webapp.shared.ui import is_partial, render_fresh
from webapp.studio.searching.blueprint import blueprint
from webapp.studio.searching.clinic_words import absence_words, collection_name, first_words, outcome_words, share_words
from webapp.studio.searching.words import describe

TRYING, LONGEST = "trying", 500
WAYS = (SYNONYM, PIN, WORDING)
WAY_NAMES = {
    SYNONYM: lazy_gettext("A synonym"),
    PIN: lazy_gettext("A pinned answer"),
    WORDING: lazy_gettext("Another wording"),
}
FIELDS = ("language", "words", "means", "wordings", "article", "until", "note", "text")


@blueprint.get("/clinic")
def clinic() -> ResponseReturnValue:
    """What each stage says of a search: `?q=`, `?as=` whose, `?article=` one that is missed. Nothing is recorded."""
    query = request.args.get("q", "").strip()[:LONGEST]
    return _clinic(query, {name: request.args.get(name, "")[:2000] for name in FIELDS})


@blueprint.post("/clinic/tries")
def try_out() -> ResponseReturnValue:
    """Ask for a trial; a job asks all questions."""
    way = request.form.get("way", "")
    if way not in WAYS:
        abort(400)
    given = {name: request.form.get(name, "") for name in FIELDS}
    try:
        values = _read(way, given)
    except InvalidInputError as error:
        session().rollback()
        return _clinic(request.form.get("q", "")[:LONGEST], given, problem=words_of(error)), 422
    # What is kept is without personal data.
    if way == WORDING:
        given["text"] = values["text"]
    elif way == PIN:
        given |= {"wordings": "\n".join(values["wordings"]), "note": values["note"]}
    number = enqueue(
        session(), TRYING, key=uuid.uuid4().hex, payload={"kind": way, "values": values, "given": given}, max_attempts=2
    )
    return redirect(url_for("studio_search.tried", trial_id=number), code=303)


@blueprint.get("/clinic/tries/<int:trial_id>")
def tried(trial_id: int) -> ResponseReturnValue:
    """How far a trial is, or what came of it."""
    job = _job(trial_id)
    shown = {"job": job, "effect": job.result, "outcome_words": outcome_words}
    if is_partial():
        return render_fresh("studio/_search_trial.html", **shown)
    return render_fresh("studio/search_trial.html", way=WAY_NAMES[job.payload["kind"]], what=_what(job), **shown)


@blueprint.post("/clinic/tries/<int:trial_id>")
def keep(trial_id: int) -> ResponseReturnValue:
    """Save the other wording that was tried; synonyms and pins are saved by their own pages."""
    job = _job(trial_id)
    values = job.payload["values"]
    if job.payload["kind"] != WORDING:
        abort(400)
    article = add_wording(
        session(),
        int(values["article_id"]),
        values["text"],
        author=current_user.email,
        note=_("From the search clinic"),
    )
    return redirect(url_for("studio_articles.article", article_id=article.id), code=303)


def _job(number: int) -> Job:
    job = get_job(session(), number)
    if job.kind != TRYING:
        abort(404)
    return job


def _what(job: Job) -> str:
    """What is tried, on one line."""
    way, values = job.payload["kind"], job.payload["values"]
    number = values.get("article_id")
    titles = {key: one.title for key, one in titles_of(session(), [number] if number else []).items()}
    if way == WORDING:
        return f"{values['text']} → {titles.get(number, f'#{number}')}"
    return describe(CuratedKind(way), values, titles)


def _read(way: str, given: dict[str, str]) -> Any:
    region = current_settings().phone_region
    if way == SYNONYM:
        return read_synonym(given["words"], given["means"], given["language"], offered_languages())
    if way == PIN:
        return read_pin(session(), given["wordings"], given["article"], given["until"], given["note"], region=region)
    return read_wording(session(), given["article"], given["text"], region=region)


def _clinic(query: str, given: dict[str, str], *, problem: str = "") -> str:
    audience = Audience.REP if request.values.get("as") == "rep" else Audience.CUSTOMER
    missed = article_number(request.values.get("missed", "")) or None
    searcher = search_runtime().searcher(audience) if query else None
    explained = (
        explain(session(), searcher, query, reader_language=choose_language(), article=missed)
        if searcher is not None
        else []
    )
    return render_template(
        "studio/search_clinic.html",
        query=query,
        audience=audience.value,
        missed=missed or "",
        explained=explained,
        second_stage=searcher is not None and searcher.has_second_stage,
        thresholds=searcher.calibration if searcher is not None else None,
        shares=SHARES,
        ways=WAY_NAMES,
        given=given if any(given.values()) else {"wordings": query, "text": query},
        problem=problem,
        offered=offered_languages(),
        share_words=share_words,
        first_words=first_words,
        absence_words=absence_words,
        outcome_words=outcome_words,
        collection_name=collection_name,
    )
