"""A whole help centre of another generator: every page and hundreds of searches without a mark of its source."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from folder_sync import edit
from generator_folders import FOLDERS, many_pages, picture, write_folder
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.articles import sync_folder
from kb.core.settings import Settings
from kb.search.types import Audience
from kb.tables import Article, ArticleAsset
from webapp.app import create_app

PAGES, SEARCHES = 203, 200
QUERIES = ("price of List", "ask us first", "fee once a year", "open and close lamp", "way card days")
MARKS = ("<", "{%", "{{", ":::", "[!", "<!--", "{:", "[^", "??? ", "internal:")
# `List<String>` and `<token>` are words of these pages.
WORDS = re.compile(r"<token>|List<String>")


def read(page: str) -> str:
    """What a person reads of the article on a page, without its code."""
    prose = LexborHTMLParser(page).css_first(".prose")
    assert prose is not None
    for code in prose.css("code, pre"):
        code.decompose()
    return prose.text()


def test_a_large_folder_comes_in_whole_and_shows_no_mark_of_its_source(
    settings: Settings, engine: Engine, session: Session, client: FlaskClient, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    write_folder(folder, many_pages(PAGES))
    report = sync_folder(session, folder)
    session.commit()
    assert (len(report.created), report.rejected) == (PAGES, [])
    assert {kind: len(lines) for kind, lines in report.kinds().items()}.keys() == {"template", "own key"}
    for article in session.scalars(select(Article)).all():
        page = client.get(f"/help/en/articles/{article.slug}")
        assert page.status_code == 200
        text = WORDS.sub("", read(page.get_data(as_text=True)))
        assert [mark for mark in MARKS if mark in text] == [], article.slug
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    searcher = runtime.searcher(Audience.CUSTOMER)
    found = 0
    for number in range(SEARCHES):
        query = (
            f"word{number}",
            "price of List",
            "ask us first",
            "fee once a year",
            "open and close lamp",
            "way card days",
        )[number % 6]
        for result in searcher.search(session, query, reader_language="en", limit=6).results:
            found += 1
            snippet = WORDS.sub("", result.snippet)
            assert [mark for mark in MARKS if mark in snippet] == [], snippet
    assert found > SEARCHES


def test_links_between_pages_of_a_large_folder_work(session: Session, client: FlaskClient, tmp_path: Path) -> None:
    write_folder(tmp_path / "site", many_pages(30))
    sync_folder(session, tmp_path / "site")
    session.commit()
    page = client.get("/help/en/articles/page-3").get_data(as_text=True)
    [link] = re.findall(r'<a href="(/help/en/articles/[^"]+)">lamp 10</a>', page)
    assert client.get(unescape(link)).status_code == 200


def test_old_addresses_redirect_for_good(session: Session, client: FlaskClient, tmp_path: Path) -> None:
    write_folder(tmp_path / "jekyll", FOLDERS["jekyll"])
    sync_folder(session, tmp_path / "jekyll")
    session.commit()
    edit(session, "en/fees", slug="what-it-costs")
    for old, new in {
        "/help/en/articles/fees": "what-it-costs",
        "/help/en/articles/old/returns.html": "returns",
        "/old/returns.html": "returns",
        "/docs/returns/": "returns",
        "/docs/returns/fees/": "what-it-costs",
    }.items():
        answer = client.get(old)
        assert (answer.status_code, answer.location) == (301, f"/help/en/articles/{new}"), old
    edit(session, "en/what-it-costs", audience="internal")
    for gone in ("/help/en/articles/fees", "/docs/fees/", "/help/en/articles/later", "/nothing/at/all"):
        assert client.get(gone).status_code == 404, gone
    assert client.post("/old/returns.html").status_code == 404


def test_pictures_are_served_by_their_hash_and_nothing_else_is(
    settings: Settings, engine: Engine, session: Session, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "lamp.png").write_bytes(picture())
    (folder / "a.md").write_text(
        "# A\n\n![The lamp](lamp.png) ![x](https://cdn.example.com/x.png) ![y](https://no.example/y.png)\n"
    )
    sync_folder(session, folder)
    session.commit()
    client = create_app(replace(settings, image_hosts_text="cdn.example.com"), engine).test_client()
    answer = client.get("/help/en/articles/a")
    page = answer.get_data(as_text=True)
    asset = session.scalars(select(ArticleAsset)).one()
    assert (
        f'<img alt="The lamp" src="/help/pictures/{asset.digest}.webp" loading="lazy" width="40" height="30">' in page
        or (f"/help/pictures/{asset.digest}.webp" in page and 'width="40" height="30"' in page)
    )
    assert 'src="https://cdn.example.com/x.png"' in page
    assert "no.example" not in page
    assert "img-src 'self' data: https://cdn.example.com" in answer.headers["Content-Security-Policy"]
    served = client.get(f"/help/pictures/{asset.digest}.webp")
    assert (served.status_code, served.content_type, served.data[:4]) == (200, "image/webp", b"RIFF")
    assert "immutable" in served.headers["Cache-Control"]
    assert client.get("/help/pictures/nothing.webp").status_code == 404
    assert client.get(f"/help/pictures/{asset.digest}.svg").status_code == 404


def test_desk_shows_pictures_and_copies_read_as_the_page_does(
    session: Session, login: object, app: Flask, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nOpen it.<!-- ask Ravi -->\n\n:::note\nMind <this>.\n:::\n")
    sync_folder(session, folder)
    session.commit()
    number = session.scalars(select(Article.id)).one()
    page = login("rep").get(f"/desk/articles/{number}").get_data(as_text=True)  # type: ignore[operator]
    copied = LexborHTMLParser(page).html or ""
    assert "Mind &lt;this&gt;." in copied
    assert "ask Ravi" not in LexborHTMLParser(page).css_first(".prose").text()  # type: ignore[union-attr]


def test_titles_that_notes_have_by_their_kind_are_in_the_language_of_the_article(
    session: Session, client: FlaskClient, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    body = "> [!NOTE]\n> A\n\n!!! warning\n    B\n\n:::tip[Mine]\nC\n:::\n\n!!! bug\n    D\n"
    write_folder(
        folder, {f"{tag}/a.md": f"---\ntitle: A\nlanguage: {tag}\n---\n\n{body}" for tag in ("en", "hi", "bn")}
    )
    sync_folder(session, folder)
    session.commit()
    titles = {}
    for tag in ("en", "hi", "bn"):
        page = LexborHTMLParser(client.get(f"/help/{tag}/articles/a").get_data(as_text=True))
        titles[tag] = [title.text() for title in page.css(".admonition-title")]
    assert titles["en"] == ["Note", "Warning", "Mine", "Bug"]
    assert titles["hi"] == ["नोट", "चेतावनी", "Mine", "Bug"]
    assert titles["bn"] == ["নোট", "সতর্কতা", "Mine", "Bug"]
