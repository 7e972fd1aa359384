"""Import of a mailbox: threads, who is who, encodings, MIME, attachments."""

import tracemalloc
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError, KbError, Rejection
from kb.tables import Ticket
from kb.tickets import ImportReport
from kb.tickets.mailboxes import read_mbox

Write = Callable[..., Path]
Import = Callable[..., ImportReport]
DESK = "Lamp Help <help@lamps.example>"


def mail(
    sender: str, to: str, subject: str, text: str, *, number: int = 1, answers: int = 0, html: str = "", **headers: str
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = f"<{number}@x.example>"
    message["Date"] = f"Sun, 01 Mar 2026 {8 + number:02}:00:00 +0530"
    if answers:
        message["In-Reply-To"] = f"<{answers}@x.example>"
        message["References"] = f"<{answers}@x.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def mbox(*messages: EmailMessage | bytes) -> bytes:
    parts = []
    for message in messages:
        data = message if isinstance(message, bytes) else bytes(message)
        lines = [b">" + line if line.startswith(b"From ") else line for line in data.split(b"\n")]
        parts.append(b"From MAILER@x Sun Mar  1 08:00:00 2026\n" + b"\n".join(lines).rstrip(b"\n") + b"\n\n")
    return b"".join(parts)


def tickets(session: Session) -> dict[str, Ticket]:
    return {ticket.subject: ticket for ticket in session.scalars(select(Ticket))}


ASKED = mail(
    "Asha Rao <asha@mail.example>", DESK, "Lamp broke", "Dear team,\n\nMy lamp broke in two.\n\nRegards,\nAsha Rao\n"
)
ANSWERED = mail(
    DESK,
    "asha@mail.example",
    "Re: Lamp broke",
    "Dear Asha,\n\nA new one left today and comes on Friday.\n\nLamp Help\n\n"
    "On Sun, 1 Mar 2026 at 09:00, Asha Rao <asha@mail.example> wrote:\n> My lamp broke in two.\n",
    number=2,
    answers=1,
)
THANKED = mail("Asha Rao <asha@mail.example>", DESK, "Re: Lamp broke", "Thank you!\n", number=3, answers=2)
OTHER = mail("Ben <ben@mail.example>", DESK, "Where is my parcel", "It should have come on Monday.", number=4)


def test_threads_become_tickets(write: Write, run_import: Import, session: Session) -> None:
    report = run_import(write(mbox(ASKED, OTHER, ANSWERED, THANKED), "m.mbox"), "mbox")
    assert (report.created, report.open, report.rejected) == (2, 1, [])
    found = tickets(session)["Lamp broke"]
    assert (found.source, found.channel, found.status) == ("mbox", "email", "resolved")
    assert found.problem == "My lamp broke in two."
    assert found.resolution == "A new one left today and comes on Friday.\n\nLamp Help"
    assert [message.role for message in found.messages] == ["customer", "agent", "customer"]
    assert not [message.text for message in found.messages if "Asha" in message.text or "wrote" in message.text]
    assert f"{found.created_at:%Y-%m-%d %H:%M}" == "2026-03-01 03:30"
    assert tickets(session)["Where is my parcel"].status == "open"


def test_importing_a_grown_mailbox_again_changes_only_its_threads(
    write: Write, run_import: Import, session: Session
) -> None:
    run_import(write(mbox(ASKED, OTHER), "m.mbox"), "mbox")
    report = run_import(write(mbox(ASKED, OTHER, ANSWERED), "m.mbox"), "mbox")
    assert (report.created, report.updated, report.unchanged) == (0, 1, 1)


def test_answers_in_any_order_and_without_the_first_mail_are_one_thread(
    write: Write, run_import: Import, session: Session
) -> None:
    run_import(write(mbox(THANKED, ANSWERED, OTHER, ASKED), "m.mbox"), "mbox")
    assert [message.role for message in tickets(session)["Lamp broke"].messages] == ["customer", "agent", "customer"]
    assert len(tickets(session)) == 2


def test_answer_without_references_is_found_by_subject_and_people(
    write: Write, run_import: Import, session: Session
) -> None:
    answer = mail(DESK, "asha@mail.example", "AW: Lamp broke", "A new one left today, dear customer.", number=8)
    stranger = mail("Eve <eve@mail.example>", DESK, "Re: Lamp broke", "Mine broke as well, on the first day.", number=9)
    run_import(write(mbox(ASKED, answer, stranger, OTHER), "m.mbox"), "mbox")
    threads = session.scalars(select(Ticket).where(Ticket.subject == "Lamp broke")).all()
    assert sorted(len(ticket.messages) for ticket in threads) == [1, 2]


def test_attachments_are_left_out_and_counted(write: Write, run_import: Import, session: Session) -> None:
    message = mail(
        "asha@mail.example",
        DESK,
        "Photo",
        "The photo shows the crack.",
        html="<p>The photo shows <b>the crack</b>.</p>",
    )
    message.add_attachment(b"\x89PNG" * 10_000, maintype="image", subtype="png", filename="crack.png")
    message.add_attachment("secret text of the attachment", filename="notes.txt")
    report = run_import(write(mbox(message), "m.mbox"), "mbox")
    found = tickets(session)["Photo"]
    assert found.problem == "The photo shows the crack."
    assert len(found.messages) == 1
    assert report.to_json()["left_out"] == {"attachments": 2}


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "लैंप टूट गया"),
        ("iso-8859-1", "Die Lampe ist gestört für immer"),
        ("koi8-r", "лампа сломалась совсем"),
    ],
)
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_encodings_are_read(
    charset: str, text: str, encoding: str, write: Write, run_import: Import, session: Session
) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "asha@mail.example", DESK, f"Über {text}"
    message.set_content(text, charset=charset, cte=encoding)
    run_import(write(mbox(message), "m.mbox"), "mbox")
    assert tickets(session)[f"Über {text}"].problem == text


def test_wrong_or_missing_charset_costs_no_mail(write: Write, run_import: Import, session: Session) -> None:
    head = b"From: a@x.example\nTo: help@lamps.example\nSubject: gr\xc3\xbc\xc3\x9fe\nContent-Type: text/plain; charset=%s\n\n"
    path = write(
        mbox(
            head % b"nonsense" + "Die Lampe ist für immer aus".encode(), head % b"utf-8" + "für später".encode("cp1252")
        ),
        "m.mbox",
    )
    report = run_import(path, "mbox")
    assert report.rejected == []
    problems = {ticket.problem for ticket in session.scalars(select(Ticket))}
    assert problems == {"Die Lampe ist für immer aus", "für später"}


def test_flowed_lines_and_escaped_from_lines(write: Write, run_import: Import, session: Session) -> None:
    data = (
        b"From: a@x.example\nTo: help@lamps.example\nSubject: x\nContent-Type: text/plain; format=flowed\n\n"
        b"The lamp flickers when \nthe fan is on.\n\n>From Monday on it is dark.\nFrom here it looks fine.\n"
    )
    run_import(write(mbox(data), "m.mbox"), "mbox")
    assert "The lamp flickers when the fan is on." in tickets(session)["x"].problem


def test_machines_are_left_out(write: Write, run_import: Import, session: Session) -> None:
    out = mail("c@mail.example", DESK, "Automatic reply", "I am away.", number=5, Auto_Submitted="auto-replied")
    news = mail("n@news.example", DESK, "Sale", "Buy now.", number=6, Precedence="bulk")
    spam = mail("s@mail.example", DESK, "Win", "Win now.", number=7, X_Spam_Flag="YES")
    report = run_import(write(mbox(ASKED, out, news, spam), "m.mbox"), "mbox")
    assert list(tickets(session)) == ["Lamp broke"]
    assert sum(report.to_json()["left_out"].values()) == 3


def test_owner_may_be_told(write: Write, run_import: Import, session: Session) -> None:
    run_import(write(mbox(ASKED, ANSWERED), "m.mbox"), "mbox", own_domains=frozenset({"mail.example"}))
    assert [message.role for message in session.scalars(select(Ticket)).one().messages] == ["agent", "customer"]


def test_mail_among_colleagues_is_private(write: Write, run_import: Import, session: Session) -> None:
    note = mail(DESK, "Boss <boss@lamps.example>", "Fwd: Lamp broke", "Refund limit is 500.", number=6, answers=1)
    run_import(write(mbox(ASKED, note, ANSWERED), "m.mbox"), "mbox")
    found = tickets(session)["Lamp broke"]
    assert "Refund limit" not in found.problem + found.resolution
    assert [message.text for message in found.messages if not message.public] == ["Refund limit is 500."]


@pytest.mark.parametrize("content", [b"hello", b"", b"{}", b"Subject: x\n\ny"])
def test_file_that_is_no_mailbox_is_one_clear_error(content: bytes, write: Write, run_import: Import) -> None:
    with pytest.raises(InvalidInputError):
        run_import(write(content, "m.mbox"), "mbox")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(
        st.sampled_from(
            [
                b"From x\n", b"\n", b"From: a@b\n", b"To: <c@d>\n", b"Subject: =?utf-8?b?xx?=\n", b"Subject: =?nix?q?=zz?=\n",
                b"Date: 99\n", b"Content-Type: multipart/mixed; boundary=x\n", b"--x\n", b"--x--\n", b"=\xff=3D\n",
                b"Content-Type: text/html; charset=\xff\n", b"Content-Transfer-Encoding: base64\n", b"Message-ID: <a@b>\n",
                b"Content-Disposition: attachment; filename*0*=x''%ff\n", b"References: <a@b> <c@d>\n",
                b"Content-Type: message/rfc822\n", b"Content-Type: ;;;=\n",
            ]
        )
        | st.binary(max_size=20),
        max_size=40,
    )
)  # fmt: skip
def test_any_bytes_are_read_without_an_error(parts: list[bytes], tmp_path: Path) -> None:
    path = tmp_path / "m.mbox"
    path.write_bytes(b"From x\n" + b"".join(parts))
    try:
        rows = list(read_mbox(path))
    except KbError:
        return
    assert all(row.reason if isinstance(row, Rejection) else row.external_id for row in rows)


def test_huge_attachment_and_deep_parts_take_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "m.mbox"
    with path.open("wb") as file:
        file.write(b"From x\nFrom: a@x.example\nTo: help@lamps.example\nSubject: big\n")
        file.write(
            b"Content-Type: multipart/mixed; boundary=q\n\n--q\n\nThe lamp broke.\n--q\nContent-Type: image/png\n\n"
        )
        for _ in range(60):
            file.write(b"A" * 99_999 + b"\n")
        deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1_500))
        file.write(b"\n\nFrom x\nFrom: a@x.example\nSubject: deep\n" + deep)
    tracemalloc.start()
    try:
        rows = list(read_mbox(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000
    texts = [turn.text for row in rows if not isinstance(row, Rejection) for turn in row.turns]
    assert "The lamp broke." in texts[0]
