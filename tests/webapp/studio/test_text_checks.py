"""The panel of checks in the editor: as JSON while somebody types, and as a page without scripts."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import Engine
from statements import is_of_the_page, is_write, recorded_statements

from kb.tables import Role

Csrf = Callable[[FlaskClient], dict[str, str]]
BODY = "😀 See [this](../x/gone.md).\n\n![](box.png)\n\nMail anita.sen@example.org.\n"


def test_findings_come_as_json_with_places_as_a_browser_counts_them(
    login: Callable[[Role | str], FlaskClient], csrf: Csrf, engine: Engine
) -> None:
    trainer = login(Role.TRAINER)
    values = {"title": "Boxes", "language": "en", "body": BODY, "audience": "public"}
    trainer.post("/studio/articles/checks", data=values, headers=csrf(trainer))  # opens the search
    with recorded_statements(engine) as seen:
        answer = trainer.post("/studio/articles/checks", data=values, headers=csrf(trainer))
    assert answer.status_code == 200
    statements = [statement for statement in seen if is_of_the_page(statement)]
    assert len(statements) <= 15
    assert not any(map(is_write, statements))
    found = {one["kind"]: one for one in answer.json["findings"]}
    utf16 = BODY.encode("utf-16-le")
    for kind, there in (
        ("link_nowhere", "../x/gone.md"),
        ("no_alt", "![](box.png)"),
        ("personal", "anita.sen@example.org"),
    ):
        one = found[kind]
        assert utf16[2 * one["start"] : 2 * one["end"]].decode("utf-16-le") == there
    assert found["no_alt"]["line"] == 3
    assert found["personal"]["harmful"]
    assert answer.json["summary"]
    assert answer.json["measures"]


def test_without_scripts_a_button_checks_and_nothing_typed_is_lost(
    login: Callable[[Role | str], FlaskClient], csrf: Csrf
) -> None:
    trainer = login(Role.TRAINER)
    values = {"title": "Boxes & more", "language": "hi", "body": BODY, "audience": "public", "step": "check"}
    page = trainer.post("/studio/articles/new", data=values, headers=csrf(trainer))
    assert page.status_code == 200
    assert 'data-kind="no_alt"' in page.text
    assert 'href="#body"' in page.text
    assert "![](box.png)" in page.text
    assert "Boxes &amp; more" in page.text


def test_only_trainers_are_told(login: Callable[[Role | str], FlaskClient], csrf: Csrf) -> None:
    rep = login(Role.REP)
    assert rep.post("/studio/articles/checks", data={"title": "x"}, headers=csrf(rep)).status_code == 403
