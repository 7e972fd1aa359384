"""Pages are kept in memory and in browsers, and are never those of before, whoever has changed what they show."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from content_factory import add_article
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import recorded_statements

from kb.articles import archive_article, get_published_article, save_article, source_of_article
from kb.articles.source import ArticleSource, make_source
from kb.core.settings import Settings
from kb.tables import Article, Feedback, Role
from webapp.app import create_app

PATH = "/help/en/articles/kept"


def source(title: str, body: str, slug: str) -> ArticleSource:
    return make_source(
        {"title": title, "slug": slug, "topic": "refunds", "status": "published", "language": "en"}, body
    )


@pytest.fixture
def kept(session: Session) -> Article:
    article = save_article(session, source("Kept", "First.", "kept"))
    session.commit()
    return article


def change(session: Session, article: Article, **fields: str) -> None:
    save_article(session, replace(source_of_article(session, article), **fields), article=article)
    session.commit()


def test_second_reader_costs_three_statements_and_one_after_it(
    client: FlaskClient, engine: Engine, kept: Article
) -> None:
    client.get(PATH)
    with recorded_statements(engine) as statements:
        assert "First." in client.get(PATH).text
    # The address, the version of articles, the version of notices; after the answer, whether this visit has read it.
    assert len(statements) == 4


def test_change_shows_at_once_in_every_process(
    app: Flask, settings: Settings, engine: Engine, session: Session, kept: Article
) -> None:
    clients = [app.test_client(), create_app(settings, engine).test_client()]
    for body in ("Second.", "Third."):
        assert all(body not in client.get(PATH).text for client in clients)
        change(session, kept, body=body)
        assert all(body in client.get(PATH).text for client in clients)
    other = save_article(session, source("A neighbour", "x", "n"))
    session.commit()
    assert all("A neighbour" in client.get(PATH).text for client in clients), "not among the related"
    archive_article(session, other)
    session.commit()
    assert all("A neighbour" not in client.get(PATH).text for client in clients)
    archive_article(session, kept)
    session.commit()
    assert [client.get(PATH).status_code for client in clients] == [410, 410]


def test_row_that_was_changed_by_hand_shows_at_once(client: FlaskClient, session: Session, kept: Article) -> None:
    client.get(PATH)
    kept.body = "By hand."
    session.commit()
    assert "By hand." in client.get(PATH).text


def test_form_of_a_page_from_memory_is_the_visitor_s_own(app: Flask, kept: Article) -> None:
    first, second = app.test_client(), app.test_client()
    tokens = []
    for client in (first, second):
        text = client.get(PATH).text
        tokens.append(re.findall(r'name="csrf_token" value="([^"]+)"', text))
        assert all(tokens[-1])
        data = {"vote": "yes", "csrf_token": tokens[-1][0]}
        assert client.post(f"{PATH}/vote", data=data).status_code == 303
    assert set(tokens[0]).isdisjoint(tokens[1])
    assert first.post(f"{PATH}/vote", data={"vote": "yes", "csrf_token": tokens[1][0]}).status_code == 400


def test_search_that_led_to_a_page_from_memory_is_the_visitor_s_own(
    client: FlaskClient, session: Session, kept: Article
) -> None:
    for name in ("first-search-1234", "second-search-123"):
        text = client.get(f"{PATH}?s={name}").text
        assert f'name="s" value="{name}"' in text
    assert "first-search" not in text
    assert 'name="s" value=""' in client.get(PATH).text


@pytest.mark.parametrize("odd", ["kept-articles-and-more", "<script>", "x", "csrf_token-csrf_token", "a" * 5000])
def test_odd_search_reaches_nobody_else(client: FlaskClient, kept: Article, odd: str) -> None:
    mine = client.get(PATH, query_string={"s": odd}).text
    assert "<script>alert" not in mine
    other = client.get(PATH, query_string={"s": "b" * 20}).text
    plain = client.get(PATH).text
    assert other.replace("b" * 20, "").count("csrf_token") == plain.count("csrf_token")
    assert odd == "x" or odd not in other


def test_click_on_a_page_from_memory_counts(client: FlaskClient, session: Session, kept: Article) -> None:
    found = client.get("/help/en/search?q=refund").text
    search_id = re.search(r"[?&;]s=([A-Za-z0-9_-]+)", found)[1]  # type: ignore[index]
    client.get(PATH)
    for _ in range(2):
        client.get(f"{PATH}?s={search_id}")
    assert session.scalars(select(Feedback.document)).all() == [f"article:{kept.id}"]


def test_colours_have_pages_of_their_own(client: FlaskClient, kept: Article) -> None:
    client.get(PATH)
    client.set_cookie("theme", "dark")
    assert 'data-theme="dark"' in client.get(PATH).text


def test_browser_asks_again_and_is_told_that_nothing_changed(
    client: FlaskClient, session: Session, kept: Article
) -> None:
    first = client.get(PATH)
    assert first.headers["Cache-Control"] == "private, no-cache"
    same = client.get(PATH, headers={"If-None-Match": first.headers["ETag"], "Accept-Encoding": "br"})
    assert (same.status_code, same.data) == (304, b"")
    change(session, kept, body="Second.")
    changed = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_crawler_without_cookies_is_told_too_and_a_browser_gets_its_token(app: Flask, kept: Article) -> None:
    tag = app.test_client().get(PATH).headers["ETag"]
    assert app.test_client().get(PATH, headers={"If-None-Match": tag}).status_code == 304
    browser = {"If-None-Match": tag, "Sec-Fetch-Mode": "navigate"}
    assert app.test_client().get(PATH, headers=browser).status_code == 200


def test_people_who_have_logged_in_leave_nothing_in_memory(
    login: Callable[[Role], FlaskClient], client: FlaskClient, kept: Article
) -> None:
    response = login(Role.TRAINER).get(PATH)
    assert "no-store" in response.headers["Cache-Control"]
    assert "First." in client.get(PATH).text


def test_other_arguments_are_nobody_else_s(client: FlaskClient, session: Session, kept: Article) -> None:
    client.get(f"{PATH}?utm_source=somewhere")
    assert "somewhere" not in client.get(PATH).text
    assert get_published_article(session, "en", "kept") is not None
    add_article(session, "Unrelated", "x", slug="unrelated")
