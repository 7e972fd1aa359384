"""How the desk words and links things."""

from flask import request, url_for
from flask_babel import lazy_gettext

from kb.search.answers import AnswerKind
from kb.search.types import Result
from webapp.shared.locale import offered_languages

_CHANNELS = {
    "phone": lazy_gettext("Phone"),
    "email": lazy_gettext("E-mail"),
    "chat": lazy_gettext("Chat"),
    "sms": lazy_gettext("SMS"),
    "social": lazy_gettext("Social media"),
    "web": lazy_gettext("Web form"),
    "walk_in": lazy_gettext("Walk-in"),
    "other": lazy_gettext("Other channel"),
}


def desk_url(result: Result, to: str = "") -> str:
    """Where a rep reads a result: never in the help centre, and where the answer stands. `to`: the customer's language."""
    if result.kind == "ticket":
        return url_for("desk.ticket", ticket_id=result.id)
    return url_for("desk.article", article_id=result.id, to=to or None, _anchor=result.anchor or None)


def customer_language() -> str:
    """The language in which what is handed over is to be: `to` in the address, "" for the one that is shown."""
    asked = request.args.get("to", "")
    return asked if asked in offered_languages() else ""


def piece_to_mark(result: Result) -> str:
    """What of the article is to be marked when it opens: a sentence, a step, or the values of a row, one a line."""
    answer = result.answer
    if answer is None:
        return ""
    if answer.kind is AnswerKind.ROW:
        return "\n".join(cell.value for cell in answer.cells)
    return answer.items[answer.best] if answer.items else answer.text


def channel_name(channel: str) -> str:
    """The channel in the page's language."""
    return str(_CHANNELS.get(channel, channel))
