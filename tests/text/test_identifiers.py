import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.identifiers import find_identifiers
from kb.text.terms import normalise

WITH_ONE = (
    "error E-2043|E2043 kya hai|e 2043 error|Error: e 2043|what is 0x8007000E|v3.0 update|version 3 features|ver 2.10|"
    "SM-A536B screen|ER_ACCESS_42|HTTP 507|error 43 on printer|error code: 1603|507 error aa raha hai|एरर E-17 आ रहा है|এরর ৫০৭|"
    "एरर कोड 1603|WH-1000XM4 pairing|KB5034441|ORA-12154|model RTX4090|washing machine error F21|fault code P0420|article 4312|"
    "part no 7A42X-11|3.0.1 changelog|ERR_CONNECTION_REFUSED|stop code 0xc000021a|MX-5 wiper|exit code 137"
)
WITH_NONE = (
    "refund after 10 days|₹2,000 refund|2000 rs refund|order JH-12345678|call 9876543210|12/05/2024|12.05.2024|at 10:30 am|"
    "said delivered 4:10pm|64gb card|5kg|24x7 support|2nd order|3-day return|403-1234567-7654321|pin code 700001|otp 482913|"
    "coupon code SAVE20|covid-19|iphone14|form16|top10|i paid a 1500 fee|0% emi|2.5 hours|192.168.0.1|mp4|4k tv|1080p|b2b|rs500|"
    "flat B-204|why 49|10-12 days|2024-25|bob@mail2.com|www.shop24.com/a1b2|tracking no TRK-4455|invoice INV-0042|25% off|"
    "transaction id T2034|रिफंड 10 दिन|২০০০ টাকা|size 42|mera paisa nahi aaya h 2000 ka|local train e 1200 taka"
)


@pytest.mark.parametrize("query", WITH_ONE.split("|"))
def test_codes_versions_and_part_numbers_are_identifiers(query: str) -> None:
    assert len(find_identifiers(query)) == 1


@pytest.mark.parametrize("query", WITH_NONE.split("|"))
def test_amounts_times_and_what_is_the_customers_own_are_none(query: str) -> None:
    assert find_identifiers(query) == []


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("E-2043", "See E 2043 first."),
        ("e2043", "Error E-2043."),
        ("e 2043", "E2043: paper jam"),
        ("v3.0", "Version 3 brings folders"),
        ("version 3", "what is new in v3.0.0"),
        ("version 3", "3.0 is out"),
        ("v2.10", "2.10 is out"),
        ("HTTP 507", "507 means that the disk is full"),
        ("0x8007000e", "(0X8007000E)"),
        ("SM-A536B", "for the SMA536B"),
        ("ER_ACCESS_42", "er-access-42"),
        ("এরর ৫০৭", "507"),
    ],
)
def test_one_identifier_may_be_spelt_in_many_ways(query: str, text: str) -> None:
    (identifier,) = find_identifiers(query)
    assert identifier.is_in(normalise(text))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("E-2043", "E-1043, E-20431, E-2043-1 and XE-2043"),
        ("v3.0", "v3.10, v13.0, 3 days"),
        ("version 3", "3.5 kg"),
        ("v2.1", "v2.10"),
        ("HTTP 507", "5070, 1,507 and 507.5"),
        ("SM-A536B", "SM-A536E"),
        ("0x80070057", "0x8007005"),
    ],
)
def test_what_only_looks_alike_is_another_identifier(query: str, text: str) -> None:
    (identifier,) = find_identifiers(query)
    assert not identifier.is_in(normalise(text))


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_read_and_searched(query: str, text: str) -> None:
    for identifier in find_identifiers(query):
        identifier.is_in(normalise(text))


@pytest.mark.parametrize("piece", ["e-", "1.", "error ", "a1-", "v1.", "code no ", "A_", "1a", "order id "])
def test_a_long_text_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    for identifier in find_identifiers(piece * (4000 // len(piece)) + " E-2043"):
        identifier.is_in(piece * 20_000)
    assert time.process_time() - started < 3
