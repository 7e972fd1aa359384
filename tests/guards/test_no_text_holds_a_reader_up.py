"""What anybody may send is read by expressions that do not try every way to share a run of one sign among their parts.

Each reader gets lines that begin like something it knows, go on with thousands of one sign, and end otherwise than it hopes. A
heading with two thousand blanks in it held a process up for minutes.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product

import pytest

from kb.articles import parse_article
from kb.articles.flow_files import section_of
from kb.articles.rendering import render_markdown
from kb.assist.transcript import read_transcript
from kb.core.errors import KbError
from kb.privacy.redaction import redact
from kb.text.cleaning import clean_message, clean_query, clean_text
from kb.text.html import html_to_text
from kb.text.identifiers import find_identifiers
from kb.text.language import guess_language
from kb.text.mail.body import clean_mail
from kb.text.mail.message import read_body, read_headers
from kb.text.mail.mime import parse_mail
from kb.text.promises import find_promises
from kb.text.sentences import split_sentences
from kb.text.stated_amounts import find_amounts
from kb.text.words import find_words

READERS: dict[str, Callable[[str], object]] = {
    "article": lambda text: parse_article(f"---\ntitle: x\nslug: x\n---\n{text}", "x.md"),
    "front matter": lambda text: parse_article(f"---\ntitle: x\n{text}\n---\nx", "x.md"),
    "Markdown": render_markdown,
    "section of an article": lambda text: section_of(text, "Refunds"),
    "transcript": read_transcript,
    "redaction": lambda text: redact(text, region="IN"),
    "text": clean_text,
    "message": clean_message,
    "query": clean_query,
    "HTML": html_to_text,
    "identifiers": find_identifiers,
    "language": guess_language,
    "mail": clean_mail,
    "headers of a mail": lambda text: read_headers(parse_mail(f"Subject: {text}\nFrom: {text}\n\nx".encode())),
    "body of a mail": lambda text: read_body(parse_mail(f"Subject: x\n\n{text}".encode())),
    "promises": lambda text: find_promises(text, datetime(2026, 11, 30, tzinfo=UTC)),
    "sentences": split_sentences,
    "amounts": find_amounts,
    "words": find_words,
}
BEGINS = (
    "# a", "- a", "> a", "| a", "Re: a", "**a", "[a](b", "<a", "`a", "key: a", "http://a", "a@b", "{% ", "{{ ", "{: ", "₹1",
    "12:30 a", "हाँ",
)  # fmt: skip
RUNS = (" ", "\t", "#", " #", "*", "_", ".", "-", "=", "a", "1", "\\", "<", "(", "ि")
# Of the processor: a thousandth of it is usual. The longer text shows what grows with the square.
LONGEST = {500: 1.0, 5_000: 4.0}


def test_parts_of_a_mail_that_say_much_of_themselves_hold_nobody_up() -> None:
    for parameter in ("a*0=x; ", "a=x; ", 'a="x"; ', "a;", '"; '):
        kind = f"multipart/mixed; boundary=b; {parameter * (1_000_000 // len(parameter))}"
        mail = f"From: a@b.example\nContent-Type: {kind}\n\n--b\nContent-Type: {kind}\n\nHello\n--b--\n".encode()
        begun = time.thread_time()
        message = parse_mail(mail)
        if message is not None:  # a parameter that is numbered twice makes none
            read_headers(message)
            read_body(message)
        assert time.thread_time() - begun < LONGEST[5_000]


@pytest.mark.parametrize("reader", READERS)
def test_no_line_holds_a_reader_up(reader: str) -> None:
    read, slow = READERS[reader], []
    for length, longest in LONGEST.items():
        # The longer texts together, in one go; each of the shorter ones alone, so that the worst kind ends soon.
        texts = [f"Hello there.\n\n{begin}{run * (length // len(run))}!b" for begin, run in product(BEGINS, RUNS)]
        for text in texts if length == 500 else texts[:: 1 if len(reader) < 9 else 3]:
            begun = time.thread_time()
            with suppress(KbError):  # said to be wrong soon is soon enough
                read(text)
            took = time.thread_time() - begun
            if took > longest:
                slow.append((round(took, 1), length, text[14:22], text[-4:]))
        assert not slow
