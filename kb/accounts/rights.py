"""What may be done with a conversation that somebody else has in hand: one table. Their own, and what nobody has, is everybody's.

Who may go where is the table of `webapp/shared/access.py`.
"""

from collections.abc import Mapping
from enum import StrEnum

from kb.accounts.people import role_allows
from kb.core.errors import NotAllowedError
from kb.tables import Role


class Act(StrEnum):
    GIVE = "give"  # to somebody, to oneself, or back to all
    SNOOZE = "snooze"
    CLOSE = "close"


# act: the lowest role that may do it with a colleague's conversation.
WITH_A_COLLEAGUES: Mapping[Act, Role] = {
    Act.GIVE: Role.TRAINER,
    Act.SNOOZE: Role.TRAINER,
    Act.CLOSE: Role.TRAINER,
}


def require(act: Act, *, user_id: int, role: str, owner_id: int | None) -> None:
    """owner_id: who has it in hand. Raises NotAllowedError; an act that is not in the table is for nobody."""
    if owner_id is None or owner_id == user_id:
        return
    needed = WITH_A_COLLEAGUES.get(act)
    if needed is None or not role_allows(role, needed):
        raise NotAllowedError("A colleague has this conversation.", remedy="Ask them for it, or a trainer.")
