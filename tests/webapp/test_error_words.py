"""What the domain says has gone wrong reaches people in their language, with its figures; programs and logs read English."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy.orm import Session
from studio_people import LIST, Person, join, stored, writer

from kb.accounts.people import get_user
from kb.core.errors import InvalidInputError
from webapp.shared.error_words import extract, message_of, words_of

__all__ = ["join", "writer"]

pytestmark = pytest.mark.sqlite_only(reason="words do not depend on the database")

TOO_LONG = InvalidInputError(
    "The message has %(length)s characters; %(longest_text)s at most.",
    remedy="Read it again.",
    length=23456,
    longest_text=20_000,
)


def test_an_error_is_said_in_each_language_with_its_figures(app: Flask) -> None:
    assert str(TOO_LONG) == "The message has 23456 characters; 20000 at most. Read it again."
    with app.test_request_context():
        assert words_of(TOO_LONG) == "The message has 23,456 characters; 20,000 at most. Read it again."
        with force_locale("hi"):
            assert words_of(TOO_LONG) == "संदेश में 23,456 अक्षर हैं; ज़्यादा से ज़्यादा 20,000। इसे फिर पढ़ें।"
        with force_locale("bn"):
            assert message_of(TOO_LONG).startswith("বার্তায়")


def test_what_a_form_has_wrong_stands_there_in_the_language_of_the_page(writer: Person, session: Session) -> None:
    article = stored(session, "lamp")
    values = {"wordings": "why is it dark", "article": article.id, "until": "soon", "note": ""}
    assert "This is no day. Write it as 2027-03-01." in writer.send("/studio/search/pin/", 422, **values)
    get_user(session, "trainer@test.example").language = "hi"
    session.commit()
    page = writer.send("/studio/search/pin/", 422, **values)
    assert "यह कोई तारीख़ नहीं है। ऐसे लिखें: 2027-03-01।" in page
    assert "This is no day" not in page
    assert "ऐसा कोई काम नहीं है।" in writer.get(f"{LIST}acts/4711", 404)
    assert "यह पन्ना भूमिका “admin”" in writer.get("/admin/people", 403)


def test_english_values_with_percent_signs_stay_as_they_are(app: Flask, client: FlaskClient) -> None:
    error = InvalidInputError("“%(part)s” is no word or short phrase.", part="100% %(sure)s")
    assert error.message == "“100% %(sure)s” is no word or short phrase."
    with app.test_request_context(), force_locale("bn"):
        assert "100% %(sure)s" in words_of(error)
        assert words_of(InvalidInputError("At 100% nothing is missing.")) == "At 100% nothing is missing."


def test_a_message_that_nobody_could_translate_is_refused() -> None:
    written = 'raise SomeError("A thing is wrong.", remedy="Mend it." if x else "")\nraise ValueError(f"{x} is odd")'
    assert [one[2] for one in extract(io.BytesIO(written.encode()))] == ["A thing is wrong."]
    with pytest.raises(TypeError, match="hand values over by name"):
        list(extract(io.BytesIO(b'raise SomeError(f"{x} is wrong.")')))
