"""Asking the machine over the API, as the widget does: the conversation is kept by its random name; no cookie is read or set."""

from typing import Any

from flask import jsonify, url_for
from werkzeug.wrappers import Response

from kb.assist.asking_store import Talk
from kb.assist.asking_turns import MOST_TRIES, Reply, last_reply, reply_to_json, tries_in
from kb.core.errors import InvalidInputError, NotFoundError
from webapp.api.parameters import json_object, offered_language, text_field, widget_visit
from webapp.api.views import public
from webapp.shared.asking import Act, act_in_talk, new_talk, talk_named
from webapp.shared.asking_words import machine_notice, words_of_reply
from webapp.shared.locale import choose_language, in_language

LONGEST_ASKED = 4_000
LONGEST_NAME = 60


@public.post("/ask")
def ask() -> Response:
    """One turn of a conversation with the machine, and its reply; of one that is only named, the last reply once more."""
    body = json_object()
    visit = widget_visit(text_field(body, "visit", required=False)) or ""
    language = offered_language(text_field(body, "lang", required=False)) or choose_language()
    name = text_field(body, "talk", required=False)
    act = _act(body, is_begun=bool(name))
    talk = talk_named(name) if name else new_talk()
    if talk is None:
        raise NotFoundError("This conversation is not known (any more).", remedy="Begin a new one: leave out talk.")
    with in_language(language):
        if act.is_nothing:
            return jsonify(_talk_json(talk, last_reply(talk.asking.turns), language))
        talk, reply = act_in_talk(talk, act, language=language, visit=visit)
        return jsonify(_talk_json(talk, reply or last_reply(talk.asking.turns), language))


def _act(body: dict[str, Any], *, is_begun: bool) -> Act:
    helped, back = body.get("helped"), body.get("back", False)
    if helped is not None and not isinstance(helped, bool):
        raise InvalidInputError("helped must be true or false.")
    if not isinstance(back, bool):
        raise InvalidInputError("back must be true or false.")
    act = Act(
        text=text_field(body, "text", required=False, longest=LONGEST_ASKED),
        step=text_field(body, "step", required=False),
        choice=text_field(body, "choice", required=False) if "choice" in body else None,
        helped=helped,
        back=back,
        flow=text_field(body, "flow", required=False),
    )
    if act.is_nothing and not is_begun:
        raise InvalidInputError(
            "There is nothing to reply to: send text, or choice with step, helped, back or flow.",
            remedy='Example: {"text": "when will my refund come", "lang": "en"}',
        )
    return act


def _talk_json(talk: Talk, reply: Reply | None, language: str) -> dict[str, Any]:
    """reply: None where the conversation has not begun."""
    return {
        "talk": talk.public_id,
        "language": language,
        "machine": True,
        "notice": machine_notice(),
        "tries_left": max(0, MOST_TRIES - tries_in(talk.asking.turns)),
        "person_url": url_for("help.person", language=language),
        "ask_url": url_for("help.ask", language=language),
        "reply": {**reply_to_json(reply), "words": words_of_reply(reply)} if reply else None,
    }
