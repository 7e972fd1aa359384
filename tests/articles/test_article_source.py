"""Parsing, validating and writing articles; whatever comes in, the only error is an ArticleError with path and line."""

import unicodedata
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.articles import ArticleError, ArticleSource, make_source, parse_article, slugify, write_article
from kb.articles.text import decode_article, is_slug

FULL = """---
title: Reset your password
slug: reset-password
language: en
translation_key: reset-password-key
topic: account
audience: internal
status: in_review
also_asked: ["I can't log in", "mera password kaam nahi kar raha"]
owner: trainer@example.com
review_by: 2027-03-01
---

Open **Account**.
"""


def reasons(text: str, path: str = "en/account/x.md") -> list[str]:
    with pytest.raises(ArticleError) as caught:
        parse_article(text, path)
    return [str(rejection) for rejection in caught.value.rejections]


def with_front(*lines: str, body: str = "Text.") -> str:
    return "\n".join(["---", *lines, "---", "", body, ""])


def test_every_field_of_the_front_matter_is_read() -> None:
    source = parse_article(FULL, "somewhere/else.md")
    assert source == ArticleSource(
        title="Reset your password",
        slug="reset-password",
        language="en",
        translation_key="reset-password-key",
        topic="account",
        audience="internal",
        status="in_review",
        body="Open **Account**.",
        also_asked=("I can't log in", "mera password kaam nahi kar raha"),
        owner="trainer@example.com",
        review_by=date(2027, 3, 1),
    )
    assert source.has_front_matter


def test_file_without_front_matter_takes_title_from_heading_and_rest_from_its_place() -> None:
    source = parse_article(
        "# Reset your *password*\n\nOpen it.\n\n# More\n\nText.", "articles/hi/account/reset_Password.md"
    )
    assert (source.title, source.slug, source.translation_key) == (
        "Reset your password",
        "reset-password",
        "reset-password",
    )
    assert (source.language, source.topic, source.audience, source.status) == ("hi", "account", "public", "published")
    assert source.body == "Open it.\n\n# More\n\nText."
    assert not source.has_front_matter


def test_file_without_heading_takes_title_from_its_name() -> None:
    source = parse_article("Open it.", "reset-your_password.md", default_language="bn")
    assert (source.title, source.slug, source.language, source.topic) == (
        "Reset your password",
        "reset-your-password",
        "bn",
        "",
    )


def test_underlined_heading_is_a_title() -> None:
    source = parse_article("Lost parcel\n===========\n\nWait a day.", "x.md")
    assert (source.title, source.body) == ("Lost parcel", "Wait a day.")


def test_heading_inside_code_or_after_text_is_not_taken_out() -> None:
    in_code = parse_article("```\n# comment\n```\n\nText", "install-it.md")
    assert (in_code.title, in_code.body) == ("Install it", "```\n# comment\n```\n\nText")
    after_text = parse_article("Hello.\n\n# First part\n\nText", "x.md")
    assert (after_text.title, after_text.body) == ("First part", "Hello.\n\n# First part\n\nText")


def test_title_repeated_as_heading_is_shown_once() -> None:
    assert parse_article(with_front("title: Pay by UPI", body="# Pay by UPI\n\nTap it."), "x.md").body == "Tap it."


def test_folder_that_is_no_offered_language_is_a_topic() -> None:
    source = parse_article("# A\n\nb", "it/printers/x.md", languages=("en", "hi"))
    assert (source.language, source.topic) == ("en", "it")


@pytest.mark.parametrize("value", ["No", "2024", "12:30", "1.10", "true", "null and void", "0x1F", "'quoted'", "नहीं"])
def test_title_stays_the_text_that_was_typed(value: str) -> None:
    source = parse_article(with_front(f"title: {value}", "slug: x"), "x.md")
    assert source.title == value.strip("'")
    assert parse_article(write_article(source), "y.md") == source


def test_own_keys_are_kept_as_typed_and_reported() -> None:
    source = parse_article(
        with_front("title: A", "version: 1.10", "date: 2024-01-02", "tags: [a, {b: no}]", "weight: 3", "odd: ''"),
        "x.md",
    )
    assert source.extra == {"version": "1.10", "date": "2024-01-02", "tags": ["a", {"b": "no"}], "weight": 3, "odd": ""}
    assert str(source.warnings[0]) == ("x.md:3: the key 'version' is not one of ours and is kept as it is")
    written = write_article(source)
    assert "version: 1.10\ndate: 2024-01-02\n" in written
    assert parse_article(written, "y.md") == source


def test_misspelt_key_is_pointed_out() -> None:
    warning = parse_article(with_front("title: A", "also-asked: [b]"), "x.md").warnings[0]
    assert str(warning).endswith("is 'also_asked' meant?")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", None, "is empty"),
        ("  \n\n", None, "is empty"),
        ("# Only a title\n", 1, "no text below the title"),
        ("---\ntitle: A\n", 1, "never closed"),
        (with_front("title: A", "topic: [", "slug: a"), 4, "not valid YAML"),
        (with_front("title: Pay: now"), 2, "in quotes"),
        (with_front("just words"), 2, "`key: value`"),
        (with_front("slug: a"), None, "there is no title"),
        (with_front("title: A", "title: B"), 3, "'title' is given twice, first on line 2"),
        (with_front("title: [A]"), 2, "title must be a text, not a list"),
        (with_front(f"title: {'A' * 301}"), 2, "301 characters; 300 are allowed"),
        (with_front("title: A", "slug: Reset Password"), 3, "such as 'reset-password'"),
        (with_front("title: A", "slug: ../../etc/passwd"), 3, "such as 'etc-passwd'"),
        (
            with_front("title: A", "", "status: live"),
            4,
            "status 'live' is none of draft, in_review, published, archived",
        ),
        (with_front("title: A", "audience: everyone"), 3, "none of public, internal"),
        (with_front("title: A", "language: english"), 3, "no language tag"),
        (with_front("title: A", "language: zz"), 3, "no language tag"),
        (with_front("title: A", "review_by: 2027-02-30"), 3, "no date of the form 2027-03-01"),
        (with_front("title: A", "review_by: soon"), 3, "no date"),
        (with_front("title: A", "also_asked: one question"), 3, "also_asked must be a list of texts"),
        (with_front("title: A", "also_asked: [[a]]"), 3, "must be a text, not a list"),
        (with_front("title: A", "x: &a [1]", "y: *a"), 3, "aliases"),
        (with_front("title: A", "x: !!python/object:os.system {}"), 3, "not allowed"),
        (with_front("title: A", "x: " + "[" * 50 + "]" * 50), 3, "nested too deeply"),
        (with_front("title: A", "x: " + "[" * 20_000), 2, "nested too deeply"),
        (with_front('title: "\\U7fffffff"'), 2, "not valid YAML"),
        ("# A\n\nb\0c", 3, "binary"),
        ("# A\n\n\ud800", 3, "surrogate"),
    ],
)
def test_bad_article_is_refused_with_line_and_reason(text: str, line: int | None, reason: str) -> None:
    with pytest.raises(ArticleError) as caught:
        parse_article(text, "en/account/x.md")
    rejection = caught.value.rejections[0]
    assert rejection.path == "en/account/x.md"
    assert rejection.line == line
    assert reason in rejection.reason
    assert "\n" not in rejection.reason.replace("\\n", "")


def test_all_faults_of_a_file_are_reported_at_once() -> None:
    found = reasons(with_front("title: A", "status: live", "audience: all", "review_by: soon"))
    assert [line.split(":")[1] for line in found] == ["3", "4", "5"]


def test_draft_may_be_empty() -> None:
    assert parse_article(with_front("title: A", "status: draft", body=""), "x.md").body == ""


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
    text = decode_article(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode(), "x.md")
    assert parse_article(text, "x.md") == parse_article(FULL, "x.md")


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


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_are_an_article_or_an_article_error(data: bytes) -> None:
    with suppress(ArticleError):
        source = parse_article(decode_article(data, "x.md"), "x.md")
        assert parse_article(write_article(source), "y.md") == source


_yaml_like = st.lists(
    st.sampled_from(
        [
            *(
                "title: ",
                "slug: ",
                "status: ",
                "also_asked: ",
                "- ",
                "[",
                "]",
                "{",
                "}",
                "&a ",
                "*a",
                "!!int ",
                "? ",
                ": ",
            ),
            *(
                "\n",
                "  ",
                "---",
                "...",
                '"',
                "'",
                "|",
                ">",
                "#",
                "\\x",
                "%YAML 9",
                "2027-13-01",
                "draft",
                "a",
                "क",
                "\u2028",
            ),
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=400)
@given(st.one_of(st.text(), _yaml_like), st.text(max_size=40))
def test_any_front_matter_is_an_article_or_an_article_error(block: str, body: str) -> None:
    text = f"---\n{block}\n---\n{body}"
    with suppress(ArticleError):
        source = parse_article(text, "x.md")
        assert parse_article(write_article(source), "z/y.md") == source


_value = st.recursive(
    st.one_of(st.text(max_size=20), st.none(), st.booleans(), st.integers(-(10**17), 10**17)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=400)
@given(
    title=st.text(min_size=1, max_size=60),
    body=st.text(min_size=1, max_size=200),
    also_asked=st.lists(st.text(max_size=30), max_size=4),
    owner=st.none() | st.text(max_size=30),
    review_by=st.none() | st.dates(),
    extra=st.dictionaries(st.text(max_size=10), _value, max_size=3),
)
def test_what_is_written_reads_back_the_same(
    title: str, body: str, also_asked: list[str], owner: str | None, review_by: date | None, extra: dict[str, object]
) -> None:
    values = {"title": title, "slug": "a", "also_asked": also_asked, "owner": owner, "review_by": review_by}
    try:
        source = make_source({**extra, **values, "status": "draft"}, body)
    except ArticleError:
        return
    again = parse_article(write_article(source), "hi/other/name.md")
    assert again == source
    assert again.content_hash == source.content_hash
