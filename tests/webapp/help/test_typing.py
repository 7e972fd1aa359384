"""While somebody types there is no verdict, and nothing is recorded before they rest, finish a word or open a result."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import Feedback, Role, SearchEvent

Login = Callable[[Role | str], FlaskClient]
HTMX = {"HX-Request": "true"}


def queries(session: Session) -> list[str]:
    return list(session.scalars(select(SearchEvent.query).order_by(SearchEvent.id)))


@pytest.mark.parametrize("typed", ["ref", "refu", "hel", "refund error E-20"])
def test_what_is_typed_on_gets_results_without_a_verdict(
    client_with_outcome: Callable[[str], FlaskClient], session: Session, typed: str
) -> None:
    client = client_with_outcome("none")
    piece = client.get("/help/en/search", query_string={"q": typed, "typing": "1"}, headers=HTMX)
    assert "data-typing" in piece.text
    for verdict in ("data-outcome", "We have no article", "data-no-question", "do not mention"):
        assert verdict not in piece.text
    assert piece.headers["HX-Replace-Url"].startswith("/help/en/search?q=")
    assert "typing" not in piece.headers["HX-Replace-Url"]
    assert queries(session) == []


def test_a_finished_word_and_a_rest_get_a_verdict_and_are_recorded(
    client_with_outcome: Callable[[str], FlaskClient], session: Session
) -> None:
    client = client_with_outcome("answered")
    finished = client.get("/help/en/search", query_string={"q": "refund ", "typing": "1"}, headers=HTMX)
    assert "data-outcome" in finished.text
    assert queries(session) == ["refund"]
    client.get("/help/en/search", query_string={"q": "refund by ca", "typing": "1"}, headers=HTMX)
    rested = client.get("/help/en/search", query_string={"q": "refund by card"}, headers=HTMX)
    assert "data-outcome" in rested.text
    assert queries(session) == ["refund by card"]


@pytest.mark.parametrize("typed", ["refund ", "zzzz ", "hello "])
def test_that_there_is_no_article_is_not_said_between_two_words(
    client_with_outcome: Callable[[str], FlaskClient], session: Session, typed: str
) -> None:
    client = client_with_outcome("none")
    piece = client.get("/help/en/search", query_string={"q": typed, "typing": "1"}, headers=HTMX).text
    assert "data-typing" in piece
    assert "We have no article" not in piece
    assert "data-no-question" not in piece
    assert queries(session) == []


def test_a_page_that_is_loaded_whole_is_never_being_typed(client: FlaskClient, session: Session) -> None:
    assert "data-outcome" in client.get("/help/en/search?q=refund&typing=1").text
    assert queries(session) == ["refund"]


@pytest.mark.parametrize(("role", "path"), [(None, "/help/en/search"), ("rep", "/desk/")])
def test_a_result_that_is_opened_before_the_typing_rests_makes_it_a_search(
    client: FlaskClient, login: Login, session: Session, role: str | None, path: str
) -> None:
    person = login(role) if role else client
    piece = person.get(path, query_string={"q": "refund by card", "typing": "1"}, headers=HTMX).text
    link = next(iter(re.findall(r'href="([^"]+typed=[^"]+)"', piece))).replace("&amp;", "&")
    assert queries(session) == []
    for _ in range(2):
        assert person.get(link).status_code == 200
    assert queries(session) == ["refund by card"]
    assert session.scalars(select(Feedback.kind)).all() == ["click"]


@pytest.mark.parametrize("name", ["x", "1' or 1", "0" * 36, ""])
def test_a_name_that_no_search_can_have_records_nothing(client: FlaskClient, session: Session, name: str) -> None:
    page = client.get("/help/en/articles/when-refund-arrives", query_string={"s": name, "typed": "refund"})
    assert page.status_code == 200
    assert queries(session) == []


def test_the_desk_gives_no_verdict_on_what_is_typed_on(login: Login, session: Session) -> None:
    rep = login("rep")
    piece = rep.get("/desk/", query_string={"q": "ref", "typing": "1"}, headers=HTMX).text
    assert "data-outcome" not in piece
    assert " data-hit" in piece
    assert queries(session) == []
    assert "data-outcome" in rep.get("/desk/", query_string={"q": "refund"}, headers=HTMX).text
    assert queries(session) == ["refund"]
