import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError
from kb.tables import User
from webapp.shared.after_response import run_after_response
from webapp.shared.database import session as request_session


def rename(name: str) -> None:
    user = request_session().scalars(select(User).where(User.email == "rep@test.example")).one()
    user.name = name


def name_in_database(session: Session) -> str:
    session.rollback()
    return session.scalars(select(User.name).where(User.email == "rep@test.example")).one()


def test_request_that_went_well_is_committed(app: Flask, session: Session) -> None:
    def view() -> str:
        rename("Asha")
        return "ok"

    app.view_functions["health.healthz"] = view
    assert app.test_client().get("/healthz").status_code == 200
    assert name_in_database(session) == "Asha"


def test_request_that_fails_changes_nothing(app: Flask, session: Session) -> None:
    before = name_in_database(session)

    def refuse() -> str:
        rename("Asha")
        raise InvalidInputError("no")

    def crash() -> str:
        rename("Asha")
        raise ZeroDivisionError

    for view, status in ((refuse, 400), (crash, 500)):
        app.view_functions["health.healthz"] = view
        assert app.test_client().get("/healthz").status_code == status
        assert name_in_database(session) == before


@pytest.mark.parametrize(
    ("email", "password_hash", "status"),
    [("rep@test.example", "x", 409), ("new@test.example", None, 500)],
    ids=["there already", "not allowed"],
)
def test_commit_that_fails_is_an_error_and_the_next_request_works(
    app: Flask, session: Session, email: str, password_hash: str | None, status: int
) -> None:
    def view() -> str:
        request_session().add(User(email=email, role="rep", password_hash=password_hash))
        return "ok"

    app.view_functions["health.healthz"] = view
    assert app.test_client().get("/healthz").status_code == status
    assert app.test_client().get("/login").status_code == 200


def test_work_after_the_response_is_done_when_the_response_has_been_read(app: Flask, session: Session) -> None:
    seen: list[str] = []

    def view() -> str:
        run_after_response(lambda separate: seen.append(separate.scalars(select(User.email)).first() or ""))
        seen.append("answered")
        return "ok"

    app.view_functions["health.healthz"] = view
    response = app.test_client().get("/healthz", buffered=False)
    assert seen == ["answered"]
    response.close()
    assert len(seen) == 2


def test_failure_after_the_response_does_not_reach_the_client(app: Flask) -> None:
    def fail(_separate: Session) -> None:
        raise ZeroDivisionError

    def view() -> str:
        run_after_response(fail)
        return "ok"

    app.view_functions["health.healthz"] = view
    assert app.test_client().get("/healthz").text == "ok"
