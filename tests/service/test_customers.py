"""One person over every channel."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.service.customers import GivenCustomer, find_customers, recognise_customer
from kb.tables import Customer


def recognise(session: Session, **given: str) -> Customer:
    return recognise_customer(session, GivenCustomer(**given), region="IN").customer


def test_the_same_person_is_found_by_mail_and_by_phone(session: Session) -> None:
    asha = recognise(session, name="Asha Rao", email="Asha@Example.com")
    assert recognise(session, email="asha@example.com ", phone="098123 45678") is asha
    assert recognise(session, phone="+91 98123-45678", external_id="c-7") is asha
    assert recognise(session, external_id="c-7") is asha
    assert (asha.email, asha.phone) == ("asha@example.com", "+919812345678")
    assert session.scalar(select(func.count(Customer.id))) == 1


def test_a_field_that_cannot_be_used_costs_the_field(session: Session) -> None:
    found = recognise_customer(session, GivenCustomer(name="Ravi", email="ravi at home", phone="12"), region="IN")
    assert found.customer.name == "Ravi"
    assert found.customer.identities == []
    assert len(found.warnings) == 2


def test_what_belongs_to_somebody_else_stays_theirs_and_is_told(session: Session) -> None:
    one = recognise(session, email="one@example.com")
    two = recognise(session, phone="+919812345678")
    found = recognise_customer(session, GivenCustomer(email="one@example.com", phone="+919812345678"), region="IN")
    assert found.customer is one
    assert found.other is two
    assert one.phone == ""


def test_who_gives_nothing_is_somebody_new_each_time(session: Session) -> None:
    assert recognise(session, name="A").id != recognise(session, name="A").id


def test_customers_are_found_by_name_mail_and_the_end_of_a_number(session: Session) -> None:
    asha = recognise(session, name="Asha Rao", email="asha@example.com", phone="+919812345678")
    recognise(session, name="Ravi Das", email="ravi@example.com")
    for text in ("asha", "RAO", "asha@exa", "5678", "098123 45678", "  Asha   Rao "):
        assert find_customers(session, text, region="IN") == [asha], text
    assert find_customers(session, "%", region="IN") == []
    assert find_customers(session, "", region="IN") == []
