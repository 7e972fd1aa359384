from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kb.privacy.redaction import mask_secrets
from kb.service.contact import request_contact
from kb.service.references import find_by_reference, read_reference, reference_of


def test_number_can_be_read_aloud_and_written_in_any_digits() -> None:
    reference = reference_of("a request")
    digits = reference.replace("-", "")
    assert len(digits) == 9
    hindi = digits.translate({48 + value: 0x0966 + value for value in range(10)})
    bengali = digits.translate({48 + value: 0x09E6 + value for value in range(10)})
    for typed in (
        reference,
        f" {digits} ",
        " ".join(digits),
        f"#{reference}",
        hindi,
        bengali,
        reference.replace("-", "."),
    ):
        assert read_reference(typed) == reference


def test_one_wrong_digit_is_seen() -> None:
    for number in range(200):
        digits = reference_of(str(number)).replace("-", "")
        for place in range(9):
            wrong = digits[:place] + str((int(digits[place]) + 1 + number % 9) % 10) + digits[place + 1 :]
            assert (read_reference(wrong) is None) is (wrong != digits)


@given(st.text(max_size=200))
def test_any_text_is_a_number_of_ours_or_none(text: str) -> None:
    read = read_reference(text)
    assert read is None or read_reference(read) == read


def test_numbers_do_not_follow_each_other_and_are_not_taken_for_secrets() -> None:
    numbers = {reference_of(str(uuid4())) for _ in range(500)}
    assert len(numbers) > 495
    for number in numbers:
        said = f"my request number is {number}, please look"
        assert mask_secrets(said, region="IN") == said


@pytest.mark.parametrize("contact", ["asha@example.com", "+919830012345"])
def test_request_is_found_by_its_number_and_what_was_given_with_it_alone(session: Session, contact: str) -> None:
    def ask(who: str, text: str) -> str:
        opened = request_contact(session, name="A", contact=who, message=text, language="en", visit=None, region="IN")
        return str(opened.details["reference"])

    own, second, foreign = ask(contact, "one"), ask(contact, "two"), ask("other@example.com", "three")
    for reference in (own, second):
        found = find_by_reference(session, reference, contact, region="IN")
        assert found is not None
        assert found.details["reference"] == reference
    assert find_by_reference(session, foreign, contact, region="IN") is None
    assert find_by_reference(session, own, "other@example.com", region="IN") is None
    assert find_by_reference(session, own, "nobody@example.com", region="IN") is None
