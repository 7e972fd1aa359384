"""A conversation as people paste it, read into turns: the dialect is found by what speaks for it, and what no dialect understands
stays as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kb.assist.transcript.bare import read_bare
from kb.assist.transcript.footed import read_footed
from kb.assist.transcript.headed import read_headed
from kb.assist.transcript.inline import read_inline
from kb.assist.transcript.labels import is_bare_label
from kb.assist.transcript.mail import read_mail, without_answer_marks
from kb.assist.transcript.messages import Message, Reading
from kb.assist.transcript.records import is_json, read_records
from kb.assist.transcript.sides import assign_roles
from kb.assist.transcript.tables import read_table
from kb.assist.turns import LINES_OF_A_LETTER, LONGEST_LETTER, MAX_TURNS, Role, Turn, matter_of
from kb.text.cleaning import blank_controls
from kb.text.mail import clean_mail

# Of a longer text the end is read: what the customer asks now stands there.
MAX_LENGTH = 200_000
MAX_LINES = 2000
# The families of dialects, from those that are sure of themselves to those that guess; the one with most evidence reads.
_FAMILIES = (read_table, read_mail, read_headed, read_footed, read_inline)
_ENOUGH = 2.0
LONGEST_NAME = 160
_LETTERS = ("mail", "text")
_SWAPPED = {Role.CUSTOMER: Role.AGENT, Role.AGENT: Role.CUSTOMER}


@dataclass(frozen=True)
class Transcript:
    """turns: what was read, in the order in which it was said, without empty ones; cut: there was more than is read, and its
    beginning was left out; dialect: how it was read.
    """

    turns: list[Turn]
    cut: bool = False
    dialect: str = "text"

    def to_json(self) -> dict[str, Any]:
        """How a paste was read, for programs."""
        turns = [{"role": turn.role.value, "text": turn.text, "speaker": turn.speaker} for turn in self.turns]
        return {"turns": turns, "dialect": self.dialect, "cut": self.cut}


def read_transcript(text: str, *, swapped: bool = False) -> Transcript:
    """The turns of a pasted conversation. Any text is read; one without labels is a single turn of the customer.

    swapped: whoever was taken for the customer is the agent, and the other way round.
    """
    cut = len(text) > MAX_LENGTH
    text = blank_controls(text[-MAX_LENGTH:])
    lines = text.splitlines()
    reading = read_records(text)
    if not reading.evidence:
        cut = cut or len(lines) > MAX_LINES
        reading = read_bare(lines[-MAX_LINES:]) if is_json(text) else _choose(lines[-MAX_LINES:])
    messages = _with_words(reading.messages)
    turns = [
        Turn(role, message.text, _matter(message, reading.dialect), _shown_name(message.speaker, message.hint))
        for role, message in zip(assign_roles(messages), messages, strict=True)
    ]
    turns = swap_roles(turns) if swapped else turns
    return Transcript(turns[-MAX_TURNS:], cut or len(turns) > MAX_TURNS, reading.dialect)


def _with_words(messages: Sequence[Message]) -> list[Message]:
    """Messages that say something. A name that never says anything was none, and stays as text."""
    speakers = {message.speaker for message in messages if message.text}
    for message in messages:
        if message.text or message.speaker in speakers:
            continue
        if not is_bare_label(message.speaker):
            message.lines = [f"{message.speaker} {message.hint}".strip()]
            message.speaker = ""
        elif message.hint and not is_bare_label(message.hint):
            # "Customer | where is my refund": what stands beside a label that says nothing else is what was said.
            message.lines, message.hint = [message.hint], ""
    return [message for message in messages if message.text]


def swap_roles(turns: Sequence[Turn]) -> list[Turn]:
    """The same turns with customer and agent exchanged; notes and what the program wrote stay."""
    return [replace(turn, role=_SWAPPED.get(turn.role, turn.role)) for turn in turns]


def _choose(lines: Sequence[str]) -> Reading:
    best = max((family(lines) for family in _FAMILIES), key=lambda reading: reading.evidence)
    return best if best.evidence >= _ENOUGH else read_bare(lines)


def _shown_name(speaker: str, hint: str) -> str:
    """A name as the page shows it; none for labels that are no more than a role, and for who is not named."""
    name = "" if speaker.startswith("(") or is_bare_label(speaker) else " ".join(speaker.split())
    beside = "" if not hint or is_bare_label(hint) else " ".join(hint.split())
    return ", ".join(filter(None, (name, beside)))[:LONGEST_NAME]


def _matter(message: Message, dialect: str) -> str:
    """What a message is about: a letter without its greeting, closing and signature."""
    lines = message.lines[1:] if message.subject else message.lines
    text = "\n".join(lines)[:LONGEST_LETTER]
    body = clean_mail(text) if dialect in _LETTERS and len(lines) < LINES_OF_A_LETTER.stop else matter_of(text)
    return " ".join(f"{without_answer_marks(message.subject)}\n{body}".split())
