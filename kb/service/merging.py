"""Two customers who are one person: bringing them together, and taking them apart again. The caller commits.

What is moved is written down by id. Taking apart moves back exactly that, wherever later merges have carried it, and leaves what
came since with the customer that was kept.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.service.customers import follow_merges, get_customer
from kb.tables import Conversation, ConversationEvent, Customer, CustomerIdentity, CustomerMerge, EventKind

_EVENTS = cast(Table, ConversationEvent.__table__)


def merge_customers(session: Session, kept_id: int, merged_id: int, user_id: int | None) -> CustomerMerge:
    """Everything of `merged_id` becomes that of `kept_id`; who was merged leads there from now on.

    Raises NotFoundError, InvalidInputError for one and the same, ConflictError where either has been merged meanwhile.
    """
    if kept_id == merged_id:
        raise InvalidInputError("These are one and the same customer.")
    _lock(session, kept_id, merged_id)
    kept, merged = get_customer(session, kept_id), get_customer(session, merged_id)
    if kept.merged_into_id is not None or merged.merged_into_id is not None:
        raise ConflictError("One of these two has just been merged with somebody.", remedy="Look at them again.")
    conversations = _ids(session, select(Conversation.id).where(Conversation.customer_id == merged.id))
    identities = _ids(session, select(CustomerIdentity.id).where(CustomerIdentity.customer_id == merged.id))
    moved: dict[str, Any] = {"conversations": conversations, "identities": identities}
    for name in ("name", "language"):
        if not getattr(kept, name) and getattr(merged, name):
            setattr(kept, name, getattr(merged, name))
            moved[name] = getattr(merged, name)
    _move(session, moved, merged.id, kept.id, {"from": merged.id, "into": kept.id}, user_id)
    merged.merged_into_id = kept.id
    merge = CustomerMerge(kept_id=kept.id, merged_id=merged.id, user_id=user_id, moved=moved)
    session.add(merge)
    session.flush()
    session.expire(kept, ["identities"])
    session.expire(merged, ["identities"])
    return merge


def undo_merge(session: Session, merge_id: int, user_id: int | None) -> CustomerMerge:
    """Take the two apart again. Raises NotFoundError, and ConflictError where that has been done already."""
    merge = session.get(CustomerMerge, merge_id)
    if merge is None:
        raise NotFoundError("There is no such merge.")
    _lock(session, merge.kept_id, merge.merged_id)
    session.refresh(merge)
    if merge.undone_at is not None:
        raise ConflictError("These two have been taken apart already.")
    kept, merged = get_customer(session, merge.kept_id), get_customer(session, merge.merged_id)
    # What was moved may have been carried on since, with the customer that was kept.
    now_at = follow_merges(session, kept)
    back = {"from": now_at.id, "into": merged.id, "undone": True}
    _move(session, merge.moved, now_at.id, merged.id, back, user_id)
    for name in ("name", "language"):
        if name in merge.moved and getattr(kept, name) == merge.moved[name]:
            setattr(kept, name, "")
    merged.merged_into_id = None
    merge.undone_at = utc_now()
    session.flush()
    for customer in (kept, merged, now_at):
        session.expire(customer, ["identities"])
    return merge


def _lock(session: Session, *customer_ids: int) -> None:
    """Of two merges that share a customer the second waits, and sees what the first has done."""
    session.flush()
    for number in sorted(customer_ids):
        session.execute(
            update(Customer)
            .where(Customer.id == number)
            .values(updated_at=utc_now())
            .execution_options(synchronize_session=False)
        )
        customer = session.get(Customer, number)
        if customer is None:
            raise NotFoundError("There is no such customer.")
        session.refresh(customer)


def _ids(session: Session, statement: Any) -> list[int]:
    return sorted(session.scalars(statement))


def _move(
    session: Session, moved: dict[str, Any], from_id: int, to_id: int, data: dict[str, Any], user_id: int | None
) -> None:
    """Only what is still with `from_id`: what somebody else got since stays theirs."""
    now = utc_now()
    gone: list[int] = []
    for numbers in _blocks(moved["conversations"]):
        gone += session.scalars(
            update(Conversation)
            .where(Conversation.id.in_(numbers), Conversation.customer_id == from_id)
            .values(customer_id=to_id, updated_at=now)
            .returning(Conversation.id)
            .execution_options(synchronize_session="fetch")
        )
    for numbers in _blocks(moved["identities"]):
        session.execute(
            update(CustomerIdentity)
            .where(CustomerIdentity.id.in_(numbers), CustomerIdentity.customer_id == from_id)
            .values(customer_id=to_id)
            .execution_options(synchronize_session="fetch")
        )
    if gone:
        kind = EventKind.MERGED.value
        rows = [
            {"conversation_id": number, "kind": kind, "user_id": user_id, "data": data, "created_at": now}
            for number in sorted(gone)
        ]
        session.connection().execute(insert(_EVENTS), rows)


def _blocks(numbers: Sequence[int], size: int = 500) -> list[Sequence[int]]:
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


def merges_of(session: Session, customer_id: int, *, limit: int = 10) -> list[tuple[CustomerMerge, Customer]]:
    """Merges into this customer that can be undone, newest first, with who was merged. One statement."""
    rows = session.execute(
        select(CustomerMerge, Customer)
        .join(Customer, Customer.id == CustomerMerge.merged_id)
        .where(CustomerMerge.kept_id == customer_id, CustomerMerge.undone_at.is_(None))
        .order_by(CustomerMerge.id.desc())
        .limit(limit)
    ).all()
    return [(merge, customer) for merge, customer in rows]
