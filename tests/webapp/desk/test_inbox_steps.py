"""What is done with a conversation beside writing, how one begins at the desk, and the job that keeps the queue going."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from page_checks import get_page
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings
from kb.jobs.running import run_now
from kb.service.conversations import snooze, take
from kb.tables import Attachment, Conversation, Customer, Message, Presence, Role
from webapp.worker.kinds import QUEUE, job_kinds

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
Step = Callable[..., str]


@pytest.fixture
def rep(login: Login) -> FlaskClient:
    return login("rep")


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    return {name: get_user(session, f"{name}@test.example").id for name in ("rep", "trainer", "admin")}


@pytest.fixture
def talk(session: Session) -> Conversation:
    found = make_talk(session)
    session.commit()
    return found


@pytest.fixture
def step(rep: FlaskClient, csrf: Csrf, session: Session, talk: Conversation) -> Step:
    """`step("close")` presses the button; the page that follows. `talk` is fresh after it."""

    def press(name: str, **fields: object) -> str:
        answer = rep.post(f"/desk/inbox/{talk.id}/{name}", data=fields, headers=csrf(rep))
        assert answer.status_code == 303, answer.status_code
        session.rollback()
        session.refresh(talk)
        return get_page(rep, answer.location)

    return press


def test_conversation_is_taken_given_away_and_given_back(step: Step, talk: Conversation, ids: dict[str, int]) -> None:
    assert "Test rep took it" in step("assign", to=ids["rep"], seen="")
    assert talk.assigned_to_id == ids["rep"]
    assert "Test rep gave it back" in step("assign", to="", seen=ids["rep"])
    assert talk.assigned_to_id is None
    assert "Test rep took it" in step("assign", to=ids["rep"], seen="")
    assert "Test rep gave it to Test trainer" in step("assign", to=ids["trainer"], seen=ids["rep"])


def test_what_a_colleague_has_in_hand_is_theirs_and_a_trainer_may_take_it(
    step: Step, session: Session, talk: Conversation, ids: dict[str, int], login: Login, csrf: Csrf
) -> None:
    take(session, talk, ids["admin"])
    session.commit()
    told = "A colleague has this conversation."
    assert told in step("assign", to="", seen=ids["admin"])
    assert told in step("assign", to=ids["rep"], seen=ids["admin"])
    assert told in step("snooze", **{"for": "hour"})
    assert told in step("close")
    assert told in step("handover", to="person", person=ids["trainer"])
    assert (talk.assigned_to_id, talk.state) == (ids["admin"], "open")
    trainer = login("trainer")
    trainer.post(f"/desk/inbox/{talk.id}/assign", data={"to": ids["rep"], "seen": ids["admin"]}, headers=csrf(trainer))
    step("close")
    assert (talk.assigned_to_id, talk.state) == (ids["rep"], "closed")


def test_who_presses_late_takes_nothing_from_a_colleague(
    step: Step, session: Session, talk: Conversation, ids: dict[str, int]
) -> None:
    take(session, talk, ids["trainer"])
    session.commit()
    assert "Meanwhile it was given to somebody else" in step("assign", to=ids["rep"], seen="")
    assert talk.assigned_to_id == ids["trainer"]


def test_nobody_who_is_not_there_gets_a_conversation(rep: FlaskClient, csrf: Csrf, talk: Conversation) -> None:
    answer = rep.post(f"/desk/inbox/{talk.id}/assign", data={"to": "4711", "seen": ""}, headers=csrf(rep))
    assert answer.status_code == 404


def test_snoozing_ends_when_it_says(step: Step, talk: Conversation) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    step("snooze", **{"for": "hour"})
    assert talk.snoozed_until is not None
    assert abs(talk.snoozed_until - utc_now() - timedelta(hours=1)) < timedelta(minutes=1)
    today = utc_now().astimezone(zone).date()
    for choice, day in (
        ("tomorrow", today + timedelta(days=1)),
        ("monday", today + timedelta(days=7 - today.weekday())),
    ):
        step("reopen")
        page = step("snooze", **{"for": choice})
        until = talk.snoozed_until.astimezone(zone)
        assert (until.date(), until.hour, until.minute, talk.state) == (day, 9, 0, "snoozed")
        assert "Snoozed until" in page
    step("snooze", **{"for": "date", "until": "2050-01-02T15:30"})
    assert talk.snoozed_until == datetime(2050, 1, 2, 15, 30, tzinfo=zone)


@pytest.mark.parametrize(
    "until", ["", "yesterday", "2020-01-01T00:00", "0001-01-01T00:00", "9999-12-31T23:59:59.999999999"]
)
def test_time_that_is_over_or_none_is_told(step: Step, talk: Conversation, until: str) -> None:
    page = step("snooze", **{"for": "date", "until": until})
    assert "That time is over, or none was chosen." in page or talk.snoozed_until is not None
    if "9999" not in until:
        assert talk.state == "open"


def test_conversation_is_closed_and_opened_again(step: Step, session: Session, talk: Conversation) -> None:
    page = step("close")
    assert (talk.state, talk.waiting_since) == ("closed", None)
    assert "Closed · Test rep" in page
    assert "Open again" in page
    step("reopen")
    assert (talk.state, talk.closed_at) == ("open", None)
    step("close")
    say(session, talk, "customer: It is broken again")
    session.commit()
    assert "Open again: the customer wrote" in step("language", language="hi")
    assert talk.waiting_since is not None


def test_opened_again_who_had_no_answer_waits_as_before(step: Step, talk: Conversation) -> None:
    before = talk.waiting_since
    step("close")
    step("reopen")
    assert talk.waiting_since == before


def test_language_of_the_answer_is_set_and_held(step: Step, session: Session, talk: Conversation) -> None:
    assert "Answers in हिन्दी from now on" in step("language", language="hi")
    say(session, talk, "customer: please tell me where my order is now")
    session.commit()
    session.refresh(talk)
    assert talk.language == "hi"


@pytest.mark.parametrize(("name", "fields"), [("language", {"language": "xx"}), ("snooze", {"for": "ever"})])
def test_other_choices_are_refused(
    rep: FlaskClient, csrf: Csrf, talk: Conversation, name: str, fields: dict[str, str]
) -> None:
    assert rep.post(f"/desk/inbox/{talk.id}/{name}", data=fields, headers=csrf(rep)).status_code == 400


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_forms_lead_nowhere_else(rep: FlaskClient, csrf: Csrf, talk: Conversation, target: str) -> None:
    answer = rep.post(f"/desk/inbox/{talk.id}/close", data={"next": target}, headers=csrf(rep))
    assert answer.location == f"/desk/inbox/{talk.id}"


def test_next_is_who_has_waited_longest_and_each_of_two_gets_another_one(
    login: Login, csrf: Csrf, session: Session
) -> None:
    talks = [make_talk(session, name=f"n{ago}", email=f"n{ago}@example.com", ago=ago) for ago in (5, 50, 20)]
    session.commit()
    got = []
    for name in ("rep", "trainer", "rep", "trainer"):
        client = login(name)
        got.append(client.post("/desk/inbox/next", headers=csrf(client)).location)
    assert got[:3] == [f"/desk/inbox/{talks[number].id}?view=mine" for number in (1, 2, 0)]
    assert "Nobody is waiting without somebody" in get_page(client, got[3])


def test_call_begins_with_a_number_that_is_known(
    rep: FlaskClient, csrf: Csrf, session: Session, ids: dict[str, int]
) -> None:
    known = make_talk(session, phone="98300 12345").customer
    session.commit()
    page = get_page(rep, "/desk/inbox/new?who=98300+12345&channel=phone")
    assert "Asha Rao" in page
    data = {"customer": str(known.id), "channel": "phone"}
    answer = rep.post("/desk/inbox/new", data=data, headers=csrf(rep))
    talk = session.scalars(select(Conversation).order_by(Conversation.id.desc())).first()
    assert talk is not None
    assert answer.location == f"/desk/inbox/{talk.id}?view=mine"
    assert (talk.customer_id, talk.channel, talk.origin, talk.assigned_to_id) == (known.id, "phone", "desk", ids["rep"])
    assert session.scalar(select(func.count(Customer.id))) == 1


@pytest.mark.parametrize(
    ("who", "field"),
    [("98300 12345", "phone"), ("new@example.com", "email"), ("Ravi Nair", "name"), ("<b>", "name")],
)
def test_somebody_new_begins_with_what_was_typed(
    rep: FlaskClient, csrf: Csrf, session: Session, who: str, field: str
) -> None:
    page = rep.get("/desk/inbox/new", query_string={"who": who}).text
    shown = who.replace("<", "&lt;").replace(">", "&gt;")
    assert re.search(rf'name="{field}"[^>]*value="{re.escape(shown)}"', page)
    rep.post("/desk/inbox/new", data={field: who, "channel": "walk_in", "text": "wants a refund"}, headers=csrf(rep))
    talk = session.scalars(select(Conversation)).one()
    assert talk.channel == "walk_in"
    assert getattr(talk.customer, field) == (who if field != "phone" else "+919830012345")
    note = session.scalars(select(Message)).one()
    assert (note.role, note.text) == ("note", "wants a refund")


def test_what_was_pasted_becomes_a_conversation_once(
    rep: FlaskClient, csrf: Csrf, session: Session, ids: dict[str, int]
) -> None:
    pasted = (
        "[10:15, 12/03/2024] +91 90070 55501: kab aayega <b>\n"
        "[10:16, 12/03/2024] PaySetu Care: order id please\n"
        "[10:17, 12/03/2024] +91 90070 55501: card 4111 1111 1111 1111"
    )
    page = rep.post("/desk/conversation", data={"text": pasted}, headers=csrf(rep)).text
    form = page.split('action="/desk/inbox/keep"')[1].split("</form>")[0]
    assert "Keep as conversation" in form
    assert "kab aayega &lt;b&gt;" in form
    data = {"text": pasted, "channel": "social"}
    first = rep.post("/desk/inbox/keep", data=data, headers=csrf(rep)).location
    assert rep.post("/desk/inbox/keep", data=data, headers=csrf(rep)).location == first
    talk = session.scalars(select(Conversation)).one()
    assert (talk.channel, talk.customer.phone, talk.assigned_to_id) == ("social", "+919007055501", ids["rep"])
    said = session.scalars(select(Message).order_by(Message.sent_at)).all()
    assert [message.role for message in said][:2] == ["customer", "agent"]
    assert said[0].text == "kab aayega <b>"
    assert "4111" not in said[2].text
    assert session.scalar(select(func.count(Customer.id))) == 1


def test_long_paste_is_kept_whole(rep: FlaskClient, csrf: Csrf, session: Session) -> None:
    pasted = "\n".join(f"{'Customer' if n % 2 else 'Agent'}: line number {n} of the conversation" for n in range(500))
    begun = time.perf_counter()
    answer = rep.post("/desk/inbox/keep", data={"text": pasted, "channel": "chat"}, headers=csrf(rep))
    took = time.perf_counter() - begun
    talk = session.scalars(select(Conversation)).one()
    assert talk.preview == "line number 499 of the conversation"
    page = get_page(rep, answer.location)
    assert "line number 499" in page
    assert "only its end was read" in page
    file = session.scalars(select(Attachment)).one()
    whole = rep.get(f"/desk/inbox/{talk.id}/files/{file.id}").text
    assert whole == pasted
    assert took < 20


def test_sides_stay_swapped_in_what_is_kept(rep: FlaskClient, csrf: Csrf, session: Session) -> None:
    pasted = "Maya: It leaks\nAsha: Since when?\nMaya: Monday"
    page = rep.post("/desk/conversation", data={"text": pasted, "swap": "1"}, headers=csrf(rep)).text
    assert 'name="swapped" value="1"' in page.split('action="/desk/inbox/keep"')[1].split("</form>")[0]
    rep.post("/desk/inbox/keep", data={"text": pasted, "swapped": "1", "channel": "chat"}, headers=csrf(rep))
    said = session.scalars(select(Message).order_by(Message.sent_at)).all()
    assert [message.role for message in said] == ["agent", "customer", "agent"]
    assert session.scalars(select(Conversation)).one().customer.name == "Asha"


def test_nothing_pasted_is_nothing_kept(rep: FlaskClient, csrf: Csrf, session: Session) -> None:
    assert rep.post("/desk/inbox/keep", data={"text": " \n"}, headers=csrf(rep)).location == "/desk/conversation"
    assert session.scalars(select(Conversation)).all() == []


def run_queue_job(settings: Settings, engine: Engine) -> None:
    kinds = job_kinds(settings, engine)
    run_now(engine, kinds, QUEUE, "test")


def test_job_brings_back_who_was_snoozed_and_deals_only_where_it_is_set(
    settings: Settings, engine: Engine, session: Session, ids: dict[str, int]
) -> None:
    asleep = make_talk(session, ago=30)
    snooze(session, asleep, utc_now() + timedelta(seconds=30), ids["rep"])
    asleep.snoozed_until = utc_now() - timedelta(seconds=1)
    session.add(Presence(conversation_id=asleep.id, user_id=ids["rep"], seen_at=utc_now() - timedelta(days=2)))
    get_user(session, "rep@test.example").last_login_at = utc_now()
    session.commit()
    run_queue_job(settings, engine)
    session.refresh(asleep)
    assert (asleep.state, asleep.assigned_to_id) == ("open", None)
    assert session.scalars(select(Presence)).all() == []


def test_round_robin_gives_who_waits_to_whom_has_least(
    settings: Settings, engine: Engine, session: Session, ids: dict[str, int]
) -> None:
    talks = [make_talk(session, name=f"n{n}", email=f"n{n}@example.com") for n in range(2)]
    get_user(session, "rep@test.example").last_login_at = utc_now()
    session.commit()
    run_queue_job(replace(settings, dealing_text="round_robin"), engine)
    for talk in talks:
        session.refresh(talk)
        assert talk.assigned_to_id == ids["rep"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KB_DEALING", "all"),
        ("KB_LARGEST_ATTACHMENT", "0"),
        ("KB_LARGEST_ATTACHMENT", "many"),
        ("KB_TIME_ZONE", "Mars/One"),
    ],
)
def test_setting_that_cannot_work_is_one_line(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load_settings({name: value})
