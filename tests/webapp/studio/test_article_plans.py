"""What comes out, or goes, at a time that was planned."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from studio_people import LIST, Person, form_of, local, now, stored

from kb.articles.schedules import run_due
from kb.tables import (
    ArticleDraft,
    ArticleSchedule,
    utc_now,
)

ONE_KIND = pytest.mark.sqlite_only(reason="what is said of bad input does not depend on the database")


def test_an_article_comes_out_and_goes_by_itself(
    writer: Person, client: FlaskClient, session: Session, engine: Engine
) -> None:
    article = stored(session, "diwali-offer", status="draft")
    begins, ends = utc_now() + timedelta(hours=2), utc_now() + timedelta(days=3)
    address = f"{LIST}{article.id}/schedule"
    writer.send(address, act="publish", at=local(begins))
    writer.send(address, act="archive", at=local(ends))
    assert "Diwali Offer" in writer.get(LIST)
    assert run_due(engine, needs_approval=False) == {}
    assert run_due(engine, needs_approval=False, now=lambda: begins + timedelta(minutes=1)) == {"done": 1}
    assert client.get("/help/en/articles/diwali-offer").status_code == 200
    assert run_due(engine, needs_approval=False, now=lambda: ends + timedelta(minutes=1)) == {"done": 1}
    assert client.get("/help/en/articles/diwali-offer").status_code == 410
    assert "trainer@test.example" in writer.get(f"{LIST}{article.id}/history")
    assert "Nothing is planned." in writer.get(address)


@ONE_KIND
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"act": "publish", "at": "2020-02-02T10:00"}, "This time is over already"),
        ({"act": "publish", "at": "2999-02-02T10:00"}, "That is too far off"),
        ({"act": "publish", "at": "soon"}, "A date and a time are needed"),
        ({"act": "publish", "at": ""}, "A date and a time are needed"),
        ({"act": "explode", "at": "in a week"}, "That is so already"),
        ({"act": "archive", "at": "in a day"}, "archived before it is published"),
    ],
)
def test_a_plan_that_cannot_be_is_said_and_changes_nothing(
    writer: Person, session: Session, values: dict[str, str], said: str
) -> None:
    article = stored(session, "lamp", status="draft")
    address = f"{LIST}{article.id}/schedule"
    days = {"in a day": 1, "in a week": 7}
    values = {**values, "at": local(utc_now() + timedelta(days=days[values["at"]]))} if values["at"] in days else values
    writer.send(address, act="publish", at=local(utc_now() + timedelta(days=3)))
    page = writer.send(address, 422, **values)
    assert said in page
    assert f'value="{values["at"]}"' in page
    assert [one.state for one in session.scalars(select(ArticleSchedule))] == ["waiting"]


def test_a_plan_is_cancelled_or_planned_anew(writer: Person, session: Session, engine: Engine) -> None:
    article = stored(session, "lamp", status="draft")
    address = f"{LIST}{article.id}/schedule"
    for days in (1, 2):
        writer.send(address, act="publish", at=local(utc_now() + timedelta(days=days)))
    first, second = session.scalars(select(ArticleSchedule).order_by(ArticleSchedule.id))
    assert (first.state, second.state) == ("cancelled", "waiting")
    writer.send(f"{LIST}schedules/{second.id}/cancel")
    assert run_due(engine, needs_approval=False, now=lambda: utc_now() + timedelta(days=9)) == {}
    assert now(session, article).status == "draft"


def test_changes_of_a_published_article_come_out_at_their_time_or_say_why_not(
    writer: Person, reviewer: Person, client: FlaskClient, session: Session, engine: Engine
) -> None:
    for slug, overtaken in (("lamp", False), ("kettle", True)):
        article = stored(session, slug)
        key = slug.ljust(24, "k")
        writer.send(f"{LIST}drafts", 200, **form_of(article, body="In spring.", key=key))
        at = utc_now() + timedelta(hours=1)
        address = f"{LIST}{article.id}/schedule"
        assert "That is so already" in writer.send(address, 422, act="publish", at=local(at))
        writer.send(address, act="publish", at=local(at), draft=key)
        if overtaken:
            reviewer.send(f"{LIST}{article.id}", step="publish", **form_of(article, body="Theirs.", key="t" * 24))
        done = run_due(engine, needs_approval=False, now=lambda: utc_now() + timedelta(hours=2))
        assert done == ({"failed": 1} if overtaken else {"done": 1})
    assert "In spring." in client.get("/help/en/articles/lamp").text
    assert "Theirs." in client.get("/help/en/articles/kettle").text
    page = writer.get(LIST)
    assert "Somebody has changed it meanwhile." in page
    assert session.scalars(select(ArticleDraft.body)).one() == "In spring.", "nothing is lost"


def test_a_draft_that_is_saved_or_thrown_away_is_not_published_later(writer: Person, session: Session) -> None:
    article = stored(session, "lamp")
    for key, end in (("a" * 24, "drop"), ("b" * 24, "publish")):
        form = form_of(now(session, article), body=f"Turn {key[0]}.", key=key)
        writer.send(f"{LIST}drafts", 200, **form)
        at = local(utc_now() + timedelta(days=1))
        writer.send(f"{LIST}{article.id}/schedule", act="publish", at=at, draft=key)
        if end == "drop":
            writer.send(f"{LIST}drafts/drop", key=key, article=article.id)
        else:
            writer.send(f"{LIST}{article.id}", step="publish", **form)
    assert set(session.scalars(select(ArticleSchedule.state))) == {"cancelled"}
