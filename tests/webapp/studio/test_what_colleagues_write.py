"""Words of colleagues to each other are kept without personal data, wherever they are written."""

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from studio_people import LIST, Person, form_of, now, seen_in, stored, written

from kb.tables import ArticleComment, ArticleReview, CuratedChange, Gap, GapChange, PinnedAnswer, ReviewReader

pytestmark = pytest.mark.sqlite_only(reason="what is stored does not depend on the database")

# Ways in which somebody could be reached or charged, with what may stay of each sentence.
SECRETS = {
    "Ask asha.rao@mail.example about the lamp": "mail.example",
    "Call +91 98300 12345 first": "98300",
    "Her card 4111 1111 1111 1111 was charged": "4111",
}
WORD = ". ".join(SECRETS)


def holds_nothing(*texts: object) -> None:
    kept = json.dumps(texts, ensure_ascii=False, default=str)
    assert [secret for secret in SECRETS.values() if secret in kept] == []
    assert "about the lamp" in kept


def test_of_a_review_and_its_comments(writer: Person, reviewer: Person, session: Session) -> None:
    article = written(writer, session)
    address = f"{LIST}{article.id}/review"
    writer.send(address, step="ask", word=WORD)
    holds_nothing(session.scalars(select(ArticleReview.word)).all())
    place = {"place": "0", "quote": "Press it.", "text": WORD}
    reviewer.send(f"{LIST}{article.id}/comments", **place)
    number = session.scalars(select(ArticleComment.id)).one()
    writer.send(f"{LIST}comments/{number}", step="answer", text=WORD)
    for text in session.scalars(select(ArticleComment.text)):
        holds_nothing(text)
    reviewer.send(address, step="approve", seen=seen_in(reviewer.get(address)), word=WORD)
    for kept in (ArticleReview.answer, ReviewReader.word):
        holds_nothing(session.scalars(select(kept)).all())


def test_of_what_is_sent_back_and_of_the_history(writer: Person, reviewer: Person, session: Session) -> None:
    article = written(writer, session)
    reviewer.send(f"{LIST}{article.id}/review", step="send_back", word=WORD)
    writer.send(f"{LIST}{article.id}", step="save", note=WORD, **form_of(now(session, article), body="Press twice."))
    session.expire_all()
    holds_nothing(session.scalars(select(ArticleReview.answer)).all())
    for revision in now(session, article).revisions[-2:]:
        holds_nothing(revision.note)


def test_of_a_pin(writer: Person, session: Session) -> None:
    article = stored(session, "lamp")
    values = {"wordings": "\n".join(SECRETS), "article": article.id, "until": "", "note": WORD}
    writer.send("/studio/search/pin/", **values)
    pin = session.scalars(select(PinnedAnswer)).one()
    assert len(pin.wordings) == 3
    holds_nothing(pin.wordings, session.scalars(select(CuratedChange.after)).all())
    holds_nothing(pin.note)


def test_of_a_gap(writer: Person, session: Session, client: FlaskClient) -> None:
    gap = Gap(label="lamps", centroid=b"", fingerprint="x")
    session.add(gap)
    session.commit()
    writer.send(f"/studio/gaps/{gap.id}/comment", text=WORD)
    writer.send(f"/studio/gaps/{gap.id}/name", title=next(iter(SECRETS)))
    session.expire_all()
    holds_nothing(session.scalars(select(GapChange.details)).all(), gap.label)
