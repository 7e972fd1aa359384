"""A flow of steps within a conversation: it keeps its place, goes on by what the customer told already, quotes its article."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.articles.flow_files import FlowFolder, Quoted, articles_quoted, quoted
from kb.articles.flow_place import Place, decide, go_back, place_in
from kb.articles.flows import Flow, rank_flows, text_in
from kb.search.types import Result
from kb.service.conversations import get_conversation
from kb.service.open_flows import leave_flow, open_flow, set_decisions, start_flow
from kb.service.stored_facts import facts_of
from kb.tables import Conversation, ConversationFlow
from webapp.desk.inbox.checking import FACT_NAMES
from webapp.desk.inbox.macros import insert_into_draft
from webapp.desk.inbox.returning import back_to
from webapp.shared.database import session
from webapp.shared.flows import flows_of_shop
from webapp.shared.locale import choose_language
from webapp.shared.ui import is_partial, render_fresh

BESIDE_RESULTS = 3
# Of the words of a search so many lead to a flow by themselves.
_SURE = 0.75


@dataclass(frozen=True)
class Running:
    """A flow of this conversation and where it is. text: what to ask or answer now, in the customer's language."""

    flow: Flow
    place: Place
    text: str
    quote: Quoted | None


def flows_for(query: str, language: str, results: Sequence[Result]) -> list[Flow]:
    """Those that fit a search: by nearly all of its words, or by some and an article that they quote among the first results. One
    word in common alone would lead from "pay in parts" to the steps of a refund. Two statements at most."""
    found = rank_flows(flows_of_shop().flows.values(), query, language)
    quoting = articles_quoted(session(), [flow for flow, share in found if share < _SURE])
    first = {*[result.id for result in results if result.kind == "article"][:BESIDE_RESULTS]}
    return [flow for flow, share in found if share >= _SURE or quoting[flow.name] & first][:BESIDE_RESULTS]


def steps(conversation_id: int) -> ResponseReturnValue:
    """The flow that runs, or those that could be begun; as a page, or beside the conversation."""
    return _show(get_conversation(session(), conversation_id))


def _show(conversation: Conversation) -> ResponseReturnValue:
    folder, row = flows_of_shop(), open_flow(session(), conversation)
    language = language_of(conversation)
    return render_fresh(
        "desk/inbox/_flow.html" if is_partial() else "desk/inbox/flow.html",
        conversation=conversation,
        running=_running(conversation, row, folder, language) if row else None,
        flows=folder.flows.values(),
        problems=folder.problems,
        text_in=text_in,
        language=language,
        reading=choose_language(),
        fact_names={kind.value: name for kind, name in FACT_NAMES.items()},
    )


def language_of(conversation: Conversation) -> str:
    return conversation.language or choose_language()


def _running(conversation: Conversation, row: ConversationFlow, folder: FlowFolder, language: str) -> Running | None:
    """None where the file of the flow is gone, or has a fault now."""
    flow = folder.flows.get(row.flow)
    if flow is None:
        return None
    place = _place(conversation, row, flow)
    quote = quoted(session(), place.step.quote, language) if place.step.quote else None
    return Running(flow, place, text_in(place.step.texts, language), quote)


def _place(conversation: Conversation, row: ConversationFlow, flow: Flow) -> Place:
    told = facts_of(session(), conversation)
    # Another matter's order number answers nothing here.
    facts = {
        kind.value: [one.value for one in given if one.conversation_id == conversation.id]
        for kind, given in told.items()
    }
    return place_in(flow, row.decisions, facts)


def take_step(conversation_id: int) -> ResponseReturnValue:
    """Begin a flow, choose, go back, leave it, or put what it says into the draft."""
    conversation = get_conversation(session(), conversation_id)
    step, folder = request.form.get("step", ""), flows_of_shop()
    if step == "start" and request.form.get("flow", "") in folder.flows:
        start_flow(session(), conversation, request.form["flow"])
        if request.form.get("next"):
            return back_to(conversation.id)
    elif step == "leave":
        leave_flow(session(), conversation)
    elif (row := open_flow(session(), conversation)) is not None and (flow := folder.flows.get(row.flow)) is not None:
        place = _place(conversation, row, flow)
        if step == "insert":
            insert_into_draft(conversation, text_in(place.step.texts, language_of(conversation)))
            return back_to(conversation.id)
        if step == "back":
            set_decisions(session(), row, go_back(place, row.decisions))
        elif step == "choose":
            _choose(row, place)
    if is_partial():
        return _show(conversation)
    return redirect(url_for("desk_inbox.steps", conversation_id=conversation.id), code=303)


def _choose(row: ConversationFlow, place: Place) -> None:
    """at: the step that stood on the page; where a colleague has gone on meanwhile nothing is decided."""
    at, after = request.form.get("at", ""), request.form.get("to", "")
    if at != place.step.name:
        flash(_("Meanwhile it has gone on; this is the step now."), "warn")
        return
    set_decisions(session(), row, decide(place, row.decisions, at, after))
