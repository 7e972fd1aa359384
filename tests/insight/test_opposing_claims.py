"""Articles that say the contrary of each other without any number: pairs of our own, and as many that only look so."""

import pytest
from content_factory import add_article
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kb.insight.flags.claims import find_claims, opposes, without_claims
from kb.insight.flags.contradictions import find_contradictions

LANGUAGES = ("en", "hi", "bn")
# Language, what the flag is about, and two sentences of two articles.
AGAINST = [
    ("en", "is_so", "Opened innerwear can be returned.", "Opened innerwear cannot be returned."),
    ("en", "is_so", "A gift card does not expire.", "A gift card expires."),
    ("en", "is_so", "We deliver to army post offices.", "We do not deliver to army post offices."),
    ("en", "is_so", "The address of a shipped order can be changed.", "You can't change the address of a shipped order."),
    ("en", "is_so", "Two accounts can be merged.", "Two accounts can never be merged."),
    ("en", "days", "Parcels are delivered Monday to Saturday.", "Parcels are delivered Monday to Friday."),
    ("en", "days", "The help line is open every day.", "The help line is closed on Sundays."),
    ("en", "days", "Couriers collect returns on weekdays only.", "Couriers collect returns on Saturdays, too."),
    ("en", "days", "There is no delivery on Sundays.", "There is delivery on Sundays."),
    ("en", "ways", "Ask for an invoice only by e-mail.", "Ask for an invoice by WhatsApp or e-mail."),
    ("en", "ways", "A refund cannot be asked for by phone.", "A refund can be asked for by phone."),
    ("hi", "is_so", "खुले हुए कपड़े वापस हो सकते हैं।", "खुले हुए कपड़े वापस नहीं हो सकते।"),
    ("hi", "is_so", "गिफ़्ट कार्ड बैंक खाते में भेजा जा सकता है।", "गिफ़्ट कार्ड बैंक खाते में नहीं भेजा जा सकता।"),
    ("hi", "days", "पार्सल सोमवार से शनिवार तक पहुँचाए जाते हैं।", "पार्सल सोमवार से शुक्रवार तक पहुँचाए जाते हैं।"),
    ("hi", "ways", "बिल सिर्फ़ ईमेल से मँगाएँ।", "बिल व्हाट्सऐप से मँगाएँ।"),
    ("bn", "is_so", "খোলা পোশাক ফেরত দেওয়া যায়।", "খোলা পোশাক ফেরত দেওয়া যায় না।"),
    ("bn", "is_so", "উপহার কার্ড ভাঙিয়ে নগদ টাকা নেওয়া যায়।", "উপহার কার্ড ভাঙিয়ে নগদ টাকা নেওয়া যায় না।"),
    ("bn", "days", "রবিবারে পার্সেল পৌঁছানো হয়।", "রবিবারে পার্সেল পৌঁছানো হয় না।"),
    ("bn", "days", "সোমবার থেকে শনিবার পার্সেল পৌঁছানো হয়।", "সোমবার থেকে শুক্রবার পার্সেল পৌঁছানো হয়।"),
    ("bn", "ways", "বিল শুধু ইমেলে চাইতে হয়।", "বিল হোয়াটসঅ্যাপে চাইতে হয়।"),
]  # fmt: skip
NOT_AGAINST = [
    ("en", "Opened innerwear cannot be returned.", "Opened tea cannot be returned."),
    ("en", "Opened innerwear cannot be returned.", "A damaged lamp can be returned."),
    ("en", "An order can be cancelled before it is packed.", "An order cannot be cancelled after it is packed."),
    ("en", "A refund is paid if the parcel is lost.", "A refund is not paid."),
    ("en", "Can opened innerwear be returned?", "Opened innerwear cannot be returned."),
    ("en", "> Innerwear can be returned.", "Innerwear cannot be returned."),
    ("en", "Parcels are delivered Monday to Saturday.", "The help line is open Monday to Friday."),
    ("en", "Parcels are delivered Monday to Saturday.", "Parcels are not delivered on Sundays."),
    ("en", "The help line is open Monday to Saturday.", "The help line is closed on Sundays."),
    ("en", "Ask for an invoice by e-mail.", "Ask for an invoice by WhatsApp."),
    ("en", "Ask for an invoice only by e-mail.", "Ask for an invoice by e-mail."),
    ("en", "You need not print the label.", "Print the label and put it on the box."),
    ("hi", "खुले हुए कपड़े वापस नहीं हो सकते।", "टूटा हुआ लैंप वापस हो सकता है।"),
    ("hi", "बिल ईमेल से मँगाएँ।", "बिल व्हाट्सऐप से मँगाएँ।"),
    ("hi", "पैक होने के बाद ऑर्डर कैंसिल नहीं होता।", "पैक होने से पहले ऑर्डर कैंसिल होता है।"),
    ("bn", "খোলা পোশাক ফেরত দেওয়া যায় না।", "ভাঙা বাতি ফেরত দেওয়া যায়।"),
    ("bn", "ঠিকানা বদলানো যায়।", "ঠিকানা লিখে দিন।"),
    ("bn", "রবিবারে পার্সেল পৌঁছানো হয় না।", "সোমবার থেকে শনিবার পার্সেল পৌঁছানো হয়।"),
]  # fmt: skip


def flags_of(session: Session, language: str, one: str, other: str) -> list[tuple[str, list[str]]]:
    for slug, text in (("one", one), ("two", other)):
        add_article(session, f"{slug} guide", text, slug=slug, language=language)
    flags = find_contradictions(session, LANGUAGES, tick=lambda: None)
    return [(flag.evidence["about"], [side["amount"] for side in flag.evidence["sides"]]) for flag in flags]


@pytest.mark.parametrize(("language", "about", "one", "other"), AGAINST)
def test_articles_that_are_against_each_other(
    session: Session, language: str, about: str, one: str, other: str
) -> None:
    [(found, marked)] = flags_of(session, language, one, other)
    assert found == about
    assert any(marked)
    assert all(mark in text for mark, text in zip(marked, (one, other), strict=True) if about != "is_so")


@pytest.mark.parametrize(("language", "one", "other"), NOT_AGAINST)
def test_articles_that_only_look_so(session: Session, language: str, one: str, other: str) -> None:
    assert flags_of(session, language, one, other) == []


def test_an_item_is_read_under_its_heading(session: Session) -> None:
    listed = "## What cannot be returned\n\n- Opened innerwear\n- Opened food"
    [(about, _)] = flags_of(session, "en", listed, "Opened innerwear can be returned.")
    assert about == "is_so"


def test_a_list_under_a_heading_that_says_no_is_not_against_the_same_said_in_a_sentence(session: Session) -> None:
    listed = "## What cannot be returned\n\n- Opened innerwear\n- Opened food"
    assert flags_of(session, "en", listed, "Opened innerwear cannot be returned.") == []


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_two_texts_are_compared_and_alike_both_ways(one: str, other: str) -> None:
    assert opposes(find_claims(one), find_claims(other)) == opposes(find_claims(other), find_claims(one))
    assert isinstance(without_claims(one), str)
    assert opposes(find_claims(one), find_claims(one)) == ""
