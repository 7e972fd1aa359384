"""Amounts that a text states, in three languages and in words."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.stated_amounts import differing, find_amounts, without_amounts


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("It takes 3–5 working days.", [("time", 72, 120)]),
        ("within ten days", [("time", 240, 240)]),
        ("a thirty-day return", [("time", 720, 720)]),
        ("5 से 7 कार्य दिवस में", [("time", 120, 168)]),
        ("दस दिन", [("time", 240, 240)]),
        ("১০ দিনের মধ্যে", [("time", 240, 240)]),
        ("লিংক ৭২ ঘণ্টা চলে", [("time", 72, 72)]),
        ("valid for 12 months", [("time", 8640, 8640)]),
        ("₹2,000 or Rs. 500", [("money", 2000, 2000), ("money", 500, 500)]),
        ("2 lakh rupees, 49 টাকা, 25 रुपये", [("money", 200000, 200000), ("money", 49, 49), ("money", 25, 25)]),
        ("10% off, ২০ শতাংশ", [("share", 10, 10), ("share", 20, 20)]),
        ("Call 1800 000 5454 or +91 98300 12345", [("phone", 18000005454, 18000005454), ("phone", 919830012345, 919830012345)]),
        ("up to 5 kg", [("kg", 5, 5)]),
        ("On 2026-01-31 order JH-20417733 with version 2.10.3 at 10:30", []),
        ("step 2, then 4 devices", []),
    ],
)  # fmt: skip
def test_amounts_of_a_text(text: str, amounts: list[tuple[str, float, float]]) -> None:
    assert [(one.kind, one.low, one.high) for one in find_amounts(text)] == amounts


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ("within 24 hours", "within 1 day", False), ("one month: 30 days", "1 month", False),
        ("365 days", "1 year", False), ("3–5 days", "5 days", False), ("5 days", "5 दिन", False),
        ("5 days", "7 दिन", True), ("₹499", "499 রুপি", False), ("₹499", "₹599", True), ("5 days", "₹5", False),
        ("98300 12345", "+91 98300 12345", False), ("1800 111 2222", "1800 111 2223", True),
        ("5 or 7 days, then 2 days", "2 days", False),
    ],
)  # fmt: skip
def test_what_differs(one: str, other: str, differs: bool) -> None:
    assert bool(differing(find_amounts(one), find_amounts(other))) is differs


@given(st.text(alphabet="0123456789 ,.-–+()₹दिन days rs hundred ten को%", max_size=300))
def test_any_text_is_taken_and_amounts_stand_where_they_say(text: str) -> None:
    found = find_amounts(text)
    assert all(0 <= one.start < one.end <= len(text) + 20 and one.low <= one.high for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    without_amounts(text, found)
