"""Notices by mail, one after the other: each is claimed before it is sent, and what came of it is noted before the next."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.service.channels.compose import compose_notice, notice_id
from kb.service.channels.delivery import WaysOut
from kb.service.channels.one_by_one import one_by_one
from kb.service.channels.smtp import Fate, MailRound, Outcome

Due = TypeVar("Due")
Sent = TypeVar("Sent")


def send_claimed(
    engine: Engine,
    *,
    claim: Callable[[Session, datetime], Due | None],
    send: Callable[[MailRound, Due, datetime], Sent],
    settle: Callable[[Session, Due, Sent, datetime], str],
    at_most: int,
    checkpoint: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, int]:
    """Until nothing is due, or `at_most`; returns how many came to which end, as `settle` names it.

    claim and settle have a transaction each; while a mail is on its way there is none. checkpoint: see `one_by_one`.
    """
    mails = MailRound()

    def send_next() -> str | None:
        with session_scope(engine) as session:
            due = claim(session, now())
        if due is None:
            return None
        sent = send(mails, due, now())
        with session_scope(engine) as session:
            return settle(session, due, sent, now())

    return one_by_one(send_next, at_most=at_most, checkpoint=checkpoint)


def send_notice(
    mails: MailRound, ways: WaysOut, recipient: str, words: Callable[[], tuple[str, str]], *, name: str, now: datetime
) -> Outcome:
    """words: subject and text, not asked for where no mail can go out. name: as of `notice_id`."""
    if ways.smtp is None:
        return Outcome(Fate.LATER, "KB_MAIL_SMTP is not set.")
    subject, text = words()
    number = notice_id(name, ways.sender.address)
    mail = compose_notice(ways.sender, recipient, subject=subject, text=text, message_id=number, now=now)
    return mails.send(ways.smtp, mail, ways.sender.address, recipient)
