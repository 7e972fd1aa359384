"""What is not public in the words of any generator is not published; the report says why; the day that changes it is kept."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from folder_sync import Sync, Write, edit, get
from sqlalchemy.orm import Session

from kb.articles import parse_article
from kb.articles.publication import read_publication
from kb.articles.text import hash_bytes
from kb.core.clock import utc_now
from kb.tables import ArticleFile

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    "front",
    [
        "draft: true", "draft: yes", "draft: 'true'", "Draft: True", "draft: maybe", "isDraft: true",
        "published: false", "published: no", "publish: false", "dg-publish: false",
        "unlisted: true", "hidden: true", "bookHidden: true", "private: true", "visibility: private", "access: members",
        "search: false", "search: {exclude: true}", "search_exclude: true", "headless: true", "permalink: false",
        "eleventyExcludeFromCollections: true", "build: {render: never}", "_build: {list: never}", "cascade: {draft: true}",
        "status: draft", "status: private", "status: wip", "status: seedling", "status: [a]", "sidebar_class_name: hidden",
        "date: 2099-01-01", "publishDate: 2099-01-01T10:00:00Z", "pubDate: 2099/01/01", "published: 2099-01-01",
        "expiryDate: 2020-01-01", "expires: 2020-01-01 10:00", "unpublish_date: 2020-01-01", "audience: staff",
        "date: 1 January 2099", "publishDate: 31/12/2098", "publishDate: soon", "expiryDate: 2020",
        "params: {draft: true}", "excludeSearch: true",
    ],
)  # fmt: skip
def test_not_public_in_any_words_is_a_draft_and_the_report_says_why(front: str) -> None:
    source = parse_article(f"---\ntitle: A\n{front}\n---\n\nText.", "en/a.md")
    assert source.status == "draft"
    if front != "status: draft":
        assert [warning.line for warning in source.warnings if getattr(warning, "kind", "") == "draft"] == [3]


@pytest.mark.parametrize(
    "text",
    ["+++\ntitle = 'A'\ndraft = true\n+++\nText.", '{"title": "A", "draft": true}\nText.',
     "---toml\ntitle = 'A'\ndraft = true\n---\nText.",
     '---json\n{"title": "A", "published": false}\n---\nText.', "+++\ntitle = 'A'\ndate = 2099-01-01T00:00:00Z\n+++\nText.",
     "---js\n{ title: 'A' }\n---\nText."],
)  # fmt: skip
def test_front_matter_of_every_form_is_understood(text: str) -> None:
    assert parse_article(text, "en/a.md").status == "draft"


@pytest.mark.parametrize(
    "path", ["_drafts/a.md", "en/Drafts/x/a.md", "unpublished/a.md", "account/_partial.md", "wip/a.mdx"]
)
def test_folders_and_names_that_make_no_page_are_drafts(path: str) -> None:
    assert parse_article("# A\n\nText.", path).status == "draft"


@pytest.mark.parametrize(
    "front",
    [
        "draft: false", "published: true", "publish: yes", "hidden: false", "hide: [navigation, toc]", "status: new",
        "status: Published", "status: live", "date: 2020-01-01", "expiryDate: 2099-01-01", "visibility: public", "search: true",
        "tags: [draft]", "description: draft", "nav_exclude: true", "layout: page", "draft:", "build: {list: always}",
        "date: last spring", "date: 3 March 2020", "published: 2020-01-01", "expires: never", "date: 2020", "params: {x: 1}",
    ],
)  # fmt: skip
def test_what_is_public_stays_so(front: str) -> None:
    assert parse_article(f"---\ntitle: A\n{front}\n---\n\nText.", "en/a.md").status == "published"


def test_other_states_are_understood() -> None:
    words = {"in-review": "in_review", "Needs Review": "in_review", "archived": "archived", "obsolete": "archived"}
    assert {word: read_publication({"status": word}, "").status for word in words} == words


def test_the_next_day_on_which_it_changes_is_known() -> None:
    found = read_publication({"publishDate": "2026-12-01", "expiryDate": "2027-01-01", "date": "2020-01-01"}, "", TODAY)
    assert (found.status, found.turns_on) == ("draft", date(2026, 12, 1))
    assert read_publication({"publishDate": "2026-11-29"}, "", TODAY).status == "published"


def test_day_in_the_name_of_a_post_is_its_date() -> None:
    found = read_publication({}, "_posts/2026-12-24-holidays.md", TODAY)
    assert (found.status, found.turns_on) == ("draft", date(2026, 12, 24))
    assert found.reasons == (("", "its name has the day 2026-12-24, which is to come"),)
    for path in ("_posts/2026-11-29-today.md", "2020-01-01-old.md", "2026-99-99-no-day.md", "guide/2027-plans.md"):
        assert read_publication({}, path, TODAY).status == "published"
    assert read_publication({"date": "2026-01-01"}, "_posts/2026-12-24-holidays.md", TODAY).status == "published"


def test_article_is_published_when_its_day_has_come(session: Session, sync: Sync, write: Write) -> None:
    today = utc_now().date()
    write("a.md", publishDate=(today + timedelta(days=2)).isoformat())
    sync()
    assert get(session).status == "draft"
    assert sync().unchanged == ["a.md"]
    row = session.query(ArticleFile).one()
    assert row.turns_on == today + timedelta(days=2)
    # As if two days had passed: the same file, whose day is today.
    path = write("a.md", publishDate=today.isoformat())
    row.turns_on, row.file_hash = today, hash_bytes(path.read_bytes())
    session.commit()
    assert sync().updated == ["a.md"]
    assert (get(session).status, row.turns_on) == ("published", None)
    assert sync().unchanged == ["a.md"]


def test_draft_that_is_published_in_the_studio_says_so_in_its_own_words(
    session: Session, sync: Sync, write: Write, folder: Path
) -> None:
    path = write("a.md", draft="true  # not yet", date="2020-01-01")
    sync()
    assert get(session).status == "draft"
    edit(session, status="published")
    assert sync().written == ["a.md"]
    assert path.read_text() == "---\ndraft: false  # not yet\ndate: 2020-01-01\ntitle: a\n---\n\nText.\n"
    assert sync().unchanged == ["a.md"]
    assert parse_article(path.read_text(), "a.md").status == "published"
