import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.tables import Role
from webapp.shared.locale import choose_language
from webapp.shared.ui import language_name


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/help/hi/", {"Accept-Language": "bn"}, "hi"),
        ("/help/bn", {"Accept-Language": "hi"}, "bn"),
        ("/help/xx/", {"Accept-Language": "hi"}, "hi"),
        ("/desk/", {"Accept-Language": "fr, bn;q=0.8, hi;q=0.9"}, "hi"),
        ("/desk/", {"Accept-Language": "bn-IN"}, "bn"),
        ("/desk/", {"Accept-Language": "bn", "Cookie": "language=hi"}, "hi"),
        ("/desk/", {"Accept-Language": "bn", "Cookie": "language=xx"}, "bn"),
        ("/desk/", {"Accept-Language": "fr"}, "en"),
        ("/", {}, "en"),
    ],
)
def test_address_then_cookie_then_browser_decide_the_language(
    app: Flask, path: str, headers: dict[str, str], language: str
) -> None:
    with app.test_request_context(path, headers=headers):
        assert choose_language() == language


def test_language_of_a_person_goes_before_that_of_the_browser(app: Flask, session: Session, login) -> None:  # type: ignore[no-untyped-def]
    get_user(session, "rep@test.example").language = "bn"
    session.commit()
    client = login(Role.REP)
    with client:
        client.get("/desk/", headers={"Accept-Language": "hi"})
        assert choose_language() == "bn"


def test_outside_of_a_request_the_default_language_is_used(app: Flask) -> None:
    with app.app_context():
        assert choose_language() == "en"


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("bn-Latn", "Bengali (Latin)"),
        ("hi-Latn", "Hindi (Latin)"),
        ("ta-Latn", "Tamil (Latin)"),
        ("sr-Latn", "Srpski (latinica)"),
        ("bn", "বাংলা"),
        ("xx-Latn", "xx-Latn"),
    ],
)
def test_a_language_typed_in_latin_letters_is_told_apart_from_the_language_itself(tag: str, name: str) -> None:
    assert language_name(tag) == name
