"""The switch that lets a customer write at the desk."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from page_checks import check_page
from people_factory import ADDRESSES
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.core.database import session_scope
from kb.core.settings import Settings
from kb.jobs.running import run_next
from kb.service.sample import read_conversations, remove_sample, store_sample
from kb.tables import Conversation, Job, JobState, Message, Role
from webapp.shared.sample_shop import DEMO_PEOPLE, SAMPLE_CONVERSATIONS
from webapp.worker.kinds import job_kinds
from webapp.worker.simulation import SIMULATION, all_scripts

Csrf = Callable[[FlaskClient], dict[str, str]]
Login = Callable[[Role | str], FlaskClient]
PAGE = "/desk/simulations/"
SCRIPTS = all_scripts()


@pytest.fixture
def sample(engine: Engine) -> None:
    with session_scope(engine) as session:
        store_sample(session, read_conversations(SAMPLE_CONVERSATIONS)[:2], {}, region="IN")


def played(engine: Engine) -> list[str]:
    with Session(engine) as session:
        ours = Conversation.external_id.startswith("played-")
        return list(session.scalars(select(Message.text).join(Message.conversation).where(ours).order_by(Message.id)))


def jobs(engine: Engine) -> list[Job]:
    with Session(engine) as session:
        return list(session.scalars(select(Job).where(Job.kind == SIMULATION).order_by(Job.id)))


@pytest.mark.usefixtures("sample")
def test_trainer_starts_a_customer_whose_first_message_is_there_at_once(
    login: Login, csrf: Csrf, engine: Engine
) -> None:
    trainer = login("trainer")
    page = trainer.get(PAGE)
    check_page(page)
    assert all(script.title in page.text for script in SCRIPTS)
    answer = trainer.post(PAGE, data={"script": SCRIPTS[2].id}, headers=csrf(trainer))
    assert answer.status_code == 303
    talk = trainer.get(answer.headers["Location"])
    check_page(talk)
    assert SCRIPTS[2].turns[0].text in talk.text
    assert "/stop" in talk.text
    assert played(engine) == [SCRIPTS[2].turns[0].text]
    page = trainer.get(PAGE)
    check_page(page)
    assert "/stop" in page.text
    assert "every 3s" in page.text


@pytest.mark.usefixtures("sample")
def test_one_is_played_at_a_time_and_can_be_stopped(
    login: Login, csrf: Csrf, engine: Engine, settings: Settings
) -> None:
    trainer = login("trainer")
    for script in SCRIPTS[:2]:
        trainer.post(PAGE, data={"script": script.id}, headers=csrf(trainer))
    [job] = jobs(engine)
    assert job.payload["script"] == SCRIPTS[0].id
    assert trainer.post(f"{PAGE}{job.id}/stop", headers=csrf(trainer)).status_code == 303
    assert not run_next(engine, job_kinds(settings, engine), "w", [SIMULATION])
    assert jobs(engine)[0].state == JobState.CANCELLED
    assert len(played(engine)) == 1
    trainer.post(PAGE, data={"script": SCRIPTS[1].id}, headers=csrf(trainer))
    assert len(jobs(engine)) == 2


@pytest.mark.usefixtures("sample")
def test_stopping_something_else_stops_nothing(login: Login, csrf: Csrf, engine: Engine) -> None:
    trainer = login("trainer")
    trainer.post(PAGE, data={"script": SCRIPTS[0].id}, headers=csrf(trainer))
    with session_scope(engine) as session:
        session.add(Job(kind="index", state="waiting"))
        session.flush()
        other = session.scalars(select(Job.id).where(Job.kind == "index")).one()
    for number in (other, 0, 99999999999999999999):
        assert trainer.post(f"{PAGE}{number}/stop", headers=csrf(trainer)).status_code in {303, 404}
    with Session(engine) as session:
        assert set(session.scalars(select(Job.state))) == {"waiting"}


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("script", ["", "no-such-script", "../../x"])
def test_a_script_that_is_not_there_is_not_found(login: Login, csrf: Csrf, engine: Engine, script: str) -> None:
    trainer = login("trainer")
    assert trainer.post(PAGE, data={"script": script}, headers=csrf(trainer)).status_code == 404
    assert jobs(engine) == []


@pytest.mark.usefixtures("sample")
def test_reps_do_not_play_customers_unless_they_are_of_the_demo(login: Login, csrf: Csrf, engine: Engine) -> None:
    rep = login("rep")
    assert rep.get(PAGE).status_code == 404
    assert rep.post(PAGE, data={"script": SCRIPTS[0].id}, headers=csrf(rep)).status_code == 404
    assert jobs(engine) == []
    with session_scope(engine) as session:
        get_user(session, ADDRESSES[Role.REP]).email = DEMO_PEOPLE[1].email
    assert rep.get(PAGE).status_code == 200
    assert rep.post(PAGE, data={"script": SCRIPTS[0].id}, headers=csrf(rep)).status_code == 303


def test_nobody_is_played_where_the_sample_is_not(login: Login, csrf: Csrf, engine: Engine) -> None:
    with session_scope(engine) as session:
        store_sample(session, read_conversations(SAMPLE_CONVERSATIONS)[:2], {}, region="IN")
        remove_sample(session)
    admin = login("admin")
    assert admin.get(PAGE).status_code == 404
    assert admin.post(PAGE, data={"script": SCRIPTS[0].id}, headers=csrf(admin)).status_code == 404
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 0


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("language", ["hi", "bn"])
def test_it_speaks_the_language_of_the_person(login: Login, csrf: Csrf, language: str) -> None:
    trainer = login("trainer")
    trainer.post("/preferences", data={"language": language, "next": PAGE}, headers=csrf(trainer))
    page = trainer.get(PAGE)
    check_page(page)
    assert "Simulate a customer" not in page.text
    assert "Stop" not in page.text


@pytest.mark.usefixtures("sample")
def test_the_inbox_has_the_switch_for_those_who_may_play(login: Login) -> None:
    page = login("trainer").get("/desk/inbox")
    check_page(page)
    assert "Simulate a customer" in page.text
    assert all(script.title in page.text for script in SCRIPTS)
    assert "Simulate a customer" not in login("rep").get("/desk/inbox").text


@pytest.mark.usefixtures("sample")
def test_only_a_played_conversation_asks_what_is_played(login: Login, csrf: Csrf, engine: Engine) -> None:
    trainer = login("trainer")
    with Session(engine) as session:
        number = session.scalars(select(Conversation.id).limit(1)).one()
    assert "simulate" not in trainer.get(f"/desk/inbox/{number}").text
