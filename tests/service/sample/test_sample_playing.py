"""Customers who are played."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.accounts.people import create_user
from kb.core.database import session_scope
from kb.service.conversations import close, get_conversation
from kb.service.messages import store_message
from kb.service.sample import Script, begin_script, play, playing, read_scripts, remove_sample
from kb.tables import Conversation, Customer, Message, MessageRole, Role
from webapp.shared.sample_shop import SAMPLE_SCRIPTS

SCRIPTS = read_scripts(SAMPLE_SCRIPTS)
FAST = 1000.0


def begin(engine: Engine, script: Script) -> int:
    with session_scope(engine) as session:
        return begin_script(session, script, region="IN").id


def texts(engine: Engine, conversation_id: int) -> list[str]:
    with Session(engine) as session:
        found = select(Message.text).where(Message.conversation_id == conversation_id).order_by(Message.id)
        return list(session.scalars(found))


def answer(engine: Engine, conversation_id: int, user_id: int) -> None:
    with session_scope(engine) as session:
        conversation = get_conversation(session, conversation_id)
        store_message(session, conversation, MessageRole.AGENT, "By six today.", user_id=user_id)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_messages_are_stored_in_order_through_the_service(engine: Engine, script: Script) -> None:
    number = begin(engine, script)
    assert texts(engine, number) == [script.turns[0].text]
    assert play(partial(session_scope, engine), number, script, region="IN", speed=FAST) == len(script.turns)
    assert texts(engine, number) == [turn.text for turn in script.turns]
    with Session(engine) as session:
        conversation = session.get_one(Conversation, number)
        assert conversation.message_count == len(script.turns)
        assert conversation.waiting_since is not None
        assert conversation.customer.is_sample
        times = session.scalars(select(Message.sent_at).where(Message.conversation_id == number).order_by(Message.id))
        assert list(times) == sorted(session.scalars(select(Message.sent_at)))


def test_played_again_the_same_customer_has_two_conversations(engine: Engine) -> None:
    first, second = begin(engine, SCRIPTS[0]), begin(engine, SCRIPTS[0])
    assert first != second
    with session_scope(engine) as session:
        assert len(session.scalars(select(Customer)).all()) == 1
        remove_sample(session)
        assert session.scalars(select(Conversation)).all() == []


def test_after_a_question_the_customer_waits_for_the_reply(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "PATIENCE", 60.0 * FAST)
    script, number = SCRIPTS[0], begin(engine, SCRIPTS[0])
    with session_scope(engine) as session:
        rep = create_user(session, "one@demo.example", Role.REP, "a long password").id
    playing_it = threading.Thread(
        target=play, args=(partial(session_scope, engine), number, script), kwargs={"region": "IN", "speed": FAST}
    )
    playing_it.start()
    for question in [at for at, turn in enumerate(script.turns, start=1) if turn.waits_for_reply]:
        eventually(lambda: spoken(engine, number) == question)  # noqa: B023
        time.sleep(0.3)
        assert spoken(engine, number) == question
        answer(engine, number, rep)
    playing_it.join(timeout=20)
    assert spoken(engine, number) == len(script.turns)


def spoken(engine: Engine, conversation_id: int) -> int:
    with Session(engine) as session:
        theirs = Message.role == MessageRole.CUSTOMER.value
        return len(session.scalars(select(Message.id).where(Message.conversation_id == conversation_id, theirs)).all())


def eventually(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_who_gets_no_reply_goes_on_when_patience_is_over(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "PATIENCE", 0.3)
    script = replace(SCRIPTS[1], turns=[replace(turn, pause_seconds=0.0) for turn in SCRIPTS[1].turns])
    number = begin(engine, script)
    started = time.monotonic()
    assert play(partial(session_scope, engine), number, script, region="IN") == len(script.turns)
    assert time.monotonic() - started >= 3 * 0.3


def test_it_ends_where_the_conversation_is_closed_or_gone(engine: Engine) -> None:
    script, number = SCRIPTS[2], begin(engine, SCRIPTS[2])
    with session_scope(engine) as session:
        close(session, get_conversation(session, number), None)
    assert play(partial(session_scope, engine), number, script, region="IN", speed=FAST) == 1
    assert len(texts(engine, number)) == 1
    with session_scope(engine) as session:
        remove_sample(session)
    assert play(partial(session_scope, engine), number, script, region="IN", speed=FAST) == 0


class Stopped(Exception):
    pass


def test_it_is_stopped_by_its_progress_and_goes_on_where_it_was(engine: Engine) -> None:
    script, number = SCRIPTS[3], begin(engine, SCRIPTS[3])

    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise Stopped

    with pytest.raises(Stopped):
        play(partial(session_scope, engine), number, script, region="IN", speed=FAST, progress=stop)
    assert len(texts(engine, number)) == 3
    assert play(partial(session_scope, engine), number, script, region="IN", speed=FAST) == len(script.turns)
    assert texts(engine, number) == [turn.text for turn in script.turns]
