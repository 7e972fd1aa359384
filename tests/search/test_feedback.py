"""What people do with results: counted once, whoever does it at the same time, and never anything that a reader breaks on."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from content_factory import add_article
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.database import session_scope
from kb.core.errors import InvalidInputError, NotFoundError
from kb.search.events import record_feedback, record_search
from kb.search.types import Outcome, SearchAnswer
from kb.service.before_contact import tried_before
from kb.service.contact import request_contact
from kb.tables import Feedback, FeedbackKind, SearchEvent
from kb.tables.feedback import LARGEST_ID, parse_document

CLICK, YES, NO = FeedbackKind.CLICK, FeedbackKind.ANSWERED, FeedbackKind.NOT_ANSWERED


def add_search(session: Session, visit: str | None = "a visit") -> SearchEvent:
    event = SearchEvent(
        public_id=str(uuid.uuid4()), place="help", audience="customer", visit=visit, query="refund", language="en",
        outcome="answered", confidence=0.9,
    )  # fmt: skip
    session.add(event)
    session.commit()
    return event


def stored(session: Session) -> list[tuple[str, str, str | None]]:
    rows = session.execute(select(Feedback.kind, Feedback.document, Feedback.visit).order_by(Feedback.id))
    return [(row.kind, row.document, row.visit) for row in rows]


def at_once(engine: Engine, work: object, threads: int = 8) -> None:
    """Call `work(session)` in so many transactions at the same moment; none may fail."""
    ready = threading.Barrier(threads)

    def run(_number: int) -> None:
        with session_scope(engine) as session:
            session.connection()
            ready.wait(20)
            work(session)  # type: ignore[operator]

    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(run, range(threads))) == [None] * threads


@pytest.mark.parametrize("kind", [CLICK, YES])
def test_the_same_at_the_same_moment_is_stored_once(engine: Engine, session: Session, kind: FeedbackKind) -> None:
    public_id = add_search(session).public_id
    at_once(engine, lambda own: record_feedback(own, public_id, kind, document="article:3", visit="a visit"))
    assert stored(session) == [(kind.value, "article:3", "a visit")]


def test_votes_of_one_visit_without_a_search_at_the_same_moment_are_one(engine: Engine, session: Session) -> None:
    at_once(engine, lambda own: record_feedback(own, None, NO, document="article:3", visit="a visit"))
    record_feedback(session, None, NO, document="article:4", visit="a visit")
    record_feedback(session, None, NO, document="article:3", visit="another visit")
    assert sorted(stored(session)) == sorted(
        [
            (NO.value, "article:3", "a visit"),
            (NO.value, "article:4", "a visit"),
            (NO.value, "article:3", "another visit"),
        ]
    )


def test_asking_for_a_person_at_the_same_moment_marks_the_search_once(engine: Engine, session: Session) -> None:
    add_search(session)
    fields = {"name": "Asha", "contact": "asha@example.com", "message": "Where is it?", "language": "en"}
    at_once(engine, lambda own: request_contact(own, **fields, visit="a visit"), threads=4)
    assert [kind for kind, *_ in stored(session)] == ["asked_person"]


def test_a_vote_that_is_changed_replaces_the_one_before_and_nothing_else(session: Session) -> None:
    public_id = add_search(session).public_id
    for kind in (CLICK, YES, NO, NO):
        record_feedback(session, public_id, kind, document="article:3")
    assert [kind for kind, *_ in stored(session)] == ["click", "not_answered"]


def test_a_changed_vote_is_new_to_who_looks_at_rows_by_their_ids(session: Session) -> None:
    public_id = add_search(session).public_id
    ids = []
    for kind in (YES, NO, NO, YES):
        record_feedback(session, public_id, kind, document="article:3")
        session.commit()
        ids.append(session.scalars(select(Feedback.id)).one())
    assert ids[0] < ids[1] == ids[2] < ids[3]


def test_different_votes_at_the_same_moment_leave_one(engine: Engine, session: Session) -> None:
    public_id = add_search(session).public_id
    kinds = iter([YES, NO] * 4)
    at_once(engine, lambda own: record_feedback(own, public_id, next(kinds), document="article:3"))
    assert len(stored(session)) == 1


def test_votes_of_nobody_in_particular_are_all_kept(session: Session) -> None:
    for _ in range(2):
        record_feedback(session, None, YES, document="article:3")
    assert len(stored(session)) == 2


@pytest.mark.parametrize(
    "document",
    [
        "article:99999999999999999999", f"article:{LARGEST_ID + 1}", "article:" + "9" * 5000, "article:0", "article:-1",
        "article:", "article", "article:1:2", "article:1\0", "article:1\n", "article:١٢", "article:²", "page:1", " article:1",
        "x" * 3_000_000,
    ],
)  # fmt: skip
def test_document_that_can_be_none_is_refused(session: Session, document: str) -> None:
    public_id = add_search(session).public_id
    with pytest.raises(InvalidInputError) as told:
        record_feedback(session, public_id, CLICK, document=document)
    assert len(str(told.value)) < 200
    assert stored(session) == []


def test_largest_id_is_a_document(session: Session) -> None:
    record_feedback(session, add_search(session).public_id, CLICK, document=f"ticket:{LARGEST_ID}")
    assert parse_document(f"ticket:{LARGEST_ID}") == ("ticket", LARGEST_ID)


def test_feedback_on_an_unknown_search_is_told(session: Session) -> None:
    for public_id in ("gone", "", "x" * 1_000_000):
        with pytest.raises(NotFoundError):
            record_feedback(session, public_id, CLICK)


@pytest.mark.parametrize(
    "document", ["article:99999999999999999999", "article:", "article:x", "ticket:1", "", "?" * 60]
)
def test_nothing_that_is_stored_breaks_the_list_of_requests(session: Session, document: str) -> None:
    article = add_article(session, "Clean a lamp", "Use a soft cloth.")
    event = add_search(session)
    session.add(Feedback(event_id=event.id, kind=CLICK.value, document=document))
    session.add(Feedback(event_id=event.id, kind=CLICK.value, document=f"article:{article.id}"))
    fields = {"name": "Asha", "contact": "asha@example.com", "message": "Where is it?", "language": "en"}
    request_contact(session, **fields, visit="a visit")
    shown = tried_before(session, ["a visit"])[0]
    assert [opened.id for opened in shown.read] == [article.id]


def test_a_search_that_is_recorded_twice_at_once_is_stored_once(engine: Engine, session: Session) -> None:
    answer = SearchAnswer("Where is my lamp?", "en", Outcome.NONE, 0.1, [], {"total": 1.234}, str(uuid.uuid4()))
    numbers: list[int | None] = []

    def record(own: Session) -> None:
        numbers.append(record_search(own, answer, place="help", audience="customer", region="IN", visit="a visit"))

    at_once(engine, record)
    [event] = session.scalars(select(SearchEvent)).all()
    assert (event.query, event.visit, event.timings) == ("Where is my lamp?", "a visit", {"total": 1.23})
    assert sorted(number for number in numbers if number) == [event.id]
