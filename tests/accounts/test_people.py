import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from kb.accounts.passwords import generate_password
from kb.accounts.people import (
    authenticate,
    change_role,
    create_user,
    get_user,
    role_allows,
    set_active,
    set_password,
)
from kb.accounts.sessions import Lifetimes, begin_session, find_session
from kb.core.database import session_scope
from kb.core.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from kb.tables import Role

PASSWORD = "correct horse battery"
LIFETIMES = Lifetimes(idle=timedelta(hours=1), longest=timedelta(hours=2))


def test_password_is_stored_as_an_argon2id_hash_only(session: Session) -> None:
    user = create_user(session, "asha@example.com", Role.REP, PASSWORD)
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in user.password_hash


def test_person_is_known_by_address_in_any_case_and_with_spaces_around_it(session: Session) -> None:
    made = create_user(session, " Asha@Example.COM ", Role.REP, PASSWORD)
    assert made.email == "asha@example.com"
    assert authenticate(session, "ASHA@example.com ", PASSWORD) is made
    assert made.last_login_at is not None


@pytest.mark.parametrize(
    "email", ["", "asha", "asha@", "@example.com", "a b@example.com", "a@b\x00.com", "a@" + "x" * 400 + ".com"]
)
def test_what_is_no_address_is_refused(session: Session, email: str) -> None:
    with pytest.raises(InvalidInputError):
        create_user(session, email, Role.REP, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_password_of_the_wrong_length_is_refused(session: Session, password: str) -> None:
    with pytest.raises(InvalidInputError, match="10 to 1000"):
        create_user(session, "asha@example.com", Role.REP, password)


def test_an_address_belongs_to_one_person(session: Session) -> None:
    create_user(session, "asha@example.com", Role.REP, PASSWORD)
    with pytest.raises(ConflictError):
        create_user(session, "ASHA@example.com", Role.ADMIN, PASSWORD)


def test_wrong_password_unknown_address_and_closed_account_are_refused_in_the_same_words(session: Session) -> None:
    create_user(session, "asha@example.com", Role.REP, PASSWORD)
    set_active(session, create_user(session, "gone@example.com", Role.REP, PASSWORD), False)
    messages = set()
    for email, password in [
        ("asha@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("gone@example.com", PASSWORD),
    ]:
        with pytest.raises(NotAllowedError) as refusal:
            authenticate(session, email, password)
        messages.add(str(refusal.value))
    assert len(messages) == 1


def test_new_password_replaces_the_old_one_and_ends_sessions(session: Session) -> None:
    user = create_user(session, "asha@example.com", Role.REP, PASSWORD)
    key = begin_session(session, user)
    set_password(session, user, "another good password")
    assert find_session(session, user.id, key, LIFETIMES) is None
    assert authenticate(session, "asha@example.com", "another good password") is user
    with pytest.raises(NotAllowedError):
        authenticate(session, "asha@example.com", PASSWORD)


def test_broken_hash_in_the_database_refuses_instead_of_failing(session: Session) -> None:
    create_user(session, "asha@example.com", Role.REP, PASSWORD).password_hash = "not a hash"
    with pytest.raises(NotAllowedError):
        authenticate(session, "asha@example.com", PASSWORD)


def test_last_administrator_can_be_neither_closed_nor_made_less(session: Session) -> None:
    admin = get_user(session, "admin@test.example")
    for change in (lambda: set_active(session, admin, False), lambda: change_role(session, admin, Role.REP)):
        with pytest.raises(ConflictError, match="last administrator"):
            change()
    create_user(session, "second@example.com", Role.ADMIN, PASSWORD)
    change_role(session, admin, Role.REP)
    assert admin.role == "rep"


def test_each_role_may_do_what_the_one_before_it_may_and_an_unknown_role_nothing() -> None:
    allowed = {held: [needed.value for needed in Role if role_allows(held, needed)] for held in [*Role, "owner", ""]}
    assert allowed == {
        "rep": ["rep"],
        "trainer": ["rep", "trainer"],
        "admin": ["rep", "trainer", "admin"],
        "owner": [],
        "": [],
    }


def test_person_who_is_not_there_is_named_in_the_error(session: Session) -> None:
    with pytest.raises(NotFoundError, match=re.escape("nobody@example.com")):
        get_user(session, "nobody@example.com")


def test_generated_passwords_differ_and_are_long_enough() -> None:
    passwords = {generate_password() for _ in range(50)}
    assert len(passwords) == 50
    assert all(len(password) == 20 for password in passwords)


@pytest.mark.parametrize("change", ["password", "close"])
def test_person_who_is_changed_while_their_password_is_looked_at_does_not_get_in(engine: Engine, change: str) -> None:
    with session_scope(engine) as session:
        create_user(session, "asha@example.com", Role.REP, PASSWORD)
    done: list[str] = []

    def change_in_between(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE users SET") and not done:
            done.append(statement)
            with session_scope(engine) as other:
                user = get_user(other, "asha@example.com")
                if change == "password":
                    set_password(other, user, "four lamps on a boat")
                else:
                    set_active(other, user, False)

    event.listen(engine, "before_cursor_execute", change_in_between)
    with pytest.raises(NotAllowedError), session_scope(engine) as session:
        authenticate(session, "asha@example.com", PASSWORD)
    event.remove(engine, "before_cursor_execute", change_in_between)
    assert done
