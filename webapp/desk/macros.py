"""The pages of macros: in which languages, how often used, who changed what; everybody changes their own, trainers the shared."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from kb.core.errors import InvalidInputError
from kb.service.macro_filling import Variable
from kb.service.macro_history import macro_history, restore_version
from kb.service.macros import (
    LONGEST_NAME,
    LONGEST_TEXT,
    Writer,
    delete_macro,
    find_macros,
    get_macro,
    list_macros,
    may_change,
    restore_macro,
    save_macro,
)
from kb.tables import Macro
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.locale import choose_language, offered_languages
from webapp.shared.numbers import small_number
from webapp.shared.ui import render_fresh

blueprint = Blueprint("desk_macros", __name__, url_prefix="/desk/macros")
VARIABLES = {
    Variable.CUSTOMER_NAME: _l("the customer’s first name"),
    Variable.ORDER: _l("the order number that they gave last"),
    Variable.PRODUCT: _l("the product that they named last"),
    Variable.AMOUNT: _l("the amount that they named last"),
    Variable.REP: _l("your first name"),
    Variable.LINK: _l("address of the article that was used last in the conversation"),
    Variable.DATE: _l("today’s date"),
}
_MOST_LISTED = 1_000


def _writer() -> Writer:
    return Writer(current_user.id, current_user.allows("trainer"))


@blueprint.get("/")
def macros() -> ResponseReturnValue:
    """All that this person may use, each with its languages; q: only those that fit."""
    query = request.args.get("q", "").strip()[:200]
    listed = list_macros(session(), current_user.id)
    groups: dict[tuple[int | None, str], list[Macro]] = {}
    for macro in listed:
        groups.setdefault((macro.owner_id, macro.name.casefold()), []).append(macro)
    for versions in groups.values():
        versions.sort(key=lambda macro: macro.language != choose_language())
    found = find_macros(listed, query, choose_language(), limit=_MOST_LISTED)
    deleted = small_number(request.args.get("deleted", ""))
    return render_fresh(
        "desk/macros/list.html",
        query=query,
        groups=[groups[(one.macro.owner_id, one.macro.name.casefold())] for one in found],
        may_change={macro.id: may_change(macro, _writer()) for macro in listed},
        deleted=get_macro(session(), deleted, current_user.id) if deleted else None,
        variables=VARIABLES,
    )


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """An empty form; name: of a macro that is to be written in another language."""
    given = {
        "name": request.args.get("name", "")[:LONGEST_NAME],
        "language": request.args.get("language", "") or choose_language(),
        "text": "",
        "shared": request.args.get("shared", ""),
    }
    return _form(None, given)


@blueprint.post("/")
def create() -> ResponseReturnValue:
    return _save(None)


@blueprint.get("/<int:macro_id>")
def edit(macro_id: int) -> ResponseReturnValue:
    macro = get_macro(session(), macro_id, current_user.id)
    given = {"name": macro.name, "language": macro.language, "text": macro.text}
    return _form(macro, {**given, "shared": "1" if macro.owner_id is None else ""})


@blueprint.post("/<int:macro_id>")
def change(macro_id: int) -> ResponseReturnValue:
    return _save(get_macro(session(), macro_id, current_user.id))


def _save(macro: Macro | None) -> ResponseReturnValue:
    """What cannot be saved comes back in the form, with what is wrong."""
    given = {name: request.form.get(name, "") for name in ("name", "language", "text", "shared")}
    try:
        if given["language"] not in offered_languages():
            raise InvalidInputError(_("Choose one of the languages."))
        save_macro(
            session(),
            _writer(),
            name=given["name"],
            language=given["language"],
            text=given["text"],
            shared=bool(given["shared"]),
            macro=macro,
        )
    except InvalidInputError as error:
        session().rollback()
        return _form(macro, given, words_of(error)), 422
    flash(_("Saved."), "good")
    return redirect(url_for("desk_macros.macros"), code=303)


def _form(macro: Macro | None, given: dict[str, str], problem: str = "") -> Response:
    return render_fresh(
        "desk/macros/form.html",
        macro=macro,
        given=given,
        problem=problem,
        changes=macro_history(session(), macro) if macro is not None else [],
        may_change=macro is None or may_change(macro, _writer()),
        may_share=_writer().trains,
        variables=VARIABLES,
        longest=(LONGEST_NAME, LONGEST_TEXT),
    )


@blueprint.post("/<int:macro_id>/delete")
def delete(macro_id: int) -> ResponseReturnValue:
    """It can be undone on the page that comes then."""
    macro = get_macro(session(), macro_id, current_user.id)
    delete_macro(session(), macro, _writer())
    return redirect(url_for("desk_macros.macros", deleted=macro.id), code=303)


@blueprint.post("/<int:macro_id>/restore")
def restore(macro_id: int) -> ResponseReturnValue:
    """Bring back what was deleted; change: the number of a change, what it said before that holds again."""
    macro, change = get_macro(session(), macro_id, current_user.id), request.form.get("change")
    try:
        if change is None:
            restore_macro(session(), macro, _writer())
        else:
            restore_version(session(), macro, small_number(change) or 0, _writer())
        flash(_("It is back."), "good")
    except InvalidInputError as error:
        session().rollback()
        flash(words_of(error), "warn")
    return redirect(url_for("desk_macros.macros"), code=303)
