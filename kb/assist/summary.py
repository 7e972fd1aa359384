"""What a colleague has to know of a conversation: its own sentences, under five headings, each with the message that it is from.

Nothing is worded anew: a line is what somebody said. Pure but for the encoder, which tells what is still open.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb.assist.acts import load_act_model
from kb.assist.intent import load_intent_model
from kb.assist.open_questions import follow
from kb.assist.summary_cues import gives_particulars, has_enough_words, is_asked, was_done
from kb.assist.turn_vectors import turn_reader
from kb.assist.turns import Role, Turn, matter_of
from kb.search.encoding import Encoder
from kb.text.promises import find_promises
from kb.text.sentences import split_sentences

LONGEST_LINE = 300
MOST_LINES = 8  # under one heading; the newest stay


class Section(StrEnum):
    FACTS = "facts"
    TRIED = "tried"
    PROMISED = "promised"
    OPEN = "open"
    STATE = "state"


@dataclass(frozen=True)
class Said:
    """One message; message_id: its number, to which a line leads back."""

    message_id: int
    role: Role
    text: str
    sent_at: datetime


@dataclass(frozen=True)
class GivenFact:
    """What is known to be a fact of the customer: words that stand in a message; is_attempt: something that they tried."""

    message_id: int
    words: str
    is_attempt: bool = False


@dataclass(frozen=True)
class SummaryLine:
    """due_at: of a promise."""

    section: Section
    text: str
    message_id: int
    due_at: datetime | None = None


def summarise(
    messages: Sequence[Said], encoder: Encoder, *, facts: Collection[GivenFact] = (), closed: Collection[int] = ()
) -> list[SummaryLine]:
    """In the order of `Section`, within each as it was said. closed: messages whose questions the rep has settled."""
    said = [message for message in messages if message.role in (Role.CUSTOMER, Role.AGENT)]
    open_lines, problem = _open(said, encoder, closed)
    asked = {(line.message_id, line.text) for line in open_lines}
    lines: dict[Section, list[SummaryLine]] = {section: [] for section in Section}
    lines[Section.OPEN] = open_lines
    for message in said:
        promises = {one.sentence: one.due_at for one in find_promises(message.text, message.sent_at)}
        for sentence in split_sentences(message.text):
            section = _section(sentence, message, promises, facts)
            if section is not None and (message.message_id, _cut(sentence)) not in asked:
                lines[section].append(SummaryLine(section, _cut(sentence), message.message_id, promises.get(sentence)))
    told = {line.message_id for of_section in lines.values() for line in of_section}
    if problem is not None and not open_lines and problem.message_id not in told:
        # Nobody put it as a question, and nothing else tells it: the problem itself.
        lines[Section.OPEN] = [SummaryLine(Section.OPEN, _cut(split_sentences(problem.text)[0]), problem.message_id)]
    return [line for section in Section for line in _each_once(lines[section])[-MOST_LINES:]]


def _section(
    sentence: str, message: Said, promises: dict[str, datetime | None], facts: Collection[GivenFact]
) -> Section | None:
    if message.role is Role.AGENT:
        if sentence in promises:
            return Section.PROMISED
        return Section.TRIED if not is_asked(sentence) and was_done(sentence, by_customer=False) else None
    if is_asked(sentence) or not has_enough_words(sentence):
        return None
    known = [fact for fact in facts if fact.message_id == message.message_id and fact.words in sentence]
    if was_done(sentence, by_customer=True) or any(fact.is_attempt for fact in known):
        return Section.TRIED
    return Section.FACTS if known or gives_particulars(sentence) else None


def _open(said: Sequence[Said], encoder: Encoder, closed: Collection[int]) -> tuple[list[SummaryLine], Said | None]:
    """Lines that ask and wait for an answer, and the message of the most pressing matter that does."""
    turns = [Turn(message.role, " ".join(message.text.split()), matter_of(message.text)) for message in said]
    settled = [number for number, message in enumerate(said) if message.message_id in closed]
    followed = follow(
        turns,
        turn_reader(encoder),
        load_act_model(encoder.fingerprint),
        load_intent_model(encoder.fingerprint),
        settled,
    )
    asked = [said[question.turn] for question in followed.questions if question.is_open]
    in_order = {one.message_id: one for one in sorted([*asked, *_last_words(said)], key=said.index)}
    waiting = [one for one in in_order.values() if one.message_id not in closed]
    lines = [
        SummaryLine(Section.OPEN, _cut(sentence), message.message_id)
        for message in waiting
        for sentence in split_sentences(message.text)
        if is_asked(sentence)
    ]
    problem = None if followed.pressing is None else said[followed.questions[followed.pressing].turn]
    return lines, problem


def _last_words(said: Sequence[Said]) -> list[Said]:
    """What the customer has said since our side last said something: nobody has answered that."""
    last_of_ours = max((number for number, one in enumerate(said) if one.role is Role.AGENT), default=-1)
    return [one for one in said[last_of_ours + 1 :] if one.role is Role.CUSTOMER]


def _each_once(lines: Sequence[SummaryLine]) -> list[SummaryLine]:
    """Of what was said twice the last."""
    return list({" ".join(line.text.lower().split()): line for line in lines}.values())


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1].rstrip() + "…"
