"""Two customers who are one person are brought together and taken apart, in any order, and nothing is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.people import get_user
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.service.conversations import open_conversation
from kb.service.customers import GivenCustomer, follow_merges, get_customer, recognise_customer
from kb.service.duplicates import dismiss_duplicate, possible_duplicates_of
from kb.service.merging import merge_customers, merges_of, undo_merge
from kb.service.timeline import timeline_of_customer
from kb.tables import Channel, Conversation, ConversationEvent, Customer, EventKind


def owner_of(session: Session, talk: Conversation) -> int:
    return session.scalars(select(Conversation.customer_id).where(Conversation.id == talk.id)).one()


def recognise(session: Session, **given: str) -> Customer:
    return recognise_customer(session, GivenCustomer(**given), region="IN").customer


def three(session: Session) -> list[Conversation]:
    return [make_talk(session, [f"customer: about {name}"], name=name, email=f"{name}@example.com") for name in "abc"]


def test_everything_of_the_merged_one_is_found_with_the_kept_one(session: Session) -> None:
    rep = get_user(session, "rep@test.example")
    a, b, _ = three(session)
    merge = merge_customers(session, a.customer_id, b.customer_id, rep.id)
    assert owner_of(session, b) == a.customer_id
    assert recognise(session, email="b@example.com").id == a.customer_id
    said = [entry.message.text for entry in timeline_of_customer(session, a.customer_id).entries if entry.message]
    assert sorted(said) == ["about a", "about b"]
    [event] = session.scalars(select(ConversationEvent).where(ConversationEvent.kind == EventKind.MERGED.value))
    assert (event.conversation_id, event.user_id) == (b.id, rep.id)
    assert [one for one, _ in merges_of(session, a.customer_id)] == [merge]


def test_undone_it_is_as_it_was_and_what_came_since_stays(session: Session) -> None:
    a, b, _ = three(session)
    kept, merged = a.customer_id, b.customer_id
    merge = merge_customers(session, kept, merged, None)
    new_phone = recognise(session, email="b@example.com", phone="+919812345678")
    since = open_conversation(session, new_phone, Channel.PHONE, origin="test").conversation
    undo_merge(session, merge.id, None)
    assert (owner_of(session, a), owner_of(session, b), owner_of(session, since)) == (kept, merged, kept)
    assert get_customer(session, merged).merged_into_id is None
    assert get_customer(session, merged).email == "b@example.com"
    assert (get_customer(session, kept).email, get_customer(session, kept).phone) == ("a@example.com", "+919812345678")
    assert recognise(session, email="b@example.com").id == merged
    with pytest.raises(ConflictError):
        undo_merge(session, merge.id, None)
    merge_customers(session, merged, kept, None)  # and the other way round
    assert owner_of(session, since) == merged


@pytest.mark.parametrize("first_undone", ["inner", "outer"])
def test_chains_of_merges_are_undone_in_any_order(session: Session, first_undone: str) -> None:
    a, b, c = three(session)
    ids = [talk.customer_id for talk in (a, b, c)]
    inner = merge_customers(session, ids[1], ids[2], None)  # c into b
    outer = merge_customers(session, ids[0], ids[1], None)  # b, with what was c's, into a
    assert [owner_of(session, talk) for talk in (a, b, c)] == [ids[0]] * 3
    assert follow_merges(session, get_customer(session, ids[2])).id == ids[0]
    order = (inner, outer) if first_undone == "inner" else (outer, inner)
    undo_merge(session, order[0].id, None)
    between = [ids[0], ids[0], ids[2]] if first_undone == "inner" else [ids[0], ids[1], ids[1]]
    assert [owner_of(session, talk) for talk in (a, b, c)] == between
    undo_merge(session, order[1].id, None)
    assert [owner_of(session, talk) for talk in (a, b, c)] == ids
    assert [get_customer(session, number).email for number in ids] == [
        "a@example.com",
        "b@example.com",
        "c@example.com",
    ]


def test_what_another_merge_took_apart_is_not_taken_twice(session: Session) -> None:
    a, b, c = three(session)
    first = merge_customers(session, a.customer_id, c.customer_id, None)
    undo_merge(session, first.id, None)
    b_id, c_id = b.customer_id, c.customer_id
    second = merge_customers(session, b_id, c_id, None)
    assert owner_of(session, c) == b_id
    undo_merge(session, second.id, None)
    assert owner_of(session, c) == c_id


def test_a_name_that_came_with_the_merge_goes_with_it(session: Session) -> None:
    nameless = recognise(session, phone="+919812345678")
    asha = recognise(session, name="Asha Rao", email="asha@example.com", language="bn")
    merge = merge_customers(session, nameless.id, asha.id, None)
    assert (nameless.name, nameless.language) == ("Asha Rao", "bn")
    undo_merge(session, merge.id, None)
    assert (nameless.name, nameless.language) == ("", "")
    assert (asha.name, asha.language) == ("Asha Rao", "bn")


def test_nobody_is_merged_with_themselves_or_in_a_circle(session: Session) -> None:
    a, b, c = (talk.customer_id for talk in three(session))
    with pytest.raises(InvalidInputError):
        merge_customers(session, a, a, None)
    with pytest.raises(NotFoundError):
        merge_customers(session, a, 999_999, None)
    merge_customers(session, a, b, None)
    for pair in ((b, a), (a, b), (c, b), (b, c)):
        with pytest.raises(ConflictError):
            merge_customers(session, *pair, None)


def test_many_conversations_move_both_ways(session: Session) -> None:
    a, b, _ = three(session)
    merged = get_customer(session, b.customer_id)
    for number in range(1_100):
        session.add(Conversation(origin="test", external_id=f"m{number}", channel="chat", customer_id=merged.id))
    session.flush()
    merge = merge_customers(session, a.customer_id, merged.id, None)
    count = select(Conversation.id).where(Conversation.customer_id == merged.id)
    assert session.scalars(count).all() == []
    undo_merge(session, merge.id, None)
    assert len(session.scalars(count).all()) == 1_101


def test_two_owners_and_namesakes_with_one_number_are_suggested(session: Session) -> None:
    one = recognise(session, name="Asha Rao", email="asha@example.com")
    two = recognise(session, name="A. Rao", phone="+919812345678")
    namesake = recognise(session, name="asha rao", email="asha+shop@mail.example")
    recognise(session, name="Asha Rao", email="another@example.com")
    found = recognise_customer(session, GivenCustomer(email="asha@example.com", phone="+919812345678"), region="IN")
    assert found.other is two
    assert possible_duplicates_of(session, one) == [two, namesake]
    assert possible_duplicates_of(session, two) == [one]
    dismiss_duplicate(session, two.id, one.id)
    dismiss_duplicate(session, one.id, namesake.id)
    assert possible_duplicates_of(session, one) == []
    recognise_customer(session, GivenCustomer(email="asha@example.com", phone="+919812345678"), region="IN")
    assert possible_duplicates_of(session, two) == []


def test_who_has_been_merged_is_not_suggested(session: Session) -> None:
    one = recognise(session, name="Asha Rao", email="asha@example.com")
    two = recognise(session, name="Asha Rao", email="asha@mail.example")
    assert possible_duplicates_of(session, one) == [two]
    merge_customers(session, one.id, two.id, None)
    assert possible_duplicates_of(session, one) == []


def test_of_two_who_merge_the_same_two_at_once_one_is_told(engine: Engine, session: Session) -> None:
    a, b, _ = (talk.customer_id for talk in three(session))
    session.commit()
    start = threading.Barrier(2)

    def merge(kept: int, merged: int) -> str:
        start.wait()
        with Session(engine) as own:
            try:
                merge_customers(own, kept, merged, None)
                own.commit()
            except ConflictError:
                return "told"
            return "merged"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(merge, (a, b), (b, a)))
    assert sorted(outcomes) == ["merged", "told"]
    assert session.scalars(select(Customer.id).where(Customer.merged_into_id.is_not(None))).all() in ([a], [b])
