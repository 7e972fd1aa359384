"""A customer's place in line: shown, kept true by itself, and left for a while with the place kept.

Used on the page of a chat: `waiting_of(conversation)` is what `help/_waiting.html` shows under the name `waiting`.
"""

from dataclasses import dataclass
from typing import Any

from flask import current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.core.clock import utc_now
from kb.service.chat import first_name
from kb.service.conversations import note_event
from kb.service.waiting_record import Place, estimate_for, note_told
from kb.tables import Conversation, ConversationState, EventKind
from webapp.help.blueprint import blueprint
from webapp.help.own_conversations import conversation_of, token_of
from webapp.help.person.ways import hours_of_service
from webapp.help.person.words import hours_now, position_words, wait_words
from webapp.shared.after_response import run_after_response
from webapp.shared.database import session
from webapp.shared.formatting import format_time
from webapp.shared.locale import choose_language
from webapp.shared.ui import is_partial, render_fresh

# Seconds after which a page asks again how things stand, and after which it says so aloud.
ASK_AGAIN, SAY_AGAIN = 15, 180


@dataclass(frozen=True)
class Waiting:
    """place: None for who is not in line (any more); is_taken: somebody has it, and has not answered yet; is_over: the
    conversation has ended or somebody has answered."""

    token: str
    place: Place | None
    position: str
    time: str
    looked_at: str
    is_answered: bool
    is_closed: bool
    is_taken: bool = False
    ask_again: int = ASK_AGAIN
    say_again: int = SAY_AGAIN

    @property
    def is_over(self) -> bool:
        return self.is_answered or self.is_closed or self.place is None

    @property
    def still(self) -> str:
        """The word that one is still in line."""
        if self.is_answered:
            return str(_("A person has answered you."))
        if self.is_over:
            return str(_("You are not in line any more."))
        if self.is_taken:
            return str(_("Nobody has answered yet, at %(time)s.", time=self.looked_at))
        return str(_("You are still in line, at %(time)s.", time=self.looked_at))

    def to_json(self) -> dict[str, Any]:
        told = self.place.estimate if self.place else None
        return {
            "state": "answered" if self.is_answered else "over" if self.is_over else "waiting",
            "position": self.place.position if self.place and not self.is_over else None,
            "seconds": [round(told.low), round(told.high)] if told and not self.is_over else None,
            "words": [] if self.is_over else [self.position, self.time],
            "still": self.still if self.is_over else f"{self.still} {self.position} {self.time}",
            "ask_again": None if self.is_over else ASK_AGAIN,
        }


def wait_of_newcomer() -> str:
    """What somebody is told before they join the line: whether somebody is there, and how long it takes."""
    hours = hours_of_service()
    place = estimate_for(session(), None) if hours.is_open(utc_now()) else None
    return wait_words(place, hours) if place is not None else hours_now(hours)


def chat_url(token: str) -> str:
    """Of the chat that belongs to this place in line, "" where there is no chat."""
    if "help.chat_room" not in current_app.view_functions:
        return ""
    return url_for("help.chat_room", language=choose_language(), token=token)


def waiting_of(conversation: Conversation, token: str | None = None) -> Waiting:
    """How the customer's wait stands now; what they are told is written down when the answer is out."""
    is_answered = conversation.first_response_at is not None
    is_closed = conversation.state == ConversationState.CLOSED.value
    taken_by = first_name(conversation.assigned_to)
    place = None if is_answered or is_closed else estimate_for(session(), conversation.id)
    if place is not None:
        number, told = conversation.id, place
        run_after_response(lambda separate: note_told(separate, number, told))
    return Waiting(
        token or token_of(conversation),
        place,
        position_words(place, taken_by) if place else "",
        wait_words(place, hours_of_service()) if place else "",
        format_time(utc_now()),
        is_answered,
        is_closed,
        bool(taken_by),
    )


@blueprint.get("/help/<language>/waiting/<token>")
def waiting(language: str, token: str) -> ResponseReturnValue:
    """The place in line by its link; for a page that keeps itself true only that part of it, or the word that is said aloud."""
    conversation = conversation_of(token)
    found = waiting_of(conversation, token)
    if is_partial():
        template = "help/_still.html" if request.args.get("say") else "help/_place.html"
        return render_fresh(template, waiting=found, language=language)
    is_away = request.args.get("away") == "1"
    return render_fresh("help/person/waiting.html", waiting=found, is_away=is_away, ask_again=2 * ASK_AGAIN)


@blueprint.get("/help/<language>/waiting/<token>/state")
def waiting_state(language: str, token: str) -> ResponseReturnValue:  # noqa: ARG001  # the words' language
    """The same for programs: the state, the place, the wait in seconds, and all in words."""
    return jsonify(waiting_of(conversation_of(token), token).to_json())


@blueprint.post("/help/<language>/waiting/<token>/away")
def step_away(language: str, token: str) -> ResponseReturnValue:
    """Leave for a while: the place is kept, reps see it, and the link leads back."""
    conversation = conversation_of(token)
    if conversation.state != ConversationState.CLOSED.value:
        note_event(session(), conversation, EventKind.STEPPED_AWAY)
    return redirect(url_for("help.waiting", language=language, token=token, away=1), code=303)
