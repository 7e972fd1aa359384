import pytest

from kb.accounts.rights import WITH_A_COLLEAGUES, Act, require
from kb.core.errors import NotAllowedError
from kb.tables import Role


@pytest.mark.parametrize("act", Act)
def test_own_conversations_and_those_that_nobody_has_are_everybodys(act: Act) -> None:
    for owner in (None, 1):
        require(act, user_id=1, role="rep", owner_id=owner)


@pytest.mark.parametrize("act", Act)
def test_those_of_a_colleague_are_for_the_role_in_the_table(act: Act) -> None:
    order = [*Role]
    for role in order:
        if order.index(role) >= order.index(WITH_A_COLLEAGUES[act]):
            require(act, user_id=1, role=role, owner_id=2)
        else:
            with pytest.raises(NotAllowedError):
                require(act, user_id=1, role=role, owner_id=2)
    for role in ("", "owner"):
        with pytest.raises(NotAllowedError):
            require(act, user_id=1, role=role, owner_id=2)
