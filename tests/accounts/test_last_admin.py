"""Administrators who act on each other at the same moment leave one."""

import threading

import pytest
from sqlalchemy import Engine, func, select

from kb.accounts.people import change_role, create_user, get_user, set_active
from kb.core.database import session_scope
from kb.core.errors import ConflictError
from kb.tables import Role, User

ONE, OTHER = "admin@test.example", "second@test.example"


@pytest.mark.parametrize("how", ["close", "role"])
def test_two_administrators_who_remove_each_other_at_once_leave_one(engine: Engine, how: str) -> None:
    with session_scope(engine) as session:
        create_user(session, OTHER, Role.ADMIN, "a password for tests")
    together = threading.Barrier(2)
    outcomes = []

    def remove(email: str) -> None:
        try:
            with session_scope(engine) as session:
                user = get_user(session, email)  # both see both, as two pages do that were opened before
                together.wait(timeout=30)
                set_active(session, user, False) if how == "close" else change_role(session, user, Role.REP)
            outcomes.append("removed")
        except ConflictError:
            outcomes.append("refused")

    threads = [threading.Thread(target=remove, args=(email,)) for email in (ONE, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["refused", "removed"]
    with session_scope(engine) as session:
        admins = select(func.count()).select_from(User).where(User.role == Role.ADMIN.value, User.active)
        assert session.scalar(admins) == 1
