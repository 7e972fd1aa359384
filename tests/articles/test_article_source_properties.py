"""Whatever comes in, the only error is an ArticleError; whatever is written reads back the same."""

from contextlib import suppress
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.articles import ArticleError, make_source, parse_article, write_article
from kb.articles.text import decode_article


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


_FRONTS = ("+++\n{}\n+++\n", "---toml\n{}\n---\n", "---json\n{}\n---\n", "{}\n", "---js\n{}\n---\n")
_other_front = st.lists(
    st.sampled_from(
        [
            "title",
            "draft",
            "date",
            " = ",
            ": ",
            '"a"',
            "true",
            "[",
            "]",
            "{",
            "}",
            "[[x]]\n",
            "\n",
            ",",
            "2099-01-01",
            "1e999",
            "\\u0000",
            "=",
            "'",
            "#",
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=200)
@given(st.sampled_from(_FRONTS), st.one_of(_other_front, st.text(max_size=60)), st.text(max_size=40))
def test_toml_and_json_are_an_article_or_an_article_error(form: str, block: str, body: str) -> None:
    with suppress(ArticleError):
        source = parse_article(form.replace("{}", block) + body, "x.md")
        assert parse_article(write_article(source), "z/y.md").content_hash == source.content_hash


def test_hostile_front_matter_is_refused_at_once() -> None:
    for text in (
        "+++\na = " + "[" * 50_000 + "\n+++\nx",
        "{" * 50_000,
        '{"a":' * 50_000,
        "+++\n" + "[a." * 30_000 + "\n+++\nx",
    ):
        with suppress(ArticleError):
            parse_article(text, "x.md")
