"""What search and pages use, in the studio: forms, history, undo; the clinic; the help centre follows."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from page_fixtures import PageContent
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from studio_people import get

from indexer.runtime import SearchRuntime
from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.settings import Settings
from kb.insight.curation.editing import history, list_rows
from kb.jobs.kind import JobContext
from kb.search.types import Audience
from kb.tables import Article, CuratedKind, Job
from webapp.worker import trying
from webapp.worker.tools import WorkerTools

Csrf = Callable[[FlaskClient], dict[str, str]]


def test_a_synonym_is_made_changed_undone_and_brought_back(
    trainer: FlaskClient, send: Callable[..., str], session: Session, content: PageContent
) -> None:
    send("/studio/search/synonym/", words="parcel, shipment", means="", language="en")
    (made,) = list_rows(session, CuratedKind.SYNONYM)
    page = get(trainer, f"/studio/search/synonym/{made.id}")
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    send(f"/studio/search/synonym/{made.id}", words="parcel, shipment, box", language="en", seen=seen[1])
    stale = send(f"/studio/search/synonym/{made.id}", 409, words="mine", means="yours", language="en", seen=seen[1])
    assert "mine" in stale  # what was typed is not lost
    session.expire_all()
    assert list_rows(session, CuratedKind.SYNONYM)[0].words == ["parcel", "shipment", "box"]
    second = history(session)[0]
    send("/studio/search/undo", change=second.id)
    session.expire_all()
    assert list_rows(session, CuratedKind.SYNONYM)[0].words == ["parcel", "shipment"]
    send("/studio/search/undo", change=second.id)  # it has been changed again since: nothing happens
    session.expire_all()
    assert list_rows(session, CuratedKind.SYNONYM)[0].words == ["parcel", "shipment"]
    send(f"/studio/search/synonym/{made.id}", step="remove")
    session.expire_all()
    assert not list_rows(session, CuratedKind.SYNONYM)
    send("/studio/search/undo", change=history(session)[0].id)
    session.expire_all()
    assert list_rows(session, CuratedKind.SYNONYM)[0].words == ["parcel", "shipment"]
    assert "parcel, shipment" in get(trainer, "/studio/search/")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("synonym", {"words": "one"}),
        ("synonym", {"words": "a, b", "means": "B"}),
        ("synonym", {"words": "a, b", "language": "xx"}),
        ("synonym", {"words": "one two three four five six seven, b"}),
        ("pin", {"wordings": "", "article": "1"}),
        ("pin", {"wordings": "??", "article": "1"}),
        ("pin", {"wordings": "late", "article": "99999"}),
        ("pin", {"wordings": "late", "article": "1", "until": "tomorrow"}),
        ("featured", {"article": "0", "position": "1"}),
        ("featured", {"article": "1", "position": "-1"}),
        ("topic", {"topic": "!!", "position": "1"}),
        ("topic", {"topic": "a", "position": "1", "parent": "a"}),
    ],
)
def test_what_cannot_be_used_is_said_and_stays_in_the_form(
    send: Callable[..., str], content: PageContent, session: Session, kind: str, values: dict[str, str]
) -> None:
    page = send(f"/studio/search/{kind}/", 422, **values)
    assert 'role="alert"' in page
    assert not list_rows(session, CuratedKind(kind))


def test_a_pinned_article_stands_first_and_the_desk_says_so(
    trainer: FlaskClient, send: Callable[..., str], content: PageContent
) -> None:
    send("/studio/search/pin/", wordings="zebra crossing\nstriped horse", article=content.english_only, note="Campaign")
    found = trainer.get("/api/v1/search?q=Striped horse").json
    assert found["outcome"] == "answered"
    assert found["results"][0]["pinned"]
    desk = get(trainer, "/desk/?q=zebra+crossing")
    assert "Pinned by a trainer" in desk
    assert "Pinned by a trainer" not in get(trainer, "/help/en/search?q=zebra+crossing")


def test_topics_and_featured_articles_show_in_the_help_centre(
    trainer: FlaskClient, send: Callable[..., str], session: Session, content: PageContent
) -> None:
    article = session.get(Article, content.english_only)
    assert article is not None
    topic = article.topic
    send("/studio/search/featured/", article=f"/studio/articles/{article.id}", position="1")
    send("/studio/search/featured/", 409, article=str(article.id), position="2")
    values = {"topic": topic, "position": "1", "parent": "before-all", "name-en": "Named by hand", "name-hi": "हाथ से"}
    send("/studio/search/topic/", **values)
    send("/studio/search/topic/", topic="before-all", position="0", **{"name-en": "Before all"})
    home = get(trainer, "/help/en/")
    assert "Good to know" in home
    directory = home.partition('id="all-topics"')[2]
    assert directory.index("Before all") < directory.index("Named by hand")
    assert re.search(r'directory__link"[^>]*>([^<]+)', directory)[1] == "Before all"  # type: ignore[index]
    above = get(trainer, "/help/en/topics/before-all")  # it has no articles of its own
    assert "Named by hand" in above
    below = get(trainer, f"/help/en/topics/{topic}")
    assert "Before all" in below
    assert "<h1>Named by hand</h1>" in below
    send("/studio/search/topic/", 422, topic="third", position="1", parent=topic)  # two levels at most


def test_the_clinic_says_why_something_is_first_and_why_something_is_absent(
    trainer: FlaskClient, content: PageContent, session: Session
) -> None:
    title = session.get(Article, content.english_only).title  # type: ignore[union-attr]
    for audience in ("customer", "rep"):
        page = get(trainer, f"/studio/search/clinic?q={title}&as={audience}&missed={content.internal}")
        assert "By its words alone it would stand in place 1." in page
        assert "Meaning (vectors)" in page
        assert ("It is internal" in page) == (audience == "customer") or audience == "rep"
    assert "There is no such article." in get(trainer, "/studio/search/clinic?q=refund&missed=987654")
    get(trainer, "/studio/search/clinic?q=%F0%9F%98%80")


def test_a_change_is_tried_by_a_job_and_saved_afterwards(
    trainer: FlaskClient,
    send: Callable[..., str],
    content: PageContent,
    session: Session,
    settings: Settings,
    engine: Engine,
) -> None:
    where = send("/studio/search/clinic/tries", way="synonym", words="zeedle, refund", language="en")
    page = get(trainer, where)
    assert "The questions are being asked" in page
    assert "A synonym: <bdi>zeedle, refund (English)</bdi>" in page
    run_trial(session, settings, engine)
    page = get(trainer, where)
    assert "golden questions" in page
    assert not list_rows(session, CuratedKind.SYNONYM)
    send("/studio/search/synonym/", words="zeedle, refund", language="en")
    assert list_rows(session, CuratedKind.SYNONYM)

    written = save_article(
        session,
        make_source({"title": "Zoo", "slug": "zoo", "language": "en", "status": "published"}, "Zebras live here."),
    )
    session.commit()
    SearchRuntime.open(settings, engine).update()
    wording = "mail anita.sen@example.org a zeedle"
    where = send("/studio/search/clinic/tries", way="wording", article=written.id, text=wording)
    assert "anita" not in str(session.scalars(select(Job.payload).where(Job.kind == "trying")).all())
    run_trial(session, settings, engine)
    page = get(trainer, where)
    assert "golden questions" in page
    assert "Another wording: <bdi>mail [email] a zeedle → Zoo</bdi>" in page
    send(where)
    session.expire_all()
    assert written.also_asked == ["mail [email] a zeedle"]
    send("/studio/search/clinic/tries", 422, way="pin", wordings="x", article="77777")
    send("/studio/search/clinic/tries", 400, way="magic")


def run_trial(session: Session, settings: Settings, engine: Engine) -> None:
    """As the worker would."""
    session.expire_all()
    job = session.query(Job).filter_by(kind="trying", state="waiting").one()
    seen: list[tuple[int, int]] = []
    context = JobContext(engine, job.payload, lambda done, total: seen.append((done, total)))
    tools = WorkerTools(settings, engine)
    job.result = trying.run(tools, context)
    job.state = "done"
    session.commit()
    tools.runtime.close()
    assert all(done <= total for done, total in seen)


def test_the_runtime_of_another_process_takes_up_what_was_saved(
    send: Callable[..., str], content: PageContent, session: Session, settings: Settings, engine: Engine
) -> None:
    other = SearchRuntime.open(settings, engine)
    send("/studio/search/pin/", wordings="zebra crossing", article=content.english_only)
    other._curation._versions._looked_at = 0.0  # its next look is due
    answer = other.searcher(Audience.CUSTOMER).search(session, "zebra crossing", reader_language="en")
    assert answer.results[0].pinned
    other.close()
