"""Addresses that are nearly right lead to the page that they mean; what is not there says what is near."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from page_checks import get_page
from page_content import REFUND
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.articles import find_article
from kb.articles.address_table import note_former
from kb.core.settings import Settings
from kb.tables import Article, TranslationWant
from webapp.app import create_app

SLUG = "when-refund-arrives"


def article_of(session: Session, language: str, slug: str = SLUG) -> Article:
    found = find_article(session, language, slug)
    assert found is not None
    return found


def rename(session: Session, language: str, slug: str) -> None:
    article = article_of(session, language)
    note_former(session, article, language, article.slug)
    article.slug = slug
    session.commit()


def archive(session: Session, language: str, slug: str = SLUG) -> None:
    article_of(session, language, slug).status = "archived"
    session.commit()


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/HI/", "/help/hi/"),
        ("/hi", "/help/hi/"),
        ("/help/HI/", "/help/hi/"),
        ("/help/Bn", "/help/bn/"),
        ("/en-US/", "/help/en/"),
        ("/help/en-US/", "/help/en/"),
        ("/help/hi_IN/contact", "/help/hi/contact"),
        ("/HELP/en-GB/search?q=late+refund", "/help/en/search?q=late+refund"),
        ("/help/hi-Latn/articles/" + SLUG, "/help/hi/articles/" + SLUG),
        ("/bn-BD/articles/" + SLUG + "?s=abc", "/help/bn/articles/" + SLUG + "?s=abc"),
        ("/help/en/contact/", "/help/en/contact"),
        ("/help/en/search/?q=a&q=b", "/help/en/search?q=a&q=b"),
        ("/help/en/topics/refunds/", "/help/en/topics/refunds"),
        ("/help/en/articles/", "/help/en/"),
        ("/help/hi/topics", "/help/hi/"),
        ("/help/en/Articles/" + SLUG, "/help/en/articles/" + SLUG),
        ("/help/en/articles/" + SLUG + "/", "/help/en/articles/" + SLUG),
        ("/help/en/articles/When-Refund-Arrives", "/help/en/articles/" + SLUG),
    ],
)
def test_nearly_right_leads_to_the_right_for_good(client: FlaskClient, path: str, target: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.location) == (301, target)
    assert client.get(target).status_code == 200


@pytest.mark.parametrize(
    "path", ["/help/articles/" + SLUG, "/help/search", "/help/fr/articles/" + SLUG, "/help/pt-BR/"]
)
def test_without_a_language_on_offer_the_browser_decides(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept-Language": "fr, bn-IN;q=0.8"})
    assert response.status_code == 302
    assert response.location.startswith("/help/bn/")
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize(
    "path",
    ["/help/xx/", "/qq/", "/help/en/nothing/at/all", "/hi/nothing", "/help//evil.example/", "/%2F%2Fevil.example/hi/"],
)
def test_nonsense_stays_on_this_site(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code in {301, 302, 308, 404}
    assert not (response.location or "/").startswith(("//", "http://evil", "/\\"))


def test_form_that_was_sent_to_a_wrong_address_is_not_lost(client: FlaskClient) -> None:
    assert client.post("/help/EN/articles/" + SLUG + "/vote").status_code == 308


def test_site_under_a_prefix(settings: Settings, engine: Engine) -> None:
    client = create_app(replace(settings, proxies_text="1"), engine).test_client()
    headers = {"X-Forwarded-Prefix": "/support", "X-Forwarded-For": "203.0.113.5"}
    for path in ("/help/en/", "/support/help/en/"):  # a proxy takes the prefix away, or leaves it there
        text = client.get(path, headers=headers).text
        links = [part.split('"')[0] for part in text.split('href="')[1:]]
        assert links
        assert all(link.startswith(("/support/", "#", "http://localhost/support/")) for link in links), links
    assert client.get("/HI/", headers=headers).location == "/support/help/hi/"
    assert client.get("/support", headers=headers).location == "/support/help/"
    assert client.get("/desk/", headers=headers).location == "/support/login?next=/support/desk/"
    for odd in (
        "//evil.example",
        "/../x",
        "javascript:alert(1)",
        "/a b",
        "/" + "a/" * 50,
        "/\u00e9".encode().decode("latin-1"),
    ):
        text = client.get("/help/en/", headers=headers | {"X-Forwarded-Prefix": odd}).text
        assert 'href="/help/en/' in text
        assert "evil" not in text


def test_prefix_is_believed_of_a_known_proxy_only(client: FlaskClient) -> None:
    assert 'href="/help/en/' in client.get("/help/en/", headers={"X-Forwarded-Prefix": "/support"}).text


def test_slug_of_another_language_leads_to_the_own(client: FlaskClient, session: Session) -> None:
    rename(session, "hi", "refund-kab-aayega")
    assert client.get("/help/bn/articles/refund-kab-aayega").location == f"/help/bn/articles/{SLUG}"
    assert client.get(f"/help/hi/articles/{SLUG}").location == "/help/hi/articles/refund-kab-aayega"
    rename(session, "bn", "ferot-kobe")
    assert client.get("/help/bn/articles/refund-kab-aayega").location == "/help/bn/articles/ferot-kobe"
    assert client.get("/help/hi/articles/ferot-kobe").location == "/help/hi/articles/refund-kab-aayega"


def test_missing_translation_is_shown_in_another_language_said_and_counted(
    client: FlaskClient, session: Session
) -> None:
    for number in (1, 2):
        text = get_page(client, "/help/hi/articles/return-a-lamp")
        assert '<html lang="hi"' in text
        assert "Return a lamp" in text
        assert "यह लेख हिन्दी में अभी नहीं है" in text
        assert 'rel="canonical" href="http://localhost/help/en/articles/return-a-lamp"' in text
        assert 'content="noindex"' in text
        session.expire_all()
        want = session.scalars(select(TranslationWant)).one()
        assert (want.language, want.count) == ("hi", number)
    client.get("/help/hi/articles/return-a-lamp", headers={"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"})
    session.expire_all()
    assert session.scalars(select(TranslationWant.count)).one() == 2


def test_best_other_language_is_the_reader_s(client: FlaskClient, session: Session) -> None:
    article = article_of(session, "hi")
    article.status = "draft"
    session.commit()
    path = f"/help/hi/articles/{SLUG}"
    assert REFUND["bn"][0] in client.get(path, headers={"Accept-Language": "hi, bn;q=0.9, en;q=0.5"}).text
    assert REFUND["en"][0] in client.get(path, headers={"Accept-Language": "hi, en;q=0.5"}).text


def test_vote_on_a_version_in_another_language_counts(
    client: FlaskClient, csrf: Callable[[FlaskClient], dict[str, str]]
) -> None:
    response = client.post("/help/hi/articles/return-a-lamp/vote", data={"vote": "yes"}, headers=csrf(client))
    assert response.status_code == 303
    assert response.location.startswith("/help/hi/articles/return-a-lamp")


def test_archived_article_is_gone_and_its_page_knows_what_is_near(client: FlaskClient, session: Session) -> None:
    archive(session, "en")
    text = get_page(client, f"/help/en/articles/{SLUG}", status=410)
    assert f'href="/help/hi/articles/{SLUG}"' in text
    assert 'name="q"' in text
    assert 'content="noindex"' in text
    assert "This article has been taken away." in text


def test_former_address_of_an_archived_article_is_gone_too(client: FlaskClient, session: Session) -> None:
    rename(session, "en", "refund-dates")
    archive(session, "en", "refund-dates")
    assert client.get(f"/help/en/articles/{SLUG}").status_code == 410


def test_internal_and_unfinished_articles_are_nowhere(client: FlaskClient, session: Session) -> None:
    archive(session, "en", "refund-limits")
    for language in REFUND:
        assert client.get(f"/help/{language}/articles/refund-limits").status_code == 404


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/help/en/articles/when-refunds-arrive", SLUG),
        ("/help/en/articles/refund-arrives", SLUG),
        ("/help/en/retrun-a-lamp", "return-a-lamp"),
        ("/help/hi/articles/when-refund-arives", SLUG),
        ("/returns/return-lamp.html", "return-a-lamp"),
        ("/help/en/articles/refund-timelines-explained", SLUG),
    ],
)
def test_what_is_misspelt_stands_near_what_was_meant(client: FlaskClient, path: str, near: str) -> None:
    text = get_page(client, path, status=404)
    assert f'articles/{near}"' in text
    assert 'role="search"' in text


@pytest.mark.parametrize(
    "slug", ["a" * 5000, "%00", "..%2f..%2fetc", "%E0%A4%B0", "x/" * 300, "<script>", "' or 1=1--", "%"]
)
def test_odd_slug_gets_a_page(client: FlaskClient, slug: str) -> None:
    assert client.get(f"/help/en/articles/{slug}").status_code in {400, 404}


@pytest.mark.parametrize(
    "path", ["/help/en/?page=-1", "/help/en/topics/refunds?page=-1", f"/help/en/articles/{SLUG}?page=-1"]
)
def test_page_number_that_makes_no_sense_changes_nothing(client: FlaskClient, path: str) -> None:
    get_page(client, path)


def test_topic_without_articles_in_a_language_shows_those_of_another(client: FlaskClient) -> None:
    text = get_page(client, "/help/bn/topics/returns")
    assert "Return a lamp" in text
    assert "ভাষায় এখনও কিছু নেই" in text
    assert 'rel="canonical" href="http://localhost/help/en/topics/returns"' in text
