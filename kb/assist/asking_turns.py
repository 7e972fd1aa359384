"""The turns of a small conversation with the machine: what the customer said, what it replied; as they are stored and sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from kb.search.answers import Answer, AnswerKind, Cell
from kb.search.types import Result

# Replies that tried to answer: after so many that did not help it is a person's turn.
MOST_TRIES = 2


class ReplyKind(StrEnum):
    ANSWER = "answer"  # a passage that should answer
    MAYBE = "maybe"  # one that may
    NOTHING = "nothing"  # there is no article
    STEP = "step"  # a flow asks back
    STEPS_END = "steps_end"  # what a flow came to
    AGAIN = "again"  # it did not help: in other words, please
    PERSON = "person"
    SMALL_TALK = "small_talk"
    HELPED = "helped"


class PersonReason(StrEnum):
    """Why a person is offered."""

    ASKED = "asked"
    COMPLAINT = "complaint"
    TRIES = "tries"  # the machine has tried often enough
    STEPS = "steps"  # only a person can do what comes next
    SAFETY = "safety"  # somebody is in danger: no article is quoted, what to do first is said


TRIES = frozenset({ReplyKind.ANSWER, ReplyKind.MAYBE, ReplyKind.NOTHING, ReplyKind.STEPS_END})
# Of these it can be said whether they helped.
JUDGED = frozenset({ReplyKind.ANSWER, ReplyKind.MAYBE, ReplyKind.STEPS_END})


@dataclass(frozen=True)
class Passage:
    """What an article says, as it was quoted. mark: the best sentence within `snippet`; answer: see kb.search.answers; url:
    of the article in the help centre, anchor: of the heading that the passage stands under."""

    article_id: int
    title: str
    language: str
    url: str
    anchor: str
    snippet: str
    mark: tuple[int, int] = (0, 0)
    answer: Answer | None = None
    other_language: bool = False

    @property
    def key(self) -> tuple[int, str]:
        return self.article_id, self.anchor

    @property
    def document(self) -> str:
        return f"article:{self.article_id}"

    @property
    def section_url(self) -> str:
        return f"{self.url}#{quote(self.anchor)}" if self.anchor else self.url

    @property
    def text(self) -> str:
        """As plain text: the list or the row that answers, else the sentence among its neighbours."""
        found = self.answer
        return found.to_copy if found and found.kind is not AnswerKind.SENTENCE else self.snippet

    def to_json(self) -> dict[str, Any]:
        return {
            "article_id": self.article_id,
            "title": self.title,
            "language": self.language,
            "url": self.url,
            "section_url": self.section_url,
            "anchor": self.anchor,
            "snippet": self.snippet,
            "mark": list(self.mark),
            "answer": self.answer.to_json() if self.answer else None,
            "other_language": self.other_language,
        }


def passage_of(result: Result) -> Passage:
    return Passage(
        result.id,
        result.title,
        result.language,
        result.url,
        result.anchor,
        result.snippet,
        result.mark,
        result.answer,
        result.other_language,
    )


@dataclass(frozen=True)
class Option:
    """A button: value is what is sent with it."""

    label: str
    value: str


@dataclass(frozen=True)
class Sentence:
    """One that was composed. citations: of the reply's passages, counted from 0."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True)
class CustomerTurn:
    """text: redacted, "" where they only pressed a button; searched: what was looked for; label: of the button."""

    text: str
    searched: str = ""
    label: str = ""
    helped: bool | None = None


@dataclass(frozen=True)
class Reply:
    """What the machine said. passages: quoted; near: further articles; text: of a flow's step; step: its name; options: its
    choices; can_skip: whether the flow goes on without an answer; safety: what is to be said first, as JSON."""

    kind: ReplyKind
    passages: tuple[Passage, ...] = ()
    near: tuple[Passage, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    search_id: str = ""
    outcome: str = ""
    missing: tuple[str, ...] = ()
    no_question: str = ""
    reason: str = ""
    flow: str = ""
    step: str = ""
    text: str = ""
    options: tuple[Option, ...] = ()
    can_skip: bool = False
    can_go_back: bool = False
    not_understood: bool = False
    offered_flow: Option | None = None
    safety: Mapping[str, Any] | None = field(default=None, hash=False)


Turn = CustomerTurn | Reply


def turns_to_json(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    return [_turn_to_json(turn) for turn in turns]


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """All that a reply has, also what is empty."""
    return {
        "kind": reply.kind.value,
        "passages": [passage.to_json() for passage in reply.passages],
        "near": [passage.to_json() for passage in reply.near],
        "sentences": [{"text": one.text, "citations": list(one.citations)} for one in reply.sentences],
        "search_id": reply.search_id,
        "outcome": reply.outcome,
        "missing": list(reply.missing),
        "no_question": reply.no_question,
        "reason": reply.reason,
        "flow": reply.flow,
        "step": reply.step,
        "text": reply.text,
        "options": [{"label": one.label, "value": one.value} for one in reply.options],
        "can_skip": reply.can_skip,
        "can_go_back": reply.can_go_back,
        "not_understood": reply.not_understood,
        "offered_flow": (
            {"label": reply.offered_flow.label, "value": reply.offered_flow.value} if reply.offered_flow else None
        ),
        "safety": dict(reply.safety) if reply.safety else None,
    }


def _turn_to_json(turn: Turn) -> dict[str, Any]:
    if isinstance(turn, Reply):
        return {"who": "machine", **{key: value for key, value in reply_to_json(turn).items() if value}}
    return {
        "who": "customer",
        "text": turn.text,
        "searched": turn.searched,
        "label": turn.label,
        "helped": turn.helped,
    }


def turns_from_json(stored: Sequence[Mapping[str, Any]]) -> list[Turn]:
    """What `turns_to_json` made."""
    return [_turn_from_json(turn) for turn in stored]


def _turn_from_json(raw: Mapping[str, Any]) -> Turn:
    if raw["who"] == "customer":
        return CustomerTurn(raw["text"], raw["searched"], raw["label"], raw["helped"])
    offered = raw.get("offered_flow")
    return Reply(
        ReplyKind(raw["kind"]),
        tuple(map(_passage_from_json, raw.get("passages", ()))),
        tuple(map(_passage_from_json, raw.get("near", ()))),
        tuple(Sentence(one["text"], tuple(one["citations"])) for one in raw.get("sentences", ())),
        raw.get("search_id", ""),
        raw.get("outcome", ""),
        tuple(raw.get("missing", ())),
        raw.get("no_question", ""),
        raw.get("reason", ""),
        raw.get("flow", ""),
        raw.get("step", ""),
        raw.get("text", ""),
        tuple(Option(one["label"], one["value"]) for one in raw.get("options", ())),
        raw.get("can_skip", False),
        raw.get("can_go_back", False),
        raw.get("not_understood", False),
        Option(offered["label"], offered["value"]) if offered else None,
        raw.get("safety"),
    )


def _passage_from_json(raw: Mapping[str, Any]) -> Passage:
    found = raw["answer"]
    answer = found and Answer(
        AnswerKind(found["kind"]),
        found["text"],
        tuple(found["items"]),
        found["best"],
        found["start"],
        found["lead"],
        found["complete"],
        tuple(Cell(cell["label"], cell["value"]) for cell in found["cells"]),
    )
    start, end = raw["mark"]
    return Passage(
        raw["article_id"],
        raw["title"],
        raw["language"],
        raw["url"],
        raw["anchor"],
        raw["snippet"],
        (start, end),
        answer or None,
        raw["other_language"],
    )


def matter_of(turns: Sequence[Turn]) -> Sequence[Turn]:
    """The turns of what is asked now: those after the last answer that helped."""
    begins = max((number + 1 for number, turn in enumerate(turns) if _is_helped(turn)), default=0)
    return turns[begins:]


def _is_helped(turn: Turn) -> bool:
    return isinstance(turn, Reply) and turn.kind is ReplyKind.HELPED


def tries_in(turns: Sequence[Turn]) -> int:
    """How often the machine has tried to answer what is asked now."""
    return sum(isinstance(turn, Reply) and turn.kind in TRIES for turn in matter_of(turns))


def last_reply(turns: Sequence[Turn]) -> Reply | None:
    return next((turn for turn in reversed(turns) if isinstance(turn, Reply)), None)
