"""What the studio changes is put into the author's file; everything else stays byte by byte."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.articles import ArticleError, ArticleSource, make_source, parse_article
from kb.articles.write_back import write_into

PATH = "en/account/x.md"


def parse(text: str) -> ArticleSource:
    return parse_article(text, PATH)


def change(text: str, **fields: object) -> str:
    source = replace(parse(text), **fields)  # type: ignore[arg-type]
    written = write_into(text, source, parse, PATH)
    assert parse(written).content_hash == source.content_hash
    return written


def test_line_ends_comments_quotes_order_and_spaces_stay() -> None:
    text = '---\r\n# ours\r\ntags: [a,  b]\r\ntitle: "Pay"   # short\r\nlang: hi\r\n---\r\n\r\nText.\r\n\r\n'
    assert change(text, title="Pay now") == text.replace('"Pay"', '"Pay now"')
    assert change(text, body="New.\n\nMore.") == text.replace("Text.", "New.\r\n\r\nMore.")
    assert change(text, language="bn") == text.replace("lang: hi", "lang: bn")


@pytest.mark.parametrize(
    ("front", "fields", "after"),
    [
        ("title: A\nowner: x # who\nweight: 3", {"owner": None}, "title: A\nweight: 3"),
        ("title: A\nalso_asked:\n  - b\n  - c\n# end\nw: 3", {"also_asked": ("d",)}, "title: A\nalso_asked: [d]\n# end\nw: 3"),
        ("title: >\n  A\n  b\nweight: 3", {"title": "C"}, "title: C\nweight: 3"),
        ("title: 'It''s'", {"title": "Isn't: it"}, "title: 'Isn''t: it'"),
        ("title: A", {"topic": "pay"}, "title: A\ntopic: pay"),
        ("draft: true\ntitle: A", {"status": "published"}, "draft: false\ntitle: A"),
        ("published: false\ntitle: A", {"status": "published"}, "published: true\ntitle: A"),
        ("title: A\ndate: 2099-01-01", {"status": "published"}, "title: A"),
        ("title: A", {"status": "archived"}, "title: A\nstatus: archived"),
        ("title: A\nlang-ref: k", {"translation_key": "m"}, "title: A\nlang-ref: m"),
    ],
)  # fmt: skip
def test_only_what_changed_is_rewritten(front: str, fields: dict[str, object], after: str) -> None:
    assert change(f"---\n{front}\n---\nText.\n", **fields) == f"---\n{after}\n---\nText.\n"


def test_toml_and_json_stay_what_they_are() -> None:
    toml = '+++\n# ours\ntitle = "A" # short\ndraft = true\n\n[params]\n  a  =  1\n+++\n\nText.\n'
    assert change(toml, status="published", title="B") == toml.replace('"A"', '"B"').replace("true", "false")
    assert change(toml, owner="me").index("owner") < change(toml, owner="me").index("[params]")
    text = '{\n    "title": "A",\n    "draft": true\n}\n\nText.\n'
    assert change(text, status="published") == text.replace("true", "false")


def test_title_in_a_heading_is_changed_there() -> None:
    assert change("# A\n\nText.\n", title="B", body="New.") == "# B\n\nNew.\n"
    assert change("---\nweight: 3\n---\n\n# A\n\nText.\n", title="B") == "---\nweight: 3\n---\n\n# B\n\nText.\n"


_TEXTS = (
    "---\ntitle: A\n---\nText.\n",
    "# A\n\nText.\n",
    "+++\ntitle = 'A'\n+++\nText.\n",
    '{"title": "A"}\nText.\n',
    "---\r\n---\r\n# A\r\nText.",
    "\ufeff---\ntitle: 'A' # c\ndraft: true\ntags:\n- a\n---\n\n\nText.",
    "---\ntitle: |\n  A\n\n# c\nlang: hi\n---\nText.",
)


@settings(deadline=None)
@given(
    st.sampled_from(_TEXTS),
    st.text(min_size=1, max_size=30),
    st.text(max_size=60),
    st.sampled_from(["published", "draft", "archived"]),
    st.lists(st.sampled_from(["a", "b: c", "'d'", "#e", "[f]", "यह"]), max_size=2, unique=True),
)
def test_whatever_changes_the_file_says_it_afterwards(
    text: str, title: str, body: str, status: str, asked: list[str]
) -> None:
    before = parse(text)
    try:
        valid = make_source({"title": title, "slug": "x", "status": "draft"}, body or "x")
    except ArticleError:
        return
    wanted = replace(before, title=valid.title, body=valid.body or "x", status=status, also_asked=tuple(asked))
    assert parse(write_into(text, wanted, parse, PATH)).content_hash == wanted.content_hash
