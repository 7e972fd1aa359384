"""Rendering: one golden case for each piece of Markdown, and nothing dangerous whatever comes in."""

import pytest
from harmless import assert_harmless
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.articles import Heading, links_of, plain_text, render_markdown

GOLDEN = {
    "paragraph": ("Hello *you* `x < 1`", "<p>Hello <em>you</em> <code>x &lt; 1</code></p>"),
    "table": (
        "| a | b |\n|:--|--:|\n| 1 | 2 |",
        '<table>\n<thead>\n<tr>\n<th class="align-left" scope="col">a</th>\n<th class="align-right" scope="col">b</th>\n'
        '</tr>\n</thead>\n<tbody>\n<tr>\n<td class="align-left">1</td>\n<td class="align-right">2</td>\n</tr>\n</tbody>\n'
        "</table>",
    ),
    "fenced code": (
        "```python\nif a < b:\n\n    pass\n```",
        '<pre><code class="language-python">if a &lt; b:\n\n    pass\n</code></pre>',
    ),
    "admonition": (
        '!!! warning "Careful"\n    Hot.',
        '<div class="admonition warning">\n<p class="admonition-title">Careful</p>\n<p>Hot.</p>\n</div>',
    ),
    "footnote": (
        "Fee[^1].\n\n[^1]: Ten.",
        '<p>Fee<sup id="a-fnref:1"><a class="footnote-ref" href="#a-fn:1">1</a></sup>.</p>\n<div class="footnote">\n<hr>\n<ol>\n'
        '<li id="a-fn:1">\n<p>Ten.&nbsp;<a class="footnote-backref" href="#a-fnref:1" title="↩ 1">↩</a></p>\n</li>\n'
        "</ol>\n</div>",
    ),
    "task list": (
        "- [ ] open\n- [x] done",
        '<ul class="task-list">\n'
        '<li class="task-list-item" id="a-task:1">'
        '<input type="checkbox" aria-labelledby="a-task:1" disabled> open</li>\n'
        '<li class="task-list-item" id="a-task:2">'
        '<input type="checkbox" aria-labelledby="a-task:2" disabled checked> done</li>\n</ul>',
    ),
    "list that starts at three": ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
    "list after list of another kind": ("1. a\n\n- b", "<ol>\n<li>a</li>\n</ol>\n<ul>\n<li>b</li>\n</ul>"),
    "external link": (
        "[site](https://example.com/?a=1&b=2)",
        '<p><a href="https://example.com/?a=1&amp;b=2" rel="noopener nofollow">site</a></p>',
    ),
    "mail link": ("[us](mailto:a@example.com)", '<p><a href="mailto:a@example.com">us</a></p>'),
    "link within the page": ("[down](#how-to)", '<p><a href="#a-how-to">down</a></p>'),
    "image": (
        "![lamp](https://example.com/a.png)",
        '<p><img alt="lamp" src="https://example.com/a.png" loading="lazy"></p>',
    ),
    "image that may not be fetched": ("![a < b](http://example.com/a.png)", "<p>a &lt; b</p>"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_markdown_becomes_this_html(name: str) -> None:
    body, expected = GOLDEN[name]
    assert render_markdown(body).html == expected


@pytest.mark.parametrize(
    ("body", "levels"), [("# a\n\n## b\n\n### c", [2, 3, 4]), ("## a\n\n### b", [2, 3]), ("### a\n\n# b", [4, 2])]
)
def test_highest_heading_is_below_the_page_title(body: str, levels: list[int]) -> None:
    rendered = render_markdown(body)
    assert [heading.level for heading in rendered.headings] == levels
    assert [f'<h{level} id="a-' in rendered.html for level in levels] == [True] * len(levels)


def test_headings_have_anchors_in_their_own_script() -> None:
    rendered = render_markdown("# क्रेडिट *कार्ड*\n\n## ক্রেডিট\n\n## ক্রেডিট\n\n# 😀 & <b>")
    assert rendered.headings == (
        Heading(2, "a-क्रेडिट-कार्ड", "क्रेडिट कार्ड"),
        Heading(3, "a-ক্রেডিট", "ক্রেডিট"),
        Heading(3, "a-ক্রেডিট_1", "ক্রেডিট"),
        Heading(2, "a-section", "😀 &"),
    )
    for heading in rendered.headings:
        assert f'id="{heading.id}"' in rendered.html


def test_links_between_articles_go_through_the_callback() -> None:
    body = (
        "[a](../returns/return-an-item.md#how) [b](ways_to_Pay.md) [c](lost-parcel) [d](gone.md) <a href='x.md'>e</a>"
    )
    known = {
        "../returns/return-an-item.md": "/1",
        "ways_to_Pay.md": "/2",
        "lost-parcel": "/3?a&b",
        "x.md": '/"onclick="',
    }
    assert links_of(body) == [*list(known)[:3], "gone.md", "x.md"]
    assert render_markdown(body, link=known.get).html == (
        '<p><a href="/1#a-how">a</a> <a href="/2">b</a> <a href="/3?a&amp;b">c</a> <a>d</a> '
        '<a href="/&quot;onclick=&quot;">e</a></p>'
    )
    assert "href" not in render_markdown(body).html


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<style>body{display:none}</style>",
        "<b onclick=alert(1)>x</b>",
        "[x](javascript:alert(1))",
        "[x](JaVa\tscript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](data:image/svg+xml,<svg>)",
        "![x](//example.com/a.png)",
        "![x](/\\example.com/a.png)",
        "<iframe src=https://example.com></iframe>",
        "<form action=/login><input name=password><button>Log in</button></form>",
        "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
        "<p style='position:fixed' id=main class='btn hidden'>x</p>",
        "<base href=https://example.com>",
        "<meta http-equiv=refresh content=0>",
        "<a href='vbscript:x' target=_blank ping=https://example.com>x</a>",
    ],
)
def test_dangerous_markup_is_taken_out(body: str) -> None:
    assert_harmless(render_markdown(body).html)


_pieces = st.lists(
    st.sampled_from(
        [
            *(
                "<",
                ">",
                "</",
                "script",
                "img",
                " src=",
                " href=",
                " onerror=",
                "javascript:",
                "data:",
                "alert(1)",
                '"',
                "'",
                "`",
                "a",
            ),
            *(
                "[",
                "]",
                "(",
                ")",
                "!",
                "[^1]",
                "[^1]: ",
                "\n",
                "\n\n",
                "    ",
                "- ",
                "[x] ",
                "1. ",
                "# ",
                "> ",
                "|",
                "|-|",
                "***",
                "_",
            ),
            *(
                "<a",
                "<!--",
                "-->",
                "&lt;",
                "&#106;",
                "\x02",
                "\x03",
                "```",
                "~~~ {",
                "!!! note",
                "\t",
                "http://a",
                "<svg",
                "<b id=x>",
                "//",
            ),
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=200), _pieces))
def test_nothing_dangerous_comes_out_whatever_comes_in(body: str) -> None:
    rendered = render_markdown(body, link=lambda slug: f"/help/en/articles/{slug}")
    assert_harmless(rendered.html)
    plain_text(body)


@pytest.mark.parametrize(
    "body",
    [
        ">" * 20_000,
        "[" * 20_000,
        "<a " * 10_000,
        "![a](" * 5_000,
        "<div>" * 20_000,
        "".join(" " * 4 * n + "- x\n" for n in range(300)),
    ],
    ids=["quotes", "brackets", "tags", "images", "divs", "lists"],
)
def test_hostile_nesting_takes_seconds_not_minutes(body: str) -> None:
    assert_harmless(render_markdown(body).html[:10_000])


@pytest.mark.parametrize(
    "body",
    [
        "\\" * 60_000,
        "*_" * 40_000,
        "++a" * 40_000,
        ":a" * 60_000,
        "**a" * 40_000,
        "a@b.example " * 20_000,
        "https://a.example " * 10_000,
        "=\n" * 40_000,
        "a\n:   " * 6_000,
        ": a\n\n" * 20_000,
        "\n\n".join(["\\" * 9_000] * 12),
    ],
    ids=[
        "escapes",
        "stars",
        "keys",
        "emoji",
        "bold",
        "mails",
        "links",
        "underlines",
        "terms",
        "meanings",
        "blocks of escapes",
    ],
)
def test_marks_by_the_ten_thousand_are_shown_as_typed(body: str) -> None:
    """Counted, not timed: each of these took many seconds, and more with the square of its length."""
    rendered = render_markdown(body)
    assert [notice.kind for notice in rendered.notices] == ["nesting"]
    assert rendered.html.startswith("<pre>")


def test_a_long_article_with_much_markup_is_no_tangle() -> None:
    piece = (
        "## Return *it* {n}\n\nGo to [Orders](https://example.com/o), **then** `copy` the\\_code and a@b.example:\n\n"
        "1. One\n2. Two\n\n| a | b |\n|---|---|\n| c | d |\n\n"
    )
    rendered = render_markdown("".join(piece.replace("{n}", str(n)) for n in range(500)))
    assert rendered.notices == ()
    assert len(rendered.headings) == 500


def test_a_heading_of_a_hundred_thousand_words_has_an_anchor() -> None:
    [heading] = render_markdown("## " + "word " * 100_000).headings
    assert 0 < len(heading.id) <= 210


def test_indented_lines_by_the_ten_thousand_are_one_piece_of_code() -> None:
    rendered = render_markdown("Type:\n\n" + "    make run {% a %}\n" * 20_000)
    assert rendered.html.count("<pre>") == 1
    assert rendered.html.count("make run {% a %}") == 20_000


def test_plain_text_is_ready_to_paste() -> None:
    body = """# Return *it*

Go to [Orders](https://example.com/orders),
then:

1. Open it

    and wait

2. Choose:
    - small
    - large
3. Done &amp; dusted

- [x] paid
- [ ] sent

| When | Cost |
|---|---|
| now | ₹25 |

!!! note "Mind"
    Keep the box.

```
kb  index
  --verify
```

Fee[^1].

[^1]: Once.
"""
    assert plain_text(body) == (
        "Return it\n\nGo to Orders (https://example.com/orders), then:\n\n"
        "1. Open it\n   and wait\n2. Choose:\n   - small\n   - large\n3. Done & dusted\n\n"
        "- paid\n- sent\n\nWhen: now\nCost: ₹25\n\nMind\n\nKeep the box.\n\nkb  index\n  --verify\n\nFee.\n\n"
        "1. Once."
    )
