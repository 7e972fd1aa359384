"""A small conversation within a flow of steps: buttons, answers in free words, one step back, another choice than before."""

from dataclasses import replace

from kb.articles.flows import Flow
from kb.assist.asking_flows import Progress, chosen_by, find_place, reply_of_step, take_back
from kb.assist.asking_state import Asking, Machine, Moved, customer_turn
from kb.assist.asking_turns import CustomerTurn, Option, Reply, last_reply
from kb.assist.asking_wording import read_refinement, says_no, says_yes
from kb.text.language import guess_language
from kb.text.no_question import find_no_question
from kb.text.terms import query_terms

# So many words that say something make a question of its own of what is no choice.
_FEW_WORDS = 3


def choose(machine: Machine, asking: Asking, step: str, after: str) -> Moved:
    """A button of the step that is asked now, "" to go on without an answer; nothing changes where it is another one by now."""
    flow = machine.flows.get(asking.progress.flow)
    if flow is None:
        return Moved(asking)
    place, progress = find_place(flow, asking.progress)
    after = after or place.step.next
    if place.step.name != step or after not in place.step.nexts():
        return Moved(asking)
    label = next((option.label for option in _options(asking) if option.value == after), "")
    return _go_on(machine, asking, flow, progress, step, after, CustomerTurn("", label=label))


def go_back(machine: Machine, asking: Asking) -> Moved:
    """The question before is asked again."""
    flow = machine.flows.get(asking.progress.flow)
    if flow is None:
        return Moved(asking)
    return ask_step(machine, asking, flow, take_back(flow, asking.progress))


def begin_flow(machine: Machine, asking: Asking, name: str) -> Moved:
    """The customer takes up the questions that were offered; nothing changes where there is no such flow."""
    flow = machine.flows.get(name)
    if flow is None:
        return Moved(asking)
    return ask_step(machine, asking, flow, Progress(name, {}, asking.progress.facts))


def gather_facts(machine: Machine, asking: Asking, text: str) -> dict[str, list[str]]:
    """What was told so far that flows choose by, with this; the newest first. Names and addresses are not kept here."""
    chosen_by_flows = {step.fact for flow in machine.flows.values() for step in flow.steps.values() if step.choices}
    facts = {kind: list(values) for kind, values in asking.progress.facts.items()}
    for kind, values in machine.find_facts(text).items():
        if kind not in chosen_by_flows:
            continue
        facts[kind] = [*values, *(value for value in facts.get(kind, ()) if value not in values)][:5]
    return facts


def _options(asking: Asking) -> tuple[Option, ...]:
    last = last_reply(asking.turns)
    return last.options if last is not None else ()


def answer_step(machine: Machine, asking: Asking, text: str) -> Moved | None:
    """An answer in free words to what a flow asked; None where it is none but a question of its own."""
    flow = machine.flows.get(asking.progress.flow)
    if flow is None:
        return None
    facts = gather_facts(machine, asking, text)
    place, progress = find_place(flow, replace(asking.progress, facts=facts))
    last = last_reply(asking.turns)
    turn = customer_turn(machine, text)
    if last is not None and place.step.name != last.step:
        return ask_step(machine, asking.with_turns(turn), flow, progress)
    told = machine.facts_in_answer(place.step.fact, text) if place.step.fact else ()
    after = place.step.next or chosen_by(place.step, text, told)
    if after:
        return _go_on(machine, asking, flow, progress, place.step.name, after, turn)
    refinement = read_refinement(text)
    if refinement.is_marked or len(query_terms(text, guess_language(text))) >= _FEW_WORDS or "?" in text:
        return None
    if find_no_question(text) is not None and not (says_yes(text) or says_no(text)):
        return None
    reply, progress = reply_of_step(machine.session, flow, progress, machine.language)
    reply = replace(reply, not_understood=True)
    return Moved(replace(asking, progress=progress).with_turns(turn, reply), reply)


def change_choice(machine: Machine, asking: Asking, text: str) -> Moved | None:
    """ "No, I paid by card" after a flow has come to an end: another choice of one of its questions; None for anything else."""
    flow = machine.flows.get(asking.progress.flow)
    new = read_refinement(text).meant or text
    if flow is None or len(query_terms(new, guess_language(new))) > _FEW_WORDS:
        return None
    place, progress = find_place(flow, asking.progress)
    for number in range(len(place.passed) - 1, -1, -1):
        passed = place.passed[number]
        told = machine.facts_in_answer(passed.step.fact, new) if passed.step.fact else ()
        after = chosen_by(passed.step, new, told) if passed.step.choices else None
        if after is not None and after != passed.next:
            kept = {one.step.name: one.next for one in place.passed[:number]}
            turn = customer_turn(machine, text)
            return _go_on(machine, asking, flow, replace(progress, decisions=kept), passed.step.name, after, turn)
    return None


def _go_on(
    machine: Machine, asking: Asking, flow: Flow, progress: Progress, step: str, after: str, turn: CustomerTurn
) -> Moved:
    decided = replace(progress, decisions={**progress.decisions, step: after})
    return ask_step(machine, asking.with_turns(turn), flow, decided)


def ask_step(machine: Machine, asking: Asking, flow: Flow, progress: Progress, search_id: str = "") -> Moved:
    reply, progress = reply_of_step(machine.session, flow, progress, machine.language)
    earlier = (turn.search_id for turn in reversed(asking.turns) if isinstance(turn, Reply) and turn.search_id)
    reply = replace(reply, search_id=search_id or next(earlier, ""))
    return Moved(replace(asking, progress=progress).with_turns(reply), reply)
