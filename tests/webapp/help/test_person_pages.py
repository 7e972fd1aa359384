"""The ways to a person, the place in line, being called back, and the question afterwards, as customers and trainers see them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from page_checks import check_page, get_page
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings
from kb.service.conversations import assign, close
from kb.service.drafts import note_at_desk
from kb.service.surveys import survey_of
from kb.tables import (
    Channel,
    Conversation,
    ConversationEvent,
    Message,
    Promise,
    ServiceHoursChange,
    Survey,
    ToldWait,
    User,
)
from webapp.app import create_app
from webapp.help.own_conversations import token_of
from webapp.shared.survey_links import sign_survey
from webapp.worker.surveys import ask

Csrf = Callable[[FlaskClient], dict[str, str]]
CALL = {"number": "98300 12345", "name": "Asha", "message": "My card 4111 1111 1111 1111 was charged", "when": ""}


def with_settings(settings: Settings, engine: Engine, **changed: str) -> FlaskClient:
    return create_app(replace(settings, **changed), engine).test_client()


def key(app: Flask) -> str:
    return str(app.config["SECRET_KEY"])


def test_every_page_leads_to_the_ways_and_what_was_searched_goes_along(client: FlaskClient) -> None:
    text = get_page(client, "/help/en/search?q=lamp+hums")
    assert '/help/en/person?q=lamp+hums"' in text
    ways = get_page(client, "/help/en/person?q=lamp+hums")
    assert '/help/en/contact?q=lamp+hums"' in ways
    assert "/help/en/call-back" in ways
    assert "Talk to a person</a></p>" not in ways  # one is there already


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "do not know yet"), ("hi", "हमें अभी पता नहीं"), ("bn", "আমরা এখনও জানি না")],
)
def test_nothing_is_promised_where_nothing_is_known(client: FlaskClient, language: str, words: str) -> None:
    text = get_page(client, f"/help/{language}/person")
    assert words in text
    assert "The times are" not in get_page(client, "/help/en/person"), "there are none"


def test_times_are_told_from_the_record(client: FlaskClient, session: Session) -> None:
    for number in range(6):
        talk = make_talk(session, channel=Channel.WEB, email=f"w{number}@example.com", ago=300)
        talk.created_at = utc_now() - timedelta(minutes=300)
        say(session, talk, "agent: Here.", ago=300 - 10 * (number + 1))
    session.commit()
    told = "Half are answered within 40 minutes, nine of ten within 1 hour."
    text = get_page(client, "/help/en/person")
    assert re.findall(r"Half are [^<]*", text) == [told]
    assert "The times are those of the last four weeks, not a promise." in text


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("always", "Open now, day and night."),
        ("mon-sun closed", "Closed until further notice."),
        ("mon-sun closed; 2099-01-01 9-10", "Closed until further notice."),
    ],
)
def test_hours_are_told_honestly(settings: Settings, engine: Engine, hours: str, words: str) -> None:
    assert words in get_page(with_settings(settings, engine, service_hours_text=hours), "/help/en/person")


def test_outside_the_hours_the_next_time_is_named(settings: Settings, engine: Engine) -> None:
    day = (utc_now().astimezone(settings.time_zone) + timedelta(days=1)).date()
    client = with_settings(settings, engine, service_hours_text=f"mon-sun closed; {day} 9:15-17")
    text = get_page(client, "/help/en/person")
    assert "Closed now. Open again tomorrow at 09:15." in text
    assert "কাল ০৯:১৫-এ" in get_page(client, "/help/bn/person")


def test_further_ways_are_those_that_are_set_up(settings: Settings, engine: Engine, client: FlaskClient) -> None:
    assert "SMS" not in get_page(client, "/help/en/person")
    ways = "phone=1800 000 5454, sms=+919000012345, whatsapp=+91 90000 12345, telegram=https://t.me/jhilmil"
    text = get_page(with_settings(settings, engine, contact_ways_text=ways), "/help/en/person")
    for link in ("tel:18000005454", "sms:+919000012345", "https://wa.me/919000012345", "https://t.me/jhilmil"):
        assert f'href="{link}"' in text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("KB_CONTACT_WAYS", "phone=call us"),
        ("KB_CONTACT_WAYS", "site=http://example.com"),
        ("KB_CONTACT_WAYS", "x=javascript:alert(1)"),
        ("KB_SURVEYS", "pigeon"),
    ],
)
def test_settings_that_cannot_work_are_refused(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load_settings({name: text})


def test_hours_that_cannot_be_read_stop_the_program(settings: Settings, engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="KB_SERVICE_HOURS"):
        create_app(replace(settings, service_hours_text="whenever"), engine)


def in_line(session: Session, app: Flask, number: int = 1, ago: float = 3) -> tuple[Conversation, str]:
    talk = make_talk(session, email=f"l{number}@example.com", ago=ago)
    session.commit()
    return talk, token_of(talk, key=key(app))


def test_the_place_in_line_keeps_itself_true_and_is_kept_as_it_was_told(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    in_line(session, app, 1, ago=9)
    talk, token = in_line(session, app, 2)
    page = get_page(client, f"/help/en/waiting/{token}")
    assert "You are number 2 in line." in page
    assert "nobody is at the desk" in page.lower()
    assert '<noscript><meta http-equiv="refresh"' in page
    place = client.get(f"/help/hi/waiting/{token}", headers={"HX-Request": "true"})
    assert "लाइन में आपका नंबर 2 है" in place.text
    assert "<html" not in place.text
    state = client.get(f"/help/en/waiting/{token}/state").get_json()
    assert (state["state"], state["position"], state["seconds"]) == ("waiting", 2, None)
    told = session.scalars(select(ToldWait).where(ToldWait.conversation_id == talk.id)).one()
    assert (told.position, told.is_first, told.low) == (2, True, None)
    say(session, talk, "agent: Hello!")
    session.commit()
    state = client.get(f"/help/en/waiting/{token}/state").get_json()
    assert (state["state"], state["position"], state["ask_again"]) == ("answered", None, None)
    assert "every 15s" not in get_page(client, f"/help/en/waiting/{token}")


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "You are next.", "Sumana has your message."),
        ("hi", "अगली बारी आपकी है।", "आपका संदेश Sumana के पास है।"),
        ("bn", "এর পরেই আপনার পালা।", "আপনার বার্তা Sumana-এর কাছে আছে।"),
    ],
)
def test_who_is_taken_is_told_by_whom_and_no_more_that_they_are_next(
    app: Flask, client: FlaskClient, session: Session, language: str, before: str, after: str
) -> None:
    talk, token = in_line(session, app)
    place = f"/help/{language}/waiting/{token}"
    assert before in get_page(client, place)
    rep = get_user(session, "rep@test.example")
    session.get_one(User, rep.id).name = "Sumana Chatterjee"
    assign(session, talk, rep.id, rep.id)
    session.commit()
    page = get_page(client, place)
    assert before not in page
    assert after in page


def test_an_interval_is_told_once_enough_is_known(app: Flask, client: FlaskClient, session: Session) -> None:
    rep = get_user(session, "rep@test.example").id
    for number in range(8):
        talk = make_talk(session, email=f"s{number}@example.com", ago=100 + number)
        say(session, talk, "agent: Yes", ago=99 + number, user_id=rep)
        say(session, talk, "customer: Thanks", ago=94 + number)
        close(session, talk, rep)
    note_at_desk(session, rep)
    in_line(session, app, 20, ago=9)
    _, token = in_line(session, app, 21)
    text = get_page(client, f"/help/en/waiting/{token}")
    assert re.search(r"Probably (between \d+ and \d+ minutes|less than \d+ minutes?)\.", text)
    low, high = client.get(f"/help/en/waiting/{token}/state").get_json()["seconds"]
    assert 0 <= low < high


def test_who_leaves_for_a_while_keeps_the_place_by_a_link(
    app: Flask, client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    talk, token = in_line(session, app)
    response = client.post(f"/help/en/waiting/{token}/away", headers=csrf(client))
    page = get_page(client, response.location)
    assert f"http://localhost/help/en/waiting/{token}" in page
    assert session.scalars(
        select(ConversationEvent.kind).where(ConversationEvent.conversation_id == talk.id)
    ).all() == ["stepped_away"]
    assert client.get(f"/help/en/waiting/{token}/state").get_json()["position"] == 1


@pytest.mark.parametrize("path", ["waiting/x", "waiting/x/state", "survey/x", "call-back/x", "call-back?line=x"])
def test_links_that_were_made_up_lead_nowhere(client: FlaskClient, path: str) -> None:
    assert client.get(f"/help/en/{path}").status_code == 404


def test_a_call_back_reaches_the_desk_with_its_promise(
    client: FlaskClient, csrf: Csrf, session: Session, login: Callable[[str], FlaskClient]
) -> None:
    form = get_page(client, "/help/en/call-back")
    sent = {**CALL, "key": re.search(r'name="key"[^>]*value="(\w+)"', form)[1]}  # type: ignore[index]
    first = client.post("/help/en/call-back", data=sent, headers=csrf(client))
    client.post("/help/en/call-back", data=sent, headers=csrf(client))
    assert first.status_code == 303
    assert "+919830012345" in get_page(client, first.location)
    conversation = session.scalars(select(Conversation)).one()
    assert (conversation.channel, conversation.origin, conversation.state) == ("phone", "help", "open")
    assert "4111" not in session.scalars(select(Message.text)).one()
    assert session.scalars(select(Promise.text)).one() == "Call +919830012345 as soon as somebody can"
    desk = login("rep").get(f"/desk/inbox/{conversation.id}").text
    assert "Asked to be called back on +919830012345" in desk


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": "12"}, "no phone number that we can call"),
        ({"number": ""}, "number that we shall call"),
        ({"number": "a@example.com"}, "no phone number that we can call"),
        ({"when": "2020-01-01T10:00"}, "not offered any more"),
        ({"name": ""}, "write your name"),
        ({"message": "x" * 2001}, "under 2,000"),
    ],
)
def test_a_call_that_cannot_be_made_keeps_what_was_typed(
    client: FlaskClient, csrf: Csrf, session: Session, change: dict[str, str], words: str
) -> None:
    response = client.post("/help/en/call-back", data={**CALL, **change}, headers=csrf(client))
    assert response.status_code == 422
    assert words in check_page(response, status=422)
    assert ("Asha" in response.text) == ("name" not in change)
    assert session.scalars(select(Conversation)).all() == []


def test_who_is_called_instead_of_waiting_leaves_the_line(
    app: Flask, client: FlaskClient, csrf: Csrf, session: Session
) -> None:
    talk, token = in_line(session, app)
    form = get_page(client, f"/help/en/call-back?line={token}")
    assert "You leave the line" in form
    assert "Your name" not in form
    sent = {"number": "98300 12345", "when": "", "line": token}
    assert client.post("/help/en/call-back", data=sent, headers=csrf(client)).status_code == 303
    session.refresh(talk)
    assert talk.channel == "phone"
    assert client.get(f"/help/en/waiting/{token}/state").get_json()["state"] == "over"


def ended(session: Session, language: str = "bn", channel: Channel = Channel.EMAIL) -> Conversation:
    talk = make_talk(session, ("customer: Refund?", "agent: Done."), channel=channel, email="e@example.com")
    talk.language = language
    close(session, talk, None)
    talk.closed_at = utc_now() - timedelta(minutes=10)
    session.commit()
    return talk


def test_a_survey_is_answered_by_its_link_once(app: Flask, client: FlaskClient, csrf: Csrf, session: Session) -> None:
    talk = ended(session)
    address = f"/help/bn/survey/{sign_survey(talk, key(app))}"
    assert ("সাহায্য পাওয়া কতটা সহজ" if talk.id % 2 else "আপনি কতটা সন্তুষ্ট") in get_page(client, f"{address}?score=4")
    assert session.scalars(select(Survey)).all() == []  # looking answers nothing
    missing = client.post(address, data={"comment": "<b>slow</b>"}, headers=csrf(client))
    assert missing.status_code == 422
    assert "&lt;b&gt;slow" in missing.text
    for score in ("2", "5"):
        response = client.post(address, data={"score": score, "comment": "Slow"}, headers=csrf(client))
        assert response.status_code == 303
    assert "ধন্যবাদ" in get_page(client, response.location)
    session.expire_all()
    assert session.scalars(select(Survey.score)).one() == 2


def test_customers_are_asked_by_mail_in_their_language(session: Session, settings: Settings) -> None:
    asking = replace(
        settings, mail_smtp_text="smtp://a%40b.example@127.0.0.1", public_url_text="https://help.example.com"
    )
    talk = ended(session, "bn")
    assert ask(session, replace(asking, surveys_text="none")) == 0
    assert ask(session, asking) == 1
    assert ask(session, asking) == 0
    message = session.scalars(select(Message).where(Message.role == "system")).one()
    assert (message.delivery, message.recipient) == ("pending", "e@example.com")
    assert "এক ক্লিকে উত্তর দিন" in message.text
    assert re.search(r"https://help\.example\.com/help/bn/survey/\S+$", message.text)
    session.refresh(talk)
    assert talk.state == "closed"


def test_nobody_is_asked_who_cannot_answer(session: Session, settings: Settings) -> None:
    ended(session)
    assert ask(session, settings) == 0
    assert session.scalars(select(Survey)).all() == []


def test_trainers_change_the_hours_and_see_what_was_told(
    app: Flask, session: Session, csrf: Csrf, login: Callable[[str], FlaskClient], client: FlaskClient
) -> None:
    trainer = login("trainer")
    assert "Monday – Sunday" in get_page(trainer, "/studio/service/")
    wrong = trainer.post("/studio/service/", data={"hours": "whenever", "seen": "0"}, headers=csrf(trainer))
    assert wrong.status_code == 422
    assert "whenever" in check_page(wrong, status=422)
    right = {"hours": "mon-fri 9-17\n2099-12-25 closed", "seen": "0"}
    assert trainer.post("/studio/service/", data=right, headers=csrf(trainer)).status_code == 303
    late = trainer.post("/studio/service/", data={"hours": "always", "seen": "0"}, headers=csrf(trainer))
    assert late.status_code == 409
    assert session.scalars(select(ServiceHoursChange.text)).all() == ["mon-fri 9-17\n2099-12-25 closed"]
    assert "Monday – Friday" in get_page(client, "/help/en/person")
    survey = survey_of(session, ended(session), "bn")
    survey.score, survey.comment, survey.answered_at = 5, "Quick", utc_now()
    session.commit()
    page = get_page(trainer, "/studio/service/")
    assert "Quick" in page
    assert "Who changed what" in page


def test_the_place_in_line_can_stand_on_the_page_of_a_chat(app: Flask, session: Session) -> None:
    talk, token = in_line(session, app)
    with app.test_request_context("/help/bn/"):
        shown = render_template("help/_waiting.html", conversation=talk, token=token)
        before = render_template("help/_waiting.html")
    assert f"/help/bn/waiting/{token}" in shown
    assert "এর পরেই আপনার পালা" in shown
    assert "waiting-title" not in before
    assert "person__now" in before


def test_a_chat_is_asked_on_its_own_page_when_it_has_ended(client: FlaskClient, csrf: Csrf, session: Session) -> None:
    begun = client.post("/help/hi/chat", data={"message": "मेरा ऑर्डर कहाँ है?"}, headers=csrf(client))
    room = get_page(client, begun.location)
    assert "अगली बारी आपकी है।" in room
    assert 'name="score"' not in room
    talk = session.scalars(select(Conversation)).one()
    say(session, talk, "agent: आज आएगा")
    close(session, talk, None)
    session.commit()
    room = get_page(client, begun.location)
    assert 'name="score"' in room
    action = re.search(r'action="(/help/hi/survey/[^"]+)"', room)
    assert action
    client.post(action[1], data={"score": "5"}, headers=csrf(client))
    assert "धन्यवाद, आपका जवाब हमें मिल गया।" in get_page(client, begun.location)
    assert session.scalars(select(Survey.score)).one() == 5
