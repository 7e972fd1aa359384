"""What the script of a chat's page asks for: what is new, a stream that says when, and that one is there, types and reads."""

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from kb.core.errors import IndexUnavailableError, ModelError
from kb.search.types import Audience, Outcome
from kb.service.chat import Chat, chat_of, file_of_chat
from kb.service.chat_state import note_customer
from webapp.help.blueprint import blueprint
from webapp.help.chat.pages import clock, own_chat
from webapp.shared.database import session
from webapp.shared.files import file_response
from webapp.shared.live import TooManyStreamsError, current_hub, no_stream_response, stream_response
from webapp.shared.numbers import small_number
from webapp.shared.runtime import search_runtime
from webapp.shared.ui import render_fresh

MOST_SUGGESTIONS = 3


def status_words(chat: Chat) -> str:
    """How the chat stands, and nothing that is not known."""
    if not chat.is_open:
        return str(_("This chat has ended."))
    if chat.rep and chat.is_answered:
        return str(_("You are talking to %(name)s.", name=chat.rep))
    if chat.rep:
        return str(_("%(name)s has your message and will answer here.", name=chat.rep))
    if chat.is_answered:
        return str(_("You are talking to our support team."))
    return str(_("Your message is with our support team. Nobody has answered yet."))


def typing_words(chat: Chat) -> str:
    if chat.typing:
        return str(_("%(name)s is writing…", name=chat.typing))
    return str(_("Somebody is writing…")) if chat.is_typing else ""


blueprint.add_app_template_global(status_words, "chat_status_words")
blueprint.add_app_template_global(typing_words, "chat_typing_words")


@blueprint.get("/help/<language>/chat/<token>/state")
def chat_state(language: str, token: str) -> ResponseReturnValue:
    """What is new behind the message `after`, and how the chat stands."""
    conversation = own_chat(token)
    chat = chat_of(session(), conversation, after=small_number(request.args.get("after", "")) or 0)
    html = render_template("help/chat/_messages.html", chat=chat, clock=clock, language=language, token=token)
    return jsonify(
        {
            "html": html,
            "newest": chat.newest_id,
            "newest_is_ours": bool(chat.messages) and not chat.messages[-1].is_own,
            "read": chat.rep_read_id,
            "typing": typing_words(chat),
            "status": status_words(chat),
            "open": chat.is_open,
            "answered": chat.is_answered,
            # The page may be older than the session that its forms belong to.
            "csrf": generate_csrf(),
        }
    )


@blueprint.get("/help/<language>/chat/<token>/live")
def chat_live(language: str, token: str) -> ResponseReturnValue:
    """Says that the chat has changed, never how; of other conversations nothing."""
    conversation = own_chat(token)
    try:
        return stream_response(current_hub().stream(conversation.id))
    except TooManyStreamsError:
        return no_stream_response(url_for("help.chat_state", language=language, token=token))


@blueprint.post("/help/<language>/chat/<token>/presence")
def chat_presence(language: str, token: str) -> ResponseReturnValue:  # noqa: ARG001
    read = small_number(request.form.get("read", "")) or 0
    note_customer(session(), own_chat(token), typing=request.form.get("typing") == "1", read_id=read)
    return "", 204


@blueprint.get("/help/<language>/chat/<token>/files/<int:file_id>")
def chat_file(language: str, token: str, file_id: int) -> ResponseReturnValue:  # noqa: ARG001
    return file_response(file_of_chat(session(), own_chat(token), file_id))


@blueprint.get("/help/<language>/chat/<token>/suggestions")
def chat_suggestions(language: str, token: str) -> ResponseReturnValue:
    """Articles for what was asked, while nobody has answered yet. Where searching is not possible there are none."""
    chat = chat_of(session(), own_chat(token))
    if chat.is_answered or not chat.messages:
        abort(404)
    asked = " ".join(message.text for message in chat.messages if message.is_own)[:500]
    try:
        searcher = search_runtime().searcher(Audience.CUSTOMER)
        found = searcher.search(session(), asked, reader_language=language, limit=MOST_SUGGESTIONS)
    except (ModelError, IndexUnavailableError):
        return "", 204
    if found.no_question or found.outcome is Outcome.NONE or not found.results:
        return "", 204
    return render_fresh("help/chat/_suggestions.html", results=[r for r in found.results if not r.less_likely])
