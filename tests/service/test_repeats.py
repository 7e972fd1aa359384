"""A draft that asks for what was told gets a hint; one that only mentions it gets none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.service.facts import FactKind
from kb.service.repeats import Told, repeats_in

HERE = Path(__file__).parent
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
EVERYTHING = [
    *(Told(kind, "x", "x", AT, "email") for kind in FactKind if kind is not FactKind.TRIED),
    Told(FactKind.TRIED, "restart", "restarted it", AT, "chat"),
    Told(FactKind.TRIED, "clear cache", "cleared the cache", AT, "chat"),
]


def halves(name: str) -> list[list[str]]:
    """The lines of a file that are no comments, of each half."""
    text = (HERE / name).read_text("utf-8")
    return [[line for line in half.splitlines() if line and line[0] != "#"] for half in text.split("---\n")]


def kinds_asked(draft: str) -> set[str]:
    return {repeat.told.kind.value for repeat in repeats_in(draft, EVERYTHING)}


@pytest.mark.parametrize("half", [0, 1])
def test_drafts_that_ask_again_are_told_from_those_that_do_not(half: int) -> None:
    asking = [line.split("|") for line in halves("drafts_that_ask.txt")[half]]
    wrong = [draft for kinds, draft in asking if kinds_asked(draft) != set(kinds.split(","))]
    assert len(asking) >= 36
    assert len(wrong) <= 0.05 * len(asking), wrong
    plain = halves("drafts_that_do_not_ask.txt")[half]
    alarms = [draft for draft in plain if kinds_asked(draft)]
    assert len(plain) >= 36
    assert len(alarms) <= 0.05 * len(plain), alarms


def test_the_hint_says_what_was_said_when_and_where() -> None:
    told = [
        Told(FactKind.ORDER, "JH-2", "jh 2", AT, "chat", 8, 3),
        Told(FactKind.ORDER, "JH-1", "JH-1", AT, "email", 7, 2),
    ]
    draft = "Hello. Could you share your order number? And your email id, please?"
    [repeat] = repeats_in(draft, told)
    assert repeat.told == told[0]
    assert draft[repeat.start : repeat.end] == repeat.sentence == "Could you share your order number?"
    assert repeat.to_json()["at"] == "2026-11-20T09:30:00+00:00"


def test_only_what_was_told_is_hinted_at() -> None:
    assert repeats_in("Could you share your order number?", []) == []
    assert repeats_in("Please restart the router.", [Told(FactKind.TRIED, "clear cache", "x")]) == []
    assert repeats_in("Please reinstall the app.", [Told(FactKind.TRIED, "reinstall", "x")])


@settings(max_examples=200, deadline=2000)
@given(st.text(max_size=400))
def test_any_draft_is_taken(draft: str) -> None:
    for repeat in repeats_in(draft, EVERYTHING):
        assert draft[repeat.start : repeat.end] == repeat.sentence


def test_a_draft_of_a_megabyte_takes_bounded_time() -> None:
    assert repeats_in("please share the the the " * 40_000, EVERYTHING) is not None
