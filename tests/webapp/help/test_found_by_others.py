"""What search engines, feed readers and other sites get."""

import io
import json
from xml.etree import ElementTree

import html5lib
import pytest
from content_factory import add_article
from flask.testing import FlaskClient
from page_checks import XHTML, get_page
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles import questions_of, render_markdown
from kb.tables import Article
from webapp.help.card_drawing import can_write, runs

SLUG = "when-refund-arrives"
ATOM = "{http://www.w3.org/2005/Atom}"


def head_of(client: FlaskClient, path: str):  # type: ignore[no-untyped-def]
    return html5lib.parse(get_page(client, path)).find(f"{XHTML}head")


def data_of(client: FlaskClient, path: str) -> dict[str, dict[str, object]]:
    scripts = [s for s in head_of(client, path).iter(f"{XHTML}script") if s.get("type") == "application/ld+json"]
    return {data["@type"]: data for data in map(json.loads, (script.text for script in scripts))}


@pytest.mark.parametrize("path", ["/help/hi/", "/help/hi/topics/refunds", f"/help/hi/articles/{SLUG}"])
def test_page_has_a_picture_and_a_feed(client: FlaskClient, path: str) -> None:
    head = head_of(client, path)
    meta = {tag.get("property"): tag.get("content") for tag in head.iter(f"{XHTML}meta") if tag.get("property")}
    assert meta["og:url"] == f"http://localhost{path}"
    assert meta["og:title"]
    assert meta["og:locale"] == "hi"
    response = client.get(meta["og:image"].removeprefix("http://localhost"))
    assert response.mimetype == "image/png"
    assert "public" in response.headers["Cache-Control"]
    assert Image.open(io.BytesIO(response.data)).size == (1200, 630)
    feeds = [link.get("href") for link in head.iter(f"{XHTML}link") if link.get("type") == "application/atom+xml"]
    assert feeds == ["/help/hi/changes.atom"]


def test_pictures_of_two_articles_differ(client: FlaskClient) -> None:
    pictures = {client.get(f"/help/{tag}/cards/{SLUG}.png").data for tag in ("en", "hi", "bn")}
    assert len(pictures) == 3
    assert client.get("/help/en/cards/refund-limits.png").status_code == 404


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        ("UPI और ₹5", ["latin", "devanagari", "latin", "rupee", "latin"]),
        ("টাকা।", ["bengali"]),
        ("पैसा।", ["devanagari"]),
        ("क\u200dष", ["devanagari"]),
        ("😀", []),
        ("", []),
    ],
)
def test_line_is_drawn_in_the_fonts_of_its_scripts(text: str, scripts: list[str]) -> None:
    assert [script for script, _run in runs(text)] == scripts


def test_what_no_font_has_is_not_drawn_as_boxes() -> None:
    assert can_write("Wallet 😀")
    assert not can_write("பணம்")


def test_article_tells_its_place(client: FlaskClient) -> None:
    data = data_of(client, f"/help/en/articles/{SLUG}")
    assert set(data) == {"Article", "BreadcrumbList"}
    names = [item["name"] for item in data["BreadcrumbList"]["itemListElement"]]  # type: ignore[attr-defined]
    assert names == ["Help", "Refunds", "When your refund arrives"]


def test_article_of_questions_is_said_to_be_one(client: FlaskClient, session: Session) -> None:
    body = "Intro.\n\n## Can I pay later?\n\nYes, **within** a week.\n\n- by card\n\n## Is it free?\n\n### In India\n\nIt is."
    add_article(session, "Paying later", body, slug="paying-later", topic="payments")
    session.commit()
    entries = data_of(client, "/help/en/articles/paying-later")["FAQPage"]["mainEntity"]
    assert [(entry["name"], entry["acceptedAnswer"]["text"]) for entry in entries] == [  # type: ignore[attr-defined]
        ("Can I pay later?", "Yes, within a week. by card"),
        ("Is it free?", "In India It is."),
    ]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("## Is it?\n\nYes.", 0),
        ("## Is it?\n\n## Was it?\n\n", 0),
        ("## Is it?\n\nYes.\n\n## One\n\na\n\n## Two\n\nb\n\n## Will it?\n\nNo.\n", 0),
        ("## क्या यह मुफ़्त है?\n\nहाँ।\n\n## कब?\n\nकल।", 2),
        ("## All\n\n### A?\n\nx\n\n### B?\n\ny", 2),
        ("", 0),
    ],
)
def test_list_of_questions_has_two_at_least_and_little_else(body: str, count: int) -> None:
    assert len(questions_of(render_markdown(body).html)) == count


def test_feed_has_what_changed_last_first(client: FlaskClient, session: Session) -> None:
    article = session.scalars(select(Article).where(Article.language == "en", Article.slug == SLUG)).one()
    add_article(session, "Bells & <whistles>", "A\x0bbody.", slug="bells")
    session.commit()
    response = client.get("/help/en/changes.atom")
    assert response.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(response.data)
    titles = [entry.find(f"{ATOM}title").text for entry in feed.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
    assert titles[0] == "Bells & <whistles>"
    assert article.title in titles
    assert "Refund limits" not in titles
    ids = [entry.find(f"{ATOM}id").text for entry in feed.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
    assert len(set(ids)) == len(ids)
    assert feed.find(f"{ATOM}updated").text == feed.find(f"{ATOM}entry/{ATOM}updated").text  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/sitemap.xml", "/help/bn/sitemap.xml", "/help/bn/changes.atom", "/help/bn/card.png"])
def test_what_is_the_same_for_all_may_be_kept_by_all(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    assert "public" in first.headers["Cache-Control"]
    assert "Cookie" not in first.headers.get("Vary", "")
    assert "Set-Cookie" not in first.headers
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(("page", "status"), [("-1", 200), ("x", 200), ("0", 200), ("99999", 404), ("9" * 30, 200)])
def test_page_of_a_site_map(client: FlaskClient, page: str, status: int) -> None:
    assert client.get(f"/help/en/sitemap.xml?page={page}").status_code == status
