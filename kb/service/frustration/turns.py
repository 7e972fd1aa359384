"""A conversation as frustration is read from it: what was said, when, and what is known beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Level(IntEnum):
    """How heated a customer is."""

    CALM = 0
    ANNOYED = 1
    ANGRY = 2


@dataclass(frozen=True)
class Said:
    """One message. role: customer, agent, note or system; at: when it was sent, None where nobody knows."""

    role: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class Background:
    """What is known beside the words.

    earlier_contacts: conversations that the customer began within the last 14 days, without this one; waited: minutes that the
    channel knows of beside the times of the messages (in a queue); channel: as conversations call it, "" where nobody knows;
    now: for silence, None where that is not asked.
    """

    earlier_contacts: int = 0
    waited: float = 0.0
    channel: str = ""
    now: datetime | None = None


@dataclass(frozen=True)
class Frustration:
    """probabilities: of calm, annoyed, angry; reasons: in words, the strongest first."""

    level: Level
    probabilities: tuple[float, float, float]
    reasons: tuple[str, ...] = ()

    @property
    def probability(self) -> float:
        """Of the level that is given."""
        return self.probabilities[self.level]


class TurnEncoder(Protocol):
    """What is asked of an encoder, where one is at hand."""

    @property
    def fingerprint(self) -> str: ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts, dimensions), rows of length 1."""
