"""What answers a conversation: its open questions with suggestions, or what the rep looks for beside it."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kb.articles.flows import text_in
from kb.assist.no_query import no_query_reason
from kb.assist.turns import asking_turn
from kb.search.search_as_you_type import drop_partial_queries
from kb.search.types import Audience
from kb.service.conversations import get_conversation
from kb.service.settled import settle_question
from kb.tables import Conversation
from webapp.desk.inbox.flow import flows_for
from webapp.desk.inbox.macros import offers_for
from webapp.desk.listing import best_of, make_listing
from webapp.shared.after_response import run_after_response
from webapp.shared.conversation_assist import suggest_for
from webapp.shared.database import session
from webapp.shared.locale import choose_language, offered_base
from webapp.shared.no_query import NO_QUERY_IN_WORDS
from webapp.shared.numbers import small_number
from webapp.shared.searching import search_and_record
from webapp.shared.ui import is_partial, render_fresh

PLACE, SEARCHED = "desk", 30


def answers(conversation_id: int) -> ResponseReturnValue:
    """As a page, or beside the conversation. A button says which question comes first, is settled, or open again."""
    conversation = get_conversation(session(), conversation_id)
    settled, reopened = (small_number(request.form.get(name, "")) for name in ("close", "reopen"))
    message = settled or reopened
    if message is not None:
        settle_question(session(), conversation, message, current_user.id, settled=settled is not None)
        if not is_partial():
            return redirect(url_for("desk_inbox.answers", conversation_id=conversation.id), code=303)
    query = request.values.get("q", "").strip()
    found = _search(conversation, query) if query and message is None else _suggest(conversation)
    searched = query if message is None else ""
    found["offers"] = offers_for(conversation, searched) if searched else []
    language = conversation.language or choose_language()
    found["flows"] = flows_for(searched, language, found["listing"].results) if searched else []
    template = "desk/inbox/_answers.html" if is_partial() else "desk/inbox/answers.html"
    return render_fresh(
        template, conversation=conversation, query=query, partial=is_partial(), text_in=text_in, **found
    )


def _suggest(conversation: Conversation) -> dict[str, Any]:
    # In which the customer is answered, where articles are written in it.
    reading = offered_base(conversation.language)
    found = suggest_for(
        conversation,
        reader_language=reading,
        anyway=bool(request.form.get("anyway")),
        pressing=small_number(request.values.get("first", "")),
    )
    answer = found.shown.answer if found.shown else None
    outcome = found.shown.outcome if found.shown else None
    results = found.shown.results if found.shown else ()
    return {
        "questions": answer.questions if answer else (),
        "message_of_turn": found.message_of_turn,
        "question": answer.question if answer and answer.speak else "",
        "no_query": NO_QUERY_IN_WORDS[no_query_reason(found.turns)] if not (answer and answer.speak) else "",
        "can_show_anyway": asking_turn(found.turns) is not None,
        "outcome": outcome,
        "missing": found.shown.missing if found.shown else (),
        "search_id": found.shown.search_id if found.shown else None,
        "listing": make_listing(results, request.values.get("kind", "")),
        "best": best_of(outcome, results) if outcome else None,
        "because": found.shown.because if found.shown else {},
        "to": reading,
    }


def _search(conversation: Conversation, query: str) -> dict[str, Any]:
    reading = offered_base(conversation.language)
    answer = search_and_record(
        query,
        audience=Audience.REP,
        place=PLACE,
        reader_language=reading or choose_language(),
        limit=SEARCHED,
    )
    run_after_response(lambda separate: drop_partial_queries(separate, answer.public_id))
    return {
        "questions": (),
        "question": "",
        "no_query": "",
        "can_show_anyway": False,
        "outcome": answer.outcome,
        "missing": answer.missing,
        "search_id": answer.public_id,
        "listing": make_listing(answer.results, request.values.get("kind", "")),
        "best": best_of(answer.outcome, answer.results),
        "because": {},
        "to": reading,
    }
