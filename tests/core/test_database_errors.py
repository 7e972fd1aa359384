"""What the database says of a row that it refuses goes to the log, so it must not repeat what stood in it."""

import traceback

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from kb.core.database import is_same_at_once, session_scope
from kb.tables import Customer, CustomerIdentity, User

SECRET = "mira.sen@customers.example"


def refused(engine: Engine, *rows: object) -> IntegrityError:
    with pytest.raises(IntegrityError) as raised, session_scope(engine) as session:
        session.add_all(rows)
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    return raised.value


def test_key_that_is_there_already_is_not_repeated(engine: Engine) -> None:
    def same() -> CustomerIdentity:
        return CustomerIdentity(customer=Customer(name=SECRET), kind="email", value=SECRET)

    assert is_same_at_once(refused(engine, same(), same()))


def test_row_that_lacks_something_is_not_repeated(engine: Engine) -> None:
    assert not is_same_at_once(refused(engine, User(email=SECRET, name=SECRET, password_hash="", role=None)))


def test_row_that_belongs_to_nothing_is_not_repeated(engine: Engine) -> None:
    assert is_same_at_once(refused(engine, CustomerIdentity(customer_id=2**31 - 1, kind="email", value=SECRET)))


def test_value_of_another_type_is_not_repeated(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        assert session.scalar(select(text("CAST('x' AS INTEGER)"))) == 0  # takes anything
        return
    with pytest.raises(DBAPIError) as raised:
        session.scalar(text("SELECT CAST(:value AS INTEGER)"), {"value": SECRET})
    assert SECRET not in "".join(traceback.format_exception(raised.value))
