"""Where one is in a flow: what was decided or known already leads to the step that is next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.articles.flows import Flow, Step


@dataclass(frozen=True)
class Passed:
    """A step that is behind us. known: the value of the fact that answered it, "" where somebody chose."""

    step: Step
    next: str
    known: str = ""


@dataclass(frozen=True)
class Place:
    """step: the one that is to be asked or answered now."""

    passed: tuple[Passed, ...]
    step: Step


def place_in(flow: Flow, decisions: Mapping[str, str], facts: Mapping[str, Sequence[str]]) -> Place:
    """decisions: by step the one that comes after it, "" for one that was gone back to. facts: values by kind, newest first.

    What somebody decided goes before what is known. A decision that the flow does not have any more counts for nothing.
    """
    passed: list[Passed] = []
    step = flow.steps[flow.start]
    while not step.is_answer:
        decided = decisions.get(step.name)
        if decided == "":
            break
        if decided is not None and decided in step.nexts():
            passed.append(Passed(step, decided))
        else:
            found = _answered(step, facts)
            if found is None:
                break
            passed.append(found)
        step = flow.steps[passed[-1].next]
    return Place(tuple(passed), step)


def _answered(step: Step, facts: Mapping[str, Sequence[str]]) -> Passed | None:
    """By the newest fact that decides it."""
    for value in facts.get(step.fact, ()) if step.fact else ():
        if step.next:
            return Passed(step, step.next, value)
        for choice in step.choices:
            if value.casefold() in choice.values:
                return Passed(step, choice.next, value)
    return None


def decide(place: Place, decisions: Mapping[str, str], step: str, after: str) -> dict[str, str]:
    """The decisions with this one; as they were where `step` is not the one that is next, or does not lead there."""
    if step != place.step.name or after not in place.step.nexts():
        return dict(decisions)
    return {**decisions, step: after}


def go_back(place: Place, decisions: Mapping[str, str]) -> dict[str, str]:
    """The step before is asked again, also where a fact had answered it."""
    if not place.passed:
        return dict(decisions)
    kept = {one.step.name for one in place.passed[:-1]}
    return {name: after for name, after in decisions.items() if name in kept} | {place.passed[-1].step.name: ""}
