"""The job that fits the confidence to the searches of this installation: from whom it learns, and when it lets it be."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from content_factory import add_article
from settled import add_judged
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.insight.calibrating import LEAST_SEARCHES, has_enough_judged
from kb.insight.judged import MOST_OF_A_COLLEAGUE, MOST_OF_A_VISIT, judged_searches
from kb.insight.own_searches import LARGEST_SHARE, _fair_weights
from kb.insight.reliability import Share, reliability
from kb.jobs.running import run_now
from kb.search.calibration_fit import COST
from kb.search.own_calibration import stop_using
from kb.search.types import Audience, Outcome
from kb.tables import Article, Feedback, FeedbackKind, OwnCalibration, User, utc_now
from webapp.worker.kinds import CALIBRATION, job_kinds

THINGS = [
    "kettle",
    "lamp",
    "chair",
    "carpet",
    "mixer",
    "router",
    "blanket",
    "pan",
    "clock",
    "mirror",
    "shelf",
    "bottle",
]
WORDS = """
    spout handle lime bulb socket shade leg seat varnish crumb edge fringe blade jug plug port cable light wool hem moth lid rust
    grease hand dial battery frame crack fog screw board bracket cork neck label
""".split()  # noqa: SIM905  # three for each thing
Run = Callable[[], list[OwnCalibration]]


@pytest.fixture
def articles(session: Session) -> list[Article]:
    return [
        add_article(
            session,
            f"Care of the {thing}",
            f"Wipe the {thing} with a soft cloth and keep it dry.",
            also_asked=[f"{thing} {word} {word}ness" for word in WORDS[3 * number : 3 * number + 3]],
        )
        for number, thing in enumerate(THINGS)
    ]


@pytest.fixture
def run(settings: Settings, engine: Engine, session: Session, articles: list[Article]) -> Run:
    SearchRuntime.open(settings, engine).update()

    def run_job() -> list[OwnCalibration]:
        run_now(engine, job_kinds(settings, engine), CALIBRATION, "test")
        session.expire_all()
        return list(session.scalars(select(OwnCalibration).order_by(OwnCalibration.id)))

    return run_job


def vote(session: Session, articles: list[Article], count: int, *, right: bool = True) -> None:
    """Of `count` people each asks for one thing, in words that its article has and in some that none has."""
    for number in range(count):
        article = articles[number % len(articles)]
        thing = THINGS[number % len(THINGS)]
        query = f"{('stain', 'smell', 'scratch')[number % 3]} on {thing}"
        kind = FeedbackKind.ANSWERED if right else FeedbackKind.NOT_ANSWERED
        add_judged(session, query, article, kind, ago=timedelta(hours=2 + number))


def confidences(settings: Settings, engine: Engine, session: Session) -> list[float]:
    searcher = SearchRuntime.open(settings, engine).searcher(Audience.CUSTOMER)
    return [searcher.search(session, f"stain on {thing}", reader_language="en").confidence for thing in THINGS]


def test_few_searches_or_few_people_teach_nothing(session: Session, articles: list[Article], run: Run) -> None:
    vote(session, articles, LEAST_SEARCHES - 1)
    assert run() == []
    for number in range(200):
        add_judged(session, f"stain on {THINGS[number % 12]}", articles[number % 12], visit="one visitor")
    assert len(judged_searches(session)) == LEAST_SEARCHES - 1 + MOST_OF_A_VISIT
    assert has_enough_judged(session)
    (row,) = run()
    assert row.provenance["people"] == LEAST_SEARCHES


def test_own_searches_shift_the_confidence_of_all_processes_and_are_told_with_their_figures(
    session: Session, settings: Settings, engine: Engine, articles: list[Article], run: Run
) -> None:
    before = confidences(settings, engine, session)
    vote(session, articles, 60)
    (row,) = run()
    assert row.state == "in_use"
    told = row.provenance
    assert (told["method"], told["searches"], told["right"], told["people"]) == ("shift", 60, 60, 60)
    assert told["on_searches"]["after"]["log_loss"] < told["on_searches"]["before"]["log_loss"]
    assert told["held_out"] > 10
    after = confidences(settings, engine, session)
    assert all(new > old for new, old in zip(after, before, strict=True))
    assert run() == [row]  # nothing new, nothing changed


def test_it_is_never_taken_where_held_out_wordings_become_worse(
    session: Session, settings: Settings, engine: Engine, articles: list[Article], run: Run
) -> None:
    before = confidences(settings, engine, session)
    vote(session, articles, 120, right=False)
    (row,) = run()
    told = row.provenance["on_held_out"]
    assert row.state == "no_better"
    assert told["after"]["log_loss"] > told["before"]["log_loss"]  # what was tried is told
    assert confidences(settings, engine, session) == before


def test_person_who_switches_back_is_not_overruled(
    session: Session, settings: Settings, engine: Engine, articles: list[Article], run: Run
) -> None:
    before = confidences(settings, engine, session)
    vote(session, articles, 60)
    (row,) = run()
    stop_using(session, row.id)
    session.commit()
    vote(session, articles, 60)
    assert run() == [row]
    assert row.state == "switched_off"
    assert confidences(settings, engine, session) == before


def test_nobody_weighs_more_than_their_share() -> None:
    people = ["busy"] * 50 + [f"other {number}" for number in range(50)]
    weights = _fair_weights(people)
    assert sum(weights[:50]) == pytest.approx(LARGEST_SHARE * 100)
    assert weights[50:] == [1.0] * 50


def test_colleague_counts_a_few_times_a_day(session: Session, articles: list[Article]) -> None:
    rep = session.scalars(select(User.id)).first()
    for number in range(3 * MOST_OF_A_COLLEAGUE):
        add_judged(session, f"stain {number}", articles[0], FeedbackKind.COPIED, user_id=rep,
                   ago=timedelta(days=1 + number % 2, minutes=number))  # fmt: skip
    assert len(judged_searches(session)) <= 3 * MOST_OF_A_COLLEAGUE  # two days may be three dates
    assert len(judged_searches(session)) >= 2 * MOST_OF_A_COLLEAGUE


def test_what_was_right_follows_what_people_did(session: Session, articles: list[Article]) -> None:
    kettle, lamp = articles[:2]
    expected = {
        add_judged(session, "a", kettle).id: True,
        add_judged(session, "b", kettle, FeedbackKind.NOT_ANSWERED).id: False,
        add_judged(session, "c", lamp, first=kettle).id: False,
        add_judged(session, "d", kettle, FeedbackKind.ASKED_PERSON).id: False,
        add_judged(session, "e", lamp, FeedbackKind.NOT_ANSWERED, first=kettle).id: None,
    }
    both = add_judged(session, "f", kettle)
    session.add(Feedback(event_id=both.id, kind="asked_person", created_at=both.created_at))
    expected[both.id] = None
    add_judged(session, "g", kettle, FeedbackKind.CLICK)
    fresh = add_judged(session, "h", kettle, ago=timedelta(seconds=5))
    gone = add_judged(session, "i", 9999)
    expected[gone.id] = None
    session.commit()
    found = {one.event_id: one.first_was_right for one in judged_searches(session)}
    assert found == expected
    assert fresh.id not in found
    assert reliability(session, now=utc_now()).judged == 4


def test_translation_that_answered_counts_for_the_version_that_was_shown(
    session: Session, articles: list[Article]
) -> None:
    hindi = add_article(session, "केतली", "पोंछें।", language="hi", slug="ketli",
                        translation_key=articles[0].translation_key)  # fmt: skip
    add_judged(session, "ketli ki safai", hindi, first=articles[0])
    assert [one.first_was_right for one in judged_searches(session)] == [True]


def test_interval_of_a_share_is_wide_with_few_and_never_leaves_zero_to_one() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    low, high = Share(3, 3).interval
    assert low < 0.5
    assert high == 1.0
    low, high = Share(80, 100).interval
    assert (round(low, 3), round(high, 3)) == (0.711, 0.867)


def test_withholding_a_right_answer_costs_more_than_not_being_sure() -> None:
    assert COST[True][Outcome.NONE] > COST[True][Outcome.UNSURE] > COST[True][Outcome.ANSWERED] == 0
    assert COST[False][Outcome.ANSWERED] > COST[False][Outcome.UNSURE] > COST[False][Outcome.NONE] == 0
