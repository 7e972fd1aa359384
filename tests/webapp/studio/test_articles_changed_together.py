"""Acts on many articles, what points to one that goes, and days of review."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from studio_people import LIST, Person, form_of, now, number_of, stored

from kb.articles import save_article
from kb.articles.source import make_source
from kb.core.settings import Settings
from kb.service.macros import Writer, save_macro
from kb.service.notices import NoticeContent, save_notice
from kb.tables import (
    Article,
    ArticleReview,
    BulkAct,
    FeaturedArticle,
    PinnedAnswer,
    PinnedDocument,
    Role,
    utc_now,
)

ONE_KIND = pytest.mark.sqlite_only(reason="what is said of bad input does not depend on the database")


def marks(*articles: Article) -> list[str]:
    return [f"{one.id}-{one.revision}" for one in articles]


@pytest.mark.parametrize(
    ("act", "value", "field", "expected"),
    [
        ("topic", "Lamps & Light", "topic", "lamps-light"),
        ("owner", "asha@shop.example", "owner", "asha@shop.example"),
        ("review_by", "2027-03-01", "review_by", date(2027, 3, 1)),
        ("archive", "", "status", "archived"),
        ("publish", "", "status", "published"),
        ("review", "", "status", "in_review"),
    ],
)
def test_one_act_on_many_and_one_undo(
    writer: Person, session: Session, act: str, value: str, field: str, expected: object
) -> None:
    status = "published" if act == "archive" else "draft"
    some = [
        stored(session, f"lamp-{number}", "hi" if number else "en", status=status, topic="old") for number in range(3)
    ]
    before = [getattr(one, field) for one in some]
    sure = {"sure": "yes"} if act == "archive" else {}
    address = writer.send(f"{LIST}acts", act=act, chosen=marks(*some), **({act: value} if value else {}), **sure)
    assert "Done with 3 articles." in writer.get(address)
    assert [getattr(now(session, one), field) for one in some] == [expected] * 3
    assert "3 articles" in writer.get(f"{LIST}acts")
    writer.send(f"{address}/undo")
    assert [getattr(now(session, one), field) for one in some] == before
    assert "It was undone." in writer.get(address)
    assert "undone already" in writer.get(writer.send(f"{address}/undo"))
    assert not set(session.scalars(select(ArticleReview.state))) - {"withdrawn"}


def test_what_could_not_be_done_or_undone_is_told(writer: Person, session: Session) -> None:
    fine, empty, there, late = (
        stored(session, "fine", status="draft"), stored(session, "empty", status="draft", body=""),
        stored(session, "there"), stored(session, "late", status="draft"),
    )  # fmt: skip
    chosen = [*marks(fine, empty, there, late), "999999-1", "nonsense"]
    save_article(session, make_source({"title": "Late", "slug": "late", "language": "en", "status": "draft"}, "Newer."))
    session.commit()
    address = writer.send(f"{LIST}acts", act="publish", chosen=chosen)
    page = writer.get(address)
    for said in (
        "Done with 1 article.",
        "It has no title or no text yet.",
        "It is so already.",
        "It is not there any more.",
    ):
        assert said in page
    assert "Somebody has changed it meanwhile." in page
    assert now(session, late).status == "draft"
    found = now(session, fine)
    writer.send(f"{LIST}{fine.id}", step="publish", **form_of(found, body="Newer text."))
    writer.send(f"{address}/undo")
    assert now(session, fine).body == "Newer text."
    assert now(session, fine).status == "published"
    page = writer.get(address)
    assert page.index("Not undone") < page.index("Somebody has changed it meanwhile.", page.index("Not undone"))


@ONE_KIND
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"act": "topic", "topic": "x"}, "No article is chosen"),
        ({"act": ""}, "Choose what is to be done"),
        ({"act": "topic", "topic": "?!", "tick": True}, "A topic needs a letter"),
        ({"act": "review_by", "review_by": "soon", "tick": True}, "This is no day"),
        ({"act": "review", "review": "999999", "tick": True}, "This person cannot be asked"),
    ],
)
def test_an_act_that_cannot_be_keeps_what_was_ticked(
    writer: Person, session: Session, values: dict[str, object], said: str
) -> None:
    article = stored(session, "lamp", status="draft")
    chosen = {"chosen": marks(article)} if values.pop("tick", False) else {}
    page = writer.send(f"{LIST}acts?status=draft", 422, **values, **chosen)
    assert said in page
    if chosen:
        assert re.search(rf'value="{article.id}-1"[^>]*checked', page)
    assert session.scalars(select(BulkAct)).all() == []


def test_archiving_says_what_points_to_them(writer: Person, session: Session) -> None:
    article, alone = stored(session, "lamp"), stored(session, "alone")
    writer.send(f"{LIST}{article.id}", step="publish", **form_of(article, slug="light"))
    stored(session, "guide", body="See [it](light.md).")
    stored(session, "words", body="A light is a [bulb](bulb.md), no link to light.")
    trainer = number_of(session, Role.TRAINER)
    text = "Read https://shop.example/help/en/articles/light first"
    for name, words in (("Lamp help", text), ("Else", text.replace("light first", "lightning-rods"))):
        save_macro(session, Writer(trainer, trains=True), name=name, language="en", text=words, shared=True)
    hours = utc_now() + timedelta(hours=2)
    notice = NoticeContent(
        texts={"en": "Lamps are late."}, degree="info", begins_at=utc_now(), ends_at=hours, article_key="lamp"
    )
    save_notice(session, notice, user_id=None)
    session.add(PinnedDocument(user_id=trainer, document=f"article:{article.id}"))
    session.add(PinnedAnswer(wordings=["why is it dark", "no light"], article_id=article.id))
    session.add(FeaturedArticle(article_key=article.translation_key, position=1))
    session.commit()
    page = writer.get(f"{LIST}{article.id}/archive")
    for said in (
        ">Guide<",
        "Lamp help",
        "Lamps are late.",
        "1 rep keeps it at hand.",
        "lead on to it",
        "why is it dark",
        "The home page",
    ):
        assert said in page
    assert ">Words<" not in page
    assert "Else" not in page
    page = writer.send(f"{LIST}acts", 200, act="archive", chosen=marks(now(session, article), alone))
    assert "6 things point to it" in page
    assert "Nothing points to it." in page
    assert now(session, alone).status == "published"


@ONE_KIND
def test_addresses_never_go_in_a_circle(writer: Person, client: FlaskClient, session: Session) -> None:
    """Two articles change places, and a third names its own address and theirs as old ones."""
    red, blue = stored(session, "red"), stored(session, "blue")
    for article, slug in ((red, "other"), (blue, "red"), (red, "blue")):
        writer.send(f"{LIST}{article.id}", step="publish", **form_of(now(session, article), slug=slug))
    stored(session, "green", redirect_from=["green", "red", "other"])
    for slug in ("red", "blue", "other", "green"):
        address, hops = f"/help/en/articles/{slug}", 0
        while (answer := client.get(address)).status_code in {301, 302, 308}:
            address, hops = answer.location, hops + 1
            assert hops < 3, slug
        assert answer.status_code == 200
    assert "Blue" in client.get("/help/en/articles/red").text
    assert "Red" in client.get("/help/en/articles/blue").text


@ONE_KIND
def test_two_tabs_of_one_person_lose_nothing(writer: Person, session: Session) -> None:
    article = stored(session, "lamp")
    for key, body in (("a" * 24, "First tab."), ("b" * 24, "Second tab.")):
        writer.send(f"{LIST}drafts", 200, **form_of(article, body=body, key=key))
    writer.send(f"{LIST}{article.id}", step="publish", **form_of(article, body="First tab.", key="a" * 24))
    page = writer.send(f"{LIST}{article.id}", 409, step="publish", **form_of(article, body="Second tab.", key="b" * 24))
    assert "Second tab." in page
    assert now(session, article).body == "First tab."
    first, second = (f"{LIST}acts" for _tab in range(2))
    chosen = marks(now(session, article))
    writer.send(first, act="topic", topic="one", chosen=chosen)
    assert "Somebody has changed it meanwhile." in writer.get(
        writer.send(second, act="topic", topic="two", chosen=chosen)
    )
    assert now(session, article).topic == "one"


def test_what_is_due_is_listed_and_noted_as_right(writer: Person, session: Session) -> None:
    today = utc_now().astimezone(Settings().time_zone).date()
    mine = stored(session, "my-lamp", owner="trainer@test.example", review_by=(today - timedelta(days=2)).isoformat())
    stored(session, "soon", owner="left@shop.example", review_by=(today + timedelta(days=20)).isoformat())
    stored(session, "later", review_by=(today + timedelta(days=90)).isoformat())
    stored(session, "nobodys", review_by=today.isoformat())
    stored(session, "kept-back", status="draft", review_by=today.isoformat())
    for query, titles in {
        "": {"My Lamp", "Soon", "Nobodys"},
        "?whose=me": {"My Lamp"},
        "?whose=-": {"Nobodys"},
    }.items():
        page = writer.get(f"{LIST}due{query}")
        assert {
            name for name in ("My Lamp", "Soon", "Later", "Nobodys", "Kept Back") if f">{name}</a>" in page
        } == titles
    assert "nobody who can log in" in writer.get(f"{LIST}due")
    desk = f"/desk/articles/{mine.id}"
    assert "to be reviewed since" in writer.get(desk)
    writer.send(f"{LIST}{mine.id}/reviewed", seen=mine.revision, again=182)
    found = now(session, mine)
    assert (found.reviewed_on, found.review_by) == (today, today + timedelta(days=182))
    assert found.reviewed_by == "trainer@test.example"
    page = writer.get(desk)
    assert "Verified until" in page
    assert "trainer@test.example" in page
    # A second tab that did not know of it, and nonsense.
    assert "has changed since" in writer.get(writer.send(f"{LIST}{mine.id}/reviewed", seen=mine.revision - 1, again=91))
    writer.send(f"{LIST}{mine.id}/reviewed", 400, seen=mine.revision, again=5)
    # A day that a file gives is nobody's word.
    source = make_source(
        {"title": "My Lamp", "slug": "my-lamp", "language": "en", "reviewed_on": "2026-01-05"}, "Text."
    )
    save_article(session, source, article=found)
    session.commit()
    assert now(session, mine).reviewed_by is None


@ONE_KIND
def test_pages_of_the_studio_are_for_trainers(login: Callable[[Role | str], FlaskClient], settings: Settings) -> None:
    rep = login(Role.REP)
    for path in ("reviews", "due", "acts"):
        assert rep.get(f"{LIST}{path}").status_code == 403
    with pytest.raises(Exception, match="KB_ARTICLE_REVIEW"):
        _ = replace(settings, article_review_text="perhaps").needs_approval
