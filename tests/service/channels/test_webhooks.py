"""Other systems are told of replies and states: signed, once written down never lost, whatever the other side does."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from talks import make_talk
from webhook_server import Receiver, running_receiver

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.service.channels.calls import has_due_calls, send_due_calls
from kb.service.channels.compose import Sender
from kb.service.channels.delivery import WaysOut, deliver_due
from kb.service.channels.webhooks import add_webhook, list_webhooks, remove_webhook
from kb.service.conversations import close, reopen, take
from kb.service.messages import note, reply
from kb.tables import Channel, Conversation, Message, WebhookCall

NO_MAIL = WaysOut(None, Sender("", "", "Shop"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


def later(**delta: float) -> Callable[[], datetime]:
    return lambda: utc_now() + timedelta(**delta)


def send(engine: Engine, now: Callable[[], datetime] = utc_now) -> dict[str, int]:
    return send_due_calls(engine, private=True, now=now)


def answered(session: Session, conversation: Conversation, text: str = "On its way.") -> Message:
    user = get_user(session, "rep@test.example")
    message = reply(session, conversation, text, user.id, last_seen_id=None, recipient="", undo_seconds=0, anyway=True)
    session.commit()
    return message


def test_a_reply_by_sms_is_handed_over_signed_and_counts_as_sent_when_it_is_taken(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    webhook = add_webhook(session, receiver.url, ["sms"])
    conversation = make_talk(session, channel=Channel.SMS, phone="+919812345678")
    note(session, conversation, "only for us", get_user(session, "rep@test.example").id)
    message = answered(session, conversation, "कल आएगा।")
    assert deliver_due(engine, NO_MAIL) == {"handed_over": 1}
    session.refresh(message)
    assert message.delivery == "sending"
    assert send(engine) == {"sent": 1}
    session.refresh(message)
    assert message.delivery == "sent"
    ((headers, body),) = receiver.calls
    (told,) = receiver.bodies()
    assert (told["event"], told["deliver"], told["message"]["text"]) == ("message.sent", True, "कल आएगा।")
    assert told["message"]["recipient"] == "+919812345678"
    assert told["conversation"] | {"id": conversation.id, "channel": "sms"} == told["conversation"]
    assert headers["Idempotency-Key"] == told["id"]
    seconds, _, digest = headers["Kb-Signature"].partition(",v1=")
    assert abs(int(seconds.removeprefix("t=")) - time.time()) < 60
    signed = seconds.removeprefix("t=").encode() + b"." + body
    assert hmac.compare_digest(digest, hmac.new(webhook.secret.encode(), signed, hashlib.sha256).hexdigest())
    assert send(engine, later(days=2)) == {}


def test_what_becomes_of_a_conversation_is_told_only_to_those_who_want_its_channel(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    add_webhook(session, receiver.url, ["chat"])
    conversation, other = make_talk(session), make_talk(session, channel=Channel.EMAIL, email="b@example.com")
    user = get_user(session, "rep@test.example")
    take(session, conversation, user.id)
    close(session, conversation, user.id)
    close(session, other, user.id)
    reopen(session, conversation, None, why="customer")
    session.commit()
    assert send(engine) == {"sent": 3}
    told = receiver.bodies()
    assert [one["event"] for one in told] == ["conversation.assigned", "conversation.closed", "conversation.reopened"]
    assert [one["conversation"]["state"] for one in told] == ["open", "closed", "open"]
    assert len({one["id"] for one in told}) == 3


def test_what_was_rolled_back_is_told_to_nobody(session: Session, engine: Engine, receiver: Receiver) -> None:
    add_webhook(session, receiver.url)
    conversation = make_talk(session)
    session.commit()
    close(session, conversation, None)
    session.rollback()
    assert not has_due_calls(session)
    assert send(engine) == {}


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("error", "answered 500"),
        ("redirect", "redirect to /elsewhere, which is not followed"),
        ("garbage", "no HTTP"),
        ("slow", "has not answered within 5 s"),
        ("drip", "has not answered within 5 s"),
    ],
)
def test_a_side_that_answers_wrongly_is_tried_again_later(
    session: Session, engine: Engine, receiver: Receiver, mode: str, words: str
) -> None:
    add_webhook(session, receiver.url)
    conversation = make_talk(session)
    message = answered(session, conversation)
    deliver_due(engine, NO_MAIL)
    receiver.mode = mode
    begun = time.monotonic()
    assert send(engine) == {"waiting": 1}
    assert time.monotonic() - begun < 8
    session.expire_all()
    (webhook,) = list_webhooks(session)
    assert words in webhook.last_error
    assert words in message.delivery_error
    assert send(engine) == {}
    session.rollback()
    receiver.mode = "ok"
    assert send(engine, later(minutes=1)) == {"sent": 1}
    session.expire_all()
    assert (message.delivery, list_webhooks(session)[0].last_error) == ("sent", "")
    assert receiver.followed == 0
    assert len({headers["Idempotency-Key"] for headers, _ in receiver.calls}) == 1
    assert len({body for _, body in receiver.calls}) == 1


def test_an_endless_answer_is_cut(session: Session, engine: Engine, receiver: Receiver) -> None:
    add_webhook(session, receiver.url)
    close(session, make_talk(session), None)
    session.commit()
    receiver.mode = "huge"
    assert send(engine) == {"sent": 1}


def test_a_side_that_is_down_costs_one_try_a_round_and_is_given_up_after_a_day(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    add_webhook(session, "http://127.0.0.1:1/nobody")
    messages = [answered(session, make_talk(session, email=f"{n}@example.com"), f"Answer {n}") for n in range(3)]
    deliver_due(engine, NO_MAIL)
    assert send(engine) == {"waiting": 1}
    tries = session.scalars(select(WebhookCall.tries).order_by(WebhookCall.id)).all()
    assert sum(tries) == 1
    session.rollback()
    found = {}
    for hours in (25, 26, 27):
        found = send(engine, later(hours=hours))
    session.expire_all()
    assert found.get("waiting") is None
    assert [message.delivery for message in messages] == ["failed"] * 3
    assert "has not taken it" in messages[0].delivery_error


def test_a_webhook_that_is_removed_or_gone_leaves_its_replies_to_another(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    first = add_webhook(session, receiver.url, ["chat"])
    add_webhook(session, receiver.url)
    message = answered(session, make_talk(session))
    deliver_due(engine, NO_MAIL)
    remove_webhook(session, first.id)
    session.commit()
    assert deliver_due(engine, NO_MAIL, now=later(seconds=1)) == {"handed_over": 1}
    receiver.mode = "gone"
    found = send(engine, later(seconds=2))
    assert found == {"failed": 1}
    session.expire_all()
    assert not list_webhooks(session)[0].active
    session.rollback()
    assert deliver_due(engine, NO_MAIL, now=later(seconds=3)) == {"failed": 1}
    session.expire_all()
    assert "kb webhook add" in message.delivery_error


def test_one_of_several_brings_the_reply_and_the_others_only_know(
    session: Session, engine: Engine, receiver: Receiver
) -> None:
    add_webhook(session, receiver.url + "&all=1")
    add_webhook(session, receiver.url + "&chat=1", ["chat"])
    answered(session, make_talk(session))
    deliver_due(engine, NO_MAIL)
    assert send(engine) == {"sent": 2}
    assert sorted(one["deliver"] for one in receiver.bodies()) == [False, True]


def test_addresses_inside_are_not_called(session: Session, engine: Engine, receiver: Receiver) -> None:
    add_webhook(session, receiver.url)
    close(session, make_talk(session), None)
    session.commit()
    assert send_due_calls(engine, private=False) == {"waiting": 1}
    assert receiver.calls == []
    session.expire_all()
    assert "KB_WEBHOOK_PRIVATE=1" in list_webhooks(session)[0].last_error


@pytest.mark.parametrize(
    "url", ["ftp://x.example/", "example.com", "http://", "http://a:b@x.example/", "http://[::1", "http://x y/"]
)
def test_what_cannot_be_called_is_no_webhook(session: Session, url: str) -> None:
    with pytest.raises(InvalidInputError):
        add_webhook(session, url)


def test_a_channel_that_there_is_not_is_refused(session: Session) -> None:
    with pytest.raises(InvalidInputError, match="pigeon"):
        add_webhook(session, "https://x.example/", ["pigeon"])
    with pytest.raises(NotFoundError):
        remove_webhook(session, 99)
