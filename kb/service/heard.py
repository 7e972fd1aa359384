"""What of a conversation are the customer's words: their own messages.

Of a call or a visit in which none of them was written down, what the rep noted is all that there is of them. A note beside a chat
or a mail is for colleagues and never counts.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kb.tables import MessageRole

# Channels whose replies are spoken: they are written down, and there is nothing to deliver.
SPOKEN = frozenset({"phone", "walk_in"})
# In the details of notes that nobody typed: they repeat what was said, or speak of it.
ESCALATION, HAND_OVER = "escalation", "hand_over"


class Written(Protocol):
    """A message, as far as is asked for here."""

    @property
    def role(self) -> str: ...
    @property
    def details(self) -> Mapping[str, Any] | None: ...


def roles_as_heard(written: Sequence[Written], channel: str) -> list[str]:
    """The role of each message; a note that stands for the customer's words has the customer's."""
    roles = [one.role for one in written]
    if channel not in SPOKEN or MessageRole.CUSTOMER.value in roles:
        return roles
    return [MessageRole.CUSTOMER.value if _is_typed_note(one) else one.role for one in written]


def _is_typed_note(one: Written) -> bool:
    return one.role == MessageRole.NOTE.value and not {ESCALATION, HAND_OVER} & (one.details or {}).keys()
