"""A draft of a gap, composed by a language model behind a real HTTP server, else in the words of the tickets."""

import html
from collections.abc import Callable, Iterator

import pytest
from content_factory import add_ticket
from flask.testing import FlaskClient
from gap_job import run_gap_job
from model_server import ModelServer, model_server
from page_checks import check_page, get_page
from searches import searched
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.tables import Article, Gap, Ticket

Csrf = Callable[[FlaskClient], dict[str, str]]
RESOLUTION = "Choose Nepal in the list of countries. Pay by card."


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, model: ModelServer) -> Settings:
    return Settings(**{**vars(settings), "llm_url_text": model.url, "llm_model": "small"})


@pytest.fixture
def gap(session: Session, settings: Settings, engine: Engine) -> int:
    add_ticket(session, "Nepal parcel", "I cannot have it sent to Nepal.", RESOLUTION)
    searched(session, "delivery to Nepal")
    session.commit()
    SearchRuntime.open(settings, engine).update()
    run_gap_job(settings, engine)
    return session.scalars(select(Gap.id)).one()


def test_composed_draft_is_stored_with_the_ticket_of_each_sentence_and_doubted_ones_are_not(
    session: Session, gap: int, model: ModelServer, trainer: FlaskClient, csrf: Csrf
) -> None:
    ticket = session.scalars(select(Ticket).where(Ticket.subject == "Nepal parcel")).one()

    def draft() -> str:
        sent = {"ticket": [ticket.id], "language": "en"}
        answer = trainer.post(f"/studio/gaps/{gap}/draft", data=sent, headers=csrf(trainer), follow_redirects=True)
        check_page(answer)
        session.expire_all()
        return session.scalars(select(Article).where(Article.status == "draft")).one().body

    assert "The language model writes it from these tickets." in get_page(trainer, f"/studio/gaps/{gap}/fill")
    model.says = (
        "PROBLEM\nYou cannot have it sent to Nepal [1].\nSTEPS\n1. Choose Nepal in the list, then pay by card [1]."
    )
    body = draft()
    assert "1. Choose Nepal in the list, then pay by card." in body
    assert f"](/desk/tickets/{ticket.id})" in body
    page = html.unescape(get_page(trainer, f"/studio/gaps/{gap}/fill"))
    assert "which ticket says what" in page
    said = page.partition("Choose Nepal in the list, then pay by card.</span>")[2].partition("</li>")[0]
    assert f'href="/desk/tickets/{ticket.id}"' in said
    model.says = model.says.replace("pay by card", "pay 500 rupees in cash")
    assert "1. Choose Nepal in the list of countries." in draft()
    assert "which ticket says what" not in get_page(trainer, f"/studio/gaps/{gap}/fill")
    model.status = 503
    assert "1. Choose Nepal in the list of countries." in draft()
    assert len(model.asked) == 3
