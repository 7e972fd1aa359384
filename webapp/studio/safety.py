"""The studio's pages of safety: which words smell of danger, what is said then, whom to call; who changed what; trying texts."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.core.errors import ConflictError, InvalidInputError
from kb.search.safety import safety_warning, try_words
from kb.search.safety_editing import (
    GivenRule,
    change_rule,
    count_changes,
    find_public_articles,
    find_rule,
    last_change,
    list_rules,
    reset_rule,
    rule_history,
)
from kb.search.safety_rules import Rule
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.locale import choose_language, offered_languages
from webapp.shared.safety_words import kind_name

blueprint = Blueprint("studio_safety", __name__, url_prefix="/studio/safety")
LONGEST_TRIAL = 2000


@blueprint.get("/")
def rules() -> ResponseReturnValue:
    """All kinds of danger with their rules in each language."""
    return _list()


@blueprint.post("/")
def try_text() -> ResponseReturnValue:
    """What a text would bring. It is sent in the body: addresses end up in histories and logs."""
    return _list(request.form.get("trial", "")[:LONGEST_TRIAL])


def _list(trial: str = "") -> str:
    return render_template(
        "studio/safety.html",
        kinds=list_rules(session(), offered_languages()),
        changes=count_changes(session()),
        trial=trial,
        warning=safety_warning(session(), trial, reader_language=choose_language()) if trial.strip() else None,
    )


@blueprint.get("/<kind>/<language>")
def rule(kind: str, language: str) -> ResponseReturnValue:
    """One rule, to be changed, with its history."""
    return _edit(find_rule(session(), kind, _offered(language)))


@blueprint.post("/<kind>/<language>")
def change(kind: str, language: str) -> ResponseReturnValue:
    """Save what was written, try it without saving, or go back to what is shipped."""
    before = find_rule(session(), kind, _offered(language))
    step, seen = request.form.get("step", ""), request.form.get("seen", "")
    given = GivenRule(*(request.form.get(name, "") for name in ("words", "message", "numbers", "article")))
    seen_change = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    try:
        if step == "try":
            trial = request.form.get("trial", "")[:LONGEST_TRIAL]
            dangers = try_words(session(), kind, language, given.words, trial)
            return _edit(before, given, trial=trial, found=[(kind_name(d.kind), d.words) for d in dangers])
        if step == "reset":
            reset_rule(session(), kind, language, current_user.id, seen_change=seen_change)
            flash(_("What is shipped holds again."), "good")
        elif step == "save":
            changed = change_rule(session(), kind, language, given, current_user.id, seen_change=seen_change)
            flash(_("Saved. It holds from now on, everywhere.") if changed else _("Nothing was changed."), "good")
        else:
            abort(400)
    except InvalidInputError as error:
        session().rollback()
        return _edit(before, given, problem=words_of(error), trial=request.form.get("trial", "")), 422
    except ConflictError:
        session().rollback()
        problem = _(
            "A colleague has changed this rule meanwhile. What you wrote is still here; their version is in the history."
        )
        return _edit(find_rule(session(), kind, language), given, problem=problem), 409
    return redirect(url_for("studio_safety.rule", kind=kind, language=language), code=303)


def _edit(
    rule: Rule,
    given: GivenRule | None = None,
    *,
    problem: str = "",
    trial: str = "",
    found: list[tuple[str, tuple[str, ...]]] | None = None,
) -> str:
    """given: what was typed and is not saved; found: what was tried with it brings, None where nothing was tried."""
    history = rule_history(session(), rule.kind, rule.language)
    articles = {row.article_id for row in history} | {rule.article_id}
    return render_template(
        "studio/safety_rule.html",
        rule=rule,
        given=given or GivenRule(rule.words, rule.message, ", ".join(rule.numbers), str(rule.article_id or "")),
        seen=last_change(session(), rule.kind, rule.language),
        history=history,
        titles=find_public_articles(session(), sorted(number for number in articles if number)),
        problem=problem,
        trial=trial,
        found=found,
    )


def _offered(language: str) -> str:
    if language not in current_app.extensions["kb_settings"].languages:
        abort(404)
    return language
