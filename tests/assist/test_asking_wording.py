"""What people say when they were not understood: "no, I mean …", in three languages and in Latin letters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.assist.asking_question import word_question
from kb.assist.asking_turns import CustomerTurn, Reply, ReplyKind, turns_from_json, turns_to_json
from kb.assist.asking_wording import read_refinement, says_no, says_yes, wants_person


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no, I mean exchange for another colour", "exchange for another colour"),
        ("Sorry, wrong. I was asking about EMI", "EMI"),
        ("Actually, the delivery charge", "the delivery charge"),
        ("नहीं, मेरा मतलब है कार्ड से", "कार्ड से"),
        ("nahi mera matlab upi se", "upi se"),
        ("nahin, main puch raha hu refund kab aayega", "refund kab aayega"),
        ("না, আমি বলতে চাইছি কার্ডে", "কার্ডে"),
        ("na ami bolte chaichi card e", "card e"),
        ("আসলে, আমি জানতে চাই ঠিকানা বদল", "ঠিকানা বদল"),
    ],
)
def test_words_that_put_right_lead_to_what_is_meant(text: str, meant: str) -> None:
    refinement = read_refinement(text)
    assert (refinement.text, refinement.is_marked) == (meant, True)


@pytest.mark.parametrize(
    "text", ["no refund yet", "refund nahi aaya", "টাকা পাইনি", "नहीं मिला पार्सल", "wait time for delivery", "no", ""]
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    refinement = read_refinement(text)
    assert (refinement.text, refinement.is_marked) == (text, False)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("I mean exchange, not refund", "exchange"),
        ("refund nahi, exchange", "exchange"),
        ("রিফান্ড নয়, বদল", "বদল"),
        ("रिफंड नहीं, एक्सचेंज", "एक्सचेंज"),
    ],
)
def test_what_is_not_meant_is_told_apart(text: str, meant: str) -> None:
    refinement = read_refinement(text)
    assert refinement.meant == meant
    assert refinement.not_meant


@pytest.mark.parametrize("text", ["yes", "Yes, it helped!", "haan", "ho gaya", "हाँ", "जी हाँ", "হ্যাঁ", "hyan"])
def test_yes_in_all_languages(text: str) -> None:
    assert says_yes(text)
    assert not says_no(text)


@pytest.mark.parametrize("text", ["no", "No, it didn't help", "nahi", "नहीं", "না", "paini", "not really"])
def test_no_in_all_languages(text: str) -> None:
    assert says_no(text)
    assert not says_yes(text)


@pytest.mark.parametrize("text", ["no refund yet", "yes I paid by card and nothing came", "", "হ্যাঁ কিন্তু টাকা কবে পাব"])
def test_who_says_more_has_said_neither(text: str) -> None:
    assert not says_yes(text)
    assert not says_no(text)


@pytest.mark.parametrize(
    "text",
    [
        "no, I want to talk to a human about my refund",
        "insaan se baat karao na please",
        "ami manusher sathe kotha bolte chai ekhoni",
        "मुझे अपने ऑर्डर के बारे में किसी इंसान से बात करनी है",
        "আমি একজন মানুষের সঙ্গে কথা বলতে চাই অর্ডার নিয়ে",
        "complaint karni hai delivery ke bare me",
        "i want to complain about the rider",
    ],
)
def test_who_wants_a_person_says_so_among_other_words(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize("text", ["agent commission", "is a person needed at home for delivery", "refund", "মানুষ কত"])
def test_a_question_that_speaks_of_people_is_a_question(text: str) -> None:
    assert not wants_person(text)


def asked(text: str) -> list[CustomerTurn | Reply]:
    return [CustomerTurn(text, searched=text), Reply(ReplyKind.ANSWER)]


def test_context_is_kept_where_the_new_words_need_it() -> None:
    turns = asked("how do I return a mixer")
    assert word_question(turns, "and how long?").text == "how do I return a mixer – and how long?"
    marked = word_question(turns, "no, I mean in another colour")
    assert (marked.text, marked.alone) == ("how do I return a mixer – in another colour", "in another colour")
    own = word_question(turns, "change the delivery address of an order")
    assert own.text == "change the delivery address of an order"
    assert word_question(turns, "exchange, not return").text == "how do I a mixer – exchange"


def test_after_an_answer_that_helped_nothing_is_kept() -> None:
    turns = [*asked("how do I return a mixer"), CustomerTurn("", helped=True), Reply(ReplyKind.HELPED)]
    assert word_question(turns, "and how long?").text == "and how long?"


def test_context_stays_short_however_long_it_gets() -> None:
    turns = asked("word " * 1_000)
    assert len(word_question(turns, "and how long?").text) < 400


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    refinement = read_refinement(text)
    assert refinement.text in text
    word_question(asked("refund by card"), text)
    turns = [CustomerTurn(text, helped=None), Reply(ReplyKind.STEP, text=text)]
    assert turns_from_json(turns_to_json(turns)) == turns
