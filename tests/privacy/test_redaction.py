"""Redaction on labelled lines, twice, on any text, and in linear time."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.privacy.redaction import PLACEHOLDERS, mask_secrets, masked_kinds, redact


def labelled() -> list[tuple[str, str, tuple[str, ...]]]:
    cases: list[tuple[str, str, tuple[str, ...]]] = []
    names: tuple[str, ...] = ()
    for line in (Path(__file__).parent / "labelled.txt").read_text("utf-8").splitlines():
        if line.startswith("# names:"):
            names = tuple(name.strip() for name in line.removeprefix("# names:").split(";"))
        elif line and not line.startswith("#"):
            text, expected = line.split(" => ")
            cases.append((text, text if expected == "=" else expected, names))
    return cases


CASES = labelled()


def test_there_are_many_cases_and_many_that_must_stay_as_they_are() -> None:
    assert len(CASES) >= 120
    assert sum(text == expected for text, expected, _ in CASES) >= 50


@pytest.mark.parametrize(("text", "expected", "names"), CASES, ids=[text for text, _, _ in CASES])
def test_line_is_redacted_as_labelled(text: str, expected: str, names: tuple[str, ...]) -> None:
    assert redact(text, names=names) == expected
    assert redact(expected, names=names) == expected


# Pieces that lie close together are what makes order and idempotence hard.
_WORDS = """
 otp code pin 4829 482913 98400 12345 9840012345 4111 1111 account no card , . : / - @ okbank gmail.com https:// a.b/
?token= [at] (dot) at dot com passport K8369854 voter WKH3260692 imei 351135866066284 order six digits pass: error
HDFC0001234 ＠ ９８ \u200b Ramesh Iyer ramesh's सुनीता কোড ৪৮২৯ ₹ rs my name is JH-2041 [phone] [name] [code] 9999 4105
7058 DE89 nine eight zero
"""
_PIECES = st.sampled_from([*_WORDS.split(), " ", " ", " ", "\n"])
_MANY = st.lists(_PIECES, max_size=30)
_TEXTS = st.one_of(st.text(max_size=200), _MANY.map("".join), _MANY.map(" ".join))


@settings(max_examples=400, deadline=None)
@given(_TEXTS)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text, names=("Ramesh Iyer", "सुनीता देवी"))
    assert redact(once, names=("Ramesh Iyer", "सुनीता देवी")) == once


@given(st.text(max_size=100), st.lists(st.text(max_size=30), max_size=4), st.text(max_size=3))
def test_nothing_makes_it_raise(text: str, names: list[str], region: str) -> None:
    assert isinstance(redact(text, names=names, region=region), str)


def test_lone_surrogates_and_nul_bytes_are_no_problem() -> None:
    assert redact("\ud800 \x00 9840012345") == "\ud800 \x00 [phone]"


def test_region_decides_what_a_national_number_is() -> None:
    assert redact("call 020 7946 0958", region="GB") == "call [phone]"
    assert redact("call (650) 253-0000", region="US") == "call [phone]"


def test_region_may_be_written_in_lower_case() -> None:
    assert redact("call 020 7946 0958", region="gb") == "call [phone]"


def test_countries_that_share_a_code_share_their_numbers() -> None:
    assert redact("07911 123456", region="GB") == "[phone]"  # Guernsey
    assert redact("(604) 555-0134", region="US") == "[phone]"  # Canada


@pytest.mark.parametrize("region", ["", "ZZ", "nowhere"])
def test_country_that_is_none_hides_every_number_that_could_be_one(region: str) -> None:
    assert redact("020 7946 0958 or 98300 12345", region=region) == "[phone] or [phone]"
    assert redact("order 9876543210 of 12/10/2026", region=region) == "order 9876543210 of 12/10/2026"


def test_what_is_to_be_kept_is_not_taken_for_something_else() -> None:
    text = "call 98300 12345, card 4111 1111 1111 1111"
    assert redact(text, keep=frozenset({"[phone]"})) == "call 98300 12345, card [card]"
    assert (
        mask_secrets("pay asha@okaxis, otp 482913, a@example.com", region="IN")
        == "pay asha@okaxis, otp [code], a@example.com"
    )
    assert masked_kinds("otp [code]", "[card] [phone]") == ["[card]", "[code]"]


def test_role_addresses_of_the_own_house_stay_and_personal_ones_go() -> None:
    own = frozenset({"shop.example"})
    text = "write to bulk@shop.example or priya@shop.example or p.nair@shop.example or x@other.example"
    assert (
        redact(text, names=("Priya Nair",), own_domains=own)
        == "write to bulk@shop.example or [email] or [email] or [email]"
    )


def test_no_placeholder_is_itself_redacted() -> None:
    text = " ".join(PLACEHOLDERS)
    assert redact(text, names=("Name Code",)) == text


@pytest.mark.parametrize(
    "unit",
    [
        "a", "1", "1 ", "12 34 56 ", "otp ", "otp-", "1,", "a.", "a@", "98400 12345 ", "+1 650 ", "Ramesh ", " ",
        "password ", "account x ", "http://", "-", "JH-", "my name is ", "DE89 ", "1234 ", "(", "1234 code ", "nine ",
        "otp a ", "www.", "[code] ", "a at b dot ", "a(at)", "1.", "1/1 ", "1_1 ", "passport ", "voter a ", "dl ab12", "imei a ",
        "order no ",
        "order 123456 ", "123456 is my ", "six digits ", "cvv ", "pass: ", "my pass is ", "otp four ", "HDFC0001234 ",
        "A B C P B 1 2 3 4 ", "ABCPB-1234-", "27ABCPB1234L1Z", "सुमि ता ", "＠", "１", "০", "error ",
        "x@okaxis @ ", "12345,", "+91", "0044",
 "सुनीता ", "é", "a/b/c?d=e&", "at gmail ", "1-", "card 4111 1111 ",
    ],
)  # fmt: skip
def test_time_is_linear_in_the_length(unit: str) -> None:
    """Four times the text may take some four times as long; a quadratic expression would take sixteen times."""

    def seconds(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        start = time.process_time()
        redact(text, names=("Ramesh Iyer", "सुनीता देवी"))
        return time.process_time() - start

    small = max(min(seconds(20_000) for _ in range(3)), 0.02)
    assert min(seconds(80_000) for _ in range(2)) < 10 * small


@pytest.mark.slow
def test_a_megabyte_of_ordinary_text_takes_seconds_at_most() -> None:
    text = (
        "Hello, my order JH-20418873 of ₹1,299 has not come. Call 98400 12345 or write to a.b@example.com. " * 11_000
    )[:1_000_000]
    start = time.process_time()
    redacted = redact(text, names=("Ramesh Iyer",))
    assert time.process_time() - start < 10
    assert "98400" not in redacted
