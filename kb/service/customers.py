"""Who a conversation is with: the same person over every channel, found by what they are reached by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self, cast

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session, selectinload

from kb.core.database import insert_new
from kb.core.errors import NotFoundError
from kb.service.duplicates import note_duplicate
from kb.tables import Customer, CustomerIdentity, IdentityKind, utc_now

_IDENTITIES = cast(Table, CustomerIdentity.__table__)
LONGEST_NAME, LONGEST_VALUE = 200, 320
_MOST_FOUND = 20


@dataclass(frozen=True)
class GivenCustomer:
    """What a channel says of a customer, as it says it; each may be ""."""

    external_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    visit: str = ""

    @classmethod
    def reached_at(cls, contact: str, *, name: str = "", language: str = "", visit: str = "") -> Self:
        """contact: an e-mail address or a phone number, as `clean_contact` gives it."""
        by = {"email": contact} if "@" in contact else {"phone": contact}
        return cls(name=name, language=language, visit=visit, **by)


@dataclass(frozen=True)
class Recognised:
    """warnings: fields that could not be used, in words. other: a second customer to whom something of it belongs."""

    customer: Customer
    warnings: Sequence[str] = ()
    other: Customer | None = None


@dataclass
class _Cleaned:
    keys: dict[IdentityKind, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def clean_email(text: str) -> str | None:
    """In lower case; None where it is no address."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()[:LONGEST_VALUE]
    except EmailNotValidError:
        return None


def clean_phone(text: str, region: str) -> str | None:
    """In E.164 (`+919812345678`); None where it is no number that can be called. region: country of one without a prefix."""
    try:
        number = phonenumbers.parse(text.strip()[:64], region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _clean(given: GivenCustomer, region: str) -> _Cleaned:
    """A field that cannot be used costs the field."""
    cleaned = _Cleaned()
    if given.external_id.strip():
        cleaned.keys[IdentityKind.EXTERNAL] = given.external_id.strip()[:LONGEST_VALUE]
    for kind, text, value in (
        (IdentityKind.EMAIL, given.email, clean_email(given.email) if given.email.strip() else None),
        (IdentityKind.PHONE, given.phone, clean_phone(given.phone, region) if given.phone.strip() else None),
    ):
        if value:
            cleaned.keys[kind] = value
        elif text.strip():
            cleaned.warnings.append(f"customer.{kind.value} cannot be used and was left out")
    if given.visit:
        cleaned.keys[IdentityKind.VISIT] = given.visit
    return cleaned


def recognise_customer(session: Session, given: GivenCustomer, *, region: str) -> Recognised:
    """The customer to whom the id, the e-mail, the number or the visit belongs, in this order; else a new one. What is new of
    them is added; what somebody else has already stays theirs."""
    cleaned = _clean(given, region)
    owners = _owners(session, cleaned.keys)
    customer = next((owners[kind] for kind in IdentityKind if kind in owners), None)
    if customer is None:
        customer = Customer()
        session.add(customer)
    session.flush()
    for kind, value in cleaned.keys.items():
        if kind not in owners:
            _add_identity(session, customer, kind, value)
    if given.name.strip() and not customer.name:
        customer.name = " ".join(given.name.split())[:LONGEST_NAME]
    if given.language and not customer.language:
        customer.language = given.language[:35]
    session.flush()
    session.refresh(customer, ["identities"])
    other = next((owner for owner in owners.values() if owner.id != customer.id), None)
    if other is not None:
        note_duplicate(session, customer, other)
    return Recognised(customer, cleaned.warnings, other)


def owners_of(session: Session, given: GivenCustomer, *, region: str) -> list[Customer]:
    """Whose the id, e-mail address, number or visit is; nobody is made. One statement."""
    return list(dict.fromkeys(_owners(session, _clean(given, region).keys).values()))


def _add_identity(session: Session, customer: Customer, kind: IdentityKind, value: str) -> None:
    # Of two requests that bring the same new customer at once, one has it first; the other row stays without it.
    row = {"customer_id": customer.id, "kind": kind.value, "value": value, "created_at": utc_now()}
    insert_new(session, _IDENTITIES, row, key=("kind", "value"))


def _owners(session: Session, keys: dict[IdentityKind, str]) -> dict[IdentityKind, Customer]:
    if not keys:
        return {}
    wanted = [(CustomerIdentity.kind == kind.value) & (CustomerIdentity.value == value) for kind, value in keys.items()]
    rows = session.execute(
        select(CustomerIdentity.kind, Customer).join(CustomerIdentity.customer).where(or_(*wanted))
    ).all()
    return {IdentityKind(kind): follow_merges(session, customer) for kind, customer in rows}


def follow_merges(session: Session, customer: Customer) -> Customer:
    """The customer into whom this one was merged, at the end of all merges."""
    while customer.merged_into_id is not None:  # never in a circle: only who is at an end is merged, into another end
        into = session.get(Customer, customer.merged_into_id)
        if into is None:
            break
        customer = into
    return customer


def get_customer(session: Session, customer_id: int) -> Customer:
    """With identities. Raises NotFoundError."""
    customer = session.get(Customer, customer_id, options=[selectinload(Customer.identities)])
    if customer is None:
        raise NotFoundError("There is no such customer.")
    return customer


def find_customers(session: Session, text: str, *, region: str, limit: int = _MOST_FOUND) -> list[Customer]:
    """By a part of the name, by e-mail address or its beginning, by phone number or its last digits. Two statements."""
    text = " ".join(text.split())[:LONGEST_VALUE]
    if not text:
        return []
    values = [CustomerIdentity.value.startswith(text.lower(), autoescape=True)]
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) >= 4:
        values.append((CustomerIdentity.kind == IdentityKind.PHONE.value) & CustomerIdentity.value.endswith(digits))
        number = clean_phone(text, region)
        if number:
            values.append(CustomerIdentity.value == number)
    reached = select(CustomerIdentity.customer_id).where(
        CustomerIdentity.kind != IdentityKind.VISIT.value, or_(*values)
    )
    named = Customer.name.icontains(text, autoescape=True)
    statement = (
        select(Customer)
        .where(or_(named, Customer.id.in_(reached)), Customer.merged_into_id.is_(None))
        .order_by(Customer.name, Customer.id)
        .options(selectinload(Customer.identities))
        .limit(limit)
    )
    return list(session.scalars(statement))
