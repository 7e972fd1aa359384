"""All that is known of one customer, for the page and for the panel beside a conversation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kb.core.clock import utc_now
from kb.core.errors import NotFoundError
from kb.service.before_contact import Tried, asked_most, tried_before
from kb.service.promises import is_overdue, open_promises_of
from kb.service.queue import conversations_of
from kb.service.standing import said_last
from kb.tables import Conversation, ConversationFact, ConversationState, Customer, IdentityKind, Promise

MOST_FACTS, MOST_CONVERSATIONS = 30, 50
ENOUGH = 3  # causes that are shown
# Searches of longer ago, and conversations, are seldom why somebody writes today.
LATELY = timedelta(days=14)


@dataclass(frozen=True)
class CustomerAtHand:
    """conversations: newest first; tried: before they came; facts: what they told us, newest first, each once."""

    customer: Customer
    conversations: Sequence[Conversation]
    promises: Sequence[Promise]
    tried: Sequence[Tried]
    facts: Sequence[ConversationFact]

    @property
    def overdue(self) -> int:
        return sum(is_overdue(promise) for promise in self.promises)


class CauseKind(StrEnum):
    """Why somebody may be writing."""

    PROMISE = "promise"
    OUTSIDE = "outside"
    SEARCHED = "searched"
    EARLIER = "earlier"
    COMMON = "common"


@dataclass(frozen=True)
class Cause:
    """text: what is looked up; conversation_id: where it was said, if it was."""

    kind: CauseKind
    text: str
    weight: float
    at: datetime | None = None
    conversation_id: int | None = None


def get_customer_with_identities(session: Session, customer_id: int) -> Customer:
    """One statement. Raises NotFoundError."""
    customer = session.get(Customer, customer_id, options=[joinedload(Customer.identities)])
    if customer is None:
        raise NotFoundError("There is no such customer.")
    return customer


def at_hand(session: Session, customer: Customer) -> CustomerAtHand:
    """With what they told us, without what they tried: three statements, however much there is."""
    conversations = conversations_of(session, customer, limit=MOST_CONVERSATIONS)
    facts = facts_of(session, [conversation.id for conversation in conversations])
    return CustomerAtHand(customer, conversations, open_promises_of(session, customer.id), (), facts)


def at_hand_for_causes(session: Session, customer: Customer) -> CustomerAtHand:
    """With what they searched for, without what they told us and titles of articles: three statements."""
    conversations = conversations_of(session, customer, limit=MOST_CONVERSATIONS)
    tried = tried_before(session, _visits(customer, conversations), with_titles=False, with_opened=False)
    return CustomerAtHand(customer, conversations, open_promises_of(session, customer.id), tried, ())


def tried_by(session: Session, customer: Customer) -> list[Tried]:
    """What they searched for, read and voted on before they came: four statements."""
    return tried_before(session, _visits(customer, conversations_of(session, customer, limit=MOST_CONVERSATIONS)))


def _visits(customer: Customer, conversations: Sequence[Conversation]) -> set[str]:
    visits = {one.value for one in customer.identities if one.kind == IdentityKind.VISIT.value}
    return visits | {conversation.visit for conversation in conversations if conversation.visit}


def facts_of(session: Session, conversation_ids: Collection[int]) -> list[ConversationFact]:
    """What was told in these conversations, the newest first, each value once. One statement."""
    if not conversation_ids:
        return []
    rows = session.scalars(
        select(ConversationFact)
        .where(ConversationFact.conversation_id.in_(conversation_ids))
        .order_by(ConversationFact.id.desc())
        .limit(4 * MOST_FACTS)
    )
    return list({(fact.kind, fact.value): fact for fact in reversed(list(rows))}.values())[::-1][:MOST_FACTS]


def likely_causes(
    session: Session,
    known: CustomerAtHand,
    *,
    not_this: int | None = None,
    outside: Sequence[str] = (),
    now: datetime | None = None,
) -> list[Cause]:
    """Why this customer may be writing now, the likeliest first: the same for the same rows. Two statements at most.

    not_this: the conversation that is open before the rep; outside: what the shop's own system makes likely.
    """
    now = now or utc_now()
    causes = [
        Cause(
            CauseKind.PROMISE,
            promise.text,
            6.0 if is_overdue(promise, now) else 2.5,
            promise.due_at,
            promise.conversation_id,
        )
        for promise in known.promises
        if promise.conversation_id != not_this
    ]
    causes += [Cause(CauseKind.OUTSIDE, text, 5.0) for text in outside]
    causes += [
        Cause(CauseKind.SEARCHED, tried.query, 5.5 if now - tried.at < timedelta(days=1) else 3.5, tried.at)
        for tried in known.tried
        if tried.query and tried.failed and now - tried.at < LATELY
    ]
    still_open = [
        one for one in known.conversations if one.id != not_this and one.state != ConversationState.CLOSED.value
    ]
    # The preview may be our own answer, which is no reason to write.
    said = said_last(session, [one.id for one in still_open if not one.subject])
    causes += [
        Cause(CauseKind.EARLIER, text, 3.0, one.last_message_at, one.id)
        for one in still_open
        if (text := one.subject or said.get(one.id, ""))
    ]
    # What many ask is only worth a look where there are too few causes of their own.
    common = (
        [] if len(causes) >= ENOUGH else asked_most(session, known.customer.language, since=now - timedelta(days=7))
    )
    causes += [Cause(CauseKind.COMMON, text, 1.0 - number / 10) for number, text in enumerate(common)]
    oldest = datetime.min.replace(tzinfo=now.tzinfo)
    newest_first = sorted(causes, key=lambda one: one.at or oldest, reverse=True)
    ordered = sorted(newest_first, key=lambda one: -one.weight)
    return list({" ".join(one.text.lower().split()): one for one in reversed(ordered)}.values())[::-1]
