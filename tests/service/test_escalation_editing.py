"""Rules of escalation that a trainer wrote: what holds, what is noted, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from talks import make_talk

from kb.core.errors import ConflictError, NotFoundError
from kb.service.escalation_editing import (
    UnreadableRulesError,
    change_rules,
    reset_rules,
    restore_rules,
    rules_history,
    rules_in_force,
    rules_text,
    stored_rules,
    try_rules,
)
from kb.service.escalation_rules import DEFAULT_RULES, MOST_RULES, Fault, FaultKind, parse_rules, read_rules
from kb.tables import CuratedChange

SETTING = "angry -> the lead of the setting"


def whom(session: Session, setting: str = SETTING) -> list[str]:
    return [rule.whom for rule in rules_in_force(stored_rules(session), setting)]


def newest(session: Session) -> int:
    return rules_history(session)[0].id


def test_the_setting_holds_as_long_as_nothing_is_stored(session: Session) -> None:
    assert whom(session) == ["the lead of the setting"]
    assert rules_in_force(stored_rules(session), "") == parse_rules("")
    assert rules_text([], "") == DEFAULT_RULES
    assert not reset_rules(session, None, seen=0)
    assert rules_history(session) == []


def test_changes_are_noted_and_each_of_them_can_be_taken_back(session: Session) -> None:
    assert change_rules(session, "angry -> Asha\n", None, seen=0)
    first = newest(session)
    assert not change_rules(session, "angry -> Asha", None, seen=first)
    assert change_rules(session, "none", None, seen=first)
    assert whom(session) == []
    assert rules_text(rules_history(session), SETTING) == "none"
    assert restore_rules(session, newest(session), None, seen=newest(session))
    assert whom(session) == ["Asha"]
    assert restore_rules(session, first, None, seen=newest(session))
    assert whom(session) == ["the lead of the setting"]
    told = [(one.before and one.before["text"], one.after and one.after["text"]) for one in rules_history(session)]
    assert told == [
        ("angry -> Asha", None),
        ("none", "angry -> Asha"),
        ("angry -> Asha", "none"),
        (None, "angry -> Asha"),
    ]


def test_whoever_has_not_seen_the_last_change_is_told(session: Session) -> None:
    change_rules(session, "angry -> Asha", None, seen=0)
    for late in (lambda: change_rules(session, "none", None, seen=0), lambda: reset_rules(session, None, seen=0)):
        with pytest.raises(ConflictError):
            late()
    with pytest.raises(NotFoundError):
        restore_rules(session, 10**6, None, seen=newest(session))
    assert whom(session) == ["Asha"]


def test_every_fault_is_told_with_its_line(session: Session) -> None:
    with pytest.raises(UnreadableRulesError) as error:
        change_rules(
            session, "# by Asha\nangry -> a; furious -> b\ncontacts>=2 -> c\nlegal ->\nmood>=2 -> d", None, seen=0
        )
    assert error.value.faults == (
        Fault(2, FaultKind.NO_CONDITION, "furious", "furious -> b"),
        Fault(4, FaultKind.NO_RULE, "", "legal ->"),
        Fault(5, FaultKind.NO_NUMBER, "mood", "mood>=2 -> d"),
    )
    for text in ("", "  \n", "# only a remark", "x" * 10_000, "angry -> a\n" * (MOST_RULES + 1)):
        with pytest.raises(UnreadableRulesError):
            change_rules(session, text, None, seen=0)
    assert rules_history(session) == []


def test_a_stored_line_that_this_version_cannot_read_stops_nothing(session: Session) -> None:
    text = "moonstruck -> somebody\nangry -> Asha"
    session.add(CuratedChange(kind="escalation", subject_id=0, before=None, after={"text": text}))
    session.flush()
    assert whom(session) == ["Asha"]


@given(st.text(max_size=400))
def test_any_text_is_read_or_told(text: str) -> None:
    rules, faults = read_rules(text)
    assert all(rule.whom and rule.conditions for rule in rules)
    assert all(1 <= fault.line <= text.count("\n") + 1 for fault in faults)


def test_trying_tells_only_what_would_be_different(session: Session) -> None:
    angry = make_talk(session, ["customer: You cheats! Shame on you, thieves!!!"])
    make_talk(session, ["customer: hello"], email="calm@example.com")
    trial = try_rules(session, "annoyed -> Asha", SETTING, find_words=lambda _said: frozenset())
    assert trial.looked_at == 2
    assert [one.conversation.id for one in trial.differing] == [angry.id]
    assert [one.whom for one in trial.differing[0].then] == ["Asha"]
    seen = try_rules(
        session, "fraud -> Ben", "none", find_words=lambda said: frozenset({"fraud"} if "hello" in said else ())
    )
    assert [[one.whom for one in tried.then] for tried in seen.differing] == [["Ben"]]
    assert rules_history(session) == []
