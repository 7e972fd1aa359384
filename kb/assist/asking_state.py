"""What a small conversation with the machine is made of: where it is, what replies, what came of a turn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from kb.articles.flows import Flow
from kb.assist.asking_flows import Progress
from kb.assist.asking_turns import CustomerTurn, Reply, Turn
from kb.privacy.redaction import redact
from kb.search.searcher import Searcher
from kb.search.types import SearchAnswer
from kb.tables import FeedbackKind

# Turns that are kept; of a longer conversation the first ones are forgotten.
MOST_TURNS = 40

Facts = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Machine:
    """What replies. searcher: holds public articles alone; find_facts: values by kind in a text; facts_in_answer: those of one
    kind in an answer to the question for it; region: of phone numbers, see `redact`."""

    session: Session
    searcher: Searcher
    flows: Mapping[str, Flow]
    language: str
    region: str
    find_facts: Callable[[str], Facts]
    facts_in_answer: Callable[[str, str], Sequence[str]]


@dataclass(frozen=True)
class Asking:
    """Where a conversation is."""

    turns: tuple[Turn, ...] = ()
    progress: Progress = field(default_factory=Progress)

    def with_turns(self, *turns: Turn) -> "Asking":
        return replace(self, turns=(*self.turns, *turns)[-MOST_TURNS:])


@dataclass(frozen=True)
class Judgement:
    """What the customer said of a passage that was quoted."""

    search_id: str
    kind: FeedbackKind
    document: str


@dataclass(frozen=True)
class Moved:
    """What came of a turn. search: to be recorded, None for none; reply: None where nothing was to be said."""

    asking: Asking
    reply: Reply | None = None
    search: SearchAnswer | None = None
    judgement: Judgement | None = None


def customer_turn(machine: Machine, text: str, *, searched: str = "") -> CustomerTurn:
    """What is kept of what they wrote."""
    return CustomerTurn(redact(text, region=machine.region), redact(searched, region=machine.region))
