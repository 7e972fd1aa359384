import json
import re
from collections.abc import Callable

import html5lib
import pytest
from flask.testing import FlaskClient
from page_checks import XHTML, check_page, get_page
from page_content import REFUND
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import Article, SearchEvent

PAGES = (
    "/help/{}/",
    "/help/{}/search?q=refund",
    "/help/{}/search?q=",
    "/help/{}/search?q=qqqq+zzzz",
    "/help/{}/topics/refunds",
    "/help/{}/articles/when-refund-arrives",
    "/help/{}/articles/when-refund-arrives?voted=no",
    "/help/{}/contact",
)


@pytest.mark.parametrize("language", REFUND)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_valid_and_in_its_language(client: FlaskClient, path: str, language: str) -> None:
    text = get_page(client, path.format(language))
    assert re.search(rf'<html lang="{language}"', text)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "How can we help?"), ("hi", "हम क्या मदद करें?"), ("bn", "কী সাহায্য করতে পারি?")]
)
def test_home_speaks_the_language_of_its_address(client: FlaskClient, language: str, words: str) -> None:
    text = get_page(client, f"/help/{language}/")
    assert words in text
    assert REFUND[language][0] in text


def test_help_leads_to_the_language_of_the_browser(client: FlaskClient) -> None:
    response = client.get("/help/", headers={"Accept-Language": "bn-IN,en;q=0.5"})
    assert response.location == "/help/bn/"
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize(
    "path", ["/help/xx/", "/help/en/topics/nothing", "/help/hi/articles/nothing", "/help/hi/articles/refund-limits"]
)
def test_what_is_not_there_is_said_on_a_page(client: FlaskClient, path: str) -> None:
    get_page(client, path, status=404)


@pytest.mark.parametrize("path", ["/help/hi/xyz", "/help/en/a/b/c", "/help/bn/articles/nothing"])
def test_where_nothing_is_a_person_still_is(client: FlaskClient, path: str) -> None:
    language = path.split("/")[2]
    assert f'href="/help/{language}/person"' in get_page(client, path, status=404)
    assert "/person" not in client.get("/desk/nothing").text


def test_internal_article_has_no_public_address(client: FlaskClient) -> None:
    assert client.get("/help/en/articles/refund-limits").status_code == 404
    assert "Refund limits" not in get_page(client, "/help/en/search?q=refund+limits")
    assert "refund-limits" not in client.get("/sitemap.xml").text


def test_link_to_an_internal_article_is_text_on_the_public_page(client: FlaskClient) -> None:
    text = get_page(client, "/help/en/articles/return-a-lamp")
    assert 'href="/help/en/articles/when-refund-arrives"' in text
    assert "refund-limits" not in text


def result_links(text: str) -> list[str]:
    links = re.findall(r'class="result__title"><a href="([^"]+)"', text)
    return [link.split("?")[0] for link in links]


def test_results_are_the_same_with_and_without_scripts(client: FlaskClient) -> None:
    page = get_page(client, "/help/hi/search?q=refund")
    piece = client.get("/help/hi/search?q=refund", headers={"HX-Request": "true"})
    assert result_links(page)
    assert result_links(page) == result_links(piece.text)
    assert "<html" not in piece.text
    assert 'hx-swap-oob="innerHTML"' in piece.text, "the count is not announced"
    assert piece.headers["HX-Replace-Url"] == "/help/hi/search?q=refund"
    assert "HX-Request" in piece.headers["Vary"]


def test_emptied_box_brings_the_topics_back(client: FlaskClient) -> None:
    piece = client.get("/help/en/search?q=+", headers={"HX-Request": "true"})
    assert "All topics" in piece.text
    assert piece.headers["HX-Replace-Url"] == "/help/en/"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("answered", "This should answer your question"),
        ("unsure", "These may help"),
        ("none", "We have no article that answers this"),
    ],
)
def test_outcome_is_said_in_words(client_with_outcome: Callable[[str], FlaskClient], outcome: str, words: str) -> None:
    client = client_with_outcome(outcome)
    text = get_page(client, "/help/en/search?q=refund+card")
    assert words in text
    assert f'data-outcome="{outcome}"' in text
    assert "/help/en/person?q=refund" in text, "no way to a person"
    assert ("<mark>" in text) == (outcome == "answered")


def test_result_in_another_language_says_so(client: FlaskClient) -> None:
    text = get_page(client, "/help/hi/search?q=return+lamp")
    card = next(card for card in text.split('<li class="result')[1:] if "Return a lamp" in card)
    assert 'lang="en"' in card
    assert "सिर्फ़ English में" in card


@pytest.mark.parametrize("query", ["🙂🙂", "\x00", "‮refund", "x" * 100_000, "%", "<script>alert(1)</script>", "'; --"])
def test_odd_query_gets_a_page(client: FlaskClient, query: str) -> None:
    response = client.get("/help/en/search", query_string={"q": query})
    if "\x00" in query:
        # No HTML may hold this character; what counts is that it is an answer.
        assert response.status_code == 200
    else:
        text = check_page(response)
        assert "<script>alert" not in text


def test_search_is_recorded_once_the_typing_rests(client: FlaskClient, session: Session) -> None:
    for typed in ("ref", "refun", "refund la", "refund late", "refund late"):
        client.get("/help/en/search", query_string={"q": typed}, headers={"HX-Request": "true"})
    client.get("/help/en/search?q=gift+card", headers={"HX-Request": "true"})
    events = session.scalars(select(SearchEvent).order_by(SearchEvent.id)).all()
    assert [event.query for event in events] == ["refund late", "gift card"]
    assert len({event.visit for event in events}) == 1
    assert events[0].visit
    assert events[0].place == "help"
    assert events[0].audience == "customer"


def test_search_that_was_used_is_kept_when_typing_goes_on(client: FlaskClient, session: Session) -> None:
    text = client.get("/help/en/search?q=refund").text
    client.get(re.search(r'class="result__title"><a href="([^"]+)"', text)[1])  # type: ignore[index]
    client.get("/help/en/search?q=refund+by+card")
    assert set(session.scalars(select(SearchEvent.query))) == {"refund", "refund by card"}


def test_opening_a_result_counts_as_a_click(client: FlaskClient, session: Session) -> None:
    text = client.get("/help/en/search?q=refund").text
    link = re.search(r'class="result__title"><a href="([^"]+)"', text)[1]  # type: ignore[index]
    assert "?s=" in link
    get_page(client, link)
    event = session.scalars(select(SearchEvent)).one()
    assert [(f.kind, f.document) for f in event.feedback] == [("click", event.results[0])]


def test_address_with_an_outdated_search_opens_all_the_same(client: FlaskClient) -> None:
    get_page(client, "/help/en/articles/when-refund-arrives?s=nothing-of-the-kind")


def test_article_shows_its_surroundings(client: FlaskClient) -> None:
    text = get_page(client, "/help/en/articles/when-refund-arrives")
    assert 'href="/help/hi/articles/when-refund-arrives"' in text
    assert 'href="#a-by-upi"' in text
    assert 'id="a-by-upi"' in text
    assert 'href="/help/en/person"' in text


def test_search_engines_find_canonical_alternates_and_data(client: FlaskClient, session: Session) -> None:
    article = session.scalars(
        select(Article).where(Article.language == "en", Article.slug == "when-refund-arrives")
    ).one()
    article.title = "Refunds </script><script>alert(1)</script> & more"
    session.commit()
    text = get_page(client, "/help/en/articles/when-refund-arrives")
    head = html5lib.parse(text).find(f"{XHTML}head")
    links = {(link.get("rel"), link.get("hreflang")): link.get("href") for link in head.iter(f"{XHTML}link")}
    assert links["canonical", None] == "http://localhost/help/en/articles/when-refund-arrives"
    assert links["alternate", "bn"] == "http://localhost/help/bn/articles/when-refund-arrives"
    data = next(s for s in head.iter(f"{XHTML}script") if s.get("type") == "application/ld+json")
    assert json.loads(data.text)["headline"] == article.title
    assert "<script>alert" not in text


def test_site_map_and_robots(client: FlaskClient) -> None:
    index = client.get("/sitemap.xml")
    assert index.content_type.startswith("application/xml")
    maps = re.findall(r"<loc>http://localhost(.*?)</loc>", index.text)
    assert maps == [f"/help/{tag}/sitemap.xml" for tag in REFUND]
    english = client.get(maps[0]).text
    assert english.count("<loc>") == 1 + 2 + 2, "home, topics, articles"
    assert 'hreflang="bn" href="http://localhost/help/bn/articles/when-refund-arrives"' in english
    assert "<loc>http://localhost/help/bn/" not in english
    robots = client.get("/robots.txt").text
    assert "Disallow: /desk/" in robots
    of_one_customer = {
        rule.rule.split("/")[3]
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/help/<language>/") and "token>" in rule.rule
    }
    assert {"requests", "chat", "call-back", "waiting", "survey", "news"} <= of_one_customer
    for page in of_one_customer | {"search", "ask", "person", "contact"}:
        assert all(f"Disallow: /help/{tag}/{page}\n" in robots for tag in REFUND), page
    assert "Sitemap: http://localhost/sitemap.xml" in robots


def test_search_pages_are_not_for_search_engines(client: FlaskClient) -> None:
    assert '<meta name="robots" content="noindex">' in get_page(client, "/help/en/search?q=refund")


def test_colours_are_remembered(client: FlaskClient, csrf: Callable[[FlaskClient], dict[str, str]]) -> None:
    data = {"theme": "dark", "next": "/help/en/contact"}
    response = client.post("/preferences", data=data, headers=csrf(client))
    assert response.location == "/help/en/contact"
    assert 'data-theme="dark"' in get_page(client, "/help/en/")
    client.post("/preferences", data={"theme": "pink"}, headers=csrf(client))
    assert 'data-theme="dark"' in get_page(client, "/help/en/")


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_preferences_never_lead_to_another_site(
    client: FlaskClient, csrf: Callable[[FlaskClient], dict[str, str]], target: str
) -> None:
    response = client.post("/preferences", data={"theme": "dark", "next": target}, headers=csrf(client))
    assert response.location == "/"


def test_built_files_may_be_cached_for_long(client: FlaskClient) -> None:
    style = re.search(r'href="(/static/dist/help_centre-[A-Z0-9]{8}\.css)"', get_page(client, "/help/en/"))
    assert style
    assert "max-age=31536000" in client.get(style[1]).headers["Cache-Control"]
