"""A conversation as it comes in: who said what, checked and brought into one form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kb.core.errors import InvalidInputError

# Conversations longer than this keep their end; nothing is carried over from further back.
MAX_TURNS = 200
MAX_TURN_LENGTH = 4000


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"


# What exports and other programs call the two sides.
_ROLES = dict.fromkeys(
    ("customer", "user", "client", "caller", "visitor", "requester", "end-user", "enduser", "human", "u"), Role.CUSTOMER
) | dict.fromkeys(
    ("agent", "system", "bot", "assistant", "rep", "support", "advisor", "operator", "staff", "s", "a"), Role.AGENT
)


@dataclass(frozen=True)
class Turn:
    """One turn; `text` is not empty."""

    role: Role
    text: str


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
    known = _ROLES.get(role.strip().casefold()) if isinstance(role, str) else None
    if known is None:
        raise InvalidInputError(
            f"Turn {number} has the role {role!r}.",
            remedy='Known are "customer" (or "user") and "agent" (or "system", "bot").',
        )
    if not isinstance(text, str):
        raise InvalidInputError(
            f"Turn {number} has no text.", remedy='Each turn needs a "text" (words between quotation marks).'
        )
    return Turn(known, " ".join(text[:MAX_TURN_LENGTH].split()))


def last_customer_turn(turns: Sequence[Turn]) -> int | None:
    """Index of the last turn of the customer, None where there is none."""
    return next((i for i in range(len(turns) - 1, -1, -1) if turns[i].role is Role.CUSTOMER), None)
