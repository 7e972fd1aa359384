"""A small conversation of a customer with the machine: one turn in, one reply out.

The question in their words, the best passage quoted with its article, "did this help?"; what they put right is understood with
what they said before; after MOST_TRIES that did not help, or when they want one, a person. Where a flow exists it asks back. The
caller commits, and records the search.
"""

from collections.abc import Sequence
from dataclasses import replace

from kb.articles.flows import Flow, text_in
from kb.assist.asking_flows import Progress, fitting_flow
from kb.assist.asking_question import Found, look_up
from kb.assist.asking_state import Asking, Judgement, Machine, Moved, customer_turn
from kb.assist.asking_steps import answer_step, ask_step, change_choice, gather_facts
from kb.assist.asking_turns import (
    JUDGED,
    MOST_TRIES,
    CustomerTurn,
    Option,
    Passage,
    PersonReason,
    Reply,
    ReplyKind,
    Sentence,
    last_reply,
    tries_in,
)
from kb.assist.asking_wording import says_no, says_yes, wants_person
from kb.privacy.redaction import redact
from kb.search.safety import SafetyWarning, safety_warning
from kb.search.types import Outcome, SearchAnswer
from kb.tables import FeedbackKind
from kb.text.cleaning import clean_message
from kb.text.danger.defaults import Level
from kb.text.language import guess_language
from kb.text.no_question import FOR_A_PERSON, NoQuestion, find_no_question

LONGEST_TEXT = 4_000
_NEAR = 3
# Passages beside the best one that a composed answer may use.
_COMPOSED_FROM = 2


def say(machine: Machine, asking: Asking, text: str) -> Moved:
    """The customer wrote `text`: any text, of a longer one the first LONGEST_TEXT characters. Raises what a search does."""
    text = clean_message(text)[:LONGEST_TEXT].strip()
    if not text:
        return Moved(asking)
    safety = safety_warning(machine.session, text, reader_language=machine.language)
    moved = _say(machine, asking, text, safety)
    if safety is None or moved.reply is None:
        return moved
    reply = replace(moved.reply, safety=safety.to_json())
    return replace(moved, reply=reply, asking=replace(moved.asking, turns=(*moved.asking.turns[:-1], reply)))


def judge(machine: Machine, asking: Asking, *, helped: bool, text: str = "") -> Moved:
    """Whether the last reply helped; nothing changes where that was said already. text: in their words, "" for a button."""
    last = last_reply(asking.turns)
    if last is None or last.kind not in JUDGED or asking.turns[-1] is not last:
        return Moved(asking)
    turn = CustomerTurn(redact(text, region=machine.region), helped=helped)
    kind = FeedbackKind.ANSWERED if helped else FeedbackKind.NOT_ANSWERED
    document = last.passages[0].document if last.passages else ""
    judgement = Judgement(last.search_id, kind, document) if document else None
    if helped:
        reply = Reply(ReplyKind.HELPED)
    elif tries_in(asking.turns) >= MOST_TRIES:
        reply = Reply(ReplyKind.PERSON, reason=PersonReason.TRIES, near=last.near)
    else:
        reply = Reply(ReplyKind.AGAIN, near=last.near, search_id=last.search_id)
    left = replace(asking, progress=Progress()) if helped else asking
    return Moved(left.with_turns(turn, reply), reply, judgement=judgement)


def _say(machine: Machine, asking: Asking, text: str, safety: SafetyWarning | None) -> Moved:
    last = last_reply(asking.turns)
    if wants_person(text):
        return _to_person(machine, asking, text, PersonReason.ASKED)
    if last is not None and last.kind is ReplyKind.STEP:
        moved = answer_step(machine, asking, text)
        if moved is not None:
            return moved
    if last is not None and last.kind in JUDGED and (says_yes(text) or says_no(text)):
        return judge(machine, asking, helped=says_yes(text), text=text)
    if (changed := change_choice(machine, asking, text)) is not None:
        return changed
    if find_no_question(text) is not None:
        # Whether it is none is for the search to say, which knows the words of the articles.
        alone = machine.searcher.search(machine.session, text, reader_language=machine.language, limit=_NEAR)
        if alone.no_question is not None:
            return _no_question(machine, asking, text, alone)
    asking = replace(asking, progress=Progress("", {}, gather_facts(machine, asking, text)))
    found = look_up(machine.session, machine.searcher, asking.turns, text, reader_language=machine.language)
    return _reply_to_question(machine, asking, text, found, safety)


def _reply_to_question(
    machine: Machine, asking: Asking, text: str, found: Found, safety: SafetyWarning | None
) -> Moved:
    turn = customer_turn(machine, text, searched=found.searched)
    search_id, outcome = found.answer.public_id, found.answer.outcome
    if safety is not None and safety.level is not Level.FRAUD:
        # "Press the reset button" may be the best passage for a mixer that smokes.
        near = (found.passage, *found.near) if found.passage else found.near
        reply = Reply(ReplyKind.PERSON, reason=PersonReason.SAFETY, near=near[:_NEAR], search_id=search_id)
        return Moved(asking.with_turns(turn, reply), reply, found.answer)
    if tries_in(asking.turns) >= MOST_TRIES:
        near = ((found.passage,) if found.passage else ()) + found.near
        reply = Reply(
            ReplyKind.PERSON, reason=PersonReason.TRIES, near=near[:_NEAR], search_id=search_id, outcome=outcome
        )
        return Moved(asking.with_turns(turn, reply), reply, found.answer)
    if found.passage is None:
        missing = tuple(found.answer.missing)
        reply = Reply(ReplyKind.NOTHING, near=found.near, missing=missing, search_id=search_id, outcome=outcome)
        return Moved(asking.with_turns(turn, reply), reply, found.answer)
    fitting = _fitting(machine, asking, found)
    if fitting is not None and fitting[1]:
        progress = Progress(fitting[0].name, {}, asking.progress.facts)
        begun = ask_step(machine, asking.with_turns(turn), fitting[0], progress, search_id)
        return replace(begun, search=found.answer)
    reply = Reply(
        ReplyKind.ANSWER if found.answer.outcome is Outcome.ANSWERED else ReplyKind.MAYBE,
        (found.passage,),
        found.near,
        missing=tuple(found.answer.missing),
        offered_flow=_offer(machine, fitting[0]) if fitting else None,
        search_id=search_id,
        outcome=outcome,
    )
    return Moved(asking.with_turns(turn, reply), reply, found.answer)


def _fitting(machine: Machine, asking: Asking, found: Found) -> tuple[Flow, bool] | None:
    """A flow that has been gone through already is not begun once more by itself."""
    done = {turn.flow for turn in asking.turns if isinstance(turn, Reply) and turn.flow}
    flows = [flow for flow in machine.flows.values() if flow.name not in done]
    passages = [passage for passage in (found.passage, *found.near) if passage is not None]
    return fitting_flow(machine.session, flows, found.searched, guess_language(found.searched), passages)


def _offer(machine: Machine, flow: Flow) -> Option:
    return Option(text_in(flow.titles, machine.language), flow.name)


def _no_question(machine: Machine, asking: Asking, text: str, alone: SearchAnswer) -> Moved:
    kind = alone.no_question
    if kind not in FOR_A_PERSON:
        turn = customer_turn(machine, text)
        reply = Reply(ReplyKind.SMALL_TALK, no_question=str(kind))
        return Moved(asking.with_turns(turn, reply), reply)
    reason = PersonReason.COMPLAINT if kind is NoQuestion.COMPLAINT else PersonReason.ASKED
    return _to_person(machine, asking, text, reason)


def _to_person(machine: Machine, asking: Asking, text: str, reason: PersonReason) -> Moved:
    """No search is recorded: wanting a person is no gap."""
    turn = customer_turn(machine, text)
    reply = Reply(ReplyKind.PERSON, reason=reason, near=_last_shown(asking))
    return Moved(asking.with_turns(turn, reply), reply)


def _last_shown(asking: Asking) -> tuple[Passage, ...]:
    last = last_reply(asking.turns)
    return last.near if last is not None else ()


def composable(moved: Moved) -> tuple[Passage, ...]:
    """What an answer could be composed from; none unless the search is sure that it answers."""
    reply = moved.reply
    if reply is None or reply.kind is not ReplyKind.ANSWER:
        return ()
    return (*reply.passages, *reply.near[:_COMPOSED_FROM])


def with_sentences(moved: Moved, sentences: Sequence[Sentence]) -> Moved:
    """The same with an answer that was composed: what it cites is quoted, what it was first surest of at least."""
    reply = moved.reply
    if reply is None or not sentences:
        return moved
    from_all = composable(moved)
    cited = sorted({0, *(place for sentence in sentences for place in sentence.citations)})
    renumbered = tuple(Sentence(one.text, tuple(cited.index(place) for place in one.citations)) for one in sentences)
    passages = tuple(from_all[place] for place in cited)
    near = tuple(passage for passage in reply.near if passage not in passages)
    reply = replace(reply, passages=passages, near=near, sentences=renumbered)
    return replace(moved, reply=reply, asking=replace(moved.asking, turns=(*moved.asking.turns[:-1], reply)))
