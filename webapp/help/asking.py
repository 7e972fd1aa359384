"""Asking the machine: a small conversation on a page, with or without scripts, which survives reload and restart."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from kb.assist.asking_store import Talk, readable_articles
from kb.assist.asking_turns import CustomerTurn, Reply
from kb.core.errors import ConflictError
from kb.search.safety import SafetyWarning, warning_from_json
from webapp.help.blueprint import blueprint, visit_id
from webapp.shared.asking import Act, act_in_talk, new_talk, talk_named
from webapp.shared.asking_words import machine_notice, words_of_reply
from webapp.shared.database import session
from webapp.shared.ui import is_partial, render_fresh

LONGEST_TEXT = 4_000
_HELPED = {"yes": True, "no": False}


@blueprint.get("/help/<language>/ask")
def ask(language: str) -> ResponseReturnValue:
    """The conversation of this browser so far. `?q=`: what stands in the box already."""
    return _page(language, _talk(), text=request.args.get("q", "")[:LONGEST_TEXT])


@blueprint.post("/help/<language>/ask")
def ask_send(language: str) -> ResponseReturnValue:
    """One turn. What was sent twice counts once; `new` begins another conversation."""
    form = request.form
    talk = new_talk() if "new" in form else _talk()
    act = Act(
        text=form.get("text", ""),
        step=form.get("at", ""),
        choice=form.get("choice"),
        helped=_HELPED.get(form.get("helped", "")),
        back="back" in form,
        flow=form.get("flow", ""),
    )
    if "new" in form:
        cookie.pop("ask", None)
    if not act.is_nothing and not _was_sent_already(talk, act):
        try:
            talk, _reply = act_in_talk(talk, act, language=language, visit=visit_id())
        except ConflictError:
            # Two windows at once: what was written stays in the box, under what was said meanwhile.
            session().rollback()
            return _page(language, _talk(), text=act.text, is_late=True), 409
        cookie["ask"] = talk.public_id
    if is_partial():
        return _page(language, talk)
    return redirect(url_for("help.ask", language=language, _anchor="last"), code=303)


def _was_sent_already(talk: Talk, act: Act) -> bool:
    """A form that is sent once more: its page had seen fewer turns than there are, and the last of them says the same."""
    seen = request.form.get("seen", "")
    if not seen.isdecimal() or len(seen) > 9 or int(seen) >= talk.said:
        return False
    last = next((turn for turn in reversed(talk.asking.turns) if isinstance(turn, CustomerTurn)), None)
    if last is None:
        return False
    return not act.text or " ".join(act.text.split()) == " ".join(last.text.split())


def _talk() -> Talk:
    return (talk_named(str(cookie["ask"])) if "ask" in cookie else None) or new_talk()


def _warning(talk: Talk) -> tuple[Reply, SafetyWarning] | None:
    """The last of the replies with something to say first, and what."""
    replies = [turn for turn in talk.asking.turns if isinstance(turn, Reply) and turn.safety]
    return (replies[-1], warning_from_json(replies[-1].safety or {})) if replies else None


def _page(language: str, talk: Talk, *, text: str = "", is_late: bool = False) -> Response:
    values = {
        "language": language,
        "talk": talk,
        "readable": readable_articles(session(), talk.asking),
        "words_of_reply": words_of_reply,
        "warning": _warning(talk),
        "machine_notice": machine_notice(),
        "text": text,
        "is_late": is_late,
        "longest": LONGEST_TEXT,
    }
    if is_partial():
        return render_fresh("help/_talk.html", **values)
    response = make_response(render_template("help/ask.html", **values))
    response.headers["Cache-Control"] = "no-store"
    return response
