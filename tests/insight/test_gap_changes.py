"""Gaps are joined, parted, named, handed over and dismissed by hand; each is undone; grouping anew leaves them as they are."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from searches import searched
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.question_groups import group_questions
from kb.core.errors import ConflictError, InvalidInputError
from kb.insight.gaps import change_state, collect_misses, count_costs, list_gaps, misses_of, regroup, regrouping_is_due
from kb.insight.gaps.costs import CONTACT, FRUSTRATED, REPEAT, RISING
from kb.insight.gaps.editing import (
    Dismissal,
    assign_gap,
    changes_of,
    comment_on_gap,
    merge_gaps,
    rename_gap,
    split_gap,
    undo_change,
)
from kb.tables import Conversation, Customer, FeedbackKind, Gap, GapState, Miss, utc_now

ENCODER = HashEncoder()
Gaps = Callable[..., list[int]]


@pytest.fixture
def gaps(session: Session) -> Gaps:
    """One gap for each question, in their order."""

    def make(*questions: str) -> list[int]:
        for question in questions:
            searched(session, question)
        collect_misses(session, ENCODER)
        session.commit()
        of = {gap.label: gap.id for gap in list_gaps(session)}
        return [of[question] for question in questions]

    return make


def questions_of(session: Session, gap_id: int) -> set[str]:
    return {miss.event.query for miss in misses_of(session, gap_id)[1]}


def test_joined_gaps_are_one_until_that_is_undone(session: Session, gaps: Gaps) -> None:
    nepal, piano, tea = gaps("delivery to Nepal", "piano tuning lessons", "green tea from Assam")
    merge_gaps(session, nepal, [piano, nepal], user_id=None)
    assert questions_of(session, nepal) == {"delivery to Nepal", "piano tuning lessons"}
    assert [gap.id for gap in list_gaps(session)] == [nepal, tea]
    gone = session.get(Gap, piano)
    assert gone is not None
    assert gone.merged_into_id == nepal
    undo_change(session, changes_of(session, nepal)[0].id)
    assert questions_of(session, nepal) == {"delivery to Nepal"}
    assert questions_of(session, piano) == {"piano tuning lessons"}
    assert gone.merged_into_id is None
    with pytest.raises(ConflictError):
        undo_change(session, changes_of(session, nepal)[0].id)
    with pytest.raises(InvalidInputError):
        merge_gaps(session, nepal, [nepal], user_id=None)


def test_some_questions_become_a_gap_of_their_own(session: Session, gaps: Gaps) -> None:
    nepal, piano = gaps("delivery to Nepal", "piano tuning lessons")
    merge_gaps(session, nepal, [piano], user_id=None)
    chosen = [miss.id for miss in misses_of(session, nepal)[1] if "piano" in miss.event.query]
    parted = split_gap(session, nepal, chosen, "Lessons", user_id=None)
    assert (parted.label, questions_of(session, parted.id)) == ("Lessons", {"piano tuning lessons"})
    undo_change(session, next(change.id for change in changes_of(session, nepal) if change.kind == "split"))
    assert len(questions_of(session, nepal)) == 2
    everything = [miss.id for miss in misses_of(session, nepal)[1]]
    for nothing_to_part in ([], everything, [987_654]):
        with pytest.raises(InvalidInputError):
            split_gap(session, nepal, nothing_to_part, "", user_id=None)


def test_a_given_name_stays_when_the_gap_grows(session: Session, gaps: Gaps) -> None:
    (nepal,) = gaps("delivery to Nepal")
    rename_gap(session, nepal, "  Neighbouring countries ", user_id=None)
    searched(session, "delivery to Nepal")
    collect_misses(session, ENCODER)
    assert [(gap.label, gap.count) for gap in list_gaps(session)] == [("Neighbouring countries", 2)]
    undo_change(session, changes_of(session, nepal)[0].id)
    assert list_gaps(session)[0].label == "delivery to Nepal"


def test_handing_over_dismissing_and_comments_are_kept_and_undone(session: Session, gaps: Gaps) -> None:
    (nepal,) = gaps("delivery to Nepal")
    assign_gap(session, nepal, to_id=None, due_on=date(2026, 12, 24), user_id=None)
    change_state(session, nepal, GapState.DISMISSED, user_id=None, because=Dismissal.OUT_OF_SCOPE)
    comment_on_gap(session, nepal, "We shall deliver there next year.", user_id=None)
    with pytest.raises(InvalidInputError):
        comment_on_gap(session, nepal, "  ", user_id=None)
    assert [change.kind for change in changes_of(session, nepal)] == ["comment", "state", "assigned"]
    gap = session.get(Gap, nepal)
    assert gap is not None
    assert (gap.due_on, gap.dismissed_because) == (date(2026, 12, 24), "out_of_scope")
    for change in changes_of(session, nepal)[1:]:
        undo_change(session, change.id)
    assert (gap.state, gap.due_on, gap.dismissed_because) == ("open", None, "")


def _add_misses(session: Session, middles: np.ndarray, each: int, gap: Gap, noise: float, seed: int) -> None:
    numbers = np.random.default_rng(seed)
    for number, middle in enumerate(middles):
        for _ in range(each):
            vector = middle + numbers.normal(scale=noise, size=middle.size)
            event = searched(session, f"topic {number} said {numbers.integers(1_000_000)}")
            unit = (vector / np.linalg.norm(vector)).astype("<f4")
            session.add(Miss(event_id=event.id, gap=gap, cause="no_answer", language="en", vector=unit.tobytes()))
    session.commit()


def topics_together(session: Session) -> dict[int, set[str]]:
    rows = session.query(Miss).all()
    found: dict[int, set[str]] = {}
    for miss in rows:
        found.setdefault(miss.gap_id, set()).add(miss.event.query.rsplit(" said", 1)[0])
    return found


def test_grouping_all_anew_parts_what_was_placed_together_and_keeps_identities(session: Session) -> None:
    middles = np.linalg.qr(np.random.default_rng(3).normal(size=(ENCODER.dimensions, 6)))[0].T
    heap = Gap(label="a heap", centroid=b"", fingerprint=ENCODER.fingerprint)
    session.add(heap)
    _add_misses(session, middles, 8, heap, 0.02, seed=1)
    assert regrouping_is_due(session)
    assert regroup(session, ENCODER.fingerprint, group_questions) == 40
    assert not regrouping_is_due(session)
    assert sorted(map(sorted, topics_together(session).values())) == [[f"topic {number}"] for number in range(6)]
    before = {min(topics): gap_id for gap_id, topics in topics_together(session).items()}
    assert heap.id in before.values()
    # The next day more has come in.
    other = Gap(label="another heap", centroid=b"", fingerprint=ENCODER.fingerprint)
    session.add(other)
    _add_misses(session, middles, 3, other, 0.02, seed=2)
    regroup(session, ENCODER.fingerprint, group_questions)
    assert {min(topics): gap_id for gap_id, topics in topics_together(session).items()} == before
    assert other.merged_into_id in before.values()
    assert regroup(session, ENCODER.fingerprint, group_questions) == 0


@pytest.mark.parametrize("held_by", ["hand", "work", "dismissal"])
def test_what_somebody_has_in_hand_keeps_its_questions_and_takes_in_more(session: Session, held_by: str) -> None:
    middles = np.linalg.qr(np.random.default_rng(4).normal(size=(ENCODER.dimensions, 4)))[0].T
    mine = Gap(label="mine", centroid=b"", fingerprint=ENCODER.fingerprint, is_held=held_by == "hand")
    mine.state = {"hand": "open", "work": "in_progress", "dismissal": "dismissed"}[held_by]
    heap = Gap(label="a heap", centroid=b"", fingerprint=ENCODER.fingerprint)
    session.add_all([mine, heap])
    # Two topics that the machine would part, and more about the first of them elsewhere.
    _add_misses(session, middles[:2], 6, mine, 0.02, seed=1)
    _add_misses(session, middles, 2, heap, 0.02, seed=2)
    regroup(session, ENCODER.fingerprint, group_questions)
    together = topics_together(session)
    assert together[mine.id] == {"topic 0", "topic 1"}
    assert session.query(Miss).filter_by(gap_id=mine.id).count() == 16
    assert sorted(map(sorted, (topics for gap_id, topics in together.items() if gap_id != mine.id))) == [
        ["topic 2"],
        ["topic 3"],
    ]


def test_a_gap_costs_what_its_people_went_through(session: Session, gaps: Gaps) -> None:
    visit, other = "a" * 22, "b" * 22
    searched(session, "delivery to Nepal", visit=visit, ago=timedelta(days=1))
    searched(session, "delivery to Nepal", visit=visit, ago=timedelta(hours=20))
    searched(session, "delivery to Nepal", FeedbackKind.ASKED_PERSON, visit=other, ago=timedelta(days=9))
    cheap, nepal = gaps("piano tuning lessons", "delivery to Nepal")
    customer = Customer(name="Asha")
    session.add(customer)
    for frustration in (0, 2):
        session.add(
            Conversation(channel="web", customer=customer, visit=visit, frustration=frustration, created_at=utc_now())
        )
    session.commit()
    count_costs(session)
    first, second = list_gaps(session)
    assert (first.id, second.id) == (nepal, cheap)
    assert first.costs == {"askers": 3, "repeats": 1, "contacts": 2, "frustrated": 1, "last_week": 3, "week_before": 1}
    assert first.cost == 3 + REPEAT + 2 * CONTACT + FRUSTRATED + 2 * RISING
    assert second.cost == 1 + RISING
    assert count_costs(session) == 0
