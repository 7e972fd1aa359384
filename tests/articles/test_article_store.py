"""Revisions: made where something changed, whole, restorable without publishing anything."""

from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from kb.articles import (
    ArticleSource,
    archive_article,
    find_article,
    get_published_article,
    get_revision,
    list_revisions,
    list_topics,
    make_source,
    published_translations,
    related_articles,
    resolve_links,
    restore_revision,
    save_article,
    source_of_article,
)
from kb.core.errors import ConflictError, NotFoundError


def article(slug: str = "a", *, body: str = "Text.", **fields: object) -> ArticleSource:
    return make_source({"title": slug.title(), "slug": slug, **fields}, body)


def test_article_has_a_revision_for_every_change_and_none_for_no_change(session: Session) -> None:
    first = article(also_asked=["b"], review_by="2027-03-01", own="kept")
    saved = save_article(session, first, author="t@example.com", note="new")
    save_article(session, first, author="other@example.com")
    save_article(session, replace(first, body="More."), author="t@example.com")
    assert [(revision.number, revision.body, revision.author) for revision in list_revisions(session, saved)] == [
        (2, "More.", "t@example.com"),
        (1, "Text.", "t@example.com"),
    ]
    assert saved.revision == 2
    assert source_of_article(session, saved) == replace(first, body="More.")
    assert source_of_article(session, saved).extra == {"own": "kept"}
    assert saved.content_hash == replace(first, body="More.").content_hash


def test_restoring_brings_the_text_back_and_publishes_nothing(session: Session) -> None:
    saved = save_article(session, article(body="Old.", audience="public", status="published", topic="one", own="1"))
    save_article(session, article(body="New.", audience="internal", status="draft", topic="two"))
    restore_revision(session, saved, 1, author="t@example.com")
    assert (saved.body, saved.topic, saved.audience, saved.status, saved.revision) == (
        "Old.",
        "one",
        "internal",
        "draft",
        3,
    )
    assert get_revision(session, saved, 3).note == "Revision 1 restored"
    with pytest.raises(NotFoundError, match="no revision 9"):
        restore_revision(session, saved, 9)


def test_two_people_do_not_overwrite_each_other(session: Session) -> None:
    saved = save_article(session, article())
    save_article(session, article(body="First."), article=saved, expected_revision=1)
    with pytest.raises(ConflictError, match="changed meanwhile"):
        save_article(session, article(body="Second."), article=saved, expected_revision=1)
    assert saved.body == "First."


def test_address_belongs_to_one_article(session: Session) -> None:
    save_article(session, article("a"))
    other = save_article(session, article("b"))
    with pytest.raises(ConflictError, match="en/a belongs to"):
        save_article(session, article("a", body="New."), article=other)
    save_article(session, article("c"), article=other)
    assert find_article(session, "en", "b") is None
    assert find_article(session, "en", "c") is other


@pytest.mark.parametrize(
    "fields", [{"audience": "internal"}, {"status": "draft"}, {"status": "in_review"}, {"status": "archived"}]
)
def test_customer_sees_only_what_is_public_and_published(session: Session, fields: dict[str, str]) -> None:
    hidden = save_article(session, article("hidden", **fields))
    shown = save_article(session, article("shown"))
    with pytest.raises(NotFoundError):
        get_published_article(session, "en", "hidden")
    assert get_published_article(session, "en", "shown") is shown
    assert [card.slug for topic in list_topics(session, "en") for card in topic.articles] == ["shown"]
    assert related_articles(session, shown) == []
    found = resolve_links(session, shown, ["hidden", "shown", "other"])
    assert {link: target.is_public for link, target in found.items()} == {"hidden": False, "shown": True}
    if hidden.status != "published":
        assert published_translations(session, hidden) == {}


def test_translations_share_key_and_audience(session: Session) -> None:
    english = save_article(session, article("reset", translation_key="k"))
    hindi = save_article(session, article("रीसेट", translation_key="k", language="hi"))
    save_article(session, article("draft", translation_key="k", language="bn", status="draft"))
    save_article(session, article("internal", translation_key="k", language="fr", audience="internal"))
    twin = save_article(session, article("twin", translation_key="k"))
    assert published_translations(session, english) == {"en": english, "hi": hindi}
    assert published_translations(session, twin) == {"en": twin, "hi": hindi}


def test_topics_are_listed_by_name_with_their_articles_by_title_in_one_statement(session: Session) -> None:
    for slug, topic in (("b", "pay"), ("a", "pay"), ("c", ""), ("d", "account")):
        save_article(session, article(slug, topic=topic))
    save_article(session, article("e", topic="pay", language="hi"))
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    topics = list_topics(session, "en")
    assert [(topic.topic, topic.count, [card.slug for card in topic.articles]) for topic in topics] == [
        ("account", 1, ["d"]),
        ("pay", 2, ["a", "b"]),
        ("", 1, ["c"]),
    ]
    assert len(statements) == 1


def test_related_articles_share_topic_and_words(session: Session) -> None:
    start = save_article(session, article("x", title="Pay by card", topic="pay"))
    for slug, title, topic in (("y", "About us", "pay"), ("z", "Card was refused", "pay"), ("w", "Card", "other")):
        save_article(session, article(slug, title=title, topic=topic))
    assert [card.slug for card in related_articles(session, start)] == ["z", "y"]


def test_archived_article_keeps_its_text(session: Session) -> None:
    saved = save_article(session, article(own="kept"))
    archive_article(session, saved, note="gone")
    assert (saved.status, saved.body, source_of_article(session, saved).extra) == ("archived", "Text.", {"own": "kept"})
