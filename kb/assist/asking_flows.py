"""A flow of steps within a small conversation: which one fits, what it asks back, what an answer in free words chooses. Pure but
for `articles_quoted`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from sqlalchemy.orm import Session

from kb.articles.flow_files import articles_quoted, quoted
from kb.articles.flow_place import Place, place_in
from kb.articles.flows import Choice, Flow, Step, find_flows, text_in
from kb.assist.asking_turns import Option, Passage, PersonReason, Reply, ReplyKind
from kb.assist.asking_wording import says_no, says_yes
from kb.assist.ordinals import number_named
from kb.text.fitting import share_of_terms
from kb.text.language import guess_language
from kb.text.terms import index_terms, normalise, query_terms
from kb.text.words import find_words

# Of the words of an answer so many have to stand in a choice, and the next one has to be as much behind.
_ENOUGH, _AHEAD = 0.5, 0.2
# Shown of a section that a step quotes.
_LONGEST_QUOTE = 1_200


@dataclass(frozen=True)
class Progress:
    """How far a flow has come: name, decisions by step, what the customer told by kind of fact."""

    flow: str = ""
    decisions: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)


def fitting_flow(
    session: Session, flows: Collection[Flow], text: str, language: str, passages: Sequence[Passage]
) -> tuple[Flow, bool] | None:
    """The flow for a question whose passages are these, and whether it begins by itself; else it is offered.

    It begins where the words of the question lead to it and to an article that it quotes. At most one statement.
    """
    if not flows or not passages:
        return None
    articles = articles_quoted(session, flows)
    found = find_flows(flows, text, language, limit=1)
    for flow in found:
        if any(passage.article_id in articles[flow.name] for passage in passages[:2]):
            return flow, True
    near = [flow for flow in flows if passages[0].article_id in articles[flow.name]]
    return (near[0], False) if len(near) == 1 else None


def find_place(flow: Flow, progress: Progress) -> tuple[Place, Progress]:
    """The step that is next. What only tells something to a person (an order number) is not asked by a machine, which could do
    nothing with it."""
    decisions = dict(progress.decisions)
    place = place_in(flow, decisions, progress.facts)
    while place.step.fact and place.step.next:
        decisions[place.step.name] = place.step.next
        place = place_in(flow, decisions, progress.facts)
    return place, replace(progress, decisions=decisions)


def take_back(flow: Flow, progress: Progress) -> Progress:
    """The last question that had a choice is asked again; nothing changes where there is none."""
    place, progress = find_place(flow, progress)
    for number in range(len(place.passed) - 1, -1, -1):
        if not place.passed[number].step.fact or place.passed[number].step.choices:
            kept = {one.step.name for one in place.passed[:number]}
            decisions = {name: after for name, after in progress.decisions.items() if name in kept}
            return replace(progress, decisions=decisions | {place.passed[number].step.name: ""})
    return progress


def reply_of_step(session: Session, flow: Flow, progress: Progress, language: str) -> tuple[Reply, Progress]:
    """What the flow asks now, or what it comes to. At most one statement."""
    place, progress = find_place(flow, progress)
    step = place.step
    passage = _passage(session, step, language)
    passages = (passage,) if passage else ()
    can_go_back = any(one.step.choices for one in place.passed)
    text = text_in(step.texts, language)
    if not step.is_answer:
        options = tuple(Option(text_in(choice.labels, language), choice.next) for choice in step.choices)
        return (
            Reply(
                ReplyKind.STEP,
                passages,
                flow=flow.name,
                step=step.name,
                text=text,
                options=options,
                can_skip=bool(step.next),
                can_go_back=can_go_back,
            ),
            progress,
        )
    if step.for_person:
        # A machine that says "I ask for it" promises what it cannot do.
        reply = Reply(ReplyKind.PERSON, passages, reason=PersonReason.STEPS, flow=flow.name, step=step.name)
    else:
        reply = Reply(ReplyKind.STEPS_END, passages, flow=flow.name, step=step.name, text=text)
    return replace(reply, can_go_back=can_go_back), progress


def chosen_by(step: Step, text: str, told: Sequence[str]) -> str | None:
    """The step after the choice that a text names, None where it names none or several. told: values of the step's fact in it."""
    choices = step.choices
    for value in told:
        for choice in choices:
            if value.casefold() in choice.values:
                return choice.next
    words = find_words(normalise(text))
    for choice in choices:
        if any(find_words(normalise(label)) == words for label in choice.labels.values()):
            return choice.next
    number = number_named(text) or (int(words[0]) if len(words) == 1 and words[0].isdecimal() else 0)
    if 1 <= number <= len(choices) and not any(
        str(number) in label for choice in choices for label in choice.labels.values()
    ):
        return choices[number - 1].next
    for says in (says_yes, says_no):
        if says(text):
            agreeing = [choice for choice in choices if any(_begins(says, label) for label in choice.labels.values())]
            return agreeing[0].next if len(agreeing) == 1 else None
    return _likeliest(choices, text)


def _likeliest(choices: Sequence[Choice], text: str) -> str | None:
    language = guess_language(text)
    terms = query_terms(text, language)
    if not terms:
        return None
    scores = sorted(
        (
            (
                max(
                    share_of_terms(terms, index_terms(label, tag or language), index_terms(label, language))
                    for tag, label in choice.labels.items()
                )
                + (0.5 if any(f" {value} " in f" {normalise(text)} " for value in choice.values) else 0.0),
                -number,
            )
            for number, choice in enumerate(choices)
        ),
        reverse=True,
    )
    best = scores[0][0]
    runner_up = scores[1][0] if len(scores) > 1 else 0.0
    return choices[-scores[0][1]].next if best >= _ENOUGH and best - runner_up >= _AHEAD else None


def _begins(says: Callable[[str], bool], label: str) -> bool:
    words = find_words(label)
    return any(says(" ".join(words[:length])) for length in range(1, min(len(words), 3) + 1))


def _passage(session: Session, step: Step, language: str) -> Passage | None:
    """What the step quotes, where customers may read it."""
    found = quoted(session, step.quote, language) if step.quote else None
    if found is None or found.is_internal or not found.text:
        return None
    text = found.text
    if len(text) > _LONGEST_QUOTE:
        text = text[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"
    url = f"/help/{found.language}/articles/{quote(found.slug, safe='')}"
    is_other = found.language.partition("-")[0] != language.partition("-")[0]
    return Passage(found.article_id, found.title, found.language, url, "", text, other_language=is_other)
