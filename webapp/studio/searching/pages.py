"""Synonyms, pinned answers, featured articles and topics: lists, forms, history, undo; and what leads to all of them."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.core.errors import ConflictError, InvalidInputError
from kb.insight.curation.editing import (
    MODELS,
    Row,
    find_row,
    history,
    list_rows,
    put,
    snapshot,
    titles_of,
    undo,
)
from kb.insight.curation.reading import (
    featured_choices,
    next_place,
    read_featured,
    read_pin,
    read_synonym,
    read_topic,
    used_topics,
)
from kb.tables import CuratedChange, CuratedKind
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.locale import choose_language, offered_languages
from webapp.shared.numbers import small_number
from webapp.shared.searching import current_settings
from webapp.studio.searching.blueprint import blueprint
from webapp.studio.searching.words import ABOUT, NAMES, describe

# Of what there is a page of; another word is no address of ours.
_CURATED = f"<any({','.join(kind.value for kind in MODELS)}):curated>"
FIELDS = ("language", "words", "means", "wordings", "article", "until", "note", "position", "topic", "parent")


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    """All that search and pages use, each with its page, and the last changes."""
    changes = history(session())
    return render_template(
        "studio/search_overview.html", names=NAMES, about=ABOUT, changes=changes, said=_said(changes), kinds=MODELS
    )


@blueprint.get(f"/{_CURATED}/")
def rows(curated: str) -> ResponseReturnValue:
    return _list(CuratedKind(curated), {name: request.args.get(name, "")[:2000] for name in FIELDS})


@blueprint.post(f"/{_CURATED}/")
def make(curated: str) -> ResponseReturnValue:
    """One more."""
    return _save(CuratedKind(curated), None)


@blueprint.get(f"/{_CURATED}/<int:curated_id>")
def row(curated: str, curated_id: int) -> ResponseReturnValue:
    """One of them with its history."""
    return _one(CuratedKind(curated), find_row(session(), CuratedKind(curated), curated_id))


@blueprint.post(f"/{_CURATED}/<int:curated_id>")
def change(curated: str, curated_id: int) -> ResponseReturnValue:
    """Save it, or take it away."""
    which, number = CuratedKind(curated), curated_id
    if request.form.get("step") == "remove":
        try:
            put(session(), which, None, number=number, user_id=current_user.id, seen=_seen())
        except ConflictError as error:
            session().rollback()
            return _one(which, find_row(session(), which, number), problem=words_of(error)), 409
        flash(_("Taken away. It can be brought back in the history."), "good")
        return redirect(url_for("studio_search.rows", curated=curated), code=303)
    return _save(which, number)


@blueprint.post("/undo")
def take_back() -> ResponseReturnValue:
    """Undo one change."""
    number = small_number(request.form.get("change", "")) or 0
    try:
        change = undo(session(), number, user_id=current_user.id)
    except (ConflictError, InvalidInputError) as error:
        session().rollback()
        flash(words_of(error), "bad")
        return redirect(url_for("studio_search.overview"), code=303)
    flash(_("It is as it was before."), "good")
    kind = change.kind if change is not None else ""
    return redirect(
        url_for("studio_search.rows", curated=kind) if kind else url_for("studio_search.overview"), code=303
    )


def _save(kind: CuratedKind, number: int | None) -> ResponseReturnValue:
    given = {name: request.form.get(name, "") for name in FIELDS}
    given |= {f"name-{tag}": request.form.get(f"name-{tag}", "") for tag in offered_languages()}
    try:
        put(session(), kind, _read(kind, given), number=number, user_id=current_user.id, seen=_seen())
    except (InvalidInputError, ConflictError) as error:
        session().rollback()
        status = 422 if isinstance(error, InvalidInputError) else 409
        if number is None:
            return _list(kind, given, problem=words_of(error)), status
        return _one(kind, find_row(session(), kind, number), given, problem=words_of(error)), status
    flash(_("Saved. It holds from now on, everywhere."), "good")
    return redirect(url_for("studio_search.rows", curated=kind.value), code=303)


def _read(kind: CuratedKind, given: dict[str, str]) -> Any:
    if kind is CuratedKind.SYNONYM:
        return read_synonym(given["words"], given["means"], given["language"], offered_languages())
    if kind is CuratedKind.PIN:
        region = current_settings().phone_region
        return read_pin(session(), given["wordings"], given["article"], given["until"], given["note"], region=region)
    if kind is CuratedKind.FEATURED:
        return read_featured(session(), given["article"], given["position"])
    names = {tag: given[f"name-{tag}"] for tag in offered_languages()}
    return read_topic(
        session(), given["topic"], names, given["position"], given["parent"], languages=offered_languages()
    )


def _list(kind: CuratedKind, given: dict[str, str], *, problem: str = "") -> str:
    listed = list_rows(session(), kind)
    changes = history(session(), kind)
    said = _said(changes, listed)
    if kind in (CuratedKind.FEATURED, CuratedKind.TOPIC) and not given.get("position"):
        given = given | {"position": str(next_place(listed))}  # type: ignore[arg-type]
    return render_template(
        "studio/search_rows.html",
        kind=kind,
        names=NAMES,
        about=ABOUT,
        rows=[(one, describe(kind, snapshot(kind, one), said.titles)) for one in listed],
        given=given,
        topics=used_topics(session()) if kind is CuratedKind.TOPIC else [],
        changes=changes,
        said=said,
        problem=problem,
        offered=offered_languages(),
    )


def _one(kind: CuratedKind, found: Row, given: dict[str, str] | None = None, *, problem: str = "") -> str:
    changes = history(session(), kind, found.id)
    said = _said(changes, [found])
    return render_template(
        "studio/search_row.html",
        kind=kind,
        names=NAMES,
        row=found,
        title=describe(kind, snapshot(kind, found), said.titles),
        given=given or _typed(kind, found, said),
        topics=used_topics(session()) if kind is CuratedKind.TOPIC else [],
        seen=changes[0].id if changes else 0,
        changes=changes,
        said=said,
        problem=problem,
        offered=offered_languages(),
    )


def _typed(kind: CuratedKind, found: Row, said: "Said") -> dict[str, str]:
    """A row as it stands in a form."""
    values = snapshot(kind, found)
    typed = {
        name: "\n".join(value) if isinstance(value, list) else "" if value is None else str(value)
        for name, value in values.items()
        if not isinstance(value, dict)
    }
    typed |= {f"name-{tag}": name for tag, name in values.get("names", {}).items()}
    typed["article"] = str(values.get("article_id") or said.numbers.get(values.get("article_key", ""), ""))
    return typed


class Said:
    """The titles of the articles that rows and changes speak of, by number and by key."""

    def __init__(self, values: Sequence[dict[str, Any]]) -> None:
        numbers = [one["article_id"] for one in values if "article_id" in one]
        keys = [one["article_key"] for one in values if "article_key" in one]
        by_key = featured_choices(session(), sorted(set(keys)), choose_language())
        self.titles: dict[Any, str] = {number: one.title for number, one in titles_of(session(), numbers).items()}
        self.titles |= {key: one.title for key, one in by_key.items()}
        self.numbers = {key: one.id for key, one in by_key.items()}

    def before(self, change: CuratedChange) -> str:
        return describe(CuratedKind(change.kind), change.before, self.titles)

    def after(self, change: CuratedChange) -> str:
        return describe(CuratedKind(change.kind), change.after, self.titles)


def _said(changes: Sequence[CuratedChange], listed: Sequence[Row] = ()) -> Said:
    values = [one for change in changes for one in (change.before, change.after) if one is not None]
    kinds = {model: kind for kind, model in MODELS.items()}
    return Said([*values, *(snapshot(kinds[type(one)], one) for one in listed)])


def _seen() -> int | None:
    return small_number(request.form.get("seen", ""))
