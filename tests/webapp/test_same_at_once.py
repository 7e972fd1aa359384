"""Two people, or two tabs, do the same in one moment: one of them is told, nobody meets a fault, and nothing is there twice."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from kb.accounts.people import find_user
from kb.tables import CodeSecret, Role, User

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def meet(engine: Engine) -> Callable[[str], None]:
    """`meet("INSERT INTO users")`: two requests wait for each other right before such a statement."""

    def before(start: str) -> None:
        together = threading.Barrier(2)
        met = threading.local()

        def wait(_c: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith(start) and not getattr(met, "once", False):
                met.once = True
                together.wait(timeout=60)

        event.listen(engine, "before_cursor_execute", wait)

    return before


def both(one: Callable[[], int], other: Callable[[], int]) -> list[int]:
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda ask=ask: statuses.append(ask())) for ask in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return sorted(statuses)


def test_two_administrators_who_add_the_same_person_at_once_add_one(
    app: Flask,
    login: Login,
    csrf: Csrf,
    session: Session,
    meet: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    clients = [login("admin"), login("admin")]
    headers = [csrf(client) for client in clients]
    meet("INSERT INTO users")

    def add(number: int) -> int:
        form = {"email": "mira@test.example", "role": "rep"}
        return clients[number].post("/admin/people", data=form, headers=headers[number]).status_code

    assert both(lambda: add(0), lambda: add(1)) == [200, 409]
    assert find_user(session, "mira@test.example") is not None
    assert "Unexpected error" not in caplog.text
    assert "mira" not in caplog.text


def test_pressing_set_up_twice_makes_one_secret(
    app: Flask, login: Login, csrf: Csrf, session: Session, meet: Callable[[str], None]
) -> None:
    client = login("rep")
    headers = csrf(client)
    meet("INSERT INTO code_secrets")

    def press() -> int:
        twin = app.test_client()
        with client.session_transaction() as held, twin.session_transaction() as cookie:
            cookie.update(held)
        return twin.post("/account/codes/set-up", headers=headers).status_code

    assert both(press, press) == [303, 303]
    assert session.scalar(select(func.count()).select_from(CodeSecret)) == 1


def test_row_that_is_wrong_by_itself_is_a_fault_and_no_coincidence(
    app: Flask, login: Login, csrf: Csrf, caplog: pytest.LogCaptureFixture
) -> None:
    """A column without a value, which no page can leave out."""

    def break_(_mapper: object, _connection: object, user: User) -> None:
        user.role = None  # type: ignore[assignment]

    event.listen(User, "before_insert", break_)
    try:
        client = login("admin")
        form = {"email": "mira@test.example", "role": "rep"}
        assert client.post("/admin/people", data=form, headers=csrf(client)).status_code == 500
    finally:
        event.remove(User, "before_insert", break_)
    assert "Unexpected error" in caplog.text
    assert "IntegrityError" in caplog.text
    assert "mira" not in caplog.text, "PostgreSQL repeats the whole row"
