"""Reading an article: its fields, what is taken from its heading and its place, and what is refused, with path and line."""

from datetime import date

import pytest

from kb.articles import ArticleError, ArticleSource, parse_article, write_article

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
        (with_front("title: A", "title: B"), 3, "'title' is given twice, first on line 2"),
        (with_front("title: [A]"), 2, "title must be a text, not a list"),
        (with_front(f"title: {'A' * 301}"), 2, "301 characters; 300 are allowed"),
        (with_front("title: A", "slug: Reset Password"), 3, "such as 'reset-password'"),
        (with_front("title: A", "slug: ../../etc/passwd"), 3, "such as 'etc-passwd'"),
        (with_front("title: A", "", "status: [live]", "language: klingonish"), 5, "no language tag"),
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
    found = reasons(with_front("title: A", "language: zz", "owner: [a]", "review_by: soon"))
    assert [line.split(":")[1] for line in found] == ["3", "4", "5"]


def test_draft_may_be_empty() -> None:
    assert parse_article(with_front("title: A", "status: draft", body=""), "x.md").body == ""
