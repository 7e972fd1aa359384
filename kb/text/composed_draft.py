"""A draft of an article in words of its own, sentence by sentence with what says it: between who composes and who stores it."""

from dataclasses import dataclass

MOST_STEPS = 12


@dataclass(frozen=True)
class DraftSentence:
    """sources: the numbers of the texts that say it, counted from 0."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True)
class ComposedDraft:
    """What a draft says in words of its own; each step may be more than one sentence."""

    problem: tuple[DraftSentence, ...]
    cause: tuple[DraftSentence, ...]
    steps: tuple[tuple[DraftSentence, ...], ...]

    @property
    def sentences(self) -> tuple[DraftSentence, ...]:
        return (*self.problem, *self.cause, *(sentence for step in self.steps for sentence in step))
