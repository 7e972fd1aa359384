"""The studio's pages of translations: articles by languages, one beside its source, in three languages."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import check_page
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements import recorded_statements

from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.settings import Settings
from kb.jobs.running import run_now
from kb.tables import Article, Role, TranslatedSection
from webapp.worker.kinds import job_kinds
from webapp.worker.translations import TRANSLATIONS

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


def save(session: Session, title: str, body: str, language: str = "en") -> Article:
    values = {"title": title, "slug": "kettle", "language": language, "status": "published"}
    article = save_article(session, make_source(values, body), author="git")
    session.commit()
    return article


@pytest.fixture
def hindi(session: Session, settings: Settings, engine: Engine) -> Article:
    """A translation of which one section is behind, by the worker's job."""
    save(session, "Descale a kettle", "## Mix\n\nTake 2 spoons.\n\n## Wait\n\nWait 10 minutes <b>or more</b>.")
    made = save(session, "केतली साफ़ करें", "## मिलाएँ\n\n2 चम्मच लें।\n\n## रुकें\n\n10 मिनट रुकें।", "hi")
    save(session, "Descale a kettle", "## Mix\n\nTake 2 spoons.\n\n## Wait\n\nWait 15 minutes <b>or more</b>.")
    run_now(engine, job_kinds(settings, engine), TRANSLATIONS, "test")
    return made


@pytest.mark.parametrize(
    ("language", "words"), [("en", "1 section behind"), ("hi", "1 हिस्सा पीछे"), ("bn", "১টি অংশ পিছিয়ে")]
)
def test_pages_in_each_language(
    login: Login, csrf: Csrf, engine: Engine, hindi: Article, language: str, words: str
) -> None:
    client = login("trainer")
    client.post("/preferences", data={"language": language}, headers=csrf(client))
    matrix = check_page(client.get("/studio/translations/matrix?only=behind"))
    assert "Descale a kettle" in matrix
    assert words in matrix
    path = f"/studio/translations/{hindi.id}"
    assert path in matrix
    with recorded_statements(engine) as statements:
        page = check_page(client.get(path))
    assert len(statements) <= 15
    assert "Wait <del>10</del> minutes or more." in page.replace("\n", "") or "<del>10</del>" in page
    assert "<ins>15</ins>" in page
    assert "10 मिनट रुकें।" in page
    for order in ("?language=hi", "?language=xx&only=yy", "?page=99", "?only=missing"):
        check_page(client.get(f"/studio/translations/matrix{order}"))


def test_up_to_date_and_undo(login: Login, csrf: Csrf, session: Session, hindi: Article) -> None:
    client = login("trainer")
    path = f"/studio/translations/{hindi.id}"
    page = client.get(path).text
    fields = dict(re.findall(r'name="(row|source_place|seen)" value="([^"]*)"', page))
    stale = client.post(path, data=fields | {"seen": "old", "step": "confirm"}, headers=csrf(client))
    assert stale.status_code == 409
    assert "Please look again" in stale.text
    assert client.post(path, data=fields | {"step": "confirm"}, headers=csrf(client)).status_code == 303
    assert "Every section is up to date" in client.get(path).text
    said = session.get(TranslatedSection, int(fields["row"]))
    assert said
    assert said.translated_by == "trainer@test.example"
    assert client.post(path, data={"row": fields["row"], "step": "undo"}, headers=csrf(client)).status_code == 303
    assert "1 section waits" in client.get(path).text
    assert client.post(path, data={"row": fields["row"], "step": "undo"}, headers=csrf(client)).status_code == 409
    for wrong in ({}, {"row": "x"}, {"row": "9" * 30, "source_place": "-1"}):
        assert client.post(path, data=wrong, headers=csrf(client)).status_code == 409


def test_a_version_is_begun_once(app: Flask, login: Login, csrf: Csrf, session: Session, hindi: Article) -> None:
    client = login("trainer")
    source = session.scalars(select(Article).where(Article.title == "Descale a kettle")).one()
    path = f"/studio/translations/{source.id}/begin"
    assert client.post(path, data={"language": "xx"}, headers=csrf(client)).status_code == 400
    assert client.post(path, data={"language": "bn"}, headers=csrf(client)).status_code == 303
    begun = session.scalars(select(Article).where(Article.language == "bn", Article.title == source.title)).one()
    assert (begun.status, begun.translation_key, begun.body) == ("draft", source.translation_key, source.body)
    assert client.post(path, data={"language": "bn"}, headers=csrf(client)).status_code == 409
    assert client.get(f"/studio/translations/{source.id}").status_code == 404, "it is the source"
