"""Bytes to text and text to slugs: encodings, control characters, joiners, what may stand in an address."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles import ArticleError, parse_article, slugify
from kb.articles.text import decode_article, is_slug


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"# A\n\nb\xff\xfec", "x.md:3: is not UTF-8: byte 0xff at offset 6"),
        (b"# A\n\x00\x01", "x.md:2: is binary, not text (NUL at byte 4)"),
        ("# A\n\nb".encode("utf-16"), "x.md:1: is encoded as UTF-16; save it as UTF-8"),
        (b"x" * 2_000_001, "x.md: is 2.0 MB long; an article may have 2.0 MB at most"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError) as caught:
        decode_article(data, "x.md")
    assert str(caught.value).startswith(reason)


def test_byte_order_mark_and_windows_line_ends_are_taken_in() -> None:
    text = "---\ntitle: Pay\ntopic: account\n---\n\nFirst.\n\nSecond.\n"
    decoded = decode_article(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), "x.md")
    assert parse_article(decoded, "x.md") == parse_article(text, "x.md")


def test_hidden_changes_of_direction_are_left_out_and_reported() -> None:
    source = parse_article("# Pay \u202ehere\n\nSend \u2066money\u2069 now \u200fשלום\u200e", "x.md")
    assert (source.title, source.body) == ("Pay here", "Send money now \u200fשלום\u200e")
    assert [warning.line for warning in source.warnings] == [1, 3]


def test_joiners_stay_in_words_and_go_from_the_ends_of_titles() -> None:
    source = parse_article("# \u200dक्\u200dष\u200d\n\nक्\u200dष", "x.md")
    assert (source.title, source.body) == ("क्\u200dष", "क्\u200dष")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Ünïcode Straße!", "unicode-strasse"),
        ("पासवर्ड रीसेट करें", "पासवर्ड-रीसेट-करें"),
        ("পাসওয়ার্ড", "পাসওয়ার্ড"),
        ("क्\u200dष", "क्ष"),
        ("a_b--C.d", "a-b-c-d"),
        ("😀", ""),
        ("../..", ""),
    ],
)
def test_slug_is_readable_and_safe_in_an_address(text: str, slug: str) -> None:
    assert slugify(text) == unicodedata.normalize("NFC", slug)


@given(st.text(max_size=300))
def test_slug_of_a_slug_is_itself(text: str) -> None:
    slug = slugify(text)
    assert slugify(slug) == slug
    assert len(slug.encode()) <= 200
    assert not slug or is_slug(slug)
    assert not set(slug) & set("/\\.?#%&\0 \n")
