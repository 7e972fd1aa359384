"""Conversations for tests: a customer, what they and we said, minutes ago."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.service.conversations import open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.messages import store_message
from kb.tables import Channel, Conversation, Message, MessageRole


def make_talk(
    session: Session,
    lines: Sequence[str] = ("customer: Where is my refund?",),
    *,
    channel: Channel = Channel.CHAT,
    name: str = "Asha Rao",
    email: str = "asha@example.com",
    phone: str = "",
    subject: str = "",
    ago: float = 60.0,
    apart: float = 1.0,
    user_id: int | None = None,
) -> Conversation:
    """lines: `customer: …`, `agent: …`, `note: …`, the first `ago` minutes ago, `apart` minutes between them."""
    given = GivenCustomer(name=name, email=email, phone=phone)
    customer = recognise_customer(session, given, region="IN").customer
    conversation = open_conversation(session, customer, channel, origin="test", subject=subject).conversation
    for number, line in enumerate(lines):
        say(session, conversation, line, ago=ago - number * apart, user_id=user_id)
    return conversation


def say(
    session: Session, conversation: Conversation, line: str, *, ago: float = 0.0, user_id: int | None = None
) -> Message:
    role, _, text = line.partition(": ")
    sent_at = utc_now() - timedelta(minutes=ago)
    author = user_id if role in {"agent", "note"} else None
    return store_message(
        session, conversation, MessageRole(role), text, sent_at=sent_at, user_id=author, region="IN"
    ).message
