"""Reviews among several people, and comments on paragraphs."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from studio_people import KEY, LIST, Person, form_of, local, now, number_of, seen_in, stored, written

from kb.accounts.people import get_user
from kb.articles.reviews import text_to_read
from kb.articles.schedules import run_due
from kb.tables import (
    ArticleComment,
    ArticleDraft,
    ArticleReview,
    Role,
    utc_now,
)

ONE_KIND = pytest.mark.sqlite_only(reason="what is said of bad input does not depend on the database")


def test_somebody_who_is_asked_reads_and_sends_back_and_then_approves(
    writer: Person, reviewer: Person, client: FlaskClient, session: Session
) -> None:
    article = written(writer, session, reviewer=number_of(session, Role.ADMIN))
    address = f"{LIST}{article.id}/review"
    page = reviewer.get(f"{LIST}reviews")
    assert page.index("You are asked") < page.index("Red lamp") < page.index("Everything else")
    assert "2 of them for you" not in reviewer.get(LIST)
    assert "Say what is missing" in reviewer.send(address, 422, step="send_back", word=" ")
    reviewer.send(address, step="send_back", word="Which button, बटन?")
    assert now(session, article).status == "draft"
    page = writer.get(f"{LIST}{article.id}")
    assert "Sent back" in page
    assert "Which button, बटन?" in page
    assert "Red lamp" not in reviewer.get(f"{LIST}reviews")
    writer.send(f"{LIST}{article.id}", step="submit", **form_of(now(session, article), body="Press the red one."))
    # Who sent it back has not written it, and may approve.
    seen = seen_in(reviewer.get(address))
    reviewer.send(address, step="publish", seen=seen, word="Thanks")
    assert "Press the red one." in client.get("/help/en/articles/red-lamp").text
    found = now(session, article)
    assert (found.status, found.reviewed_by) == ("published", "admin@test.example")
    assert found.reviewed_on is not None
    states = session.scalars(select(ArticleReview.state).order_by(ArticleReview.id)).all()
    assert states == ["sent_back", "approved"]


@ONE_KIND
def test_nobody_approves_what_they_wrote(writer: Person, session: Session) -> None:
    article = written(writer, session)
    page = writer.get(f"{LIST}{article.id}/review")
    assert "You wrote this" in page
    assert "Approve and publish" not in page
    article = now(session, article)
    review = session.scalars(select(ArticleReview)).one()
    # Not even by sending the form by hand.
    digest = text_to_read(session, article.id).digest
    writer.send(f"{LIST}{article.id}/review", 403, step="approve", seen=digest)
    session.refresh(review)
    assert review.state == "waiting"


@ONE_KIND
def test_what_is_approved_is_the_text_that_was_read(writer: Person, reviewer: Person, session: Session) -> None:
    article = written(writer, session)
    address = f"{LIST}{article.id}/review"
    seen = seen_in(reviewer.get(address))
    writer.send(f"{LIST}{article.id}", step="save", **form_of(now(session, article), body="Quite another text."))
    assert "has changed since you opened it" in reviewer.send(address, 409, step="approve", seen=seen)
    assert "Quite another text." in reviewer.get(address)


def test_where_a_review_is_required_nothing_else_publishes(
    writer: Person, reviewer: Person, client: FlaskClient, session: Session, engine: Engine, strict: None
) -> None:
    article = written(writer, session)
    mine = f"{LIST}{article.id}"
    page = writer.send(mine, 409, step="publish", **form_of(article, body="My words stay here."))
    assert "A colleague has to approve this very text" in page
    assert "My words stay here." in page
    done = writer.send(f"{LIST}acts", act="publish", chosen=f"{article.id}-{article.revision}")
    assert "A colleague has to approve it first." in writer.get(done)
    at = utc_now() + timedelta(hours=1)
    writer.send(f"{mine}/schedule", act="publish", at=local(at))
    assert run_due(engine, needs_approval=True, now=lambda: at + timedelta(minutes=1)) == {"failed": 1}
    assert "A colleague has to approve it first." in writer.get(LIST)
    assert now(session, article).status == "in_review"
    reviewer.send(f"{mine}/review", step="approve", seen=seen_in(reviewer.get(f"{mine}/review")))
    assert client.get("/help/en/articles/red-lamp").status_code == 404
    writer.send(mine, step="publish", **form_of(now(session, article)))
    assert client.get("/help/en/articles/red-lamp").status_code == 200
    # Another text is another question; what was published before may come back.
    writer.send(mine, 409, step="publish", **form_of(now(session, article), body="New."))
    writer.send(f"{mine}/archive", step="archived", seen=now(session, article).revision)
    writer.send(mine, step="publish", **form_of(now(session, article)))
    assert now(session, article).status == "published"


def test_a_change_of_a_published_article_is_approved_apart_from_it(
    writer: Person, reviewer: Person, client: FlaskClient, session: Session, strict: None
) -> None:
    article = stored(session, "lamp")
    mine = f"{LIST}{article.id}"
    writer.send(mine, step="submit", **form_of(article, body="Turn the knob.\n\nWait."))
    page = reviewer.get(f"{mine}/review?draft={KEY}")
    assert "<del>Press</del><ins>Turn</ins>" in page
    assert "Change of a published article" in reviewer.get(f"{LIST}reviews")
    reviewer.send(f"{mine}/review", step="publish", draft=KEY, seen=seen_in(page))
    assert "Turn the knob." in client.get("/help/en/articles/lamp").text
    assert session.scalars(select(ArticleDraft)).all() == []
    assert "trainer@test.example" in writer.get(f"{mine}/history")


def test_a_change_that_somebody_overtook_is_not_published_over_theirs(
    writer: Person, reviewer: Person, session: Session
) -> None:
    article = stored(session, "lamp")
    mine = f"{LIST}{article.id}"
    writer.send(mine, step="submit", **form_of(article, body="Turn the knob."))
    reviewer.send(mine, step="publish", **form_of(article, body="Theirs.", key="t" * 24))
    page = reviewer.get(f"{mine}/review?draft={KEY}")
    assert "cannot be published as it is" in page
    reviewer.send(f"{mine}/review", 409, step="publish", draft=KEY, seen=seen_in(page))
    assert now(session, article).body == "Theirs."
    assert session.scalars(select(ArticleDraft.body)).one() == "Turn the knob."


@ONE_KIND
def test_taking_back_and_throwing_away_leave_nothing_that_waits(
    writer: Person, reviewer: Person, session: Session
) -> None:
    article = stored(session, "lamp")
    writer.send(f"{LIST}{article.id}", step="submit", **form_of(article, body="Turn it."))
    writer.send(f"{LIST}drafts/drop", key=KEY, article=article.id)
    other = written(writer, session, title="Kettle")
    writer.send(f"{LIST}{other.id}/review", step="withdraw")
    writer.send(f"{LIST}{other.id}", step="draft", **form_of(now(session, other)))
    page = reviewer.get(f"{LIST}reviews")
    assert "Lamp" not in page
    assert "Kettle" not in page
    assert set(session.scalars(select(ArticleReview.state))) == {"withdrawn"}


def test_comments_stay_with_their_paragraph(writer: Person, reviewer: Person, session: Session) -> None:
    article = written(writer, session, body="Press the red button for long.\n\nWait a minute.\n\n1. বোতাম টিপুন।")
    address = f"{LIST}{article.id}/review"
    about = {"place": 0, "quote": "Press the red button for long."}
    reviewer.send(f"{LIST}{article.id}/comments", text="How long?", **about)
    reviewer.send(f"{LIST}{article.id}/comments", text="কোন বোতাম?", place=2, quote="বোতাম টিপুন।")
    first, second = session.scalars(select(ArticleComment).order_by(ArticleComment.id))
    page = writer.get(address)
    assert page.index("How long?") < page.index("Wait a minute.") < page.index("কোন বোতাম?")
    writer.send(f"{LIST}comments/{first.id}", step="answer", text="Ten seconds, I add it.")
    body = "New at the head.\n\nPress the red button for ten seconds.\n\nWait a minute."
    writer.send(f"{LIST}{article.id}", step="save", **form_of(now(session, article), body=body))
    page = reviewer.get(address)
    assert "The paragraph has changed" in page
    assert "<ins>ten seconds</ins>" in page
    assert "The paragraph is gone" in page
    assert page.index("Comments on paragraphs that are gone") < page.index("বোতাম টিপুন।")
    assert "(2)" in writer.get(f"{LIST}{article.id}")
    for step, mark in (("resolve", True), ("resolve", True), ("reopen", False), ("resolve", True)):
        reviewer.send(f"{LIST}comments/{second.id}", step=step)
        session.expire_all()
        assert (session.get_one(ArticleComment, second.id).resolved_at is not None) is mark
    assert "(1)" in writer.get(f"{LIST}{article.id}")


def test_nobody_is_asked_to_read_who_cannot_open_it(writer: Person, session: Session) -> None:
    article = stored(session, "lamp", status="draft")
    chosen = f"{article.id}-{article.revision}"
    person = get_user(session, f"{Role.REP.value}@test.example").id
    assert "cannot be asked" in writer.send(f"{LIST}acts", 422, act="review", review=person, chosen=chosen)
    get_user(session, f"{Role.ADMIN.value}@test.example").active = False
    session.commit()
    writer.send(f"{LIST}acts", 422, act="review", review=number_of(session, Role.ADMIN), chosen=chosen)
    assert session.scalars(select(ArticleReview)).all() == []
    assert now(session, article).status == "draft"


@ONE_KIND
@pytest.mark.parametrize("text", ["  ", "x" * 4_001])
def test_a_comment_that_cannot_be_taken_stands_in_the_form_again(reviewer: Person, session: Session, text: str) -> None:
    article = stored(session, "lamp")
    page = reviewer.send(f"{LIST}{article.id}/comments", 422, text=text, place=1, quote="Wait.")
    assert text.strip()[:3000] in page
    assert session.scalars(select(ArticleComment)).all() == []
