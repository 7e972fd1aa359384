"""Replies go out once: by a real mail server that is up, down, slow, or refuses."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from mail_servers import Mailbox, Outgoing, make_mail
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import get_user
from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.errors import ConflictError
from kb.core.mail_settings import MailServer
from kb.service.attachments import add_file
from kb.service.channels.compose import Sender
from kb.service.channels.delivery import WaysOut, deliver_due, has_due_messages, send_again
from kb.service.channels.mailbox import was_sent
from kb.service.messages import reply, withdraw
from kb.tables import Channel, Conversation, ConversationEvent, Delivery, EventKind, Message

SENDER = Sender("Shop Help", "help@shop.example", "Shop")


def ways(server: MailServer | None, looks: Callable[[str], bool] | None = None) -> WaysOut:
    return WaysOut(server, SENDER, looks)


def answer(session: Session, conversation: Conversation, text: str = "It is on its way.", undo: int = 0) -> Message:
    user = get_user(session, "rep@test.example")
    message = reply(
        session, conversation, text, user.id, last_seen_id=None, recipient="", undo_seconds=undo, anyway=True
    )
    session.commit()
    return message


def talk(session: Session, **fields: object) -> Conversation:
    made = make_talk(session, channel=Channel.EMAIL, subject="Refund", **fields)  # type: ignore[arg-type]
    session.commit()
    return made


def state(session: Session, message: Message) -> tuple[str, str]:
    session.expire_all()
    return message.delivery, message.delivery_error


def later(**delta: float) -> Callable[[], datetime]:
    return lambda: utc_now() + timedelta(**delta)


def test_a_reply_goes_out_when_it_cannot_be_taken_back_any_more(
    session: Session, engine: Engine, outgoing: Outgoing
) -> None:
    message = answer(session, talk(session), undo=60)
    assert deliver_due(engine, ways(outgoing.server)) == {}
    assert not has_due_messages(session)
    assert deliver_due(engine, ways(outgoing.server), now=later(seconds=61)) == {"sent": 1}
    assert deliver_due(engine, ways(outgoing.server), now=later(days=1)) == {}
    assert state(session, message) == ("sent", "")
    assert outgoing.recipients == [["asha@example.com"]]
    (mail,) = outgoing.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "Shop Help <help@shop.example>",
        "Asha Rao <asha@example.com>",
        "Re: Refund",
    )
    assert mail["Message-ID"] == message.external_id
    assert mail["Auto-Submitted"] is None
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "It is on its way."


def test_a_reply_that_was_taken_back_is_not_sent(session: Session, engine: Engine, outgoing: Outgoing) -> None:
    conversation = talk(session)
    message = answer(session, conversation, undo=30)
    withdraw(session, conversation, message.id, message.user_id or 0)
    session.commit()
    assert deliver_due(engine, ways(outgoing.server), now=later(minutes=2)) == {}
    assert outgoing.mails == []


def test_what_went_out_cannot_be_taken_back(session: Session, engine: Engine, outgoing: Outgoing) -> None:
    conversation = talk(session)
    message = answer(session, conversation)
    deliver_due(engine, ways(outgoing.server))
    with pytest.raises(ConflictError):
        withdraw(session, conversation, message.id, message.user_id or 0)


def test_two_workers_send_it_once(session: Session, engine: Engine, outgoing: Outgoing) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for number in range(6):
        answer(session, talk(session, email=f"c{number}@example.com"), f"Answer {number}")
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: deliver_due(engine, ways(outgoing.server)), range(3)))
    assert sum(one.get("sent", 0) for one in found) == 6
    assert sorted(mail["To"].addresses[0].addr_spec for mail in outgoing.mails) == [
        f"c{n}@example.com" for n in range(6)
    ]


def test_while_the_server_is_down_for_an_hour_replies_wait_and_then_go_out_once(
    session: Session, engine: Engine, outgoing: Outgoing
) -> None:
    outgoing.stop()
    conversation = talk(session)
    first, second = answer(session, conversation, "First."), answer(session, conversation, "Second.")
    other = answer(session, talk(session, email="b@example.com"), "Other.")
    clock, tries = utc_now(), 0
    begun = clock
    while clock < begun + timedelta(hours=1):
        found = deliver_due(engine, ways(outgoing.server), now=lambda: clock)  # noqa: B023
        assert set(found) <= {"waiting"}
        tries += found.get("waiting", 0)
        clock += timedelta(seconds=5)
    assert 10 <= tries <= 60  # with pauses that grow
    assert state(session, first)[0] == "pending"
    assert "cannot be reached" in state(session, first)[1]
    outgoing.start()
    for _ in range(3):
        clock += timedelta(minutes=10)
        deliver_due(engine, ways(outgoing.server), now=lambda: clock)  # noqa: B023
    assert [state(session, one) for one in (first, second, other)] == [("sent", "")] * 3
    texts = [mail.get_body(("plain",)).get_content().strip() for mail in outgoing.mails]  # type: ignore[union-attr]
    assert sorted(texts) == ["First.", "Other.", "Second."]
    assert texts.index("First.") < texts.index("Second.")


def test_after_a_day_it_is_given_up_in_words_and_the_customer_waits_again(
    session: Session, engine: Engine, outgoing: Outgoing
) -> None:
    outgoing.stop()
    conversation = talk(session)
    message = answer(session, conversation)
    session.refresh(conversation)
    assert conversation.waiting_since is None
    deliver_due(engine, ways(outgoing.server))
    deliver_due(engine, ways(outgoing.server), now=later(hours=25))
    delivery, why = state(session, message)
    assert (delivery, "cannot be reached" in why) == ("failed", True)
    (event,) = session.scalars(select(ConversationEvent).where(ConversationEvent.kind == EventKind.NOT_DELIVERED))
    assert event.data["message"] == message.id
    assert conversation.waiting_since is not None
    outgoing.start()
    assert send_again(session, conversation, message.id)
    session.commit()
    assert deliver_due(engine, ways(outgoing.server)) == {"sent": 1}


def test_451_then_250_is_sent_once(session: Session, engine: Engine, outgoing: Outgoing) -> None:
    message = answer(session, talk(session))
    outgoing.answers = ["451 4.7.1 Greylisted, come back later"]
    assert deliver_due(engine, ways(outgoing.server)) == {"waiting": 1}
    assert "451" in state(session, message)[1]
    assert deliver_due(engine, ways(outgoing.server), now=later(minutes=1)) == {"sent": 1}
    assert len(outgoing.mails) == 1


def test_what_is_refused_for_good_is_not_tried_again(session: Session, engine: Engine, outgoing: Outgoing) -> None:
    message = answer(session, talk(session))
    outgoing.answers = ["550 5.1.1 No such user"]
    assert deliver_due(engine, ways(outgoing.server)) == {"failed": 1}
    assert state(session, message) == ("failed", "The mail server answered 550 5.1.1 No such user")
    assert deliver_due(engine, ways(outgoing.server), now=later(hours=2)) == {}


def test_killed_between_sending_and_writing_it_down_it_is_found_in_the_mailbox(
    session: Session, engine: Engine, outgoing: Outgoing, mailbox: Mailbox
) -> None:
    message = answer(session, talk(session))

    class KilledError(BaseException):
        pass

    times = iter([utc_now()])

    def dies_after_sending() -> datetime:
        for moment in times:
            return moment
        raise KilledError

    with pytest.raises(KilledError):
        deliver_due(engine, ways(outgoing.server), now=dies_after_sending)
    assert len(outgoing.mails) == 1
    assert state(session, message)[0] == "sending"
    assert deliver_due(engine, ways(outgoing.server)) == {}  # somebody may be at it
    mailbox.put(outgoing.mails[0], folder="Sent", flags="(\\Seen)")
    looks = lambda number: was_sent(mailbox.server, number)  # noqa: E731
    assert deliver_due(engine, ways(outgoing.server, looks), now=later(minutes=6)) == {"sent": 1}
    assert len(outgoing.mails) == 1


def test_what_may_have_been_sent_and_is_nowhere_is_sent_again_under_the_same_id(
    session: Session, engine: Engine, outgoing: Outgoing, mailbox: Mailbox
) -> None:
    conversation = talk(session)
    message = answer(session, conversation)
    outgoing.answers = ["taken, then the line breaks"]
    looks = lambda number: was_sent(mailbox.server, number)  # noqa: E731
    assert deliver_due(engine, ways(outgoing.server, looks)) == {"waiting": 1}
    assert state(session, message)[0] == "sending"
    with pytest.raises(ConflictError):
        withdraw(session, conversation, message.id, message.user_id or 0)
    session.rollback()
    assert deliver_due(engine, ways(outgoing.server, looks), now=later(minutes=6)) == {"sent": 1}
    assert [mail["Message-ID"] for mail in outgoing.mails] == [message.external_id] * 2


def test_a_reply_stands_in_the_thread_with_its_files(session: Session, engine: Engine, outgoing: Outgoing) -> None:
    conversation = talk(session)
    asked = say(session, conversation, "customer: And the second one?")
    asked.external_id, asked.details = "<q2@mail.example>", {"references": ["<q1@mail.example>"]}
    session.flush()
    message = answer(session, conversation, "नमस्ते आशा,\n\nपैसे <b>कल</b> आएंगे: https://shop.example/r?a=1&b=2.")
    add_file(session, conversation, "रसीद.pdf", b"%PDF-1.7 x", user_id=None, message_id=message.id, largest=1000)
    session.commit()
    deliver_due(engine, ways(outgoing.server))
    (mail,) = outgoing.mails
    assert (mail["In-Reply-To"], mail["References"]) == ("<q2@mail.example>", "<q1@mail.example> <q2@mail.example>")
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().split("\r\n")[:3] == message.text.split("\n")
    assert "&lt;b&gt;कल&lt;/b&gt;" in html.get_content()
    assert '<a href="https://shop.example/r?a=1&amp;b=2">' in html.get_content()
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (
        "रसीद.pdf",
        "application/pdf",
        b"%PDF-1.7 x",
    )


def test_a_subject_and_a_name_cannot_add_headers(session: Session, engine: Engine, outgoing: Outgoing) -> None:
    conversation = talk(session, name='Asha"\r\nBcc: all@example.com')
    conversation.subject = "Re: বিল\r\nBcc: all@example.com"
    session.commit()
    answer(session, conversation)
    deliver_due(engine, ways(outgoing.server))
    (mail,) = outgoing.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Re: বিল Bcc: all@example.com"
    assert outgoing.recipients == [["asha@example.com"]]


@pytest.mark.parametrize(
    ("details", "subject"), [({"reference": "482-109-376"}, "{site} · 482-109-376"), ({}, "{site}")]
)
def test_who_wrote_no_mail_is_not_answered_as_if_they_had(
    session: Session, engine: Engine, outgoing: Outgoing, details: dict[str, str], subject: str
) -> None:
    conversation = talk(session)
    conversation.subject, conversation.details = " ", details
    session.commit()
    answer(session, conversation)
    deliver_due(engine, ways(outgoing.server))
    (mail,) = outgoing.mails
    assert mail["Subject"] == subject.format(site=ways(outgoing.server).sender.site)


@pytest.mark.parametrize(
    ("channel", "email", "words"),
    [
        (Channel.SMS, "", "No way out for this channel is set up; add a webhook (kb webhook add URL --channel sms)."),
        (Channel.EMAIL, "asha@example.com", "set KB_MAIL_SMTP"),
        (Channel.WEB, "", "No e-mail address of this customer is known"),
        (Channel.CHAT, "", "kb webhook add"),
    ],
)
def test_where_there_is_no_way_out_it_is_said_what_to_set(
    session: Session, engine: Engine, channel: Channel, email: str, words: str
) -> None:
    conversation = make_talk(session, channel=channel, email=email)
    message = answer(session, conversation)
    assert deliver_due(engine, ways(None)) == {"failed": 1}
    delivery, why = state(session, message)
    assert delivery == Delivery.FAILED
    assert words in why


def test_chat_of_the_help_centre_and_sample_customers_need_no_server(session: Session, engine: Engine) -> None:
    chat, sample = make_talk(session, email="a@example.com"), talk(session, email="b@example.com")
    chat.origin, sample.customer.is_sample = "help", True
    messages = [answer(session, chat), answer(session, sample)]
    # The customer's own page has it as soon as it is written.
    assert [state(session, one)[0] for one in messages] == ["sent", "pending"]
    assert deliver_due(engine, ways(None)) == {"sent": 1}
    assert [state(session, one)[0] for one in messages] == ["sent", "sent"]


def test_a_mail_of_the_customer_ends_in_their_thread_at_the_other_side(session: Session, engine: Engine) -> None:
    """The id that a mail of ours has leads to its conversation."""
    from kb.service.channels.incoming import receive_mail

    conversation = talk(session)
    message = answer(session, conversation)
    session.execute(update(Message).where(Message.id == message.id).values(external_id="<ours@shop.example>"))
    session.commit()
    with session_scope(engine) as other:
        mail = make_mail("Thanks!", answers=["<ours@shop.example>"]).as_bytes()
        received = receive_mail(other, mail, own_address="help@shop.example", region="IN")
        assert received.message is not None
        assert received.message.conversation_id == conversation.id
