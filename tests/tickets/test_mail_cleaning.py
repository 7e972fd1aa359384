"""What is left of a mail: what its writer wrote. Measured on labelled mails, half of which were never looked at while tuning."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled_mails import Mail, read_mails, score

from kb.text.mail import clean_mail, line_key, message_body, plain_text

MAILS = read_mails()
# Written when the cleaning was finished, of kinds that it was not made for; half of each was never looked at.
LATER = read_mails("later_mails")


def test_there_are_enough_mails_of_enough_kinds() -> None:
    assert len(MAILS) >= 120
    assert len({mail.kind for mail in MAILS}) >= 12
    assert {"en", "hi", "bn", "hi-Latn", "bn-Latn", "de", "fr", "es"} <= {mail.language for mail in MAILS}
    assert len({mail.name for mail in MAILS}) == len(MAILS)


@pytest.mark.parametrize("held_out", [False, True])
def test_content_is_kept_and_boilerplate_is_not(held_out: bool) -> None:
    mails = [mail for mail in MAILS if mail.held_out is held_out]
    found = score(mails, [clean_mail(mail.text) for mail in mails])
    assert found.kept_share >= 0.97, found.lost
    assert found.left_share <= 0.03, found.left


@pytest.mark.parametrize("held_out", [False, True])
def test_kinds_that_no_phrase_foresees_are_told_by_where_they_stand(held_out: bool) -> None:
    mails = [mail for mail in LATER if mail.held_out is held_out]
    assert len(mails) >= 30
    found = score(mails, [clean_mail(mail.text) for mail in mails])
    assert found.kept_share >= 0.97, found.lost
    assert found.left_share <= 0.08, found.left


def test_line_that_stands_in_many_tickets_needs_less_to_be_known() -> None:
    told = "The lid broke on the second day."
    assert message_body(f"{told}\n\nThe portail opens at nine", frozenset()) != told
    assert (
        message_body(f"{told}\n\nThe portail opens at nine", frozenset([line_key("The portail opens at nine")])) == told
    )
    assert message_body(f"{told}\n\n{told}", frozenset([line_key(told)])) == f"{told}\n\n{told}"


@pytest.mark.parametrize(
    "last",
    [
        "Is there a way to see who opened the portal this week?",
        "The unsubscribe link of the newsletter gives an error on my phone.",
        "Delivery address: 12 Camac Street, Kolkata 700017",
        "Order: JH-204117\nModel: GX-3\nSerial: 88-1120",
        "I rate your service low because the ticket was closed twice.",
        "1. Open the app\n2. Tap Feedback\n3. Choose the ticket",
        "मेरा टिकट बंद कर दिया गया, मुझे जवाब चाहिए।",
    ],
)
def test_last_paragraph_that_is_about_the_matter_stays(last: str) -> None:
    text = f"Hello,\n\nthe mixer that came on Monday leaks.\n\n{last}"
    assert clean_mail(text).endswith(last)


def test_address_that_the_line_above_asks_for_stays() -> None:
    text = "Please send the new one to my office.\n\nSen Traders\n22 Strand Road\nKolkata 700001"
    assert clean_mail(text) == text


@pytest.mark.parametrize("mail", [mail for mail in MAILS if mail.kind == "plain"], ids=lambda mail: mail.name)
def test_text_that_only_looks_like_boilerplate_stays(mail: Mail) -> None:
    assert not score([mail], [clean_mail(mail.text)]).lost


def test_body_keeps_greeting_and_signature_for_the_ticket_page() -> None:
    text = "Dear team,\nThe lid broke.\n\nRegards,\nAsha\n\nOn Mon, 2 Mar 2026, Shop <a@b.example> wrote:\n> old"
    assert message_body(text) == "Dear team,\nThe lid broke.\n\nRegards,\nAsha"
    assert clean_mail(text) == "The lid broke."


@pytest.mark.parametrize(
    "text",
    [
        "This ticket was merged into request #12.",
        "Status changed from Open to Solved\nAssignee set to Tania",
        "  \n",
        "",
    ],
)
def test_nothing_is_left_of_what_nobody_wrote(text: str) -> None:
    assert clean_mail(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "20660415",
        "10-4",
        "JH-2041",
        "> only a quote",
        "Sent from my iPhone",
        "On Mon, 2 Mar 2026, Shop wrote:\n> old words",
    ],
)
def test_mail_of_which_nothing_would_be_left_stays(text: str) -> None:
    assert clean_mail(text)


def test_mail_in_one_line_is_taken_apart() -> None:
    text = (
        "The lid of the jar broke on the second day and I want a new one, not the money back. "
        "CONFIDENTIALITY NOTICE: This e-mail is for the intended recipient only. "
    )
    assert clean_mail(text) == "The lid of the jar broke on the second day and I want a new one, not the money back."


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("I typed &lt;token&gt; &amp; it failed&nbsp;twice", "I typed <token> & it failed twice"),
        ("<p>I typed <token> and List<String> here</p>", "I typed <token> and List<String> here"),
        ("line one\nline two<br>write to <asha@mail.example>", "line one\nline two\nwrite to <asha@mail.example>"),
        ("<p>a\u200bb\u00adc</p>", "abc"),
        ("<p>क्\u200dष</p>", "क्\u200dष"),
        ("<div>one</div><div>two</div>", "one\n\ntwo"),
        ("a < b and b > c", "a < b and b > c"),
    ],
)
def test_markup_and_entities_become_text(html: str, text: str) -> None:
    assert plain_text(html) == text


_PIECES = st.sampled_from(
    [
        "From: a@b", "On Mon 2 Mar", "wrote:", "> x", "-- ", "Regards", "&nbsp;", "<div>", "</blockquote>", "<b", "Sent: y",
        "CAUTION: links", "Disclaimer:", "##- reply above this line -##", "Subject: x", "----- Forwarded message -----", "\n",
        "\n\n", "লিখেছেন:", "ने लिखा:", "Von: x", "How would you rate our support", "Good", "Call from: 1", "Mar 2, 9:14 AM",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(_PIECES | st.text(max_size=8), max_size=30).map(" ".join),
                 st.lists(_PIECES | st.text(max_size=8), max_size=30).map("\n".join)))  # fmt: skip
def test_any_text_is_cleaned_without_an_error(text: str) -> None:
    cleaned = clean_mail(text)
    assert "\x00" not in cleaned
    assert len(cleaned) <= len(plain_text(text)) + 10


@pytest.mark.parametrize(
    "unit",
    [
        "a", "> ", "From: ", "From: a@b\n", "On 1 ", "On 1\n", "Subject: x\n", "<div>", "<b", "<p>x", "&nbsp;", "- ", "-", "_",
        "x wrote:\n", "Regards\n", "Caution: ", "This e-mail ", "Disclaimer: \n", "लिखा ", "2 মার্চ ", "Good ", "[", "(", "* ",
        "How would you rate the support\n", "Sent from my ", "am 1 schrieb ", "This ticket has been ", "x (x) ", "A, Mar 2, ",
        "reply above this line\n",
    ],
)  # fmt: skip
def test_cleaning_takes_linear_time(unit: str) -> None:
    text = (unit * 50_000)[:50_000]
    start = time.process_time()
    clean_mail(text)
    assert time.process_time() - start < 10


def _seconds(text: str) -> float:
    start = time.process_time()
    clean_mail(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    "lines",
    [
        "ok", "a", "---", "> x", "Forwarded message", "Forwarded message\n> b", "x wrote:", "From: a@b\nSent: 1", "Hi", "--\n--",
        "Asha, Mar 2", "\n---", "Regards\n", "On 1\nx wrote:", "To: b", "1. x", "reply above this line",
    ],
)  # fmt: skip
@pytest.mark.parametrize("above", ["", "It broke\nx wrote:\n"])
def test_thousands_of_short_lines_take_linear_time(lines: str, above: str) -> None:
    number = min(20_000, 48_000 // (len(lines) + 1))
    quarter, whole = (above + (lines + "\n") * count for count in (number // 4, number))
    assert _seconds(whole) < 1.0 or _seconds(whole) < 7 * max(_seconds(quarter), 0.05)
