from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.accounts.askers import asker_of
from kb.accounts.people import change_role, get_user, set_active, set_password
from kb.accounts.sessions import (
    Lifetimes,
    begin_session,
    confirm_session,
    end_session,
    end_sessions,
    find_session,
    is_confirmed,
    note_session_use,
    own_sessions,
)
from kb.tables import Role, User, UserSession, utc_now

LIFETIMES = Lifetimes(idle=timedelta(hours=1), longest=timedelta(hours=5))


@pytest.fixture
def rep(session: Session) -> User:
    return get_user(session, "rep@test.example")


def row_of(session: Session) -> UserSession:
    return session.scalars(select(UserSession)).one()


def test_key_leads_to_its_person_and_is_not_stored(session: Session, rep: User) -> None:
    key = begin_session(session, rep, address="2001:db8::1", device="Firefox\n on\x00 a lamp" + "x" * 500)
    found = find_session(session, rep.id, key, LIFETIMES)
    assert found is not None
    assert found.asker == asker_of(rep)
    row = row_of(session)
    assert found.id == row.id
    assert key not in row.key_hash
    assert row.device.startswith("Firefox on a lamp")
    assert len(row.device) <= 200
    other = get_user(session, "admin@test.example")
    for user_id, wrong in ((rep.id, key + "x"), (rep.id, ""), (other.id, key), (rep.id, "\ud800")):
        assert find_session(session, user_id, wrong, LIFETIMES) is None


def test_session_ends_when_nobody_uses_it_and_in_any_case_after_its_longest_time(session: Session, rep: User) -> None:
    key = begin_session(session, rep)
    row = row_of(session)
    row.seen_at = utc_now() - timedelta(minutes=61)
    session.flush()
    assert find_session(session, rep.id, key, LIFETIMES) is None
    assert own_sessions(session, rep.id, LIFETIMES) == []
    note_session_use(session, row.id)
    assert find_session(session, rep.id, key, LIFETIMES) is not None
    row.created_at = utc_now() - timedelta(hours=5, minutes=1)
    session.flush()
    note_session_use(session, row.id)
    assert find_session(session, rep.id, key, LIFETIMES) is None


def test_others_end_and_this_one_stays(session: Session, rep: User) -> None:
    here, there = begin_session(session, rep), begin_session(session, rep)
    own = find_session(session, rep.id, here, LIFETIMES)
    assert own is not None
    foreign = begin_session(session, get_user(session, "admin@test.example"))
    end_sessions(session, rep, but=own.id)
    assert find_session(session, rep.id, here, LIFETIMES) is not None
    assert find_session(session, rep.id, there, LIFETIMES) is None
    assert find_session(session, get_user(session, "admin@test.example").id, foreign, LIFETIMES) is not None


def test_nobody_ends_the_session_of_somebody_else(session: Session, rep: User) -> None:
    begin_session(session, rep)
    number = row_of(session).id
    assert not end_session(session, get_user(session, "admin@test.example").id, number)
    assert end_session(session, rep.id, number)
    assert not end_session(session, rep.id, number)


@pytest.mark.parametrize("change", ["role", "password", "close"])
def test_what_changes_the_rights_of_a_person_ends_their_sessions(session: Session, rep: User, change: str) -> None:
    key = begin_session(session, rep)
    if change == "role":
        change_role(session, rep, Role.REP)
        assert find_session(session, rep.id, key, LIFETIMES) is not None, "the same role changes nothing"
        change_role(session, rep, Role.TRAINER)
    elif change == "password":
        set_password(session, rep, "another good password")
    else:
        set_active(session, rep, False)
        set_active(session, rep, True)
    assert find_session(session, rep.id, key, LIFETIMES) is None


def test_password_typed_once_more_counts_for_a_while(session: Session, rep: User) -> None:
    begin_session(session, rep)
    row = row_of(session)
    assert is_confirmed(row.confirmed_at)
    row.confirmed_at = utc_now() - timedelta(minutes=16)
    session.flush()
    assert not is_confirmed(row.confirmed_at)
    confirm_session(session, row.id)
    session.refresh(row)
    assert is_confirmed(row.confirmed_at)


def test_clock_that_is_set_back_does_not_keep_a_password_confirmed(session: Session, rep: User) -> None:
    begin_session(session, rep)
    row = row_of(session)
    row.confirmed_at = utc_now() + timedelta(hours=1)
    session.flush()
    assert not is_confirmed(row.confirmed_at)
