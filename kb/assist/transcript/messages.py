"""What the dialects make of a paste: messages, each with what is known of its speaker."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.assist.turns import Role


@dataclass
class Message:
    """One message. speaker: the name as it stands there, "" where none does; hint: what stands beside the name ("Support");
    role: where the label or the program says it; lines: its words as they were written; subject: that of a mail, which is the
    first of its lines.
    """

    lines: list[str]
    speaker: str = ""
    hint: str = ""
    role: Role | None = None
    subject: str = ""

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.lines).split())


@dataclass(frozen=True)
class Reading:
    """What one dialect made of a paste. evidence: how much speaks for this dialect, 0 for none."""

    dialect: str
    messages: Sequence[Message] = field(default_factory=tuple)
    evidence: float = 0.0


NOTHING = Reading("")
