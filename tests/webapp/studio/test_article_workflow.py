"""From draft to archive among several people: reviews, comments, plans, acts on many, days of review."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.articles import save_article
from kb.articles.reviews import text_to_read
from kb.articles.schedules import run_due
from kb.articles.source import make_source
from kb.core.settings import Settings
from kb.service.macros import Writer, save_macro
from kb.service.notices import NoticeContent, save_notice
from kb.tables import (
    Article,
    ArticleComment,
    ArticleDraft,
    ArticleReview,
    ArticleSchedule,
    BulkAct,
    FeaturedArticle,
    PinnedAnswer,
    PinnedDocument,
    Role,
    utc_now,
)

ONE_KIND = pytest.mark.sqlite_only(reason="what is said of bad input does not depend on the database")
Csrf = Callable[[FlaskClient], dict[str, str]]
KEY = "k" * 24
LIST = "/studio/articles/"


class Person:
    """Somebody in the studio."""

    def __init__(self, client: FlaskClient, csrf: Csrf) -> None:
        self.client, self._csrf = client, csrf

    def get(self, address: str, status: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text[:1000]
        return answer.text

    def send(self, address: str, status: int = 303, **values: object) -> str:
        answer = self.client.post(address, data=values, headers=self._csrf(self.client))
        assert answer.status_code == status, answer.text[:2000]
        return str(answer.location) if status == 303 else answer.text


@pytest.fixture
def writer(login: Callable[[Role | str], FlaskClient], csrf: Csrf) -> Person:
    return Person(login(Role.TRAINER), csrf)


@pytest.fixture
def reviewer(login: Callable[[Role | str], FlaskClient], csrf: Csrf) -> Person:
    return Person(login(Role.ADMIN), csrf)


@pytest.fixture
def strict(app: object) -> None:
    """A shop where a colleague approves what is published."""
    settings: Settings = app.extensions["kb_settings"]  # type: ignore[attr-defined]
    app.extensions["kb_settings"] = replace(settings, article_review_text="required")  # type: ignore[attr-defined]


def stored(session: Session, slug: str, language: str = "en", status: str = "published", **fields: object) -> Article:
    values = {"title": slug.replace("-", " ").title(), "slug": slug, "language": language, "status": status, **fields}
    body = str(values.pop("body", "Press the button.\n\nWait."))
    found = save_article(session, make_source(values, body), author="first@shop.example")
    session.commit()
    return found


def form_of(article: Article, **changes: object) -> dict[str, object]:
    return {
        "title": article.title, "slug": article.slug, "language": article.language, "topic": article.topic,
        "audience": article.audience, "also_asked": "\n".join(article.also_asked), "body": article.body, "key": KEY,
        "seen": str(article.revision), "article": str(article.id), "owner": article.owner or "", **changes,
    }  # fmt: skip


def now(session: Session, article: Article) -> Article:
    session.expire_all()
    return session.get_one(Article, article.id)


def seen_in(page: str) -> str:
    return re.findall(r'name="seen" value="([0-9a-f]{64})"', page)[0]


def number_of(session: Session, role: Role) -> int:
    return get_user(session, f"{role.value}@test.example").id


def written(writer: Person, session: Session, **changes: object) -> Article:
    values = {"title": "Red lamp", "language": "en", "body": "Press it.\n\nWait.", "key": KEY, "audience": "public"}
    writer.send(f"{LIST}new", step="submit", **{**values, **changes})
    session.expire_all()
    return session.scalars(select(Article).order_by(Article.id.desc())).first()  # type: ignore[return-value]


def test_somebody_who_is_asked_reads_and_sends_back_and_then_approves(
    writer: Person, reviewer: Person, client: FlaskClient, session: Session
) -> None:
    article = written(writer, session, reviewer=number_of(session, Role.ADMIN))
    address = f"{LIST}{article.id}/review"
    page = reviewer.get(f"{LIST}reviews")
    assert page.index("You are asked") < page.index("Red lamp") < page.index("Everything else")
    assert "2 of them for you" not in reviewer.get(LIST)
    assert "Say what is missing" in reviewer.send(address, 422, step="send_back", word=" ")
    reviewer.send(address, step="send_back", word="Which button, बटन?")
    assert now(session, article).status == "draft"
    page = writer.get(f"{LIST}{article.id}")
    assert "Sent back" in page
    assert "Which button, बटन?" in page
    assert "Red lamp" not in reviewer.get(f"{LIST}reviews")
    writer.send(f"{LIST}{article.id}", step="submit", **form_of(now(session, article), body="Press the red one."))
    # Who sent it back has not written it, and may approve.
    seen = seen_in(reviewer.get(address))
    reviewer.send(address, step="publish", seen=seen, word="Thanks")
    assert "Press the red one." in client.get("/help/en/articles/red-lamp").text
    found = now(session, article)
    assert (found.status, found.reviewed_by) == ("published", "admin@test.example")
    assert found.reviewed_on is not None
    states = session.scalars(select(ArticleReview.state).order_by(ArticleReview.id)).all()
    assert states == ["sent_back", "approved"]


@ONE_KIND
def test_nobody_approves_what_they_wrote(writer: Person, session: Session) -> None:
    article = written(writer, session)
    page = writer.get(f"{LIST}{article.id}/review")
    assert "You wrote this" in page
    assert "Approve and publish" not in page
    article = now(session, article)
    review = session.scalars(select(ArticleReview)).one()
    # Not even by sending the form by hand.
    digest = text_to_read(session, article.id).digest
    writer.send(f"{LIST}{article.id}/review", 403, step="approve", seen=digest)
    session.refresh(review)
    assert review.state == "waiting"


@ONE_KIND
def test_what_is_approved_is_the_text_that_was_read(writer: Person, reviewer: Person, session: Session) -> None:
    article = written(writer, session)
    address = f"{LIST}{article.id}/review"
    seen = seen_in(reviewer.get(address))
    writer.send(f"{LIST}{article.id}", step="save", **form_of(now(session, article), body="Quite another text."))
    assert "has changed since you opened it" in reviewer.send(address, 409, step="approve", seen=seen)
    assert "Quite another text." in reviewer.get(address)


def test_where_a_review_is_required_nothing_else_publishes(
    writer: Person, reviewer: Person, client: FlaskClient, session: Session, engine: Engine, strict: None
) -> None:
    article = written(writer, session)
    mine = f"{LIST}{article.id}"
    page = writer.send(mine, 409, step="publish", **form_of(article, body="My words stay here."))
    assert "A colleague has to approve this very text" in page
    assert "My words stay here." in page
    done = writer.send(f"{LIST}acts", act="publish", chosen=f"{article.id}-{article.revision}")
    assert "A colleague has to approve it first." in writer.get(done)
    at = utc_now() + timedelta(hours=1)
    writer.send(f"{mine}/schedule", act="publish", at=local(at))
    assert run_due(engine, needs_approval=True, now=lambda: at + timedelta(minutes=1)) == {"failed": 1}
    assert "A colleague has to approve it first." in writer.get(LIST)
    assert now(session, article).status == "in_review"
    reviewer.send(f"{mine}/review", step="approve", seen=seen_in(reviewer.get(f"{mine}/review")))
    assert client.get("/help/en/articles/red-lamp").status_code == 404
    writer.send(mine, step="publish", **form_of(now(session, article)))
    assert client.get("/help/en/articles/red-lamp").status_code == 200
    # Another text is another question; what was published before may come back.
    writer.send(mine, 409, step="publish", **form_of(now(session, article), body="New."))
    writer.send(f"{mine}/archive", step="archived", seen=now(session, article).revision)
    writer.send(mine, step="publish", **form_of(now(session, article)))
    assert now(session, article).status == "published"


def test_a_change_of_a_published_article_is_approved_apart_from_it(
    writer: Person, reviewer: Person, client: FlaskClient, session: Session, strict: None
) -> None:
    article = stored(session, "lamp")
    mine = f"{LIST}{article.id}"
    writer.send(mine, step="submit", **form_of(article, body="Turn the knob.\n\nWait."))
    page = reviewer.get(f"{mine}/review?draft={KEY}")
    assert "<del>Press</del><ins>Turn</ins>" in page
    assert "Change of a published article" in reviewer.get(f"{LIST}reviews")
    reviewer.send(f"{mine}/review", step="publish", draft=KEY, seen=seen_in(page))
    assert "Turn the knob." in client.get("/help/en/articles/lamp").text
    assert session.scalars(select(ArticleDraft)).all() == []
    assert "trainer@test.example" in writer.get(f"{mine}/history")


def test_a_change_that_somebody_overtook_is_not_published_over_theirs(
    writer: Person, reviewer: Person, session: Session
) -> None:
    article = stored(session, "lamp")
    mine = f"{LIST}{article.id}"
    writer.send(mine, step="submit", **form_of(article, body="Turn the knob."))
    reviewer.send(mine, step="publish", **form_of(article, body="Theirs.", key="t" * 24))
    page = reviewer.get(f"{mine}/review?draft={KEY}")
    assert "cannot be published as it is" in page
    reviewer.send(f"{mine}/review", 409, step="publish", draft=KEY, seen=seen_in(page))
    assert now(session, article).body == "Theirs."
    assert session.scalars(select(ArticleDraft.body)).one() == "Turn the knob."


@ONE_KIND
def test_taking_back_and_throwing_away_leave_nothing_that_waits(
    writer: Person, reviewer: Person, session: Session
) -> None:
    article = stored(session, "lamp")
    writer.send(f"{LIST}{article.id}", step="submit", **form_of(article, body="Turn it."))
    writer.send(f"{LIST}drafts/drop", key=KEY, article=article.id)
    other = written(writer, session, title="Kettle")
    writer.send(f"{LIST}{other.id}/review", step="withdraw")
    writer.send(f"{LIST}{other.id}", step="draft", **form_of(now(session, other)))
    page = reviewer.get(f"{LIST}reviews")
    assert "Lamp" not in page
    assert "Kettle" not in page
    assert set(session.scalars(select(ArticleReview.state))) == {"withdrawn"}


def test_comments_stay_with_their_paragraph(writer: Person, reviewer: Person, session: Session) -> None:
    article = written(writer, session, body="Press the red button for long.\n\nWait a minute.\n\n1. বোতাম টিপুন।")
    address = f"{LIST}{article.id}/review"
    about = {"place": 0, "quote": "Press the red button for long."}
    reviewer.send(f"{LIST}{article.id}/comments", text="How long?", **about)
    reviewer.send(f"{LIST}{article.id}/comments", text="কোন বোতাম?", place=2, quote="বোতাম টিপুন।")
    first, second = session.scalars(select(ArticleComment).order_by(ArticleComment.id))
    page = writer.get(address)
    assert page.index("How long?") < page.index("Wait a minute.") < page.index("কোন বোতাম?")
    writer.send(f"{LIST}comments/{first.id}", step="answer", text="Ten seconds, I add it.")
    body = "New at the head.\n\nPress the red button for ten seconds.\n\nWait a minute."
    writer.send(f"{LIST}{article.id}", step="save", **form_of(now(session, article), body=body))
    page = reviewer.get(address)
    assert "The paragraph has changed" in page
    assert "<ins>ten seconds</ins>" in page
    assert "The paragraph is gone" in page
    assert page.index("Comments on paragraphs that are gone") < page.index("বোতাম টিপুন।")
    assert "(2)" in writer.get(f"{LIST}{article.id}")
    for step, mark in (("resolve", True), ("resolve", True), ("reopen", False), ("resolve", True)):
        reviewer.send(f"{LIST}comments/{second.id}", step=step)
        session.expire_all()
        assert (session.get_one(ArticleComment, second.id).resolved_at is not None) is mark
    assert "(1)" in writer.get(f"{LIST}{article.id}")


def test_nobody_is_asked_to_read_who_cannot_open_it(writer: Person, session: Session) -> None:
    article = stored(session, "lamp", status="draft")
    chosen = f"{article.id}-{article.revision}"
    person = get_user(session, f"{Role.REP.value}@test.example").id
    assert "cannot be asked" in writer.send(f"{LIST}acts", 422, act="review", review=person, chosen=chosen)
    get_user(session, f"{Role.ADMIN.value}@test.example").active = False
    session.commit()
    writer.send(f"{LIST}acts", 422, act="review", review=number_of(session, Role.ADMIN), chosen=chosen)
    assert session.scalars(select(ArticleReview)).all() == []
    assert now(session, article).status == "draft"


@ONE_KIND
@pytest.mark.parametrize("text", ["  ", "x" * 4_001])
def test_a_comment_that_cannot_be_taken_stands_in_the_form_again(reviewer: Person, session: Session, text: str) -> None:
    article = stored(session, "lamp")
    page = reviewer.send(f"{LIST}{article.id}/comments", 422, text=text, place=1, quote="Wait.")
    assert text.strip()[:3000] in page
    assert session.scalars(select(ArticleComment)).all() == []


def local(at: datetime) -> str:
    """As a browser of the shop sends it."""
    return f"{at.astimezone(Settings().time_zone):%Y-%m-%dT%H:%M}"


def test_an_article_comes_out_and_goes_by_itself(
    writer: Person, client: FlaskClient, session: Session, engine: Engine
) -> None:
    article = stored(session, "diwali-offer", status="draft")
    begins, ends = utc_now() + timedelta(hours=2), utc_now() + timedelta(days=3)
    address = f"{LIST}{article.id}/schedule"
    writer.send(address, act="publish", at=local(begins))
    writer.send(address, act="archive", at=local(ends))
    assert "Diwali Offer" in writer.get(LIST)
    assert run_due(engine, needs_approval=False) == {}
    assert run_due(engine, needs_approval=False, now=lambda: begins + timedelta(minutes=1)) == {"done": 1}
    assert client.get("/help/en/articles/diwali-offer").status_code == 200
    assert run_due(engine, needs_approval=False, now=lambda: ends + timedelta(minutes=1)) == {"done": 1}
    assert client.get("/help/en/articles/diwali-offer").status_code == 410
    assert "trainer@test.example" in writer.get(f"{LIST}{article.id}/history")
    assert "Nothing is planned." in writer.get(address)


@ONE_KIND
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"act": "publish", "at": "2020-02-02T10:00"}, "This time is over already"),
        ({"act": "publish", "at": "2999-02-02T10:00"}, "That is too far off"),
        ({"act": "publish", "at": "soon"}, "A date and a time are needed"),
        ({"act": "publish", "at": ""}, "A date and a time are needed"),
        ({"act": "explode", "at": "in a week"}, "That is so already"),
        ({"act": "archive", "at": "in a day"}, "archived before it is published"),
    ],
)
def test_a_plan_that_cannot_be_is_said_and_changes_nothing(
    writer: Person, session: Session, values: dict[str, str], said: str
) -> None:
    article = stored(session, "lamp", status="draft")
    address = f"{LIST}{article.id}/schedule"
    days = {"in a day": 1, "in a week": 7}
    values = {**values, "at": local(utc_now() + timedelta(days=days[values["at"]]))} if values["at"] in days else values
    writer.send(address, act="publish", at=local(utc_now() + timedelta(days=3)))
    page = writer.send(address, 422, **values)
    assert said in page
    assert f'value="{values["at"]}"' in page
    assert [one.state for one in session.scalars(select(ArticleSchedule))] == ["waiting"]


def test_a_plan_is_cancelled_or_planned_anew(writer: Person, session: Session, engine: Engine) -> None:
    article = stored(session, "lamp", status="draft")
    address = f"{LIST}{article.id}/schedule"
    for days in (1, 2):
        writer.send(address, act="publish", at=local(utc_now() + timedelta(days=days)))
    first, second = session.scalars(select(ArticleSchedule).order_by(ArticleSchedule.id))
    assert (first.state, second.state) == ("cancelled", "waiting")
    writer.send(f"{LIST}schedules/{second.id}/cancel")
    assert run_due(engine, needs_approval=False, now=lambda: utc_now() + timedelta(days=9)) == {}
    assert now(session, article).status == "draft"


def test_changes_of_a_published_article_come_out_at_their_time_or_say_why_not(
    writer: Person, reviewer: Person, client: FlaskClient, session: Session, engine: Engine
) -> None:
    for slug, overtaken in (("lamp", False), ("kettle", True)):
        article = stored(session, slug)
        key = slug.ljust(24, "k")
        writer.send(f"{LIST}drafts", 200, **form_of(article, body="In spring.", key=key))
        at = utc_now() + timedelta(hours=1)
        address = f"{LIST}{article.id}/schedule"
        assert "That is so already" in writer.send(address, 422, act="publish", at=local(at))
        writer.send(address, act="publish", at=local(at), draft=key)
        if overtaken:
            reviewer.send(f"{LIST}{article.id}", step="publish", **form_of(article, body="Theirs.", key="t" * 24))
        done = run_due(engine, needs_approval=False, now=lambda: utc_now() + timedelta(hours=2))
        assert done == ({"failed": 1} if overtaken else {"done": 1})
    assert "In spring." in client.get("/help/en/articles/lamp").text
    assert "Theirs." in client.get("/help/en/articles/kettle").text
    page = writer.get(LIST)
    assert "Somebody has changed it meanwhile." in page
    assert session.scalars(select(ArticleDraft.body)).one() == "In spring.", "nothing is lost"


def test_a_draft_that_is_saved_or_thrown_away_is_not_published_later(writer: Person, session: Session) -> None:
    article = stored(session, "lamp")
    for key, end in (("a" * 24, "drop"), ("b" * 24, "publish")):
        form = form_of(now(session, article), body=f"Turn {key[0]}.", key=key)
        writer.send(f"{LIST}drafts", 200, **form)
        at = local(utc_now() + timedelta(days=1))
        writer.send(f"{LIST}{article.id}/schedule", act="publish", at=at, draft=key)
        if end == "drop":
            writer.send(f"{LIST}drafts/drop", key=key, article=article.id)
        else:
            writer.send(f"{LIST}{article.id}", step="publish", **form)
    assert set(session.scalars(select(ArticleSchedule.state))) == {"cancelled"}


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
