"""Two people, or two tabs, do the same in one moment: one of them is told, nobody meets a fault, and nothing is there twice."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from content_factory import add_article
from flask import Flask
from flask.testing import FlaskClient
from people_factory import ADDRESSES
from practice import add_practice
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from kb.accounts.people import find_user, get_user
from kb.articles.reviews import Editor, ask_review
from kb.articles.schedules import plan, waiting_of
from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.errors import InvalidInputError
from kb.insight.training.practising import start_attempt
from kb.service.macros import Writer, save_macro
from kb.tables import Article, CodeSecret, Role, User

# Seconds: for both to come to the same statement, also where the machine is busy. Who is kept from it waits for as long.
LONG_ENOUGH = 3.0
Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.fixture
def meet(engine: Engine) -> Callable[[str], None]:
    """`meet("INSERT INTO users")`: two wait for each other right before such a statement; not for long, as one may be kept from
    coming so far until the other is done."""

    def before(start: str) -> None:
        together = threading.Barrier(2)
        met = threading.local()

        def wait(_c: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith(start) and not getattr(met, "once", False):
                met.once = True
                with suppress(threading.BrokenBarrierError):
                    together.wait(timeout=LONG_ENOUGH)

        event.listen(engine, "before_cursor_execute", wait)

    return before


def both(one: Callable[[], Any], other: Callable[[], Any]) -> list[Any]:
    statuses: list[Any] = []
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


def test_macro_of_one_name_is_made_once(engine: Engine, meet: Callable[[str], None]) -> None:
    writer = Writer(1, trains=True)

    def make() -> str:
        try:
            with session_scope(engine) as session:
                save_macro(session, writer, name="Refund", language="en", text="In five days.", shared=True)
        except InvalidInputError:
            return "refused"
        return "made"

    meet("INSERT INTO macros")
    assert both(make, make) == ["made", "refused"]


def test_article_that_two_have_read_at_once_waits_for_one_review(engine: Engine, meet: Callable[[str], None]) -> None:
    with session_scope(engine) as session:
        article_id = add_article(session, "Refunds", "In five days.", status="in_review").id
        people = {role: get_user(session, ADDRESSES[role]).id for role in (Role.TRAINER, Role.ADMIN)}

    def ask(role: Role) -> int:
        with session_scope(engine) as session:
            by = Editor(people[role], ADDRESSES[role])
            return ask_review(session, session.get_one(Article, article_id), by=by).id

    meet("INSERT INTO article_reviews")
    one, other = both(lambda: ask(Role.TRAINER), lambda: ask(Role.ADMIN))
    assert one == other


def test_act_that_two_plan_at_once_is_planned_once(engine: Engine, meet: Callable[[str], None]) -> None:
    with session_scope(engine) as session:
        article_id = add_article(session, "Refunds", "In five days.").id
    at = utc_now() + timedelta(days=3)

    def plan_it() -> int:
        with session_scope(engine) as session:
            return plan(session, session.get_one(Article, article_id), "archive", at, user_id=1).id

    meet("INSERT INTO article_schedules")
    both(plan_it, plan_it)
    with session_scope(engine) as session:
        assert len(waiting_of(session, article_id)) == 1


def test_exercise_that_is_begun_in_two_tabs_is_one(engine: Engine, meet: Callable[[str], None]) -> None:
    with session_scope(engine) as session:
        case_id = add_practice(session, add_article(session, "Refunds", "In five days.").id).case_id

    def begin() -> int:
        with session_scope(engine) as session:
            return start_attempt(session, case_id, 1).id

    meet("INSERT INTO training_attempts")
    one, other = both(begin, begin)
    assert one == other


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
