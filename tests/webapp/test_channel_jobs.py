"""The worker beside the server reads the mailbox, sends replies and calls webhooks, without anybody asking for it."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from mail_servers import PASSWORD, Mailbox, Outgoing, make_mail, running_mailbox
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from webhook_server import running_receiver

from kb.accounts.people import get_user
from kb.core.settings import Settings
from kb.jobs.worker import Worker
from kb.service.channels.webhooks import add_webhook
from kb.service.conversations import close, get_conversation
from kb.service.messages import reply
from kb.tables import Message
from webapp.worker.channels import DELIVERY, MAILBOX, WEBHOOKS
from webapp.worker.kinds import job_kinds


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with running_mailbox() as mailbox:
        yield mailbox


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def test_a_mail_is_answered_through_the_worker(
    settings: Settings, engine: Engine, session: Session, mailbox: Mailbox
) -> None:
    mailbox.empty()
    mailbox.put(make_mail("Where is my parcel now?"))
    outgoing = Outgoing()
    outgoing.start()
    with running_receiver() as receiver:
        add_webhook(session, receiver.url)
        session.commit()
        ready = replace(
            settings,
            mail_imap_text=f"imap://help%40shop.example:{PASSWORD}@127.0.0.1:{mailbox.port}",
            mail_smtp_text=f"smtp://127.0.0.1:{outgoing.port}",
            webhook_private_text="1",
        )
        kinds = {name: kind for name, kind in job_kinds(ready, engine).items() if name in {DELIVERY, WEBHOOKS, MAILBOX}}
        worker = Worker(engine, kinds, "channels")
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            wait_for(lambda: bool(look(session)))
            conversation = get_conversation(session, look(session)[0].conversation_id)
            user = get_user(session, "rep@test.example")
            message = reply(
                session, conversation, "Tomorrow.", user.id, last_seen_id=None, recipient="", undo_seconds=1
            )
            session.commit()
            assert outgoing.mails == []
            wait_for(lambda: len(outgoing.mails) == 1)
            wait_for(lambda: len(receiver.calls) == 1)
            close(session, conversation, user.id)
            session.commit()
            wait_for(lambda: len(receiver.calls) == 2)
        finally:
            worker.stop.set()
            thread.join(20)
            outgoing.stop()
    assert not thread.is_alive()
    assert outgoing.mails[0]["To"].addresses[0].addr_spec == "asha@mail.example"
    assert [one["event"] for one in receiver.bodies()] == ["message.sent", "conversation.closed"]
    session.refresh(message)
    assert message.delivery == "sent"


def look(session: Session) -> list[Message]:
    session.rollback()
    return list(session.scalars(select(Message)))


def test_where_no_mailbox_is_set_none_is_read(settings: Settings, engine: Engine) -> None:
    assert MAILBOX not in job_kinds(settings, engine)
