"""Mails come in from a real mailbox: once, in their thread, whatever they look like."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from mail_servers import PASSWORD, Mailbox, Outgoing, make_mail
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.service.channels.compose import Sender
from kb.service.channels.delivery import WaysOut, deliver_due
from kb.service.channels.reading import ReadReport, last_error, read_mailbox
from kb.service.channels.smtp import MailServerError
from kb.service.conversations import close, get_conversation
from kb.service.messages import reply
from kb.tables import Attachment, Conversation, Message
from kb.tables import Mailbox as Place

OWN = "help@shop.example"


def read(engine: Engine, mailbox: Mailbox, now: Callable[[], datetime] = utc_now) -> ReadReport:
    return read_mailbox(engine, mailbox.server, own_address=OWN, region="IN", now=now)


def messages(session: Session) -> list[Message]:
    session.expire_all()
    return list(session.scalars(select(Message).order_by(Message.id)))


def conversations(session: Session) -> int:
    return session.scalar(select(func.count(Conversation.id))) or 0


def test_a_question_by_mail_is_answered_by_mail_and_the_answer_to_it_comes_back(
    session: Session, engine: Engine, mailbox: Mailbox, outgoing: Outgoing
) -> None:
    mailbox.put(make_mail("मेरा रिफ़ंड कब आएगा?", subject="रिफ़ंड", number="q1@mail.example"))
    assert read(engine, mailbox).to_json() == {"stored": 1}
    assert mailbox.unread() == 0
    (asked,) = messages(session)
    conversation = get_conversation(session, asked.conversation_id)
    assert (asked.text, asked.role, asked.external_id) == ("मेरा रिफ़ंड कब आएगा?", "customer", "<q1@mail.example>")
    assert (conversation.subject, conversation.channel, conversation.language) == ("रिफ़ंड", "email", "hi")
    assert (conversation.customer.name, conversation.customer.email) == ("Asha Rao", "asha@mail.example")

    user = get_user(session, "rep@test.example")
    reply(session, conversation, "कल।", user.id, last_seen_id=asked.id, recipient="", undo_seconds=0)
    session.commit()
    deliver_due(engine, WaysOut(outgoing.server, Sender("", OWN, "Shop")))
    (sent,) = outgoing.mails
    assert (sent["Subject"], sent["In-Reply-To"]) == ("Re: रिफ़ंड", "<q1@mail.example>")

    mailbox.put(sent)  # a copy of it
    quoted = "Thanks, got it.\n\nOn Sun, 1 Mar 2026, Shop <help@shop.example> wrote:\n> कल।\n"
    mailbox.put(make_mail(quoted, subject="Re: रिफ़ंड", number="q2@mail.example", answers=[sent["Message-ID"]]))
    assert read(engine, mailbox).to_json() == {"own": 1, "stored": 1}
    last = messages(session)[-1]
    assert (last.conversation_id, last.text, len(messages(session))) == (conversation.id, "Thanks, got it.", 3)
    assert "wrote:" in last.details["full_text"]


def test_mails_are_read_once_and_from_where_it_was_left(session: Session, engine: Engine, mailbox: Mailbox) -> None:
    for number in range(3):
        mailbox.put(make_mail(f"Question {number} of mine", number=f"{number}@mail.example"))
    assert read(engine, mailbox).to_json() == {"stored": 3}
    assert read(engine, mailbox).to_json() == {}
    mailbox.put(make_mail("One more question", number="4@mail.example"))
    assert read(engine, mailbox).to_json() == {"stored": 1}
    # The place is lost, or the server numbers anew: nothing comes twice.
    session.execute(update(Place).values(uid_validity=1))
    session.commit()
    mailbox.put(make_mail("One more question", number="4@mail.example"))
    assert read(engine, mailbox).to_json().get("stored") is None
    assert (len(messages(session)), conversations(session)) == (4, 4)


def test_what_was_read_or_is_old_at_the_first_look_is_history(
    session: Session, engine: Engine, mailbox: Mailbox
) -> None:
    mailbox.put(make_mail("Read long ago", number="old@mail.example"), flags="(\\Seen)")
    mailbox.put(make_mail("Not read yet", number="new@mail.example"))
    session.execute(update(Place).values(uid_validity=1))
    session.commit()
    assert read(engine, mailbox).to_json() == {"stored": 1}
    mailbox.put(make_mail("Read by somebody meanwhile", number="later@mail.example"), flags="(\\Seen)")
    assert read(engine, mailbox).to_json() == {"stored": 1}


def test_killed_before_it_was_marked_as_read_nothing_comes_twice(
    session: Session, engine: Engine, mailbox: Mailbox
) -> None:
    for number in range(4):
        mailbox.put(make_mail(f"Question {number} of mine", number=f"{number}@mail.example"))
    calls = iter(range(2))

    class KilledError(BaseException):
        pass

    def dies() -> None:
        if next(calls, None) is None:
            raise KilledError

    with pytest.raises(KilledError):
        read_mailbox(engine, mailbox.server, own_address=OWN, region="IN", checkpoint=dies)
    assert (len(messages(session)), mailbox.unread()) == (2, 2)
    assert read(engine, mailbox).to_json() == {"stored": 2}
    assert len(messages(session)) == 4


def test_two_who_read_at_once_store_each_mail_once(session: Session, engine: Engine, mailbox: Mailbox) -> None:
    read(engine, mailbox)
    for number in range(8):
        answers = [f"<{number - 1}@mail.example>"] if number % 2 else []
        mailbox.put(make_mail(f"Question {number} of mine", number=f"{number}@mail.example", answers=answers))
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: read(engine, mailbox), range(3)))
    assert sorted(message.text for message in messages(session)) == [f"Question {n} of mine" for n in range(8)]
    assert conversations(session) == 4


def test_an_answer_that_comes_before_the_question_waits_for_it(
    session: Session, engine: Engine, mailbox: Mailbox
) -> None:
    thread = ["<a@mail.example>", "<b@mail.example>"]
    mailbox.put(make_mail("The third of it", number="c@mail.example", answers=thread))
    mailbox.put(make_mail("The second of it", number="b@mail.example", answers=thread[:1]))
    mailbox.put(make_mail("The first of it", number="a@mail.example"))
    mailbox.put(make_mail("Something else", subject="Refund", number="x@mail.example"))
    read(engine, mailbox)
    assert len({message.conversation_id for message in messages(session)[:3]}) == 1
    assert conversations(session) == 2


def test_a_mail_to_a_closed_conversation_opens_it(session: Session, engine: Engine, mailbox: Mailbox) -> None:
    mailbox.put(make_mail(number="1@mail.example"))
    read(engine, mailbox)
    conversation = get_conversation(session, messages(session)[0].conversation_id)
    close(session, conversation, None)
    session.commit()
    mail = make_mail("It has not come", number="2@mail.example", answers=["<1@mail.example>"])
    mail["Date"] = "Sun, 01 Mar 2020 08:00:00 +0530"
    mailbox.put(mail)
    read(engine, mailbox)
    session.refresh(conversation)
    assert conversation.state == "open"
    assert conversation.waiting_since is not None


def test_a_mailbox_that_cannot_be_read_says_why_and_never_the_password(
    session: Session, engine: Engine, mailbox: Mailbox
) -> None:
    read(engine, mailbox)
    assert PASSWORD not in repr(mailbox.server)
    for server in (
        replace(mailbox.server, password="wr0ng-secret"),
        replace(mailbox.server, port=1),
        replace(mailbox.server, folder="Nowhere"),
    ):
        with pytest.raises(MailServerError) as error:
            read_mailbox(engine, server, own_address=OWN, region="IN")
        assert "secret" not in str(error.value)
        assert PASSWORD not in str(error.value)
    with pytest.raises(MailServerError):
        read_mailbox(engine, replace(mailbox.server, password="wr0ng-secret"), own_address=OWN, region="IN")
    assert "does not take user and password" in last_error(session, mailbox.server)
    session.rollback()
    read(engine, mailbox)
    assert last_error(session, mailbox.server) == ""


def test_a_mail_that_cannot_be_read_is_reported_and_holds_nothing_up(
    session: Session, engine: Engine, mailbox: Mailbox
) -> None:
    read(engine, mailbox)
    mailbox.put(b"\x00\xff no mail at all")
    mailbox.put(make_mail("After it", number="after@mail.example"))
    found = read(engine, mailbox)
    assert found.to_json()["stored"] == 1
    assert len(found.rejected) == 1
    assert mailbox.unread() == 1
    assert [message.text for message in messages(session)] == ["After it"]


def test_files_come_in_by_their_content(session: Session, engine: Engine, mailbox: Mailbox) -> None:
    mail = make_mail("See the files")
    mail.add_attachment(b"%PDF-1.7 bill", maintype="image", subtype="png", filename="বিল.png")
    mail.add_attachment(b"MZ\x90 program", maintype="application", subtype="pdf", filename="invoice.pdf")
    mail.add_attachment(make_mail("inner"))
    mailbox.put(mail)
    read(engine, mailbox)
    (message,) = messages(session)
    files = {file.name: file.content_type for file in session.scalars(select(Attachment))}
    assert files["বিল.png"] == "application/pdf"
    assert "mail.eml" in files
    assert "invoice.pdf" not in files
    assert "program" in message.details["left_out"][0]


def test_the_first_look_takes_no_more_than_it_can(session: Session, engine: Engine, mailbox: Mailbox) -> None:
    session.execute(update(Place).values(uid_validity=1))
    session.commit()
    mailbox.put(make_mail("Unread and new", number="n@mail.example"))
    found = read(engine, mailbox, now=lambda: utc_now() + timedelta(days=60))
    assert found.read == 0
