"""Mails and replies that did not arrive, as a rep sees them."""

from collections.abc import Callable

from flask.testing import FlaskClient
from mail_servers import make_mail
from page_checks import get_page
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.people import get_user
from kb.service.channels.compose import Sender
from kb.service.channels.delivery import WaysOut, deliver_due
from kb.service.channels.incoming import receive_mail
from kb.service.messages import reply
from kb.tables import Channel, Role

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]
NO_WAY = WaysOut(None, Sender("", "", "Shop"))


def test_a_reply_that_did_not_arrive_says_why_and_is_sent_again_by_a_button(
    login: Login, csrf: Csrf, session: Session, engine: Engine
) -> None:
    rep = login("rep")
    talk = make_talk(session, channel=Channel.SMS, phone="98300 12345")
    user = get_user(session, "rep@test.example")
    message = reply(session, talk, "Tomorrow.", user.id, last_seen_id=None, recipient="", undo_seconds=0, anyway=True)
    session.commit()
    deliver_due(engine, NO_WAY)
    page = get_page(rep, f"/desk/inbox/{talk.id}")
    assert "kb webhook add URL --channel sms" in page
    address = f"/desk/inbox/{talk.id}/messages/{message.id}/again"
    assert address in page
    for _ in range(2):  # pressed twice
        assert rep.post(address, headers=csrf(rep)).status_code == 303
    session.expire_all()
    assert (message.delivery, message.delivery_error) == ("pending", "")
    assert address not in get_page(rep, f"/desk/inbox/{talk.id}")


def test_a_mail_shows_who_wrote_it_what_was_left_out_and_all_of_it(login: Login, session: Session) -> None:
    rep = login("rep")
    quoted = "Thanks <b>a lot</b>!\n\nOn Sun, 1 Mar 2026, Shop <help@shop.example> wrote:\n> The earlier words\n"
    for number, sender in enumerate(("asha@mail.example", "Son <son@mail.example>")):
        mail = make_mail(
            quoted, sender=sender, number=f"{number}@mail.example", answers=["<0@mail.example>"] if number else []
        )
        mail.add_attachment(b"MZ\x90", maintype="application", subtype="pdf", filename="bill.exe")
        received = receive_mail(session, mail.as_bytes(), own_address="help@shop.example", region="IN")
        session.commit()
    assert received.message is not None
    number, message_id = received.message.conversation_id, received.message.id
    page = get_page(rep, f"/desk/inbox/{number}")
    assert "son@mail.example" in page
    assert "bill.exe is a program" in page
    assert "The earlier words" not in page
    assert "The earlier words" in get_page(rep, f"/desk/inbox/{number}/messages/{message_id}")
