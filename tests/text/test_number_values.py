"""Numbers by what they are worth, in digits of any script and in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.number_values import number_values


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("up to ₹2,000 alone", {2000}),
        ("two thousand five hundred rupees", {2500}),
        ("दो हज़ार रुपये और २०० रुपये", {2000, 200}),
        ("দশ হাজার টাকা", {10_000}),
        ("do hazaar rupaye", {2000}),
        ("5 lakh, 1.5k and 20", {500_000, 1500, 20}),
        ("twenty five days", {25}),
        ("nine thirty", {9, 30}),
        ("2 3 5", {2, 3, 5}),
        ("one or none, 0", set()),
        ("12345678901234567890", set()),
    ],
)
def test_numbers_are_read_by_their_worth(text: str, worth: set[float]) -> None:
    assert number_values(text) == worth


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    assert all(value > 1 for value in number_values(text))
