"""Customers who may be one person: noted where a channel names two at once, and found by name and number. The caller commits."""

from typing import cast

from sqlalchemy import Table, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from kb.core.clock import utc_now
from kb.core.database import insert_new
from kb.tables import Customer, IdentityKind, PossibleDuplicate

_TABLE = cast(Table, PossibleDuplicate.__table__)
MOST_SHOWN, MOST_NAMESAKES = 5, 20
# So many last digits of a number, or letters before the @, say that two of one name are one person.
_SAME_DIGITS = 8


def note_duplicate(session: Session, one: Customer, other: Customer) -> None:
    """Once for each pair; one that was dismissed stays so."""
    row = {"customer_id": min(one.id, other.id), "other_id": max(one.id, other.id), "created_at": utc_now()}
    insert_new(session, _TABLE, row, key=("customer_id", "other_id"))


def possible_duplicates_of(session: Session, customer: Customer) -> list[Customer]:
    """Who may be the same person, with identities: three statements at most."""
    pairs = session.execute(
        select(PossibleDuplicate.customer_id, PossibleDuplicate.other_id, PossibleDuplicate.dismissed_at).where(
            or_(PossibleDuplicate.customer_id == customer.id, PossibleDuplicate.other_id == customer.id)
        )
    ).all()
    others = {one if other == customer.id else other: dismissed for one, other, dismissed in pairs}
    noted = [number for number, dismissed in others.items() if dismissed is None]
    same_name = func.lower(Customer.name) == func.lower(customer.name)
    wanted = [Customer.id.in_(noted)] + ([same_name] if customer.name else [])
    found = session.scalars(
        select(Customer)
        .where(or_(*wanted), Customer.id != customer.id, Customer.merged_into_id.is_(None))
        .order_by(Customer.id)
        .options(selectinload(Customer.identities))
        .limit(MOST_NAMESAKES + len(noted))
    ).all()
    return [one for one in found if one.id in noted or (one.id not in others and _alike(one, customer))][:MOST_SHOWN]


def _alike(one: Customer, other: Customer) -> bool:
    return bool(_keys(one) & _keys(other))


def _keys(customer: Customer) -> set[str]:
    keys = set()
    for identity in customer.identities:
        if identity.kind == IdentityKind.PHONE.value:
            keys.add(identity.value[-_SAME_DIGITS:])
        elif identity.kind == IdentityKind.EMAIL.value:
            keys.add(identity.value.partition("@")[0].partition("+")[0])
    return keys


def dismiss_duplicate(session: Session, one_id: int, other_id: int) -> None:
    """These are two people: the pair is not suggested again."""
    low, high = min(one_id, other_id), max(one_id, other_id)
    insert_new(
        session,
        _TABLE,
        {"customer_id": low, "other_id": high, "created_at": utc_now()},
        key=("customer_id", "other_id"),
    )
    session.execute(
        update(PossibleDuplicate)
        .where(PossibleDuplicate.customer_id == low, PossibleDuplicate.other_id == high)
        .values(dismissed_at=utc_now())
    )
