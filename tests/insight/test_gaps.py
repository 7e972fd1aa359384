"""What counts as a miss, and which misses become one gap."""

from datetime import timedelta

import pytest
from searches import searched
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.encoders.opening import open_encoder
from kb.core.errors import NotFoundError
from kb.core.settings import Settings
from kb.insight.gaps import change_state, collect_misses, list_gaps, misses_of
from kb.tables import Feedback, FeedbackKind, GapState, utc_now

ENCODER = HashEncoder()


def causes(session: Session) -> dict[str, str]:
    gaps = list_gaps(session)
    return {miss.event.query: miss.cause for gap in gaps for miss in misses_of(session, gap.id)[1]}


def test_a_search_without_an_answer_is_a_miss_and_is_counted_once(session: Session) -> None:
    searched(session, "delivery to Nepal")
    assert collect_misses(session, ENCODER) == 1
    assert collect_misses(session, ENCODER) == 0
    assert [(gap.label, gap.count, gap.causes) for gap in list_gaps(session)] == [
        ("delivery to Nepal", 1, {"no_answer": 1})
    ]


def test_votes_and_asking_for_a_person_decide_over_the_outcome(session: Session) -> None:
    searched(session, "refund answered", outcome="answered")
    searched(session, "lamp voted down", FeedbackKind.CLICK, FeedbackKind.NOT_ANSWERED, outcome="answered")
    searched(session, "kettle asked for somebody", FeedbackKind.ASKED_PERSON, outcome="answered")
    searched(session, "mixer clicked then asked", FeedbackKind.CLICK, FeedbackKind.ASKED_PERSON, outcome="answered")
    searched(session, "fan none but answered", FeedbackKind.ANSWERED)
    collect_misses(session, ENCODER)
    assert causes(session) == {"lamp voted down": "voted_down", "kettle asked for somebody": "asked_person"}


def test_a_vote_that_comes_later_still_makes_a_miss(session: Session) -> None:
    event = searched(session, "warranty card lost", outcome="answered")
    assert collect_misses(session, ENCODER) == 0
    event.feedback.append(Feedback(kind=FeedbackKind.NOT_ANSWERED.value))
    session.commit()
    assert collect_misses(session, ENCODER, now=utc_now() + timedelta(minutes=1)) == 1
    assert causes(session) == {"warranty card lost": "voted_down"}


def test_a_search_of_this_moment_waits_because_its_writer_may_still_be_typing(session: Session) -> None:
    event = searched(session, "gift car", visit="v1", ago=timedelta(seconds=1))
    assert collect_misses(session, ENCODER) == 0
    assert collect_misses(session, ENCODER, now=event.created_at + timedelta(minutes=1)) == 1


def test_a_code_that_nothing_has_is_a_miss_however_sure_the_search_was(session: Session) -> None:
    event = searched(session, "dryer error E-2043", outcome="unsure")
    searched(session, "dryer smells", outcome="unsure")
    event.lacks_identifier = True
    session.commit()
    collect_misses(session, ENCODER)
    assert causes(session) == {"dryer error E-2043": "no_answer"}


@pytest.mark.parametrize("text", ["", "😀", "?", "x", "12", "talk to an agent", "शिकायत", "dhonnobad", "qwerty"])
def test_what_says_nothing_is_no_gap(session: Session, text: str) -> None:
    searched(session, text)
    assert collect_misses(session, ENCODER) == 0


def test_like_questions_are_one_gap_and_others_are_not(session: Session) -> None:
    for text in ("delivery to nepal", "do you have delivery to nepal", "nepal delivery", "student discount please"):
        searched(session, text)
    collect_misses(session, ENCODER)
    gaps = list_gaps(session)
    assert [gap.count for gap in gaps] == [3, 1]
    assert "nepal" in gaps[0].label


@pytest.mark.bundled
def test_the_same_question_in_three_languages_is_one_gap(session: Session, bundled_settings: Settings) -> None:
    for language, text in {
        "en": "do you deliver to Nepal",
        "hi": "क्या आप नेपाल में डिलीवरी करते हैं",
        "bn": "নেপালে ডেলিভারি হয় কি",
    }.items():
        searched(session, text, language=language)
    for language, text in {"en": "my referral bonus is not credited", "hi": "रेफरल बोनस नहीं मिला"}.items():
        searched(session, text, language=language)
    collect_misses(session, open_encoder(bundled_settings))
    assert next(gap.languages for gap in list_gaps(session)) == {"bn": 1, "hi": 1, "en": 1}


def test_a_gap_grows_over_many_runs_and_keeps_its_id(session: Session) -> None:
    searched(session, "delivery to nepal")
    collect_misses(session, ENCODER)
    first = list_gaps(session)[0].id
    searched(session, "nepal delivery")
    collect_misses(session, ENCODER)
    assert [(gap.id, gap.count) for gap in list_gaps(session)] == [(first, 2)]


def test_a_closed_gap_that_is_missed_again_opens_and_a_dismissed_one_stays(session: Session) -> None:
    searched(session, "delivery to nepal")
    searched(session, "lottery call winner")
    collect_misses(session, ENCODER)
    nepal, lottery = (next(g.id for g in list_gaps(session) if word in g.label) for word in ("nepal", "lottery"))
    change_state(session, nepal, GapState.CLOSED, user_id=None)
    change_state(session, lottery, GapState.DISMISSED, user_id=None)
    assert list_gaps(session) == []
    searched(session, "nepal delivery")
    searched(session, "winner lottery call")
    collect_misses(session, ENCODER)
    assert [(gap.id, gap.count) for gap in list_gaps(session)] == [(nepal, 2)]
    assert [gap.count for gap in list_gaps(session, states=(GapState.DISMISSED,))] == [2]


def test_the_list_can_be_cut_down_to_a_language(session: Session) -> None:
    searched(session, "delivery to nepal")
    searched(session, "ছাত্র ছাড়", language="bn")
    collect_misses(session, ENCODER)
    assert [gap.label for gap in list_gaps(session, language="bn")] == ["ছাত্র ছাড়"]


def test_an_unknown_gap_is_a_clear_error(session: Session) -> None:
    with pytest.raises(NotFoundError, match="There is no gap 99"):
        misses_of(session, 99)
    with pytest.raises(NotFoundError, match="kb gaps"):
        change_state(session, 99, GapState.CLOSED, user_id=None)
