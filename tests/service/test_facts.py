"""What customers tell is found in five ways of writing, in a form that can be compared, and nothing else is."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.service.facts import LONGEST, Fact, FactKind, find_facts

AT = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)  # a Wednesday
# Kinds of which a part is enough: "22 Park Street, Kolkata" of an address with its flat.
_PARTS_COUNT = {"address", "name", "device", "error"}
Labels = list[tuple[str, str]]


def read_halves() -> list[list[tuple[str, Labels]]]:
    """Messages and the facts in them, of the half for developing and of the one that is held out."""
    halves = []
    for half in (Path(__file__).with_name("told.txt")).read_text("utf-8").split("---\n"):
        rows = []
        for line in half.splitlines():
            if line and not line.startswith("# "):
                text, _, labels = line.rpartition(" | ")
                pairs = [label.partition("=")[::2] for label in labels.split()]
                rows.append((text.replace("\\n", "\n"), [(kind, value.replace("_", " ")) for kind, value in pairs]))
        halves.append(rows)
    return halves


def is_same(wanted: tuple[str, str], found: tuple[str, str]) -> bool:
    (kind, value), (other_kind, other) = wanted, found
    return kind == other_kind and (value == other or (kind in _PARTS_COUNT and (value in other or other in value)))


def count(rows: list[tuple[str, Labels]]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """By kind: found, missed, found without being there."""
    right, missed, extra = Counter[str](), Counter[str](), Counter[str]()
    for text, wanted in rows:
        rest = [(fact.kind.value, fact.value) for fact in find_facts(text, AT)]
        for label in wanted:
            same = next((found for found in rest if is_same(label, found)), None)
            if same is None:
                missed[label[0]] += 1
            else:
                right[label[0]] += 1
                rest.remove(same)
        extra.update(kind for kind, _ in rest)
    return right, missed, extra


def test_the_labelled_messages_are_many_and_of_every_kind() -> None:
    halves = read_halves()
    assert [len(half) >= 60 for half in halves] == [True, True]
    assert {kind for half in halves for _, labels in half for kind, _ in labels} == set(FactKind)


def test_facts_of_each_kind_are_found_and_no_others() -> None:
    right, missed, extra = count([row for half in read_halves() for row in half])
    for kind in FactKind:
        recall = right[kind] / (right[kind] + missed[kind])
        precision = right[kind] / (right[kind] + extra[kind])
        assert min(recall, precision) >= 0.75, (kind, right[kind], missed[kind], extra[kind])
        if right[kind] + missed[kind] >= 10:
            assert min(recall, precision) >= 0.85, (kind, right[kind], missed[kind], extra[kind])


@pytest.mark.parametrize("half", [0, 1])
def test_nine_of_ten_facts_are_right_in_each_half(half: int) -> None:
    right, missed, extra = count(read_halves()[half])
    assert right.total() / (right.total() + missed.total()) >= 0.9
    assert right.total() / (right.total() + extra.total()) >= 0.9


def values(text: str, kind: FactKind, at: datetime = AT) -> list[str]:
    return [fact.value for fact in find_facts(text, at) if fact.kind is kind]


def test_one_order_has_one_value_however_it_is_written() -> None:
    for text in ("JH-20417733", "jh-20417733", "order no. JH – 20417733", "ऑर्डर नंबर JH-२०४१७७३३", "অর্ডার JH-২০৪১৭৭৩৩"):
        assert values(text, FactKind.ORDER) == ["JH-20417733"], text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("it came yesterday", "2026-11-24"),
        ("it came last Tuesday", "2026-11-24"),
        ("it came on Thursday", "2026-11-19"),
        ("it should come next Monday", "2026-11-30"),
        ("I ordered it on 28 December", "2025-12-28"),
        ("ordered on 05/11/2026", "2026-11-05"),
        ("kal aaya tha", "2026-11-24"),
        ("kal aana chahiye", "2026-11-26"),
        ("परसों मिला था", "2026-11-23"),
        ("গতকাল পেয়েছি", "2026-11-24"),
        ("৩ দিন আগে", "2026-11-22"),
        ("a week ago", "2026-11-18"),
        ("on the 31st", "2026-10-31"),
    ],
)
def test_days_are_seen_from_the_day_of_the_message(text: str, day: str) -> None:
    found = values(text, FactKind.DATE)
    assert found == [day] or (day.endswith("-31") and found == [])


def test_what_is_asked_or_planned_is_not_done() -> None:
    for text in (
        "Should I restart the router?",
        "How do I clear the cache?",
        "I have not restarted it yet",
        "I will reinstall the app tonight",
        "kaise restart karu?",
        "मैंने अभी रीस्टार्ट नहीं किया",
        "Can I pay by UPI?",
    ):
        assert [fact for fact in find_facts(text, AT) if fact.kind in {FactKind.TRIED, FactKind.PAYMENT}] == [], text
    assert values("Do you have a red kettle?", FactKind.DEVICE) == []


def test_ordinary_talk_holds_no_facts() -> None:
    for text in (
        "Hello, I need help please",
        "Thank you so much, it works now!",
        "When will it come?",
        "I am very angry about this",
        "क्या आप मेरी मदद कर सकते हैं?",
        "আমাকে একটু সাহায্য করুন",
        "mujhe madad chahiye",
        "https://shop.example/orders/JH-20417733?utm=12345678",
    ):
        assert find_facts(text, AT) == [], text


def check(text: str, facts: list[Fact]) -> None:
    for fact in facts:
        assert 0 <= fact.start < fact.end <= len(text)
        assert text[fact.start : fact.end].startswith(fact.words)
        assert 0 < len(fact.value) <= 200
    assert len({(fact.kind, fact.value) for fact in facts}) == len(facts)


_NUMBER_PIECES = ("JH-", "₹", "1,299", "₹1,2,3", "31/02/2026", "99/99", "+91", "9" * 30, "v6.", "12", "३", "२०")
_WORD_PIECES = (
    "order no ",
    " rupees",
    "yesterday",
    "कल",
    "पते ",
    "@",
    "a@b.co",
    "my name is ",
    "I am ",
    "error ",
    "address: ",
)
_ODD_PIECES = ("\n", ". ", "restart ", "kiya ", "🙂", "İ", "\u200b", "দুই")
_PIECES = st.sampled_from((*_NUMBER_PIECES, *_WORD_PIECES, *_ODD_PIECES))


@settings(max_examples=300, deadline=2000)
@given(st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=40).map("".join)))
def test_any_message_is_taken(text: str) -> None:
    check(text, find_facts(text, AT))


@pytest.mark.parametrize(
    "piece",
    ["a", "9", "order ", "JH-1", "₹1,", "my name is A ", "14 Lake ", "@ ", "kal ", "रीस्टार्ट ", "\n", "address "],
)
def test_a_message_of_a_megabyte_takes_bounded_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    facts = find_facts(text, AT)
    assert all(fact.end <= LONGEST for fact in facts)


def test_days_at_the_ends_of_the_calendar_are_no_error() -> None:
    for at in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        find_facts("yesterday, tomorrow, 900 months ago, last Monday, next Sunday, 29 February, on the 31st", at)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Our address has changed to 7 Hill View, Pune 411001", "7 hill view pune 411001"),
        ("address changed. 31 Rose Villa, Ooty 643001", "31 rose villa ooty 643001"),
        ("the address on the order is wrong, it should be 5 Church Street Bengaluru", "5 church street bengaluru"),
        ("delivery address I entered: flat 3, 9 Hill Road, Mumbai 400050", "flat 3 9 hill road mumbai 400050"),
        ("Mera address badal gaya hai: 45 Civil Lines, Kanpur 208001", "45 civil lines kanpur 208001"),
        ("मेरा पता बदल गया है: 14 गांधी मार्ग, इंदौर 452001", "14 गांधी मार्ग इंदौर 452001"),
        ("আমার ঠিকানা বদলে গেছে: ২২ লেক রোড, কলকাতা ৭০০০২৯", "22 লেক রোড কলকাতা 700029"),
        ("my address is New Alipore, block 53, Kolkata", "new alipore block 53 kolkata"),
        ("I changed my address 3 days ago", None),
    ],
)
def test_an_address_begins_where_it_begins_not_with_what_is_said_of_it(text: str, address: str | None) -> None:
    found = [fact.value for fact in find_facts(text) if fact.kind is FactKind.ADDRESS]
    assert found == ([address] if address else [])
