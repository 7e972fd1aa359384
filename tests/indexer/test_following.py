"""Versions that are followed are asked for together, and nothing that goes wrong with one takes the others' away."""

import time

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from statements import recorded_statements

from indexer.following import LOOK_EVERY_SECONDS, Follower, Versions
from kb.tables import CuratedChange, CuratedKind, SafetyRuleChange

NUMBER_OF_CHANGES = select(func.count(CuratedChange.id))
NEWEST_RULE = select(func.max(SafetyRuleChange.id))


def follow(engine: Engine, versions: Versions) -> tuple[Follower[str], Follower[str]]:
    def load(session: Session) -> tuple[int, str]:
        kinds = session.scalars(select(CuratedChange.kind).order_by(CuratedChange.id)).all()
        return len(kinds), ",".join(kinds)

    changes = Follower(engine, "Changes", NUMBER_OF_CHANGES, load, versions)
    rules = Follower(engine, "Rules", NEWEST_RULE, lambda _session: (0, "none"), versions)
    return changes, rules


def change(session: Session) -> None:
    session.add(CuratedChange(kind=CuratedKind.PIN.value, subject_id=1, before=None, after={}))
    session.commit()


def test_a_look_is_one_statement_for_all(engine: Engine, session: Session) -> None:
    changes, rules = follow(engine, Versions(engine))
    assert (changes.current(), rules.current()) == ("", "none")
    time.sleep(LOOK_EVERY_SECONDS * 1.2)
    with recorded_statements(engine) as seen:
        for _ in range(3):
            assert (changes.current(), rules.current()) == ("", "none")
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 1
    change(session)
    time.sleep(LOOK_EVERY_SECONDS * 1.2)
    assert (changes.current(), rules.current()) == ("pin", "none")


def test_what_cannot_be_read_leaves_what_was(
    engine: Engine, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    change(session)
    changes, rules = follow(engine, Versions(engine))
    SafetyRuleChange.__table__.drop(engine)  # type: ignore[attr-defined]
    change(session)
    time.sleep(LOOK_EVERY_SECONDS * 1.2)
    assert (changes.current(), rules.current()) == ("pin", "none")
    assert {record.getMessage().split(" cannot be read")[0] for record in caplog.records} == {"Changes", "Rules"}
