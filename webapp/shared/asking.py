"""Asking the machine from a request: the same for the page and for the API, which the widget uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.assist.asking import composable, judge, say, with_sentences
from kb.assist.asking_state import Asking, Machine, Moved
from kb.assist.asking_steps import begin_flow, choose, go_back
from kb.assist.asking_store import Talk, find_talk, keep_talk
from kb.assist.asking_turns import Reply
from kb.search.types import Audience
from kb.service.fact_answers import facts_in_answer
from kb.service.facts import find_facts
from webapp.shared.after_response import run_after_response
from webapp.shared.database import session
from webapp.shared.feedback import note_feedback
from webapp.shared.flows import flows_of_shop
from webapp.shared.meters import COMPOSED
from webapp.shared.metrics import observe_search
from webapp.shared.runtime import search_runtime
from webapp.shared.searching import current_settings, record_after_response

PLACE = "ask"


@dataclass(frozen=True)
class Act:
    """What the customer did: wrote (text), chose (step, choice), said whether it helped, went back, took up a flow that was
    offered. One of them."""

    text: str = ""
    step: str = ""
    choice: str | None = None
    helped: bool | None = None
    back: bool = False
    flow: str = ""

    @property
    def is_nothing(self) -> bool:
        return not (self.text.strip() or self.choice is not None or self.helped is not None or self.back or self.flow)


def act_in_talk(talk: Talk, act: Act, *, language: str, visit: str = "") -> tuple[Talk, Reply | None]:
    """Do it, keep the conversation, and record the search once the response is out. Raises what a search does, and ConflictError
    where the conversation has gone on meanwhile."""
    moved = _move(_machine(language), talk.asking, act)
    if moved.asking is talk.asking:
        return talk, moved.reply
    moved = _composed(moved, language)
    kept = keep_talk(session(), talk, moved.asking, language=language, visit=visit)
    if moved.search is not None:
        observe_search(PLACE, moved.search)
        record_after_response(
            moved.search, audience=Audience.CUSTOMER, place=PLACE, reader_language=language, visit=kept.visit
        )
    if (said := moved.judgement) is not None:
        run_after_response(
            lambda separate: note_feedback(separate, said.search_id, said.kind, said.document, kept.visit)
        )
    return kept, moved.reply


def talk_named(public_id: str) -> Talk | None:
    return find_talk(session(), public_id)


def new_talk() -> Talk:
    return Talk(Asking())


def _move(machine: Machine, asking: Asking, act: Act) -> Moved:
    if act.choice is not None:
        return choose(machine, asking, act.step, act.choice)
    if act.helped is not None:
        return judge(machine, asking, helped=act.helped)
    if act.back:
        return go_back(machine, asking)
    if act.flow:
        return begin_flow(machine, asking, act.flow)
    return say(machine, asking, act.text)


def _composed(moved: Moved, language: str) -> Moved:
    """The answer as a language model puts it together, where one is set up and every sentence stood the check."""
    composer, passages = search_runtime().composer, composable(moved)
    if composer is None or moved.search is None or not passages:
        return moved
    session().rollback()  # nothing was written; no connection is held while the model is waited for
    composed = composer.compose(moved.search.query, passages, language)
    COMPOSED.labels(composed.result.value).inc()
    return with_sentences(moved, composed.sentences)


def _machine(language: str) -> Machine:
    region = current_settings().phone_region

    def facts_in(text: str) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for fact in find_facts(text, region=region):
            found.setdefault(fact.kind.value, []).append(fact.value)
        return found

    return Machine(
        session(),
        search_runtime().searcher(Audience.CUSTOMER),
        flows_of_shop().flows,
        language,
        region,
        facts_in,
        lambda kind, text: facts_in_answer(kind, text, region=region),
    )
