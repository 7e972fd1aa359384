"""A folder of each generator: nothing lost, nothing public that is not, links and pictures found, a second run is quiet."""

from pathlib import Path

import pytest
from folder_sync import Sync, said
from generator_folders import DRAFTS, FOLDERS, PUBLISHED, write_folder
from source_marks import SOURCE_MARKS
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles import article_link, plain_text, render_markdown
from kb.tables import Article, ArticlePicture

MARKS = (*SOURCE_MARKS, "[[", "%%", "internal:")


def addresses(session: Session, *statuses: str) -> set[str]:
    found = session.scalars(select(Article).where(Article.status.in_(statuses)))
    return {f"{article.language}/{article.slug}" for article in found}


@pytest.mark.parametrize("name", FOLDERS)
def test_folder_comes_in_whole(session: Session, sync: Sync, folder: Path, name: str) -> None:
    write_folder(folder, FOLDERS[name])
    report = sync()
    assert (report.rejected, report.conflicts) == ([], [])
    assert addresses(session, "published") == PUBLISHED[name]
    assert addresses(session, "draft") == DRAFTS[name]
    said_of = {warning.path for warning in report.warnings if getattr(warning, "kind", "") == "draft"}
    assert len(said_of) == len(DRAFTS[name])
    for article in session.scalars(select(Article)):
        text = plain_text(article.body)
        assert [mark for mark in MARKS if mark in text] == [], article.slug
    kinds = {getattr(warning, "kind", "") for warning in report.warnings}
    assert not kinds & {"link", "anchor", "missing picture", "refused picture"}
    assert set(said(sync())) <= {"unchanged", "warnings"}


@pytest.mark.parametrize(
    ("name", "address", "link", "target"),
    [
        ("jekyll", "en/returns", "_docs/returns/fees.md", "fees"),
        ("jekyll", "en/returns", "/docs/fees/", "fees"),
        ("jekyll", "en/fees", "/docs/returns/", "returns"),
        ("hugo", "en/by-card", "by-upi.md", "by-upi"),
        ("docusaurus", "en/intro", "./02-account/01-open-it.mdx", "open"),
        ("docusaurus", "en/open", "/docs/account/close-it", "close-it"),
        ("mkdocs", "en/index", "delivery/index.md", "delivery"),
        ("gitbook", "en/guides", "setup.md", "setup"),
        ("obsidian", "en/how-to-return", "/kb-wiki:Refund%20times", "refund-times"),
        ("zola", "en/hours", "@/faq/place.md", "place"),
        ("eleventy", "en/write", "/contact/", "contact"),
        ("mintlify", "en/quickstart", "/limits", "limits"),
        ("mkdocs", "en/late", "../", "index"),
        ("mkdocs", "en/late", "../index.html", "index"),
        ("mkdocs", "en/delivery", "../delivery/late/", "late"),
    ],
)
def test_links_lead_to_the_article_that_is_meant(
    session: Session, sync: Sync, folder: Path, name: str, address: str, link: str, target: str
) -> None:
    write_folder(folder, FOLDERS[name])
    sync()
    language, slug = address.split("/")
    article = session.scalars(select(Article).where(Article.slug == slug, Article.language == language)).one()
    body = f"[x]({link if ' ' not in link else f'<{link}>'})"
    article.body = body
    found = article_link(session, article, lambda to: f"/help/{to.language}/{to.slug}")
    assert f'href="/help/en/{target}"' in render_markdown(body, link=found).html


def test_anchors_between_pages_lead_to_headings(session: Session, sync: Sync, folder: Path) -> None:
    write_folder(folder, FOLDERS["mkdocs"])
    sync()
    index = session.scalars(select(Article).where(Article.slug == "index")).one()
    late = session.scalars(select(Article).where(Article.slug == "late")).one()
    html = render_markdown(index.body, link=article_link(session, index, lambda to: f"/{to.slug}")).html
    assert 'href="/late#a-when-is-it-late"' in html
    assert 'id="a-when-is-it-late"' in render_markdown(late.body).html


@pytest.mark.parametrize("name", ["jekyll", "hugo", "obsidian", "mintlify"])
def test_pictures_beside_the_pages_come_in(session: Session, sync: Sync, folder: Path, name: str) -> None:
    write_folder(folder, FOLDERS[name])
    sync()
    [picture] = session.scalars(select(ArticlePicture))
    assert picture.asset_id is not None


def test_translations_are_joined(session: Session, sync: Sync, folder: Path) -> None:
    write_folder(folder, FOLDERS["docusaurus"])
    sync()
    keys = {a.language: a.translation_key for a in session.scalars(select(Article).where(Article.slug == "close-it"))}
    assert keys == {"en": "close-it", "hi": "close-it"}
