"""What becomes of a mail: who wrote it, to which conversation it belongs, what is kept of it."""

from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_servers import make_mail
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.people import get_user
from kb.service.channels.incoming import Became, Received, receive_mail
from kb.service.conversations import get_conversation
from kb.service.messages import reply
from kb.tables import Channel, Conversation, Delivery, Message
from kb.text.mail.files import delivery_report, read_files
from kb.text.mail.mime import parse_mail

OWN = "help@shop.example"


def receive(session: Session, mail: EmailMessage | MIMEMultipart | bytes) -> Received:
    data = mail if isinstance(mail, bytes) else mail.as_bytes()
    return receive_mail(session, data, own_address=OWN, region="IN")


def sent_reply(session: Session) -> Message:
    """A reply of ours that went out as <ours@shop.example>."""
    conversation = make_talk(session, channel=Channel.EMAIL)
    user = get_user(session, "rep@test.example")
    message = reply(session, conversation, "Done.", user.id, last_seen_id=None, recipient="", undo_seconds=0)
    message.delivery, message.external_id = Delivery.SENT.value, "<ours@shop.example>"
    session.flush()
    return message


def bounce(action: str = "failed", about: str = "<ours@shop.example>") -> MIMEMultipart:
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"], report["To"], report["Subject"] = "MAILER-DAEMON@mx.example", OWN, "Undelivered Mail Returned"
    report["Message-ID"] = "<bounce@mx.example>"
    report.attach(MIMEText("Your mail could not be delivered."))
    status = MIMEBase("message", "delivery-status")
    fields = EmailMessage()
    fields["Final-Recipient"], fields["Action"] = "rfc822; asha@example.com", action
    fields["Diagnostic-Code"] = "smtp; 550 5.1.1 mailbox unavailable"
    status.attach(fields)  # type: ignore[arg-type]
    report.attach(status)
    original = MIMEBase("message", "rfc822")
    inner = EmailMessage()
    inner["Message-ID"], inner["Subject"] = about, "Re: Refund"
    original.attach(inner)  # type: ignore[arg-type]
    report.attach(original)
    return report


def test_a_reply_that_comes_back_is_marked_and_the_customer_waits_again(session: Session) -> None:
    message = sent_reply(session)
    assert receive(session, bounce("delayed")).became is Became.AUTOMATIC
    assert message.delivery == "sent"
    later = bounce()
    later.replace_header("Message-ID", "<bounce2@mx.example>")
    received = receive(session, later)
    assert (received.became, received.message) == (Became.STORED, message)
    assert message.delivery == "failed"
    assert "550 5.1.1 mailbox unavailable" in message.delivery_error
    conversation = get_conversation(session, message.conversation_id)
    assert conversation.waiting_since is not None
    assert receive(session, bounce(about="<unknown@x.example>")).became is Became.AUTOMATIC


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"subject": "Out of office: Refund"},
        {"subject": "स्वचालित उत्तर: रिफ़ंड"},
    ],
)
def test_who_is_out_of_office_is_shown_but_is_no_customer_who_waits(session: Session, headers: dict[str, str]) -> None:
    message = sent_reply(session)
    conversation = get_conversation(session, message.conversation_id)
    mail = make_mail("I am on holiday until Monday", number="o@x.example", answers=["<ours@shop.example>"], **headers)
    received = receive(session, mail)
    assert received.message is not None
    assert (received.message.role, received.message.conversation_id) == ("system", conversation.id)
    assert conversation.waiting_since is None
    alone = make_mail("I am on holiday until Monday", number="p@x.example", **headers)
    assert receive(session, alone).became is Became.AUTOMATIC


def test_two_programs_that_answer_each_other_are_stopped(session: Session) -> None:
    sent_reply(session)
    found = [
        receive(
            session,
            make_mail(
                "We have received your mail",
                number=f"{n}@x.example",
                answers=["<ours@shop.example>"],
                Precedence="auto_reply",
            ),
        ).became
        for n in range(10)
    ]
    assert found.count(Became.STORED) == 3
    people = [
        receive(
            session, make_mail(f"Hello number {n}", number=f"q{n}@x.example", answers=["<ours@shop.example>"])
        ).became
        for n in range(60)
    ]
    assert people.count(Became.STORED) == 39  # and the one that began it


@pytest.mark.parametrize(
    ("headers", "became"),
    [
        ({"Precedence": "bulk"}, Became.AUTOMATIC),
        ({"List_Unsubscribe_Post": "List-Unsubscribe=One-Click"}, Became.AUTOMATIC),
        ({"X_Spam_Flag": "YES"}, Became.JUNK),
        ({"sender": "MAILER-DAEMON@mx.example"}, Became.AUTOMATIC),
        ({"sender": f"Shop <{OWN}>"}, Became.OWN),
        # The support address is often a mailing list, and forms are sent by programs.
        ({"Precedence": "list", "List_Id": "<support.shop.example>"}, Became.STORED),
        ({"Auto_Submitted": "auto-generated"}, Became.STORED),
    ],
)
def test_who_wrote_it(session: Session, headers: dict[str, str], became: Became) -> None:
    assert receive(session, make_mail("Our offers of the week are here", **headers)).became is became


def test_behind_a_form_is_who_is_to_be_answered(session: Session) -> None:
    for number, sender in enumerate((f"Shop form <{OWN}>", "no-reply@forms.example")):
        mail = make_mail(
            "From the form", sender=sender, number=f"{number}@x.example", Reply_To=f"Ravi <ravi{number}@mail.example>"
        )
        received = receive(session, mail)
        assert received.message is not None
        conversation = get_conversation(session, received.message.conversation_id)
        assert conversation.customer.email == f"ravi{number}@mail.example"


def test_somebody_else_who_joins_a_thread_does_not_get_its_answers(session: Session) -> None:
    first = receive(session, make_mail("My question is this", number="a@x.example"))
    joined = make_mail(
        "I am their son", number="b@x.example", answers=["<a@x.example>"], sender="Son <son@mail.example>"
    )
    second = receive(session, joined)
    assert first.message is not None
    assert second.message is not None
    conversation = get_conversation(session, first.message.conversation_id)
    assert second.message.conversation_id == conversation.id
    assert second.message.details["from"] == "son@mail.example"
    assert conversation.customer.email == "asha@mail.example"


def test_html_alone_is_read_as_text_and_secrets_are_masked(session: Session) -> None:
    html = (
        "<html><head><style>p{color:red}</style></head><body><p>My card <b>4111 1111 1111 1111</b> was charged twice.</p>"
        "<script>alert(1)</script><ul><li>once</li><li>twice</li></ul>"
        "<blockquote>On Monday Shop wrote:<br>Your card 4111 1111 1111 1111</blockquote></body></html>"
    )
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "Asha <a@mail.example>", "Charged", "<h@x.example>"
    mail.set_content(html, subtype="html")
    message = receive(session, mail).message
    assert message is not None
    assert "was charged twice" in message.text
    assert "alert" not in message.text
    assert "<" not in message.text.replace("<number>", "")
    assert "4111" not in message.text + str(message.details)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Content-Type: text/plain; charset=windows-1252\n\nCaf\xe9 \x80 5 was charged", "Café € 5 was charged"),
        (b"Content-Type: text/plain; charset=x-unknown\n\n\xe0\xa4\xae\xe0\xa5\x88\xe0\xa4\x82 here", "मैं here"),
        (b"Content-Type: text/plain; charset=utf-16\n\nplain after all", "plain after all"),
        (b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!!", "Odd"),
        (b"Content-Type: multipart/mixed; boundary=x\n\nno parts at all", "Odd"),
        (b"Date: the day after\nContent-Type: no such\n\nStill here", "Still here"),
        (b"References: <<<> >< \xff\nContent-Disposition: =?x?\n\nStill here", "Still here"),
    ],
)
def test_one_odd_part_costs_the_part(session: Session, raw: bytes, text: str) -> None:
    message = receive(
        session, b"From: Asha <a@mail.example>\nSubject: Odd\nMessage-ID: <odd@x.example>\n" + raw
    ).message
    assert message is not None
    assert text in message.text


_HEADERS = """
From To Subject Message-ID References In-Reply-To Date Reply-To Content-Type Content-Disposition MIME-Version
Content-Transfer-Encoding Auto-Submitted Precedence Return-Path
"""


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(
            st.tuples(
                st.sampled_from(_HEADERS.split()),
                st.one_of(
                    st.binary(max_size=60),
                    st.sampled_from(
                        [
                            b"multipart/mixed; boundary=x",
                            b"message/rfc822",
                            b"text/html; charset=\xff",
                            b"<a@b>",
                            b"base64",
                            b"=?utf-8?B?//8=?=",
                            b"multipart/report",
                            b"MAILER-DAEMON@x",
                            b"attachment; filename*=utf-8''%ff%00",
                            b'"\x00" <a@b.example>',
                            b"\xed\xa0\x80 <x@y.example>",
                        ]
                    ),
                ),
            ),
            max_size=10,
        ).map(
            lambda rows: (
                b"".join(name.encode() + b": " + value + b"\n" for name, value in rows) + b"\n--x\n\n<p>x\n--x--"
            )
        ),
    )
)
def test_whatever_the_bytes_are_there_is_an_outcome(engine: Engine, data: bytes) -> None:
    parsed = parse_mail(data)
    if parsed is not None:
        list(read_files(parsed))
        delivery_report(parsed)
    with Session(engine) as session:
        first = receive(session, data)
        assert isinstance(first.became, Became)
        session.flush()
        if first.message is not None:
            assert receive(session, data).became is not Became.STORED
        session.rollback()


def test_a_mail_of_many_megabytes_takes_seconds_at_most(session: Session) -> None:
    import time

    begun = time.monotonic()
    received = receive(session, make_mail("word > word\n" * 400_000))
    assert received.message is not None
    assert time.monotonic() - begun < 20
    assert session.scalar(select(func.count(Conversation.id))) == 1
