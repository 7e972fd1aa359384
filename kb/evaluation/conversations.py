"""Whole conversations with the questions that are open at their end: read them, follow them, count what was right."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.assist.suggestions import AssistAnswer
from kb.assist.turns import Role, Turn, parse_turns
from kb.evaluation.judgement_metrics import Judgement


@dataclass(frozen=True)
class Open:
    """A question that is open. articles: translation keys of those that answer it, none where nothing does; since: the turn."""

    text: str
    articles: frozenset[str]
    since: int


@dataclass(frozen=True)
class Conversation:
    """acts: a letter for each turn, capital for a customer's turn after which something is open; "" where nobody wrote them
    down."""

    id: str
    language: str
    channel: str
    part: str
    turns: tuple[Turn, ...]
    open: tuple[Open, ...]
    acts: str = ""


def read_conversations(path: Path, acts: Path | None = None) -> list[Conversation]:
    """Conversations of a file with one JSON object a line. acts: a file with `{"_id", "acts"}` a line."""
    known = {row["_id"]: row["acts"] for row in _rows(acts)} if acts else {}
    return [_conversation(row, known.get(row["_id"], "")) for row in _rows(path)]


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    return map(json.loads, path.read_text("utf-8").splitlines())


def _conversation(row: dict[str, Any], acts: str) -> Conversation:
    asked = (
        Open(o["text"], frozenset([o["article"], *o["also"]] if o["article"] else ()), o["since"]) for o in row["open"]
    )
    return Conversation(
        row["_id"], row["lang"], row["channel"], row["part"], tuple(parse_turns(row["turns"])), tuple(asked), acts
    )


@dataclass(frozen=True)
class Heard:
    """How a conversation was understood. found: per question that was found open the keys of its results, the most pressing
    first."""

    conversation: Conversation
    speak: bool
    probability: float
    found: tuple[tuple[str, ...], ...]

    @property
    def is_right_first(self) -> bool:
        """Whether the first suggestion answers a question that is open."""
        wanted = frozenset[str]().union(*(o.articles for o in self.conversation.open))
        return self.speak and bool(self.found and self.found[0] and self.found[0][0] in wanted)

    @property
    def found_open(self) -> tuple[bool, ...]:
        """For each open question that an article answers: whether a question was found open whose first result is it."""
        firsts = {keys[0] for keys in self.found if keys} if self.speak else set()
        return tuple(bool(o.articles & firsts) for o in self.conversation.open if o.articles)


@dataclass(frozen=True)
class ConversationScores:
    """right_first: of conversations in which an open question has an article, the share whose first suggestion answers one that
    is open; found: share of open questions with an article whose article is first for one of `questions`; silent: of
    conversations in which nothing is open, the share without a suggestion; spoke: of the others, the share with one; speak: per
    turn of the customer, whether anything is open after it."""

    right_first: float
    found: float
    silent: float
    spoke: float
    speak: Judgement | None


def hear(conversation: Conversation, answer: AssistAnswer, key_of: Callable[[int], str]) -> Heard:
    """key_of: the translation key of an article."""
    found = tuple(
        tuple(key_of(s.result.id) for s in asked.suggestions if s.result.kind == "article")
        for asked in answer.questions
        if asked.is_open
    )
    return Heard(conversation, answer.speak, answer.speak_probability, found)


def turns_to_judge(conversation: Conversation) -> list[tuple[int, bool]]:
    """(index, whether something is open after it) of the customer's turns of which that is known.

    Where nobody wrote it down: from where the first question that is open at the end was stated, something is; at the end of a
    conversation in which nothing is open, nothing is.
    """
    said = [number for number, turn in enumerate(conversation.turns) if turn.role is Role.CUSTOMER]
    if conversation.acts:
        return [(number, conversation.acts[number].isupper()) for number in said]
    if not conversation.open:
        return [(said[-1], False)]
    since = min(o.since for o in conversation.open)
    return [(number, True) for number in said if number >= since]


def score_conversations(
    heard: Sequence[Heard], turns: Sequence[tuple[str, bool, float, bool]] = ()
) -> ConversationScores:
    """turns: (name, whether something is open, probability, whether it spoke) of single turns."""
    answerable = [h for h in heard if any(o.articles for o in h.conversation.open)]
    is_open = [h for h in heard if h.conversation.open]
    nothing = [h for h in heard if not h.conversation.open]
    questions = [right for h in heard for right in h.found_open]
    return ConversationScores(
        _share([h.is_right_first for h in answerable]),
        _share(questions),
        _share([not h.speak for h in nothing]),
        _share([h.speak for h in is_open]),
        Judgement.of(turns) if turns else None,
    )


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else float("nan")
