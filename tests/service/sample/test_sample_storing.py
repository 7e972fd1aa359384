"""The sample's conversations in the database, and out of it again."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.accounts.people import create_user
from kb.core.clock import utc_now
from kb.service.conversations import open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.duplicates import possible_duplicates_of
from kb.service.facts import FactKind
from kb.service.merging import merge_customers
from kb.service.messages import store_message
from kb.service.queue import Filter, View, conversations_of, count_views, list_conversations
from kb.service.sample import has_sample, read_conversations, remove_sample, store_sample
from kb.service.stored_facts import facts_of
from kb.tables import (
    Channel,
    Conversation,
    ConversationEvent,
    ConversationFact,
    ConversationState,
    Customer,
    CustomerIdentity,
    Delivery,
    EventKind,
    Message,
    MessageRole,
    Promise,
    Role,
    User,
)
from webapp.shared.sample_shop import DEMO_PEOPLE, SAMPLE_CONVERSATIONS

SAMPLE = read_conversations(SAMPLE_CONVERSATIONS)
EVERYTHING = (Customer, CustomerIdentity, Conversation, Message, ConversationEvent)


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    return {
        person.key: create_user(session, f"{person.key}@demo.example", Role(person.role), "a long password").id
        for person in DEMO_PEOPLE
    }


def counts(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in EVERYTHING]


# Enough of it where it does not matter which.
SOME = SAMPLE[:15]


def store(session: Session, people: dict[str, int], now: datetime | None = None) -> int:
    return store_sample(session, SAMPLE, people, region="IN", now=now)


def store_some(session: Session, people: dict[str, int]) -> None:
    store_sample(session, SOME, people, region="IN")


def test_everything_is_stored_as_it_stands_in_the_file(session: Session, people: dict[str, int]) -> None:
    now = utc_now()
    assert store(session, people, now) == len(SAMPLE)
    by_id = {one.external_id: one for one in session.scalars(select(Conversation))}
    for sample in SAMPLE:
        stored = by_id[sample.external_id]
        assert (stored.origin, stored.channel, stored.state) == ("sample", sample.channel, sample.state)
        assert stored.assigned_to_id == people.get(sample.assigned_to or "")
        assert stored.message_count == len(sample.messages)
        messages = session.scalars(
            select(Message).where(Message.conversation_id == stored.id).order_by(Message.sent_at, Message.id)
        ).all()
        assert [(m.role, m.text) for m in messages] == [(m.role.value, m.text.strip()) for m in sample.messages]
        assert [m.user_id for m in messages] == [people.get(m.author or "") for m in sample.messages]
        assert stored.created_at == messages[0].sent_at
        assert stored.last_message_at == messages[-1].sent_at <= now
        is_closed = sample.state is ConversationState.CLOSED
        assert (stored.closed_at is not None) == is_closed
        assert stored.customer.is_sample
        assert stored.language_is_set or stored.language
    assert all(m.delivery != Delivery.PENDING.value for m in session.scalars(select(Message)))


def test_the_queues_of_both_reps_are_alive(session: Session, people: dict[str, int]) -> None:
    store(session, people)
    for rep in ("rep", "rep2"):
        views = count_views(session, people[rep])
        assert views[View.MINE] >= 5
        assert views[View.UNASSIGNED] >= 5
        assert views[View.WAITING] >= 10
        assert views[View.SNOOZED] >= 3
        assert views[View.HEATED] >= 5
        waiting = list_conversations(session, Filter(View.WAITING), people[rep]).conversations
        assert waiting[0].waiting_since is not None
        assert waiting[0].waiting_since > utc_now() - timedelta(hours=6)


def test_handed_over_and_escalated_ones_say_so(session: Session, people: dict[str, int]) -> None:
    store(session, people)
    events = session.scalars(select(ConversationEvent)).all()
    handed_over = [event for event in events if event.kind == EventKind.HANDED_OVER.value]
    assert len(handed_over) >= 3
    assert all(event.data["to"] in people.values() for event in handed_over)
    notes = {message.id for message in session.scalars(select(Message).where(Message.role == MessageRole.NOTE.value))}
    told = [*handed_over, *(event for event in events if event.kind == EventKind.ESCALATED.value)]
    assert all(event.data["note"] in notes for event in told)
    escalated = session.scalars(select(Conversation).where(Conversation.escalated_at.is_not(None))).all()
    assert len(escalated) >= 4


def test_what_was_promised_is_awaited_where_it_is_not_over(session: Session, people: dict[str, int]) -> None:
    store_sample(session, SAMPLE, people, region="IN", zone=ZoneInfo("Asia/Kolkata"))
    promises = session.execute(
        select(Promise, Conversation).join(Conversation, Promise.conversation_id == Conversation.id)
    )
    found = [(promise, conversation.state) for promise, conversation in promises]
    assert sum(state != ConversationState.CLOSED.value for _, state in found) >= 8
    assert all((promise.kept_at is not None) == (state == ConversationState.CLOSED.value) for promise, state in found)
    by_thursday = [promise for promise, _ in found if "Thursday" in promise.text]
    assert by_thursday
    assert all(one.due_at and one.due_at.astimezone(ZoneInfo("Asia/Kolkata")).weekday() == 3 for one in by_thursday)


def test_what_customers_told_us_is_known(session: Session, people: dict[str, int]) -> None:
    store(session, people)
    conversations = {one.external_id: one for one in session.scalars(select(Conversation))}
    orders = facts_of(session, conversations["sample-mixer-cod-refund-link"])[FactKind.ORDER]
    assert [told.value for told in orders] == ["JH-30418827"]
    known = set(session.scalars(select(ConversationFact.conversation_id)))
    assert len(known) > len(SAMPLE) / 2


def test_loading_twice_changes_nothing(session: Session, people: dict[str, int]) -> None:
    store(session, people)
    before = counts(session)
    assert store(session, people, utc_now() + timedelta(days=3)) == 0
    assert counts(session) == before


def test_one_command_removes_all_of_it_and_leaves_the_rest(session: Session, people: dict[str, int]) -> None:
    real = recognise_customer(
        session, GivenCustomer(name="Real Person", email="real@shop.example"), region="IN"
    ).customer
    own = open_conversation(session, real, Channel.EMAIL, origin="api", external_id="mail-1").conversation
    store_message(session, own, MessageRole.CUSTOMER, "Where is my order?", external_id="1")
    before = counts(session)
    people_before = session.scalar(select(func.count()).select_from(User))
    store(session, people)
    assert has_sample(session)
    removed = remove_sample(session)
    assert removed.conversations == len(SAMPLE)
    assert removed.customers >= 40
    assert removed.kept == 0
    assert counts(session) == before
    assert session.scalar(select(func.count()).select_from(User)) == people_before
    assert not has_sample(session)
    assert remove_sample(session).customers == 0


def test_a_sample_customer_with_a_real_conversation_stays_and_is_a_real_one_then(
    session: Session, people: dict[str, int]
) -> None:
    store_some(session, people)
    given = next(one.customer for one in SOME if one.customer.email)
    customer = recognise_customer(session, GivenCustomer(email=given.email), region="IN").customer
    own = open_conversation(session, customer, Channel.CHAT, origin="api", external_id="own").conversation
    store_message(session, own, MessageRole.CUSTOMER, "I am real by now")
    removed = remove_sample(session)
    assert removed.kept == 1
    left = session.scalars(select(Customer)).all()
    assert [(one.id, one.is_sample) for one in left] == [(customer.id, False)]
    assert session.scalars(select(Message.text)).all() == ["I am real by now"]


def test_real_customers_that_were_merged_along_a_chain_into_sample_ones_are_not_lost(
    session: Session, people: dict[str, int]
) -> None:
    store_some(session, people)
    first, second = session.scalars(select(Customer).where(Customer.is_sample).limit(2)).all()
    real = recognise_customer(session, GivenCustomer(email="real@shop.example"), region="IN").customer
    real.merged_into_id, first.merged_into_id = first.id, second.id
    session.flush()
    assert remove_sample(session).kept == 2
    assert {one.id for one in session.scalars(select(Customer))} == {real.id, first.id, second.id}


def test_one_who_writes_and_then_phones_is_two_customers_that_may_be_one(
    session: Session, people: dict[str, int]
) -> None:
    store_some(session, people)
    by_chat = session.scalars(
        select(Customer).join(CustomerIdentity).where(CustomerIdentity.value == "rahul.verma@example.com")
    ).one()
    [caller] = possible_duplicates_of(session, by_chat)
    assert caller.is_sample
    merge_customers(session, by_chat.id, caller.id, people["rep"])
    assert {one.channel for one in conversations_of(session, by_chat)} == {"chat", "phone"}
    remove_sample(session)
    assert counts(session) == [0, 0, 0, 0, 0]


def test_a_sample_customer_who_was_merged_into_a_real_one_leaves_the_real_one_alone(
    session: Session, people: dict[str, int]
) -> None:
    real = recognise_customer(session, GivenCustomer(name="Real", email="real@shop.example"), region="IN").customer
    own = open_conversation(session, real, Channel.EMAIL, origin="api", external_id="mail").conversation
    store_message(session, own, MessageRole.CUSTOMER, "I am real")
    store_some(session, people)
    sample = session.scalars(select(Customer).where(Customer.is_sample).limit(1)).one()
    merge_customers(session, real.id, sample.id, people["rep"])
    remove_sample(session)
    assert session.scalars(select(Customer.id)).all() == [real.id]
    assert session.scalars(select(Message.text)).all() == ["I am real"]


def test_real_customers_are_not_taken_for_sample_ones(session: Session, people: dict[str, int]) -> None:
    given = next(one.customer for one in SOME if one.customer.email)
    real = recognise_customer(session, GivenCustomer(email=given.email), region="IN").customer
    own = open_conversation(session, real, Channel.EMAIL, origin="api", external_id="mail").conversation
    store_message(session, own, MessageRole.CUSTOMER, "I was here before")
    store_some(session, people)
    assert not session.get_one(Customer, real.id).is_sample
    remove_sample(session)
    assert session.get(Customer, real.id) is not None
