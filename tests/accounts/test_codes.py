"""Codes by time and for when the app is lost: each counts once, and only for its person."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.accounts.codes import (
    RECOVERY_CODES,
    _digits_of,
    address_for_app,
    begin_setup,
    codes_since,
    make_recovery_codes,
    recovery_codes_left,
    secret_to_set_up,
    turn_off,
    turn_on,
    use_code,
    use_recovery_code,
)
from kb.accounts.people import get_user
from kb.accounts.second_step import Way, must_have, take_away, ways_of
from kb.accounts.sessions import begin_session
from kb.core.errors import ConflictError, NotAllowedError
from kb.core.sealing import Seal
from kb.tables import CodeSecret, RecoveryCode, User, UserSession

SEAL = Seal("the key of a server " * 3)
NOON = datetime(2026, 11, 30, 12, 0, 5, tzinfo=UTC)


@pytest.fixture
def rep(session: Session) -> User:
    return get_user(session, "rep@test.example")


def app_of(session: Session, user: User) -> pyotp.TOTP:
    begin_setup(session, user, SEAL)
    return pyotp.TOTP(secret_to_set_up(session, user.id, SEAL))


def set_up(session: Session, user: User) -> tuple[pyotp.TOTP, list[str]]:
    app = app_of(session, user)
    before = NOON - timedelta(hours=1)
    return app, turn_on(session, user, app.at(before), SEAL, session_id=None, now=before)


def test_app_counts_once_a_code_of_it_was_typed(session: Session, rep: User) -> None:
    app = app_of(session, rep)
    assert ways_of(session, rep.id) == ()
    with pytest.raises(NotAllowedError):
        turn_on(session, rep, "000000" if app.at(NOON) != "000000" else "000001", SEAL, session_id=None, now=NOON)
    assert not use_code(session, rep.id, app.at(NOON), SEAL, now=NOON)
    made = turn_on(session, rep, app.at(NOON), SEAL, session_id=None, now=NOON)
    assert len(set(made)) == RECOVERY_CODES == recovery_codes_left(session, rep.id)
    assert (codes_since(session, rep.id), ways_of(session, rep.id)) == (NOON, (Way.CODE,))
    assert secret_to_set_up(session, rep.id, SEAL) == ""
    with pytest.raises(ConflictError):
        turn_on(session, rep, app.at(NOON), SEAL, session_id=None, now=NOON)


def test_secret_is_not_readable_in_the_database(session: Session, rep: User) -> None:
    app, made = set_up(session, rep)
    row = session.scalars(select(CodeSecret)).one()
    assert app.secret not in row.secret
    assert SEAL.open(row.secret) == app.secret
    assert Seal("another key " * 4).open(row.secret) is None
    assert not {made[0], made[0].replace("-", "")} & set(session.scalars(select(RecoveryCode.code_hash)))
    assert not use_code(session, rep.id, app.at(NOON), Seal("another key " * 4), now=NOON)


def test_code_counts_once_however_often_it_is_sent(session: Session, rep: User) -> None:
    app, _made = set_up(session, rep)
    assert use_code(session, rep.id, app.at(NOON), SEAL, now=NOON)
    assert not use_code(session, rep.id, app.at(NOON), SEAL, now=NOON)
    earlier = app.at(NOON - timedelta(seconds=30))
    assert not use_code(session, rep.id, earlier, SEAL, now=NOON), "one of before the last is used up with it"
    later = NOON + timedelta(seconds=30)
    assert use_code(session, rep.id, app.at(later), SEAL, now=later)


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_clock_may_be_half_a_minute_off(session: Session, rep: User, seconds: int) -> None:
    app, _made = set_up(session, rep)
    assert use_code(session, rep.id, app.at(NOON + timedelta(seconds=seconds)), SEAL, now=NOON)


@pytest.mark.parametrize("seconds", [-90, -65, 65, 3600])
def test_older_and_later_codes_are_wrong(session: Session, rep: User, seconds: int) -> None:
    app, _made = set_up(session, rep)
    assert not use_code(session, rep.id, app.at(NOON + timedelta(seconds=seconds)), SEAL, now=NOON)


@pytest.mark.parametrize("digits", ["0123456789", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "０１２３４５６７８９"])
def test_digits_of_any_script_with_spaces(session: Session, rep: User, digits: str) -> None:
    app, _made = set_up(session, rep)
    typed = app.at(NOON).translate(str.maketrans("0123456789", digits))
    assert use_code(session, rep.id, f" {typed[:3]} {typed[3:]}\n", SEAL, now=NOON)


@given(st.text(st.characters(), max_size=200))
def test_anything_else_is_no_code(typed: str) -> None:
    found = _digits_of(typed)
    assert found is None or (found.isascii() and len(found) == 6)


def test_code_is_good_for_its_person_only(session: Session, rep: User) -> None:
    app, made = set_up(session, rep)
    other = get_user(session, "admin@test.example")
    set_up(session, other)
    assert not use_code(session, other.id, app.at(NOON), SEAL, now=NOON)
    assert not use_recovery_code(session, other.id, made[0])


def test_recovery_code_lets_in_once_however_it_is_written(session: Session, rep: User) -> None:
    _app, made = set_up(session, rep)
    assert use_recovery_code(session, rep.id, made[0])
    assert not use_recovery_code(session, rep.id, made[0])
    assert use_recovery_code(session, rep.id, f" {made[1].upper().replace('-', ' ')}\t")
    assert recovery_codes_left(session, rep.id) == RECOVERY_CODES - 2
    for wrong in ("", "-", "\ud800", made[2][:-1], made[2] + "a"):
        assert not use_recovery_code(session, rep.id, wrong)
    new = make_recovery_codes(session, rep)
    assert not use_recovery_code(session, rep.id, made[2])
    assert use_recovery_code(session, rep.id, new[0])


def test_another_app_takes_over_when_its_first_code_was_typed(session: Session, rep: User) -> None:
    old, _made = set_up(session, rep)
    new = app_of(session, rep)
    assert use_code(session, rep.id, old.at(NOON), SEAL, now=NOON)
    turn_on(session, rep, new.at(NOON), SEAL, session_id=None, now=NOON)
    later = NOON + timedelta(minutes=5)
    assert not use_code(session, rep.id, old.at(later), SEAL, now=later)
    assert use_code(session, rep.id, new.at(later), SEAL, now=later)


def test_turning_on_ends_the_other_sessions(session: Session, rep: User) -> None:
    begin_session(session, rep)
    begin_session(session, rep)
    here = session.scalars(select(UserSession.id)).first()
    app = app_of(session, rep)
    turn_on(session, rep, app.at(NOON), SEAL, session_id=here, now=NOON)
    left = session.scalars(select(UserSession)).one()
    session.refresh(left)
    assert (left.id, left.had_second) == (here, True)


@pytest.mark.parametrize("remove", [turn_off, take_away])
def test_turned_off_nothing_is_left(session: Session, rep: User, remove: object) -> None:
    _app, made = set_up(session, rep)
    assert remove(session, rep) is True  # type: ignore[operator]
    assert remove(session, rep) is False  # type: ignore[operator]
    assert ways_of(session, rep.id) == ()
    assert not use_recovery_code(session, rep.id, made[0])
    assert session.scalars(select(CodeSecret)).all() == session.scalars(select(RecoveryCode)).all() == []


def test_app_reads_site_and_address(session: Session, rep: User) -> None:
    address = address_for_app("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", email="aśa+b@test.example", site="Jhilmil & दोस्त")
    parsed = pyotp.parse_uri(address)
    assert (parsed.secret, parsed.name, parsed.issuer) == (
        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "aśa+b@test.example",
        "Jhilmil & दोस्त",
    )
    assert codes_since(session, rep.id) is None


@pytest.mark.parametrize(
    ("role", "lowest", "must"),
    [
        ("rep", "", False),
        ("admin", "", False),
        ("rep", "rep", True),
        ("rep", "trainer", False),
        ("admin", "trainer", True),
    ],
)
def test_setting_names_the_lowest_role(role: str, lowest: str, must: bool) -> None:
    assert must_have(role, lowest) is must
