"""Several colleagues are asked to read one text: each has their word, and as many approve as were asked."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from studio_people import LIST, Person, form_of, now, number_of, seen_in, written

from kb.tables import Article, ArticleReview, ReviewReader, Role

Join = Callable[[str], tuple[Person, int]]


@pytest.fixture
def asked(writer: Person, reviewer: Person, session: Session, join: Join) -> tuple[Article, str, Person, int]:
    """An article that Ravi and the administrator are asked to read: its page of the review, Ravi and his number."""
    ravi, number = join("ravi")
    article = written(writer, session, reviewer=[number, number_of(session, Role.ADMIN)])
    return article, f"{LIST}{article.id}/review", ravi, number


def test_all_who_are_asked_approve_before_it_is_out(
    asked: tuple[Article, str, Person, int], reviewer: Person, client: FlaskClient, session: Session, strict: None
) -> None:
    _article, address, ravi, _ = asked
    page = ravi.get(address)
    assert "After you 1 colleague has to approve it." in page
    assert 'value="publish"' not in page
    # Whoever asks for publishing all the same has approved it, and nothing is out.
    ravi.send(address, step="publish", seen=seen_in(page), word="Fine, बढ़िया")
    assert client.get("/help/en/articles/red-lamp").status_code == 404
    page = ravi.get(address)
    assert "1 colleague has to approve it too." in page
    assert "has approved" in page
    assert "Red lamp" in ravi.get(f"{LIST}reviews").split("Everything else")[1]
    page = reviewer.get(f"{LIST}reviews")
    assert page.index("You are asked") < page.index("Red lamp") < page.index("Everything else")
    # The same person twice is one.
    ravi.send(address, step="approve", seen=seen_in(ravi.get(address)))
    assert session.scalars(select(ArticleReview.state)).all() == ["waiting"]
    reviewer.send(address, step="publish", seen=seen_in(reviewer.get(address)), word="Thanks")
    assert client.get("/help/en/articles/red-lamp").status_code == 200
    page = reviewer.get(address)
    assert "Fine, बढ़िया" in page
    assert "Thanks" in page


def test_an_approval_is_one_of_a_text(
    asked: tuple[Article, str, Person, int], writer: Person, reviewer: Person, session: Session
) -> None:
    article, address, ravi, _ = asked
    ravi.send(address, step="approve", seen=seen_in(ravi.get(address)))
    writer.send(f"{LIST}{article.id}", step="save", **form_of(now(session, article), body="Press the other one."))
    page = reviewer.get(address)
    assert "an earlier text" in page
    assert "After you 1 colleague has to approve it." in page
    reviewer.send(address, step="approve", seen=seen_in(page))
    session.expire_all()
    assert session.scalars(select(ArticleReview.state)).all() == ["waiting"]
    ravi.send(address, step="approve", seen=seen_in(ravi.get(address)))
    session.expire_all()
    assert session.scalars(select(ArticleReview.state)).all() == ["approved"]


def test_a_colleague_steps_in_and_one_no_is_enough(
    asked: tuple[Article, str, Person, int], reviewer: Person, session: Session, join: Join
) -> None:
    article, address, ravi, _ = asked
    mina, _ = join("mina")
    mina.send(address, step="approve", seen=seen_in(mina.get(address)))
    assert "After you" not in ravi.get(address)
    ravi.send(address, step="send_back", word="Which lamp?")
    assert now(session, article).status == "draft"
    assert session.scalars(select(ArticleReview.state)).all() == ["sent_back"]


def test_who_is_asked_again_is_who_is_asked(
    asked: tuple[Article, str, Person, int], writer: Person, reviewer: Person, session: Session, join: Join
) -> None:
    _article, address, ravi, number = asked
    mina, other = join("mina")
    ravi.send(address, step="approve", seen=seen_in(ravi.get(address)))
    writer.send(address, step="ask", reviewer=[other], word="Please")
    rows = {one.user_id: one.is_asked for one in session.scalars(select(ReviewReader))}
    assert rows == {number: False, other: True}
    assert "Red lamp" in reviewer.get(f"{LIST}reviews").split("Everything else")[1]
    # One was asked, and one has approved this very text.
    assert "After you" not in mina.get(address)
