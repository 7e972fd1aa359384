"""People who write in the studio, articles that are there, and the forms that a browser would send."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.accounts.people import create_user, get_user
from kb.accounts.sessions import begin_session
from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.settings import Settings
from kb.tables import Article, Role
from webapp.auth.person import make_cookie_id

Csrf = Callable[[FlaskClient], dict[str, str]]
KEY = "k" * 24
LIST = "/studio/articles/"


def get(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text[:1000]
    return answer.text


class Person:
    """Somebody in the studio."""

    def __init__(self, client: FlaskClient, csrf: Csrf) -> None:
        self.client, self._csrf = client, csrf

    def get(self, address: str, status: int = 200) -> str:
        return get(self.client, address, status)

    def send(self, address: str, status: int = 303, **values: object) -> str:
        """Send a form; the page that answers, or the address that it leads to."""
        answer = self.client.post(address, data=values, headers=self._csrf(self.client))
        assert answer.status_code == status, answer.text[:2000]
        return str(answer.location) if status == 303 else answer.text


@pytest.fixture
def writer(login: Callable[[Role | str], FlaskClient], csrf: Csrf) -> Person:
    return Person(login(Role.TRAINER), csrf)


@pytest.fixture
def trainer(writer: Person) -> FlaskClient:
    return writer.client


@pytest.fixture
def send(writer: Person) -> Callable[..., str]:
    return writer.send


@pytest.fixture
def reviewer(login: Callable[[Role | str], FlaskClient], csrf: Csrf) -> Person:
    return Person(login(Role.ADMIN), csrf)


@pytest.fixture
def join(app: Flask, session: Session, csrf: Csrf) -> Callable[[str], tuple[Person, int]]:
    """`join("ravi")` is one trainer more, who is logged in, and their number."""

    def joined(name: str) -> tuple[Person, int]:
        user = create_user(session, f"{name}@test.example", Role.TRAINER, "a long enough secret", name=name.title())
        session.flush()
        key = begin_session(session, user)
        session.commit()
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = make_cookie_id(user.id, key)
            cookie["_fresh"] = True
        return Person(client, csrf), user.id

    return joined


@pytest.fixture
def strict(app: Flask) -> None:
    """A shop where a colleague approves what is published."""
    settings: Settings = app.extensions["kb_settings"]
    app.extensions["kb_settings"] = replace(settings, article_review_text="required")


def stored(session: Session, slug: str, language: str = "en", status: str = "published", **fields: object) -> Article:
    values = {"title": slug.replace("-", " ").title(), "slug": slug, "language": language, "status": status, **fields}
    body = str(values.pop("body", "Press the button.\n\nWait."))
    found = save_article(session, make_source(values, body), author="first@shop.example")
    session.commit()
    return found


def seen_in(page: str) -> str:
    """The digest of the text that a page of a review shows."""
    return re.findall(r'name="seen" value="([0-9a-f]{64})"', page)[0]


def form_of(article: Article, **changes: object) -> dict[str, object]:
    return {
        "title": article.title, "slug": article.slug, "language": article.language, "topic": article.topic,
        "audience": article.audience, "also_asked": "\n".join(article.also_asked), "body": article.body, "key": KEY,
        "seen": str(article.revision), "article": str(article.id), "owner": article.owner or "", **changes,
    }  # fmt: skip


def now(session: Session, article: Article) -> Article:
    session.expire_all()
    return session.get_one(Article, article.id)


def written(writer: Person, session: Session, **changes: object) -> Article:
    values = {"title": "Red lamp", "language": "en", "body": "Press it.\n\nWait.", "key": KEY, "audience": "public"}
    writer.send(f"{LIST}new", step="submit", **{**values, **changes})
    session.expire_all()
    return session.scalars(select(Article).order_by(Article.id.desc())).first()  # type: ignore[return-value]


def local(at: datetime) -> str:
    """As a browser of the shop sends it."""
    return f"{at.astimezone(Settings().time_zone):%Y-%m-%dT%H:%M}"


def number_of(session: Session, role: Role) -> int:
    return get_user(session, f"{role.value}@test.example").id
