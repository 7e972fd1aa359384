"""The conversation page: paste what was said so far, see whether something is asked, and what answers it."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from kb.assist.no_query import no_query_reason
from kb.assist.suggestions import safety_of_turns
from kb.assist.transcript import read_transcript
from kb.assist.turns import Role, Turn, asking_turn
from kb.search.search_as_you_type import drop_partial_queries
from kb.text.cleaning import blank_controls
from webapp.desk.listing import best_of, make_listing
from webapp.shared.after_response import run_after_response
from webapp.shared.assisting import Assisted, assist_and_record, customer_language
from webapp.shared.database import session
from webapp.shared.locale import choose_language, offered_languages
from webapp.shared.no_query import NO_QUERY_IN_WORDS
from webapp.shared.ui import is_partial, render_fresh

PLACE = "conversation"
SUGGESTED = 15
ROLE_NAMES = {
    Role.CUSTOMER: lazy_gettext("Customer"),
    Role.AGENT: lazy_gettext("Agent"),
    Role.NOTE: lazy_gettext("Note"),
    Role.SYSTEM: lazy_gettext("Chat program"),
}


def conversation() -> ResponseReturnValue:
    """The page, with suggestions for what was sent; for what is typed with scripts on, only these.

    What was said travels in the body: addresses end up in histories and logs.
    """
    chosen = request.form.get("lang", "")
    chosen = chosen if chosen in offered_languages() else ""
    text = blank_controls(request.form.get("text", ""))
    # A press of the key or button turns round what the page was told before.
    swapped = bool(request.form.get("swapped")) != bool(request.form.get("swap"))
    transcript = read_transcript(text, swapped=swapped)
    turns = transcript.turns
    shown, customer = None, chosen
    closed = _closed_turns()
    if turns:
        anyway = bool(request.form.get("anyway"))
        customer = chosen or customer_language(turns)
        shown = _suggest(turns, customer, anyway, closed, _turn(request.form.get("first", "")))
    answer = shown.answer if shown else None
    results = shown.results if shown else ()
    return render_fresh(
        "desk/_conversation.html" if is_partial() else "desk/conversation.html",
        text=text,
        chosen=chosen,
        transcript=transcript,
        swapped=swapped,
        role_names=ROLE_NAMES,
        asked=answer.questions[0].turn if answer and answer.speak else asking_turn(turns),
        last=asking_turn(turns),
        shown=shown,
        # What is to be read out stands in the language of the customer's words and in the rep's own.
        safety=safety_of_turns(session(), turns, reader_language=choose_language()),
        closed=sorted(closed),
        no_query=NO_QUERY_IN_WORDS[no_query_reason(turns)] if answer and not answer.speak else "",
        listing=make_listing(results, request.form.get("kind", "")),
        best=best_of(shown.outcome, results) if shown else None,
        to=customer,
        because=shown.because if shown else {},
        partial=is_partial(),
    )


def _closed_turns() -> frozenset[int]:
    """Turns whose questions the rep has closed, with what a press of a button changes."""
    closed = {_turn(value) for value in [*request.form.getlist("closed"), request.form.get("close", "")]}
    return frozenset(turn for turn in closed - {_turn(request.form.get("reopen", ""))} if turn is not None)


def _turn(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None


def _suggest(turns: list[Turn], reading: str, anyway: bool, closed: frozenset[int], first: int | None) -> Assisted:
    shown = assist_and_record(
        turns, place=PLACE, reader_language=reading, limit=SUGGESTED, anyway=anyway, closed=closed, pressing=first
    )
    search_id = shown.search_id
    if search_id is not None:
        # While a conversation is typed its question changes line by line: what it came to rest on counts.
        run_after_response(lambda separate: drop_partial_queries(separate, search_id, whatever_it_says=True))
    return shown
