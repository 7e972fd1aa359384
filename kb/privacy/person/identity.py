"""Who a person is: their customers (several where some were found to be one), and all that leads to them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kb.tables import Conversation, Customer, CustomerIdentity, IdentityKind


@dataclass(frozen=True)
class Person:
    """customers: numbers, with everybody who was merged with them; the rest is what leads to them.

    tickets_of: keyed hashes under which their past tickets are kept.
    """

    customers: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    external_ids: frozenset[str] = frozenset()
    visits: frozenset[str] = frozenset()
    tickets_of: frozenset[str] = frozenset()

    @property
    def identifiers(self) -> frozenset[str]:
        """What a ticket's sender may be known by."""
        return self.emails | self.phones | self.external_ids


def find_person(
    session: Session, customers: Iterable[int], *, emails: Collection[str] = (), phones: Collection[str] = ()
) -> Person:
    """Of any of their customers; emails and phones: what they are reached by, for somebody who never was a customer.

    Nobody is told apart by a name: two may have it.
    """
    numbers = _with_merged(session, customers)
    found: dict[str, set[str]] = {kind.value: set() for kind in IdentityKind}
    for kind, value in session.execute(
        select(CustomerIdentity.kind, CustomerIdentity.value).where(CustomerIdentity.customer_id.in_(numbers))
    ):
        found.setdefault(kind, set()).add(value)
    names = set(session.scalars(select(Customer.name).where(Customer.id.in_(numbers), Customer.name != "")))
    talks = session.execute(
        select(Conversation.visit, Conversation.details).where(Conversation.customer_id.in_(numbers))
    ).all()
    visits = found[IdentityKind.VISIT.value] | {visit for visit, _ in talks if visit}
    names |= {str(details["name"]) for _, details in talks if details.get("name")}
    return Person(
        customers=frozenset(numbers),
        names=frozenset(" ".join(name.split()) for name in names if name.strip()),
        emails=frozenset(found[IdentityKind.EMAIL.value] | {one.lower() for one in emails}),
        phones=frozenset(found[IdentityKind.PHONE.value] | set(phones)),
        external_ids=frozenset(found[IdentityKind.EXTERNAL.value]),
        visits=frozenset(visits),
    )


def _with_merged(session: Session, customers: Iterable[int]) -> set[int]:
    """Both ways: into whom they were merged, and who was merged into these."""
    numbers: set[int] = set()
    new = set(customers)
    while new:
        numbers |= new
        rows = session.execute(
            select(Customer.id, Customer.merged_into_id).where(
                or_(Customer.id.in_(new), Customer.merged_into_id.in_(new))
            )
        ).all()
        new = ({row.id for row in rows} | {row.merged_into_id for row in rows if row.merged_into_id}) - numbers
    known = set(session.scalars(select(Customer.id).where(Customer.id.in_(numbers))))
    return numbers & known
