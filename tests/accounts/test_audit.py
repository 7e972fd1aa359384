"""The audit trail: events are only added, and whatever is altered behind its back is noticed."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kb.accounts.audit import (
    Actor,
    AuditKind,
    all_events,
    find_events,
    has_event,
    prune_events,
    record,
    verify_chain,
)
from kb.core.database import session_scope
from kb.tables import AuditEvent, AuditHead, utc_now

ASHA = Actor(7, "asha@example.com", "192.0.2.7")


def write(engine: Engine, count: int = 5) -> None:
    with session_scope(engine) as session:
        for number in range(count):
            record(session, AuditKind.ROLE_CHANGED, ASHA, about=f"person{number}@example.com", detail={"now": "admin"})


def without_triggers(engine: Engine, *statements: str) -> None:
    """What somebody does who may do anything with the database."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER audit_events_stay"))
            connection.execute(text("DROP TRIGGER audit_events_stay_there"))
        for statement in statements:
            connection.execute(text(statement))


def test_events_are_found_by_what_who_and_when(engine: Engine, session: Session) -> None:
    write(engine)
    with session_scope(engine) as other:
        record(other, AuditKind.LOG_IN_FAILED, Actor(address="2001:db8::9"), about="100%_sure@example.com")
    assert [one.about for one in find_events(session, kind="role_changed", limit=2)] == [
        "person4@example.com",
        "person3@example.com",
    ]
    assert [one.kind for one in find_events(session, text="DB8::9")] == ["log_in_failed"]
    assert len(find_events(session, text="100%_")) == 1
    assert len(find_events(session, text="%")) == 1
    assert len(find_events(session, text="asha@")) == 5
    assert [one.id for one in find_events(session, before=3)] == [2, 1]
    now = utc_now()
    assert find_events(session, since=now + timedelta(days=1)) == []
    assert find_events(session, until=now - timedelta(days=1)) == []


def test_database_lets_nobody_change_or_delete_an_event(engine: Engine) -> None:
    write(engine)
    for statement in (
        update(AuditEvent).values(actor="somebody else"),
        update(AuditEvent).where(AuditEvent.id == 2).values(detail={}),
        delete(AuditEvent).where(AuditEvent.id == 5),
        delete(AuditEvent),
    ):
        with pytest.raises(DBAPIError, match="only ever added"), session_scope(engine) as session:
            session.execute(statement.execution_options(synchronize_session=False))
    with session_scope(engine) as session:
        assert verify_chain(session).entries == 5


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_events SET actor = 'nobody' WHERE id = 3", "Event 3 was altered."),
        ('UPDATE audit_events SET detail = \'{"now": "rep"}\' WHERE id = 2', "Event 2 was altered."),
        ("UPDATE audit_events SET at = '2026-01-01 00:00:00.000000' WHERE id = 4", "Event 4 was altered."),
        ("DELETE FROM audit_events WHERE id = 3", "Event 3 is missing."),
        ("DELETE FROM audit_events WHERE id = 5", "The chain ends with event 4, but 5 were written."),
        ("DELETE FROM audit_events", "The chain ends with event 0, but 5 were written."),
        ("UPDATE audit_events SET hash = 'f' WHERE id = 5", "Event 5 was altered."),
        ("UPDATE audit_events SET previous_hash = 'f' WHERE id = 2", "Event 2 does not follow the one before it."),
        ("DELETE FROM audit_heads", "The row with the end of the chain is missing."),
    ],
)
def test_what_is_altered_behind_its_back_is_noticed(engine: Engine, statement: str, problem: str) -> None:
    write(engine)
    with session_scope(engine) as session:
        assert verify_chain(session).problem == ""
    without_triggers(engine, statement)
    with session_scope(engine) as session:
        assert verify_chain(session).problem == problem


def test_end_that_was_cut_off_with_its_head_lacks_the_hash_that_the_log_has(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="kb.security"):
        write(engine, 3)
    logged = [line.rpartition("hash=")[2] for line in caplog.messages]
    assert len(logged) == 3
    assert "asha" not in caplog.text
    without_triggers(
        engine,
        "DELETE FROM audit_events WHERE id = 3",
        f"UPDATE audit_heads SET entries = 2, hash = '{logged[1]}'",
    )
    with session_scope(engine) as session:
        assert verify_chain(session).problem == ""
        assert [has_event(session, one) for one in logged] == [True, True, False]


def test_events_of_many_at_once_are_one_chain(engine: Engine) -> None:
    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(lambda _: write(engine, 3), range(8)))
    with session_scope(engine) as session:
        verified = verify_chain(session)
    assert (verified.entries, verified.problem) == (24, "")


def test_event_is_undone_together_with_what_it_tells_of(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    write(engine, 1)
    caplog.set_level("INFO", logger="kb.security")

    def fail() -> None:
        with session_scope(engine) as session:
            record(session, AuditKind.LOG_IN, ASHA)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert caplog.messages == []
    with session_scope(engine) as session:
        record(session, AuditKind.LOG_IN, ASHA)
        session.rollback()
        session.commit()
    assert caplog.messages == [], "what was undone is not logged with what the session commits next"
    write(engine, 1)
    with session_scope(engine) as session:
        assert verify_chain(session).entries == 2


def test_old_events_go_from_the_beginning_and_the_rest_is_still_a_chain(engine: Engine) -> None:
    write(engine, 4)
    with session_scope(engine) as session:
        assert prune_events(session, utc_now() - timedelta(days=1)) == 0
        assert prune_events(session, utc_now() + timedelta(seconds=1)) == 4
    write(engine, 2)
    with session_scope(engine) as session:
        assert [one.id for one in find_events(session)] == [7, 6, 5]
        assert verify_chain(session).entries == 3
        assert session.get_one(AuditHead, 1).pruned_through == 4
        with pytest.raises(DBAPIError):
            session.execute(delete(AuditEvent).where(AuditEvent.id == 6))
        session.rollback()


def test_whatever_is_handed_out_is_json_and_any_text_can_be_told_of(engine: Engine) -> None:
    odd = Actor(1, "a\x00b\ud800\n" + "x" * 1000, "y" * 100)
    with session_scope(engine) as session:
        record(session, AuditKind.REFUSED, odd, about="\x00" * 5, detail={"name": "ক্ষ"})
    with session_scope(engine) as session:
        rows = [json.loads(json.dumps(row)) for row in all_events(session)]
        assert verify_chain(session).problem == ""
    assert rows[0]["actor"].startswith("abx")
    assert rows[0]["detail"] == {"name": "ক্ষ"}
