"""Filling a gap in the browser: what may answer it, the preview, linking, drafting, translating, asking again."""

import html
import re
from collections.abc import Callable

import pytest
from content_factory import add_ticket
from flask import Flask
from flask.testing import FlaskClient
from gap_job import run_gap_job
from page_checks import check_page, get_page
from searches import searched
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import is_of_the_page, is_write, recorded_statements

from indexer.runtime import SearchRuntime
from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.settings import Settings
from kb.jobs.running import run_now
from kb.tables import Article, Gap, Ticket
from webapp.worker.kinds import GAPS, job_kinds

Csrf = Callable[[FlaskClient], dict[str, str]]
QUESTIONS = ("delivery to Nepal", "nepal delivery please")


@pytest.fixture
def least() -> str:
    """From which confidence on a search says that it found something."""
    return "0"


@pytest.fixture
def settings(settings: Settings, least: str) -> Settings:
    return Settings(**{**vars(settings), "answered_text": least, "unsure_text": least})


@pytest.fixture
def gap(session: Session, settings: Settings, engine: Engine) -> int:
    for slug, title, body, audience, language in (
        ("nepal", "Nepal", "Parcels go by road.", "public", "en"),
        ("abroad", "Delivery abroad", "Nepal: ask the depot.", "internal", "en"),
        ("himalaya", "हिमालय", "नेपाल में डिलीवरी", "public", "hi"),
    ):
        values = {"title": title, "slug": slug, "language": language, "audience": audience, "status": "published"}
        save_article(session, make_source(values, body))
    add_ticket(session, "Nepal parcel", "Delivery to Nepal?", "Choose Nepal in the list. Pay by card.")
    for question in QUESTIONS:
        searched(session, question)
    session.commit()
    SearchRuntime.open(settings, engine).update()
    run_gap_job(settings, engine)
    return session.scalars(select(Gap.id)).one()


@pytest.fixture
def post(trainer: FlaskClient, csrf: Csrf) -> Callable[..., str]:
    def send(path: str, **data: object) -> str:
        answer = trainer.post(path, data=data, headers=csrf(trainer), follow_redirects=True)
        return html.unescape(check_page(answer))

    return send


def article(session: Session, slug: str) -> Article:
    session.expire_all()
    return session.scalars(select(Article).where(Article.slug == slug)).one()


def test_what_may_answer_is_shown_and_costs_few_statements(trainer: FlaskClient, gap: int, engine: Engine) -> None:
    text = get_page(trainer, f"/studio/gaps/{gap}/fill")
    for words in ("Nepal", "Delivery abroad", "Internal", "Nepal parcel", QUESTIONS[0]):
        assert words in text
    for path in (f"/studio/gaps/{gap}/fill", f"/studio/gaps/{gap}/preview/1", f"/studio/gaps/{gap}/preview/2"):
        get_page(trainer, path)
        with recorded_statements(engine) as statements:
            get_page(trainer, path)
        assert len([one for one in statements if one.startswith("SELECT") and is_of_the_page(one)]) <= 15, (
            path,
            statements,
        )
        assert not any(is_write(one) for one in statements)


@pytest.mark.parametrize(("least", "ticked"), [("0", 1), ("1", 0)])
def test_a_ticket_is_proposed_only_where_the_search_believes_in_it(trainer: FlaskClient, gap: int, ticked: int) -> None:
    text = get_page(trainer, f"/studio/gaps/{gap}/fill")
    boxes = re.findall(r'<input type="checkbox"[^>]*name="ticket"[^>]*>', text)
    assert boxes
    assert sum("checked" in box for box in boxes) == ticked


def test_linking_closes_the_gap_once_its_questions_are_asked_again(
    trainer: FlaskClient,
    session: Session,
    settings: Settings,
    engine: Engine,
    gap: int,
    post: Callable[..., str],
    app: Flask,
) -> None:
    nepal = article(session, "nepal")
    text = get_page(trainer, f"/studio/gaps/{gap}/preview/{nepal.id}")
    assert "2 of 2 questions would find it" in text
    assert article(session, "nepal").also_asked == []
    text = post(f"/studio/gaps/{gap}/fill", article=nepal.id)
    assert "linked an article:" in text
    assert article(session, "nepal").also_asked == ["nepal delivery please"]  # the other one says the same
    SearchRuntime.open(settings, engine).update()
    run_now(engine, job_kinds(settings, engine), GAPS, "test")
    text = get_page(trainer, f"/studio/gaps/{gap}")
    assert "Closed on" in text
    assert "2 of 2 questions are answered." in text


def test_internal_article_is_made_public_after_a_preview(
    trainer: FlaskClient, session: Session, gap: int, post: Callable[..., str]
) -> None:
    abroad = article(session, "abroad")
    assert "What publishing it would do" in get_page(trainer, f"/studio/gaps/{gap}/preview/{abroad.id}")
    assert article(session, "abroad").audience == "internal"
    assert "made an article public:" in post(f"/studio/gaps/{gap}/fill", article=abroad.id)
    assert article(session, "abroad").audience == "public"


def test_draft_and_translation_are_drafts(
    session: Session, gap: int, post: Callable[..., str], trainer: FlaskClient
) -> None:
    ticket = session.scalars(select(Ticket).where(Ticket.subject == "Nepal parcel")).one()
    text = post(f"/studio/gaps/{gap}/draft", ticket=[ticket.id], language="en")
    assert "Choose Nepal in the list." in text
    text = get_page(trainer, f"/studio/gaps/{gap}/fill")
    assert "Drafts for it" in text
    assert f'href="/desk/tickets/{ticket.id}">Ticket {ticket.id}</a>' in text
    post(f"/studio/gaps/{gap}/translate", article=article(session, "himalaya").id, language="en")
    begun = session.scalars(select(Article).where(Article.slug == "himalaya", Article.language == "en")).one()
    assert begun.status == "draft"
    text = get_page(trainer, f"/studio/gaps/{gap}")
    assert "began a translation:" in text
    assert "drafted an article:" in text


@pytest.mark.parametrize(("language", "title"), [("en", "Parcels to Kathmandu"), ("hi", "काठमांडू"), ("bn", "কাঠমান্ডু")])
def test_an_article_is_written_from_an_empty_page_and_closes_the_gap(
    trainer: FlaskClient,
    session: Session,
    settings: Settings,
    engine: Engine,
    gap: int,
    post: Callable[..., str],
    language: str,
    title: str,
) -> None:
    # Among so few articles any new one takes a question of another; that is not what is looked at here.
    session.query(Article).update({"status": "archived"})
    session.commit()
    assert "Begin with an empty page" in get_page(trainer, f"/studio/gaps/{gap}/fill")
    for _twice in range(2):
        text = post(f"/studio/gaps/{gap}/begin", language=language)
    begun = session.scalars(select(Article).where(Article.status == "draft")).one()
    assert (begun.language, begun.audience, begun.body.strip()) == (language, "public", "")
    asked = begun.also_asked
    assert any("nepal" in question.lower() for question in asked)
    assert all(question in text for question in asked)
    written = {"title": title, "slug": begun.slug, "language": language, "audience": "public", "body": "Nepal: yes."}
    form = {**written, "also_asked": "\n".join(asked), "seen": begun.revision, "step": "publish"}
    post(f"/studio/articles/{begun.id}", **form)
    assert title in get_page(trainer, f"/studio/gaps/{gap}/fill")
    SearchRuntime.open(settings, engine).update()
    run_now(engine, job_kinds(settings, engine), GAPS, "test")
    text = get_page(trainer, f"/studio/gaps/{gap}")
    assert "began an article:" in text
    assert "2 of 2 questions are answered." in text
    assert "Closed on" in text


def test_a_gap_that_is_closed_says_nothing_of_what_was_to_do(
    trainer: FlaskClient, session: Session, gap: int, post: Callable[..., str]
) -> None:
    found = session.get_one(Gap, gap)
    found.reason, found.evidence = "hidden", [
        {"kind": "article", "id": 1, "title": "Parcels, not ready", "language": "en", "audience": "public", "status": "draft"}
    ]  # fmt: skip
    session.commit()
    pages = ("/studio/gaps", f"/studio/gaps/{gap}")
    assert all("Parcels, not ready" in get_page(trainer, path) for path in pages)
    found.state = "closed"
    session.commit()
    for path in ("/studio/gaps?view=closed", f"/studio/gaps/{gap}", "/studio/gaps?view=closed&shape=table"):
        text = get_page(trainer, path)
        assert found.label in text
        assert "Parcels, not ready" not in text
        assert "Only where customers cannot see it" not in re.sub("<select.*?</select>", "", text, flags=re.DOTALL)


def test_asking_again_by_hand_says_what_fails(gap: int, post: Callable[..., str], session: Session) -> None:
    session.query(Article).update({"status": "archived"})
    session.commit()
    text = post(f"/studio/gaps/{gap}/replay")
    assert "Not closed" in text
    assert "The article is not among the first three." in text


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("fill", {"article": "999"}, 404),
        ("fill", {}, 400),
        ("draft", {"language": "xx"}, 400),
        ("draft", {"language": "en", "ticket": "999"}, 400),
        ("translate", {"article": "1", "language": "en"}, 409),
        ("translate", {"article": "1", "language": "../etc"}, 400),
        ("begin", {"language": ""}, 400),
    ],
)
def test_nonsense_is_refused(
    trainer: FlaskClient, csrf: Csrf, gap: int, path: str, data: dict[str, str], status: int
) -> None:
    answer = trainer.post(f"/studio/gaps/{gap}/{path}", data=data, headers=csrf(trainer))
    assert answer.status_code == status
