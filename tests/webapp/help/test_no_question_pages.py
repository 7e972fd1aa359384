"""Searches that ask nothing lead where they belong, and codes that nothing has are said to be missing."""

from collections.abc import Callable

import pytest
from content_factory import add_article
from flask.testing import FlaskClient
from page_checks import get_page
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.tables import Role, SearchEvent

Login = Callable[[Role | str], FlaskClient]


@pytest.mark.parametrize(
    ("path", "query", "words"),
    [
        ("/help/en", "human", "Talk to a person"),
        ("/help/en", "i want to complain", "Tell a person what went wrong"),
        ("/help/hi", "एजेंट से बात करनी है", "किसी व्यक्ति से बात करें"),
        ("/help/bn", "obhijog", "একজন মানুষকে বলুন"),
    ],
)
@pytest.mark.parametrize("outcome", ["answered", "none"])
def test_who_wants_a_person_is_led_to_one_first(
    client_with_outcome: Callable[[str], FlaskClient], path: str, query: str, words: str, outcome: str
) -> None:
    text = get_page(client_with_outcome(outcome), f"{path}/search?q={query}")
    results = text[text.index('id="results"') :]
    assert words in results
    assert f'href="{path}/person"' in results
    assert results.index(f'href="{path}/person"') < (results + 'class="result').index('class="result')
    assert "data-outcome" not in results, "a verdict on what was no question"


@pytest.mark.parametrize(
    ("path", "query", "words"),
    [
        ("/help/en", "hello", "Hello! What can we help you with?"),
        ("/help/hi", "shukriya", "खुशी हुई"),
        ("/help/bn", "ঠিক আছে", "আর কিছু জানতে চান?"),
        ("/help/en", "asdfgh", "Write in a few words"),
        ("/help/en", "how", "Write in a few words"),
    ],
)
def test_small_talk_gets_a_plain_line_and_no_articles(client: FlaskClient, path: str, query: str, words: str) -> None:
    text = get_page(client, f"{path}/search?q={query}")
    results = text[text.index('id="results"') :]
    assert words in results
    assert 'class="result' not in results
    assert "We have no article" not in results


def test_what_asks_nothing_is_not_recorded_anywhere(client: FlaskClient, login: Login, session: Session) -> None:
    for query in ("human", "complaint", "hello", "asdfgh"):
        client.get(f"/help/en/search?q={query}")
        client.get(f"/api/v1/search?q={query}")
        login("rep").get(f"/desk/?q={query}")
    client.get("/help/en/search?q=refund+by+card")
    assert list(session.scalars(select(SearchEvent.query))) == ["refund by card"]


def test_the_form_offers_to_send_along_what_was_asked_before_a_person_was_wanted(client: FlaskClient) -> None:
    client.get("/help/en/search?q=talk+to+agent")
    assert 'name="share"' not in get_page(client, "/help/en/contact")
    client.get("/help/en/search?q=refund+by+card")
    client.get("/help/en/search?q=talk+to+agent")
    assert 'name="share"' in get_page(client, "/help/en/contact")


def test_the_api_says_what_is_no_question(client: FlaskClient) -> None:
    kinds = {query: client.get(f"/api/v1/search?q={query}").json["no_question"] for query in ("human", "hi", "refund")}
    assert kinds == {"human": "person", "hi": "greeting", "refund": None}


def test_the_desk_says_that_there_is_nothing_to_look_up(login: Login) -> None:
    rep = login("rep")
    assert "somebody wants to talk to a person" in get_page(rep, "/desk/?q=human")
    page = get_page(rep, "/desk/?q=hello")
    assert "Nothing to look up" in page
    assert " data-hit" not in page


@pytest.mark.parametrize(("outcome", "shown"), [("answered", "unsure"), ("unsure", "unsure"), ("none", "none")])
def test_a_code_that_no_article_has_is_said_to_be_missing(
    client_with_outcome: Callable[[str], FlaskClient], session: Session, outcome: str, shown: str
) -> None:
    text = get_page(client_with_outcome(outcome), "/help/en/search?q=refund+error+E-2043")
    assert "These do not mention E-2043." in text
    assert f'data-outcome="{shown}"' in text
    event = session.scalars(select(SearchEvent)).one()
    assert (event.outcome, event.lacks_identifier) == (shown, True)


def test_what_only_some_results_mention_is_said_of_the_others(
    client_with_outcome: Callable[[str], FlaskClient], session: Session, settings: Settings, engine: Engine
) -> None:
    client = client_with_outcome("unsure")
    add_article(session, "Refund error E-77", "The refund shows error E-77 when the bank is closed.")
    SearchRuntime.open(settings, engine).update()
    text = get_page(client, "/help/en/search?q=refund+error+E+77")
    cards = text.split('<li class="result')[1:]
    assert "Refund error E-77" in cards[0]
    assert ["Does not mention E 77" in card for card in cards] == [False] + [True] * (len(cards) - 1)
    assert len(cards) > 1
