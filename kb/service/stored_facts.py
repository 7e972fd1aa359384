"""Facts that customers told us, as rows: kept when a message is stored, read for a conversation. The caller commits."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.service.facts import FactKind, find_facts
from kb.service.repeats import Told
from kb.tables import Conversation, ConversationFact, Message

# Facts of one customer that are read; of somebody who writes for years the newest.
_MOST = 300


def keep_facts(session: Session, message: Message, *, region: str, zone: tzinfo | None = None) -> None:
    """Store the facts of a customer's message that is new. zone: in whose days "yesterday" is meant; UTC by default."""
    said_at = message.sent_at.astimezone(zone) if zone else message.sent_at
    for fact in find_facts(message.text, said_at, region=region or "IN"):
        session.add(
            ConversationFact(
                conversation_id=message.conversation_id,
                message_id=message.id,
                kind=fact.kind.value,
                value=fact.value,
                words=fact.words,
            )
        )


def told_by(session: Session, conversation: Conversation) -> list[Told]:
    """What the customer of a conversation told us in this one and in their others, the newest first. One statement.

    What was told in this conversation comes before what was told elsewhere.
    """
    rows = session.execute(
        select(ConversationFact, Message.sent_at, Conversation.channel)
        .join(Message, Message.id == ConversationFact.message_id)
        .join(Conversation, Conversation.id == ConversationFact.conversation_id)
        .where(Conversation.customer_id == conversation.customer_id)
        .order_by(
            (ConversationFact.conversation_id == conversation.id).desc(),
            Message.sent_at.desc(),
            ConversationFact.id.desc(),
        )
        .limit(_MOST)
    ).all()
    kinds = set(FactKind)
    return [
        Told(FactKind(fact.kind), fact.value, fact.words, at, channel, fact.message_id, fact.conversation_id)
        for fact, at, channel in rows
        if fact.kind in kinds
    ]


def facts_of(session: Session, conversation: Conversation) -> Mapping[FactKind, Sequence[Told]]:
    """The same by kind, each value once, for the panel beside a conversation. One statement."""
    found: dict[FactKind, dict[str, Told]] = {}
    for told in told_by(session, conversation):
        found.setdefault(told.kind, {}).setdefault(told.value, told)
    return {kind: list(found[kind].values()) for kind in FactKind if kind in found}
