"""Learning from use: what different people asked alike and one article answered becomes another wording of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from content_factory import add_article
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from settled import add_judged
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.articles import get_article, sync_folder
from kb.core.errors import ConfigurationError, ConflictError, NotFoundError
from kb.core.settings import Settings, load_settings
from kb.insight.wordings import (
    Unfit,
    UnfitWordingError,
    accept_wording,
    list_wordings,
    refuse_wording,
    undo_wording,
)
from kb.insight.wordings.texts import clean_wording, content_key
from kb.jobs.running import run_now
from kb.search.types import Audience, CollectionName
from kb.tables import Article, Feedback, FeedbackKind, LearnedWording, SearchEvent, User, WordingState
from webapp.worker.kinds import WORDINGS, job_kinds

Learn = Callable[..., list[LearnedWording]]
QUESTION = "my kettle drips on the shelf"


@pytest.fixture
def articles(session: Session) -> dict[str, Article]:
    return {
        "kettle": add_article(
            session, "Care of a kettle", "Descale it with vinegar each month.", also_asked=["descale the kettle"]
        ),
        "lamp": add_article(
            session, "Care of a lamp", "Wipe the lamp with a dry cloth.",
            also_asked=["dust on the lamp shade", "how to wipe a lamp"],
        ),
        "carpet": add_article(
            session, "Care of a carpet", "Beat the carpet outside.", also_asked=["crumbs in the carpet"]
        ),
        "limits": add_article(
            session, "Refund limits of reps", "Two thousand rupees alone.", audience="internal", also_asked=["limit"]
        ),
    }  # fmt: skip


@pytest.fixture
def learn(settings: Settings, engine: Engine, session: Session, articles: dict[str, Article]) -> Learn:
    """Run the job; what there is then."""
    SearchRuntime.open(settings, engine).update()

    def run(mode: str = "suggest") -> list[LearnedWording]:
        run_now(engine, job_kinds(replace(settings, learn_wordings_text=mode), engine), WORDINGS, "test")
        session.expire_all()
        return list(session.scalars(select(LearnedWording).order_by(LearnedWording.id)))

    return run


def a_rep(session: Session, place: int = 0) -> int:
    return session.scalars(select(User.id).order_by(User.id)).all()[place]


def ask_as_two(session: Session, article: Article, query: str = QUESTION) -> None:
    add_judged(session, query, article)
    add_judged(session, query, article)


def test_question_of_two_people_is_suggested_and_nothing_is_searched_by_it(
    session: Session, settings: Settings, engine: Engine, articles: dict[str, Article], learn: Learn
) -> None:
    add_judged(session, QUESTION, articles["kettle"])
    add_judged(
        session, "my kettle drips on the shelf!", articles["kettle"], FeedbackKind.COPIED, user_id=a_rep(session)
    )
    (wording,) = learn()
    assert (wording.state, wording.article_id, wording.people, wording.searches) == (
        "suggested", articles["kettle"].id, 2, 2
    )  # fmt: skip
    assert wording.text == QUESTION
    assert wording.replay["asked"] == 3  # lamp's two and carpet's one; what is internal is not asked as a customer
    assert wording.replay["after"] >= wording.replay["before"]
    assert SearchRuntime.open(settings, engine).update().encoded == 0
    assert get_article(session, articles["kettle"].id).also_asked == ["descale the kettle"]
    assert learn() == [wording]  # run again, nothing comes twice


@pytest.mark.parametrize("kind", [FeedbackKind.ANSWERED, FeedbackKind.COPIED])
def test_one_person_alone_teaches_nothing_however_often_they_vote(
    session: Session, articles: dict[str, Article], learn: Learn, kind: FeedbackKind
) -> None:
    for day in range(1, 30):
        add_judged(session, QUESTION, articles["kettle"], visit="the one visitor", ago=timedelta(days=day))
        add_judged(session, "limit for a rep alone", articles["limits"], kind, user_id=a_rep(session),
                   ago=timedelta(days=day))  # fmt: skip
    # Neither in a visit nor logged in: anybody, any number of times.
    for event in (add_judged(session, QUESTION, articles["kettle"]), add_judged(session, QUESTION, articles["kettle"])):
        event.visit = None
    session.commit()
    assert learn() == []


def test_colleague_who_also_reads_the_help_centre_is_one_person(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    for visit in ("a browser", "another browser"):
        add_judged(session, QUESTION, articles["kettle"], visit=visit, user_id=a_rep(session), place="help")
    add_judged(session, QUESTION, articles["kettle"], FeedbackKind.COPIED, user_id=a_rep(session))
    assert learn() == []


def test_clicks_teach_nothing_and_neither_do_searches_that_ended_in_asking_for_a_person(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    for _ in range(3):
        add_judged(session, QUESTION, articles["kettle"], FeedbackKind.CLICK)
        event = add_judged(session, "crumbs everywhere", articles["carpet"])
        session.add(Feedback(event_id=event.id, kind=FeedbackKind.ASKED_PERSON.value, created_at=event.created_at))
        event = add_judged(session, "lamp is warm", articles["lamp"], FeedbackKind.COPIED)
        session.add(Feedback(event_id=event.id, kind=FeedbackKind.NOT_ANSWERED.value,
                             document=f"article:{articles['lamp'].id}", created_at=event.created_at))  # fmt: skip
    session.commit()
    assert learn() == []


def test_those_whom_it_did_not_help_count_against_it(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"])
    add_judged(session, QUESTION, articles["kettle"], FeedbackKind.NOT_ANSWERED)
    assert learn() == []
    add_judged(session, QUESTION, articles["kettle"])
    assert [one.people for one in learn()] == [3]


def test_question_that_another_article_answers_too_is_no_wording_of_either(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    for name in ("kettle", "lamp"):
        ask_as_two(session, articles[name], "water on the floor")
    assert learn() == []


@pytest.mark.parametrize(
    "query",
    [
        "where is the refund for [email]",
        "my name is Asha Rao and the kettle drips",
        "call me on 98765 43210 about the kettle",
        "order 40328817 is late",
        "hello",
        "asdfghjkl",
        "I want to talk to a human",
        "?!",
        "kettle " * 40,
    ],
)
def test_what_is_personal_long_or_no_question_is_never_suggested(
    session: Session, articles: dict[str, Article], learn: Learn, query: str
) -> None:
    ask_as_two(session, articles["kettle"], query)
    assert learn() == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" \u200b", Unfit.EMPTY),
        ("word " * 26, Unfit.LONG),
        ("w" * 201, Unfit.LONG),
        ("mail me at asha@example.com", Unfit.PERSONAL),
        ("order 40328817", Unfit.OWN_NUMBER),
        ("thank you", Unfit.NO_QUESTION),
    ],
)
def test_why_a_text_can_be_no_wording_is_told(text: str, why: Unfit) -> None:
    with pytest.raises(UnfitWordingError) as caught:
        clean_wording(text, region="IN")
    assert caught.value.why is why


@pytest.mark.parametrize(
    "text", ["error 0x80070057 on the mixer", "kab aayega mera paisa", "ফেরত", "cod", "EMI 3 months"]
)
def test_real_questions_can_be_wordings(text: str) -> None:
    assert clean_wording(f"  {text} ", region="IN") == text


@pytest.mark.parametrize(
    "query", ["descale the kettle", "Descale the KETTLE!", "care of a kettle", "descaling kettles"]
)
def test_what_the_article_says_already_is_not_suggested(
    session: Session, articles: dict[str, Article], learn: Learn, query: str
) -> None:
    ask_as_two(session, articles["kettle"], query)
    assert learn() == []


def test_refused_wording_is_not_suggested_again_in_other_letters(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"])
    (wording,) = learn()
    refuse_wording(session, wording.id, a_rep(session))
    session.commit()
    ask_as_two(session, articles["kettle"], "My kettles drip on the shelf")
    assert [one.state for one in learn("apply")] == ["refused"]
    undo_wording(session, wording.id, a_rep(session))
    session.commit()
    ask_as_two(session, articles["kettle"], "My kettles drip on the shelf")
    assert [one.state for one in learn("apply")] == ["suggested"]  # a person has looked at it: no job decides


def first_of(settings: Settings, engine: Engine, session: Session, query: str, audience: Audience) -> str:
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    answer = runtime.searcher(audience).search(session, query, reader_language="en")
    return answer.results[0].title if answer.results else ""


def test_accepted_wording_is_found_by_undone_is_not_and_the_article_stays_as_it_is(
    session: Session, settings: Settings, engine: Engine, articles: dict[str, Article], learn: Learn
) -> None:
    text = "dry grains underfoot"
    ask_as_two(session, articles["carpet"], text)
    (wording,) = learn()
    before = get_article(session, articles["carpet"].id)
    revision, hashed = before.revision, before.content_hash
    assert wording.replay["finds"] is False
    accept_wording(session, wording.id, text, a_rep(session), region="IN")
    session.commit()
    assert first_of(settings, engine, session, text, Audience.CUSTOMER) == "Care of a carpet"
    session.expire_all()
    after = get_article(session, articles["carpet"].id)
    assert (after.revision, after.content_hash, after.also_asked) == (revision, hashed, ["crumbs in the carpet"])
    undo_wording(session, wording.id, a_rep(session))
    session.commit()
    assert first_of(settings, engine, session, text, Audience.CUSTOMER) != "Care of a carpet"
    (shown,), count = list_wordings(session, [WordingState.REFUSED])
    assert (shown.text, count) == (text, 1)


def test_folder_of_articles_neither_gets_what_was_learned_nor_is_in_conflict_with_it(
    session: Session, settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    file = folder / "care-of-a-kettle.md"
    file.write_text("---\ntitle: Care of a kettle\nalso_asked: [descale it]\n---\n\nVinegar each month.\n", "utf-8")
    sync_folder(session, folder)
    session.commit()
    kettle = session.scalars(select(Article)).one()
    SearchRuntime.open(settings, engine).update()
    ask_as_two(session, kettle)
    add_judged(session, QUESTION, kettle, ago=timedelta(days=3))
    run_now(engine, job_kinds(replace(settings, learn_wordings_text="apply"), engine), WORDINGS, "test")
    session.expire_all()
    assert [one.state for one in session.scalars(select(LearnedWording))] == ["applied"]
    before = file.read_bytes()
    report = sync_folder(session, folder)
    assert (report.unchanged, report.written, report.conflicts) == ([file.name], [], [])
    assert file.read_bytes() == before
    file.write_text(before.decode().replace("month", "week"), "utf-8")
    report = sync_folder(session, folder)
    session.commit()
    assert (report.updated, report.conflicts) == ([file.name], [])
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    answer = runtime.searcher(Audience.CUSTOMER).search(session, QUESTION, reader_language="en")
    assert answer.results[0].id == kettle.id
    assert (
        len(runtime.view(CollectionName.HELP).fetch(documents=[kettle.id]).ids) == 3
    )  # text, its own and the learned wording


def test_wording_that_somebody_wrote_into_the_article_too_is_indexed_once(
    session: Session, settings: Settings, engine: Engine, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"])
    (wording,) = learn()
    accept_wording(session, wording.id, QUESTION, a_rep(session), region="IN")
    kettle = session.get_one(Article, articles["kettle"].id)
    kettle.also_asked, kettle.content_hash = [*kettle.also_asked, QUESTION.upper()], "f" * 64
    session.commit()
    runtime = SearchRuntime.open(settings, engine)
    report = runtime.update()
    assert (report.documents, report.encoded) == (1, 1)
    assert runtime.update().documents == 0


def test_rewritten_wording_is_tried_out_before_it_is_searched(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"])
    (wording,) = learn()
    accept_wording(session, wording.id, "  the kettle drips\n ", a_rep(session), region="IN")
    session.commit()
    assert (wording.state, wording.text, wording.replay) == ("checking", "the kettle drips", {})
    (wording,) = learn("off")
    assert (wording.state, wording.text) == ("applied", "the kettle drips")
    assert wording.replay["asked"] == 3


def test_rewritten_wording_that_cannot_be_one_changes_nothing(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"])
    (wording,) = learn()
    for text, why in (("", Unfit.EMPTY), ("call 98765 43210", Unfit.PERSONAL), ("Descale the kettle", Unfit.KNOWN)):
        with pytest.raises(UnfitWordingError) as caught:
            accept_wording(session, wording.id, text, a_rep(session), region="IN")
        assert caught.value.why is why
        session.rollback()
    assert (wording.state, wording.text) == ("suggested", QUESTION)


def test_wording_that_takes_a_question_from_another_article_is_refused_and_says_so(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"], "dust on a lamp shade and how to wipe")
    (wording,) = learn("apply")
    assert wording.state == "harmful"
    assert wording.replay["after"] < wording.replay["before"]
    (shown,), _ = list_wordings(session, [WordingState.HARMFUL])
    assert {lost["title"] for lost in shown.replay["lost"]} == {"Care of a lamp"}
    assert shown.replay["lost"][0]["question"] in articles["lamp"].also_asked
    undo_wording(session, wording.id, a_rep(session))
    accept_wording(session, wording.id, wording.text, a_rep(session), region="IN")
    session.commit()
    assert [one.state for one in learn()] == ["harmful"]  # nobody gets past trying it out


def test_settings_say_whether_it_is_off_suggested_or_applied(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"])
    assert learn("off") == []
    add_judged(session, QUESTION, articles["kettle"], ago=timedelta(days=2))
    assert [one.state for one in learn("suggest")] == ["suggested"]
    assert [(one.state, one.decided_by_id) for one in learn("apply")] == [("applied", None)]
    with pytest.raises(ConfigurationError, match="KB_LEARN_WORDINGS"):
        load_settings({"KB_LEARN_WORDINGS": "always"})


def test_two_visits_of_one_day_may_be_one_visitor_and_are_suggested_only(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"])
    assert [one.state for one in learn("apply")] == ["suggested"]
    add_judged(session, QUESTION, articles["kettle"], FeedbackKind.COPIED, user_id=a_rep(session))
    assert [one.state for one in learn("apply")] == ["suggested"]  # what speaks for it grows in this run
    add_judged(session, QUESTION, articles["kettle"])
    assert [one.state for one in learn("apply")] == ["applied"]


def test_question_belongs_to_the_version_in_its_language(
    session: Session, settings: Settings, engine: Engine, articles: dict[str, Article], learn: Learn
) -> None:
    hindi = add_article(session, "केतली की देखभाल", "सिरका डालें।", language="hi", slug="ketli",
                        translation_key=articles["kettle"].translation_key)  # fmt: skip
    SearchRuntime.open(settings, engine).update()
    for text in ("केतली से पानी टपकता है", "ketli se paani tapakta hai"):
        ask_as_two(session, articles["kettle"], text)
    found = learn()
    assert {one.article_id for one in found} == {hindi.id}
    assert {one.language for one in found} <= {"hi", "hi-Latn"}


def test_internal_article_is_tried_out_as_reps_search(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    add_judged(session, "how much may I refund", articles["limits"], FeedbackKind.COPIED, user_id=a_rep(session))
    add_judged(session, "how much may I refund", articles["limits"], FeedbackKind.COPIED, user_id=a_rep(session, 1))
    (wording,) = learn("apply")
    assert wording.state == "applied"
    assert wording.replay["asked"] == 4


def test_second_decision_about_the_same_wording_is_told(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"])
    (wording,) = learn()
    refuse_wording(session, wording.id, a_rep(session))
    with pytest.raises(ConflictError):
        accept_wording(session, wording.id, QUESTION, a_rep(session), region="IN")
    with pytest.raises(NotFoundError):
        undo_wording(session, 9999, a_rep(session))


def test_wordings_go_with_their_article_and_stay_without_their_searches(
    session: Session, articles: dict[str, Article], learn: Learn
) -> None:
    ask_as_two(session, articles["kettle"])
    (wording,) = learn()
    for event in session.scalars(select(SearchEvent)).all():
        session.delete(event)
    session.commit()
    assert learn() == [wording]
    session.delete(session.get_one(Article, articles["kettle"].id))
    session.commit()
    assert learn() == []


@limits(deadline=None)  # word lists are loaded by the first
@given(st.text(max_size=300))
@example("१२३४५६ ऑर्डर")
@example("\ud800 half")
@example("[name] [[email]]")
def test_any_text_is_a_wording_or_says_why_not(text: str) -> None:
    try:
        cleaned = clean_wording(text, region="IN")
    except UnfitWordingError:
        return
    assert clean_wording(cleaned, region="IN") == cleaned
    assert len(cleaned) <= 200
    assert content_key(cleaned)
