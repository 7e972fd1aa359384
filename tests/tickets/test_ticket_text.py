"""What of a message is the message, what names nobody gave, and what the resolution is."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import Ticket
from kb.text.mail import clean_mail, plain_text
from kb.tickets import import_tickets
from kb.tickets.conversation import Turn, split_problem_and_resolution, strip_boilerplate
from kb.tickets.letter_names import hide_letter_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear Sir,\n\nThe lamp broke.\n\nRegards,\n[name]\nMob: [phone]", "The lamp broke."),
        ("Hi team, the lamp broke", "the lamp broke"),
        ("Hello! The lamp broke.\n\nSent from my Redmi", "The lamp broke."),
        ("महोदय,\n\nलैंप टूट गया।\n\nसादर\n[name]", "लैंप टूट गया।"),
        ("নমস্কার,\nল্যাম্প ভেঙে গেছে।\n\nধন্যবাদান্তে,\n[name], বর্ধমান", "ল্যাম্প ভেঙে গেছে।"),
        ("It broke.\n\nOn Tue, 3 Mar 2026, Shop wrote:\n> Dear [name]\n> Your order", "It broke."),
        ("Sirs,\n\nOn Tue, Shop wrote:\n> shipped\n\nThe link above is dead.", "The link above is dead."),
        ("It broke.\n\n-----Original Message-----\nFrom: a\nold text", "It broke."),
        ("It broke.\n-- \n[name]\nSenior Analyst", "It broke."),
        ("It broke.\n\n[name], Leh", "It broke."),
        ("Thanks", "Thanks"),
        ("Hello", "Hello"),
        ("> only a quote", "> only a quote"),
        ("", ""),
    ],
)
def test_letter_is_stripped_to_its_matter(text: str, expected: str) -> None:
    assert clean_mail(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear Mr Pillai,\nyour refund", "Dear Mr [name],\nyour refund"),
        ("आदरणीय शर्मा जी,\nआपका", "आदरणीय [name] जी,\nआपका"),
        ("Dear Sir,\nyour refund", "Dear Sir,\nyour refund"),
        ("Hi team,\nplease", "Hi team,\nplease"),
        ("It is done.\n\nRegards,\nLakshmi Rao\nShop Help", "It is done.\n\nRegards,\n[name]\nShop Help"),
        ("काम हो गया।\n\nसादर,\nसुनीता", "काम हो गया।\n\nसादर,\n[name]"),
        ("হয়ে গেছে।\n\nদেবযানী পাল", "হয়ে গেছে।\n\n[name]"),
        ("It is done.\n\nplease check again", "It is done.\n\nplease check again"),
        ("It is done.\n\nJH-20418873", "It is done.\n\nJH-20418873"),
    ],
)
def test_names_are_found_where_letters_greet_and_are_signed(text: str, expected: str) -> None:
    assert hide_letter_names(text) == expected


def test_markup_becomes_plain_text() -> None:
    page = "<style>p{}</style><p>It&nbsp;broke &amp; leaks<br>badly</p><script>alert(1)</script>"
    assert plain_text(page).replace("\xa0", " ").strip() == "It broke & leaks\nbadly"
    assert plain_text("a < b and c > d") == "a < b and c > d"


def turns(*said: str) -> list[Turn]:
    roles = {"C": ("customer", True), "A": ("agent", True), "N": ("agent", False)}
    return [Turn(*roles[line[0]], line[2:].strip()) for line in said]


def test_questions_back_and_thanks_are_no_resolution() -> None:
    problem, resolution = split_problem_and_resolution(
        turns(
            "C hi",
            "C my parcel says delivered but it is not here",
            "A Hello! Could you share the order number please?",
            "C JH-20660415",
            "A Thank you. The rider left it with the guard at gate 2, he has just confirmed it on the phone.",
            "C ok got it thanks",
            "A You're welcome. Have a nice day!",
        )
    )
    assert problem == "my parcel says delivered but it is not here\n\nJH-20660415"
    assert resolution == "The rider left it with the guard at gate 2, he has just confirmed it on the phone."


def test_notes_of_a_call_are_the_problem_where_the_customer_wrote_nothing_before() -> None:
    notes = "Call notes. Customer moves on Friday and wants the cooker sent to Kollam; cancelled and ordered again on the line."
    problem, resolution = split_problem_and_resolution(turns(f"A {notes}"))
    assert problem == resolution == notes


@pytest.mark.parametrize(
    ("said", "problem", "resolution"),
    [
        (("A Customer called, lamp broken.",), "Customer called, lamp broken.", ""),
        (("A Phone: lamp flickers", "A A new one leaves today and comes on Friday."), "Phone: lamp flickers",
         "A new one leaves today and comes on Friday."),
        (("C my lamp broke in two", "A I am checking this with the warehouse."), "my lamp broke in two", ""),
        (("C my lamp broke in two", "A Forwarded to the courier team.", "C ok", "A The new one comes on Friday."),
         "my lamp broke in two", "The new one comes on Friday."),
        (("C my lamp broke in two", "A हम जाँच कर रहे हैं।", "A नया लैंप शुक्रवार को आएगा।"), "my lamp broke in two",
         "नया लैंप शुक्रवार को आएगा।"),
        (("C my lamp broke in two", "A আমরা খোঁজ নিচ্ছি।", "A নতুন ল্যাম্প শুক্রবার আসবে।"), "my lamp broke in two",
         "নতুন ল্যাম্প শুক্রবার আসবে।"),
        (("C my lamp is dark", "A We have checked it with the maker: the bulb must be of 9 W."), "my lamp is dark",
         "We have checked it with the maker: the bulb must be of 9 W."),
        (("C my lamp is dark", "A Checking the box 'Night mode' in the app solves it."), "my lamp is dark",
         "Checking the box 'Night mode' in the app solves it."),
    ],
)  # fmt: skip
def test_short_note_of_an_agent_is_no_resolution(said: tuple[str, ...], problem: str, resolution: str) -> None:
    assert split_problem_and_resolution(turns(*said)) == (problem, resolution)


def test_private_notes_are_in_neither() -> None:
    both = split_problem_and_resolution(
        turns("C It broke in two", "N secret limit of 500", "A A new one is on its way to you.")
    )
    assert both == ("It broke in two", "A new one is on its way to you.")


def test_ticket_without_an_answer_has_no_resolution() -> None:
    assert split_problem_and_resolution(turns("C It broke in two")) == ("It broke in two", "")
    assert split_problem_and_resolution([]) == ("", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thank you for contacting us. The money left today. Have a nice day!", "The money left today."),
        ("संपर्क करने के लिए धन्यवाद। पैसा आज भेज दिया है। और कोई मदद?", "पैसा आज भेज दिया है।"),
        ("যোগাযোগ করার জন্য ধন্যবাদ। টাকা আজ পাঠানো হয়েছে। আর কিছু জানার আছে?", "টাকা আজ পাঠানো হয়েছে।"),
        ("Thank you for contacting us.", ""),
        ("(Next day: delivered.)", "(Next day: delivered.)"),
    ],
)
def test_boilerplate_around_the_matter_is_dropped(text: str, expected: str) -> None:
    assert strip_boilerplate(text) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_stripped(text: str) -> None:
    clean_mail(hide_letter_names(text))
    split_problem_and_resolution([Turn("customer", True, text), Turn("agent", True, text)])


@pytest.mark.parametrize(
    "unit",
    ["a", "ok ", "\n", "> ", "Dear ", "ok", "haan ", "<p", "<style>", "thanks ", "On a wrote:\n", "[name]", "- "],
)
def test_stripping_takes_linear_time(unit: str) -> None:
    text = (unit * 50_000)[:50_000]
    start = time.process_time()
    plain = plain_text(text)
    split_problem_and_resolution([Turn("customer", True, hide_letter_names(plain)), Turn("agent", True, plain)])
    assert time.process_time() - start < 6


def test_line_that_a_company_puts_into_each_of_its_mails_is_left_out(tmp_path: Path, session: Session) -> None:
    """Known by its repetition, with a word of its kind; what agents answer again and again stays."""
    things = ("kettle", "lamp", "mixer", "toaster", "iron", "fan")
    rows = [
        {
            "id": number,
            "problem": f"My {thing} does not start any more.\n\nThe portail of lamps, week {number}",
            "resolution": "Hold the button for ten seconds.\n\nThen start it again.",
        }
        for number, thing in enumerate(things)
    ]
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    for _ in range(2):
        report = import_tickets(session, path, "jsonl", requester_key=b"k" * 32)
    assert report.unchanged == len(things)
    found = session.scalars(select(Ticket)).all()
    assert {ticket.problem for ticket in found} == {f"My {thing} does not start any more." for thing in things}
    assert {ticket.resolution for ticket in found} == {"Hold the button for ten seconds.\n\nThen start it again."}
