"""HTML to text: what a reader sees, in blocks, from tidy pages and from mails, whatever comes in."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.blocks import references, shown, written
from kb.text.html import html_to_blocks, html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h2>Pay</h2><p>By <b>card</b>\n or  UPI</p>", "Pay\n\nBy card or UPI"),
        ("<ol start=3><li>One<li><p>Two</p><p>more</p></ol>", "3. One\n4. Two\n   more"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul><p>c</p>", "- a\n   - b\n\nc"),
        ("<table><tr><th>When<th>Cost<tr><td>now<td><p>₹25</p><p>once</p></table>", "When | Cost\nnow | ₹25 once"),
        ("<pre><code>kb  index\n  --verify\n</code></pre>", "kb  index\n  --verify"),
        ("<dl><dt>UPI</dt><dd>at once</dd></dl>", "UPI\nat once"),
        ("<p>a<br>b&nbsp;&amp; c</p>", "a\nb\u00a0& c"),
        ("<p>He said <q>no</q> <img src=x alt='a lamp'></p>", "He said “no” a lamp"),
        ("<ul><li><input type=checkbox checked> paid</li></ul>", "- [x] paid"),
        ("just words < and > more", "just words < and > more"),
        ("", ""),
    ],
)
def test_html_reads_as_a_person_reads_it(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "unseen",
    [
        "<!-- internal note -->",
        "<script>note()</script>",
        "<style>.note{}</style>",
        "<title>note</title>",
        "<div style='display: none'>note</div>",
        "<p hidden>note</p>",
        "<sup><a class='footnote-ref' href='#fn'>note</a></sup>",
        "<img src='data:image/png;base64,note'>",
        "<a href='https://note.example' title='note'></a>",
        "<svg><text>note</text></svg>",
    ],
)
def test_what_no_reader_sees_is_in_no_text(unseen: str) -> None:
    assert html_to_text(f"<p>Before {unseen}</p><p>after</p>") == "Before\n\nafter"


def test_tables_that_lay_out_a_mail_are_paragraphs() -> None:
    mail = (
        "<table role=presentation><tr><td><p>Hello Asha,</p></td></tr><tr><td><table><tr><td>Order<td>9</table></td></tr>"
        "</table><table><tr><td>alone</td></tr></table>"
    )
    assert html_to_text(mail) == "Hello Asha,\n\nOrder | 9\n\nalone"


def test_quotations_of_a_mail_can_be_marked() -> None:
    html = "<div>Thanks</div><blockquote>Where<br>is it?<blockquote>old</blockquote></blockquote>"
    assert html_to_text(html, quote="> ") == "Thanks\n\n> Where\n> is it?\n\n> > old"


def test_blocks_know_their_kind_head_and_references() -> None:
    html = (
        "<h3>Ways</h3><p>See <a href='to:x'>not <b>received</b></a> or <a href='https://a.example'>us</a>.</p>"
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table><pre>x</pre><ul><li>y</ul>"
    )
    blocks = html_to_blocks(html, lambda href: href.startswith("to:"))
    assert [(block.kind, shown(block.text), block.level, block.head) for block in blocks] == [
        ("heading", "Ways", 3, 0),
        ("text", "See not received or us.", 0, 0),
        ("table", "A · B\n1 · 2", 0, 1),
        ("code", "x", 0, 0),
        ("list", "- y", 0, 0),
    ]
    [(start, end)] = references(blocks[1].text)
    assert shown(blocks[1].text)[start:end] == "not received"
    assert written(blocks[1].text) == "See not **received** or us."
    assert written(blocks[2].text) == "| A | B |\n|---|---|\n| 1 | 2 |"


def test_note_is_a_block_with_its_title_and_loose_items_are_blocks() -> None:
    html = "<div class=admonition><p class=admonition-title>Late?</p><p>Ask.</p></div><ol><li><p>a</p></li><li><p>b</p></li></ol>"
    blocks = html_to_blocks(html, lambda href: False)
    assert [written(block.text) for block in blocks] == ['!!! note "Late?"\n    Ask.', "1. a", "2. b"]
    assert html_to_text(html) == "Late?\n\nAsk.\n\n1. a\n2. b"


_TOKENS = (
    "<p> <td> <tr> <table> </table> <ul> <ol\tstart=x> <li> </ul> <pre> </pre> <b> <br> <h2> </h2> <blockquote> </a> "
    "<!-- --> <script> </script> < > &nbsp; &#0; \ud800 \uf8f0 \uf8f1 word <a\thref=r> <q> </q> <input> <td"
)
_pieces = st.lists(st.sampled_from(_TOKENS.split(" ")), max_size=40).map(" ".join)


@given(st.one_of(st.text(max_size=300), _pieces))
def test_any_text_gives_blocks_with_text_and_spans_inside(html: str) -> None:
    for block in html_to_blocks(html, lambda href: True):
        assert shown(block.text).strip()
        assert all(0 <= start < end <= len(shown(block.text)) for start, end in references(block.text))


@pytest.mark.parametrize("html", ["<div>" * 100_000 + "x", "<ul><li>" * 50_000 + "x", "<" * 500_000, "<!--" * 100_000])
def test_hostile_nesting_takes_no_time(html: str) -> None:
    begun = time.process_time()
    html_to_text(html)
    assert time.process_time() - begun < 10
