"""Acts on all articles of a list, whatever page they stand on; and what they do to those who were asked to read."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from studio_people import LIST, Person, number_of, stored, written

import kb.articles.bulk as bulk
from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.settings import Settings
from kb.jobs.running import run_next
from kb.tables import Article, ArticleReview, BulkAct, Role, utc_now
from webapp.worker.kinds import job_kinds
from webapp.worker.workflow import BULK_ACTS_JOB


@pytest.fixture
def many(session: Session) -> list[Article]:
    """Sixty drafts of one topic, more than a page, and two others."""
    for number in range(60):
        source = {"title": f"Lamp {number}", "slug": f"lamp-{number}", "language": "en", "status": "draft"}
        save_article(session, make_source({**source, "topic": "lamps"}, "Press it."), author="first@shop.example")
    return [stored(session, name, topic="kettles") for name in ("kettle", "pot")]


def looked_at(page: str) -> str:
    return re.findall(r'name="looked_at" value="([^"]+)"', page)[0]


def count(session: Session, **fields: str) -> int:
    session.expire_all()
    return session.scalar(select(func.count(Article.id)).filter_by(**fields)) or 0


def test_all_of_a_list_and_nothing_else(writer: Person, session: Session, many: list[Article]) -> None:
    page = writer.get(f"{LIST}?topic=lamps&page=2")
    assert "With all 60 articles of this list" in page
    save_article(
        session, make_source({"title": "New", "slug": "new", "language": "en", "topic": "lamps"}, "Since."), author="x"
    )
    session.commit()
    act = {"act": "owner", "owner": "asha@shop.example", "all": "yes", "looked_at": looked_at(page)}
    address = writer.send(f"{LIST}acts?topic=lamps&page=2", **act)
    page = writer.get(address)
    assert "Done with 60 articles. 1 was left as it is." in page
    assert "Somebody has changed it meanwhile." in page
    assert count(session, owner="asha@shop.example") == 60
    writer.send(f"{address}/undo")
    assert count(session, owner="asha@shop.example") == 0
    writer.send(f"{LIST}acts?topic=lamps", 400, **{**act, "looked_at": "yesterday"})
    writer.send(f"{LIST}acts?topic=lamps", 400, **{**act, "looked_at": "2026-01-01"})


def test_archiving_a_list_is_asked_once_more(writer: Person, session: Session, many: list[Article]) -> None:
    stored(session, "guide", body="See [it](lamp-59.md).")
    act = {"act": "archive", "all": "yes", "looked_at": looked_at(writer.get(f"{LIST}?topic=lamps"))}
    page = writer.send(f"{LIST}acts?topic=lamps", 200, **act)
    assert "Archive 60 articles" in page
    assert page.index("Lamp 59") < page.index("Lamp 1<")  # what is pointed to comes first
    assert count(session, status="archived") == 0
    assert looked_at(page) == act["looked_at"]
    assert 'action="/studio/articles/acts?topic=lamps"' in page
    writer.send(f"{LIST}acts?topic=lamps", **act, sure="yes")
    assert count(session, status="archived") == 60


def test_what_is_much_is_done_and_undone_by_a_job(
    writer: Person,
    session: Session,
    many: list[Article],
    settings: Settings,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 25)
    jobs = job_kinds(settings, engine)
    act = {"act": "topic", "topic": "lights", "all": "yes", "looked_at": utc_now().isoformat()}
    address = writer.send(f"{LIST}acts?topic=lamps", **act)
    page = writer.get(address)
    assert "in the background" in page
    assert "Undo all of it" not in page
    assert count(session, topic="lights") == 0
    assert "It goes on still" in writer.get(writer.send(f"{address}/undo"))
    assert run_next(engine, jobs, "worker", [BULK_ACTS_JOB])
    assert count(session, topic="lights") == 60
    assert "Done with 60 articles." in writer.get(address)
    writer.send(f"{address}/undo")
    assert count(session, topic="lights") == 60
    assert run_next(engine, jobs, "worker", [BULK_ACTS_JOB])
    assert (count(session, topic="lights"), count(session, topic="lamps")) == (0, 60)
    found = session.scalars(select(BulkAct)).one()
    assert (found.details["kept"], found.details["left"], found.details["to_undo"]) == ([], [], 0)
    assert "It was undone." in writer.get(address)


@pytest.mark.sqlite_only(reason="what is said of bad input does not depend on the database")
def test_more_than_can_be_done_is_said(
    writer: Person, session: Session, many: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 50)
    monkeypatch.setattr("webapp.studio.writing.many.MOST", 50)
    act = {"act": "topic", "topic": "lights", "all": "yes", "looked_at": utc_now().isoformat()}
    page = writer.send(f"{LIST}acts?topic=lamps", 422, **act)
    assert "At most 50 articles at once" in page
    assert re.search(r'name="all" value="yes" checked', page)
    assert count(session, topic="lights") == 0


def test_publishing_many_closes_what_waited_and_undo_opens_it(
    writer: Person, reviewer: Person, client: FlaskClient, session: Session
) -> None:
    article = written(writer, session, reviewer=number_of(session, Role.ADMIN))
    mark = f"{article.id}-{article.revision}"
    assert "Red lamp" in reviewer.get(f"{LIST}reviews")
    address = writer.send(f"{LIST}acts", act="publish", chosen=[mark])
    assert client.get("/help/en/articles/red-lamp").status_code == 200
    (review,) = session.scalars(select(ArticleReview))
    assert (review.state, review.decided_at is not None) == ("published", True)
    assert review.decided_at is not None
    assert utc_now() - review.decided_at < timedelta(hours=1)
    assert "Red lamp" not in reviewer.get(f"{LIST}reviews")
    writer.send(f"{address}/undo")
    page = reviewer.get(f"{LIST}reviews")
    assert page.index("You are asked") < page.index("Red lamp") < page.index("Everything else")
    session.expire_all()
    assert (review.state, review.decided_at) == ("waiting", None)


def test_many_are_given_to_several_readers(
    writer: Person, reviewer: Person, session: Session, many: list[Article]
) -> None:
    act = {"act": "review", "review": [number_of(session, Role.ADMIN)], "all": "yes"}
    address = writer.send(f"{LIST}acts?topic=lamps", **act, looked_at=utc_now().isoformat())
    assert "Test admin" in writer.get(address)
    assert count(session, status="in_review") == 60
    assert "Lamp 7<" in reviewer.get(f"{LIST}reviews").split("Everything else")[0]
