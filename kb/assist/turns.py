"""A conversation as it comes in: who said what, checked and brought into one form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kb.core.errors import InvalidInputError
from kb.text.mail import clean_mail

# Conversations longer than this keep their end; nothing is carried over from further back.
MAX_TURNS = 200
# Of a longer turn only the beginning is looked into; its text stays whole.
MAX_MATTER_LENGTH = 4000
LONGEST_LETTER = 3 * MAX_MATTER_LENGTH
# A turn of so many lines may be a letter, whatever it came by; what is longer is a log.
LINES_OF_A_LETTER = range(3, 201)


class Role(StrEnum):
    """Who said it. NOTE: our own side to itself, not for the customer; SYSTEM: the chat program ("Maya joined the chat")."""

    CUSTOMER = "customer"
    AGENT = "agent"
    NOTE = "note"
    SYSTEM = "system"


# What exports and other programs call the two sides.
_ROLES = dict.fromkeys(
    ("customer", "user", "client", "caller", "visitor", "requester", "end-user", "enduser", "human", "u"), Role.CUSTOMER
) | dict.fromkeys(
    ("agent", "system", "bot", "assistant", "rep", "support", "advisor", "operator", "staff", "admin", "s", "a"),
    Role.AGENT,
)
_ROLES["note"] = Role.NOTE


@dataclass(frozen=True)
class Turn:
    """One turn; `text` is not empty. matter: what is looked into, the text without greeting, closing and signature;
    speaker: how a paste names who said it, "" where it does not."""

    role: Role
    text: str
    matter: str = field(default="", compare=False)
    speaker: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "matter", (self.matter or self.text)[:MAX_MATTER_LENGTH])


def role_of_word(word: str) -> Role | None:
    """The role that other programs call by this word, None for words that name no side."""
    return _ROLES.get(word.strip().casefold())


def parse_turns(data: Any) -> list[Turn]:
    """Turns from decoded JSON: a list of `{"role": …, "text": …}`, or an object that holds one under "turns".

    Turns without words are left out. Raises InvalidInputError, which says which turn is wrong and how it should look.
    """
    if isinstance(data, Mapping) and "turns" in data:
        data = data["turns"]
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        raise InvalidInputError(
            "A conversation must be a list of turns.",
            remedy='Send JSON such as [{"role": "customer", "text": "Where is my order?"}].',
        )
    turns = [_parse_turn(number, item) for number, item in enumerate(data, start=1)]
    return [turn for turn in turns if turn.text][-MAX_TURNS:]


def _parse_turn(number: int, item: Any) -> Turn:
    if not isinstance(item, Mapping):
        raise InvalidInputError(
            f"Turn {number} is not an object.", remedy='Each turn is {"role": "customer" or "agent", "text": "…"}.'
        )
    role, text = item.get("role"), item.get("text")
    known = role_of_word(role) if isinstance(role, str) else None
    if known is None:
        raise InvalidInputError(
            f"Turn {number} has the role {role!r}.",
            remedy='Known are "customer" (or "user"), "agent" (or "system", "bot") and "note".',
        )
    if not isinstance(text, str):
        raise InvalidInputError(
            f"Turn {number} has no text.", remedy='Each turn needs a "text" (words between quotation marks).'
        )
    return Turn(known, " ".join(text.split()), matter_of(text))


def matter_of(text: str) -> str:
    """The text on one line, without greeting, closing and signature where it is a letter of several lines."""
    text = text[:LONGEST_LETTER]
    is_letter = len(text.strip().splitlines()) in LINES_OF_A_LETTER
    return " ".join(((is_letter and clean_mail(text)) or text).split())


def asking_turn(turns: Sequence[Turn]) -> int | None:
    """Index of the turn that suggestions are for: the customer's last; in notes of a call the last note says what was asked."""
    last = last_customer_turn(turns)
    if last is None and not any(turn.role is Role.AGENT for turn in turns):
        last = next((i for i in range(len(turns) - 1, -1, -1) if turns[i].role is Role.NOTE), None)
    return last


def last_customer_turn(turns: Sequence[Turn]) -> int | None:
    """Index of the last turn of the customer, None where there is none."""
    return next((i for i in range(len(turns) - 1, -1, -1) if turns[i].role is Role.CUSTOMER), None)
