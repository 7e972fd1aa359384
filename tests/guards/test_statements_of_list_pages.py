"""How many statements each list page costs, in one table. A list may grow tenfold and its page costs the same.

A number that falls may be written down; one that grows needs a reason. Where somebody is logged in, one is for that person;
of a search, some come after the answer.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gap_job import run_gap_job
from page_fixtures import content, prepared
from practice import add_practice
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from statements import is_of_the_page, recorded_statements
from talks import make_talk

from kb.core.settings import Settings
from kb.jobs import enqueue
from kb.tables import (
    ArticleComment,
    ArticleReview,
    ArticleSchedule,
    BulkAct,
    Feedback,
    FeedbackKind,
    Job,
    LearnedWording,
    ReviewReader,
    Role,
    SearchEvent,
    User,
    VoiceStatement,
    VoiceTheme,
    VoteReason,
    utc_now,
)

__all__ = ["content", "prepared"]

# path: who asks, and the statements that the page is made with.
STATEMENTS: dict[str, tuple[Role | None, int]] = {
    "/help/en/": (None, 5),  # each page one for notices, this one for topics that rise
    "/help/en/topics/refunds": (None, 2),
    "/help/en/articles/when-refund-arrives": (
        None,
        4,
    ),  # from memory; one after the answer: whether this visit has read it
    "/help/en/search?q=refund": (None, 6),  # one for topics, where nothing answers
    "/desk/": (Role.REP, 7),
    "/desk/?q=refund": (Role.REP, 11),
    "/desk/macros/": (Role.REP, 3),
    "/desk/inbox/1/steps": (Role.REP, 5),
    "/desk/inbox/1/macros": (Role.REP, 4),
    "/desk/customers?q=asha": (Role.REP, 3),
    "/desk/customers/1": (Role.REP, 11),
    "/desk/customers/1/merge": (Role.REP, 7),
    "/desk/inbox/1/handover": (Role.REP, 7),
    "/desk/inbox": (Role.REP, 4),
    "/desk/inbox?view=open&sort=newest": (Role.REP, 4),
    "/desk/inbox/1": (Role.REP, 11),
    "/desk/inbox/1/answers": (Role.REP, 9),
    "/studio/": (Role.TRAINER, 1),
    "/studio/gaps": (Role.TRAINER, 7),
    "/studio/gaps?shape=table&q=ship&assigned=0": (Role.TRAINER, 7),
    "/studio/gaps?shape=board": (Role.TRAINER, 9),
    "/studio/gaps/1": (Role.TRAINER, 8),
    "/studio/gaps/1?join=ship": (Role.TRAINER, 11),
    "/studio/articles/": (Role.TRAINER, 8),
    "/studio/articles/1": (Role.TRAINER, 10),  # one for those who were asked to read it
    "/studio/articles/1/history": (Role.TRAINER, 3),
    "/studio/articles/1/review": (Role.TRAINER, 8),  # the same
    "/studio/articles/1/schedule": (Role.TRAINER, 4),
    "/studio/articles/reviews": (Role.TRAINER, 2),
    "/studio/articles/due": (Role.TRAINER, 5),
    "/studio/articles/acts": (Role.TRAINER, 2),
    "/studio/articles/1/archive": (Role.TRAINER, 13),
    "/studio/wordings/": (Role.TRAINER, 5),
    "/studio/confidence/": (Role.TRAINER, 4),
    "/desk/flags/": (Role.REP, 3),
    "/studio/edits/": (Role.TRAINER, 3),
    "/studio/flags/": (Role.TRAINER, 4),
    "/studio/translations/": (Role.TRAINER, 2),
    "/studio/translations/matrix": (Role.TRAINER, 5),
    "/studio/feedback/": (Role.TRAINER, 3),
    "/studio/voice/": (Role.TRAINER, 5),
    "/studio/voice/1": (Role.TRAINER, 9),
    "/desk/practice/": (Role.REP, 14),
    "/desk/news/": (Role.REP, 4),
    "/studio/training/": (Role.TRAINER, 9),
    "/studio/training/reps/1": (Role.TRAINER, 8),
    "/studio/training/cases/": (Role.TRAINER, 4),
    "/studio/training/paths/": (Role.TRAINER, 6),
    "/studio/training/news/": (Role.TRAINER, 6),
    "/studio/search/": (Role.TRAINER, 2),
    "/studio/search/synonym/": (Role.TRAINER, 3),
    "/studio/search/pin/": (Role.TRAINER, 3),
    "/studio/search/featured/": (Role.TRAINER, 3),
    "/studio/search/topic/": (Role.TRAINER, 4),
    "/studio/search/clinic?q=refund&missed=1&as=rep": (Role.TRAINER, 10),
    "/studio/safety/": (Role.TRAINER, 3),
    "/studio/escalation/": (Role.TRAINER, 2),
    "/studio/service/": (Role.TRAINER, 7),
    "/studio/notices/": (Role.TRAINER, 6),
    "/studio/numbers/": (Role.TRAINER, 12),
    "/studio/numbers/wishes": (Role.TRAINER, 5),
    "/studio/numbers/searches/rows": (Role.TRAINER, 3),
    "/studio/self-service/": (Role.TRAINER, 5),
    "/studio/safety/fire/en": (Role.TRAINER, 5),
    "/admin/people": (Role.ADMIN, 6),
    "/account/": (Role.REP, 4),
    "/admin/audit/": (Role.ADMIN, 2),
    "/admin/privacy/": (Role.ADMIN, 3),
    "/admin/jobs": (Role.ADMIN, 3),
    "/admin/imports": (Role.ADMIN, 3),
}


def fill(session: Session, times: int) -> None:
    """So many searches with feedback, conversations, jobs and people more."""
    for _ in range(times):
        mark = uuid.uuid4().hex
        event = SearchEvent(
            public_id=mark, place="help", audience="customer", visit=f"v{mark}", query="ship to france",
            language="en", outcome="none", confidence=0.1, created_at=utc_now() - timedelta(minutes=10),
            feedback=[Feedback(kind=FeedbackKind.CLICK.value, document="article:1")],
        )  # fmt: skip
        session.add(event)
        event.feedback.append(
            Feedback(kind=FeedbackKind.NOT_ANSWERED.value, document="article:1", created_at=event.created_at)
        )
        event.results = ["article:1"]
        lost = [{"question": "how", "article": 1}]
        session.add(LearnedWording(article_id=1, text=f"ship {mark[:8]}", language="en", state="suggested",
                                   people=2, searches=2, replay={"asked": 1, "before": 1, "after": 1, "finds": True,
                                                                 "lost": lost}))  # fmt: skip
        theme = VoiceTheme(title=f"Late {mark[:4]}")
        session.add(theme)
        session.flush()
        for number, source in ((1, "ticket"), (theme.id, "vote")):
            session.add(
                VoiceStatement(theme_id=number, kind="complaint", source=source, source_id=theme.id, text="Late",
                               language="en", vector=b"", fingerprint="x", said_at=utc_now())
            )  # fmt: skip
        review = ArticleReview(article_id=1, state="sent_back", answer="Which?", decided_at=utc_now())
        session.add(review)
        session.flush()
        session.add(ReviewReader(review_id=review.id, user_id=1))
        session.add(ArticleComment(article_id=1, text="Why?", quote="Text"))
        session.add(ArticleSchedule(article_id=1, act="archive", at=utc_now() + timedelta(days=1)))
        done = {"article": 1, "title": "A", "language": "en", "before": {}, "revision": 1}
        session.add(BulkAct(act="topic", details={"value": "a", "done": [done], "refused": []}))
        make_talk(session, ["customer: Where?", "agent: Here", "note: odd"], name="", email=f"{mark}@mail.example")
        session.add(VoteReason(key=mark, article_id=1, language="en", choice="unclear", text="Which button?"))
        session.add(User(email=f"{mark}@test.example", role="rep", password_hash="x"))
        add_practice(session, 1)
        session.add(Job(kind="ticket_import", key=mark, payload={"name": "a"}, state="done", finished_at=utc_now()))
        enqueue(session, "ticket_import", key=f"w{mark}", payload={"name": "b"})
    session.commit()


@pytest.fixture
def ask(
    app: Flask, engine: Engine, login: Callable[[Role | str], FlaskClient]
) -> Callable[[], dict[str, tuple[Role | None, int]]]:
    def count() -> dict[str, tuple[Role | None, int]]:
        found = {}
        for path, (role, _) in STATEMENTS.items():
            client = login(role) if role else app.test_client()
            assert client.get(path).status_code == 200, path  # what is loaded once per process has been loaded
            with recorded_statements(engine) as statements:
                client.get(path)
            found[path] = (role, sum(one.startswith("SELECT") and is_of_the_page(one) for one in statements))
        return found

    return count


def test_list_pages_cost_what_the_table_says_however_long_the_lists(
    ask: Callable[[], dict[str, tuple[Role | None, int]]], settings: Settings, engine: Engine, session: Session
) -> None:
    fill(session, 2)
    run_gap_job(settings, engine)
    assert ask() == STATEMENTS
    fill(session, 20)
    run_gap_job(settings, engine)
    assert ask() == STATEMENTS
