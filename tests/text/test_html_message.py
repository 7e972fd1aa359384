"""HTML as it is sent in a chat or an SMS, and in pieces."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.html_message import add_quotes, html_to_message, quotes_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<table><thead><tr><th>Method</th><th>Time</th></tr></thead><tr><td>UPI</td><td>1 day</td></tr>"
            "<tr><td>Card</td><td>5 days</td></tr></table>",
            "Method: UPI\nTime: 1 day\n\nMethod: Card\nTime: 5 days",
        ),
        (
            "<table><tr><th>Method</th><th>Fee</th><th>Note</th></tr><tr><td>UPI</td><td></td><td>free</td></tr>"
            "<tr><td></td><td></td><td></td></tr></table>",
            "Method: UPI\nNote: free",
        ),
        (
            "<table><tr><th></th><th>Basic</th></tr><tr><td>Price</td><td>₹99</td></tr></table>",
            "Price\nBasic: ₹99",
        ),
        (
            "<table><tr><td>Opens</td><td>9:00</td></tr><tr><td>Closes</td><td>18:00</td></tr></table>",
            "Opens: 9:00\n\nCloses: 18:00",
        ),
        (
            "<table><tr><th>City</th><th>Day</th></tr><tr><td rowspan='2'>Pune</td><td>Mon</td></tr>"
            "<tr><td>Tue</td></tr><tr><td>Goa</td><td>Wed</td></tr></table>",
            "City: Pune\nDay: Mon\n\nCity: Pune\nDay: Tue\n\nCity: Goa\nDay: Wed",
        ),
        ("<table><tr><th rowspan=2>Plan</th><th>Cost</th></tr><tr><td>₹5</td></tr></table>", "Cost: ₹5"),
        (
            "<table><tr><th colspan=2>Fee</th><th>Who</th></tr><tr><td>1</td><td>2</td><td>all</td></tr></table>",
            "Fee: 1\n2\nWho: all",
        ),
        (
            "<table><tr><th>Do</th><th>Where</th></tr><tr><td><ul><li>tap</li><li>wait</li></ul></td><td>a<br>b</td></tr></table>",
            "Do: tap, wait\nWhere: a, b",
        ),
    ],
)
def test_row_of_a_table_is_its_values_under_their_heads(html: str, text: str) -> None:
    assert html_to_message(html) == text


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ('<a href="https://a.example/x">our page</a>', "See our page (https://a.example/x) now"),
        ('<a href="https://a.example/x/">https://a.example/x</a>', "See https://a.example/x now"),
        ('<a href="https://www.a.example">a.example</a>', "See a.example now"),
        ('<a href="mailto:help@a.example">help@a.example</a>', "See help@a.example now"),
        ('<a href="mailto:help@a.example">us</a>', "See us (help@a.example) now"),
        ('<a href="tel:+919830012345">98300 12345</a>', "See 98300 12345 (+919830012345) now"),
        ('<a href="#part">below</a>', "See below now"),
        ('<a href="/desk/articles/3">limits</a>', "See limits now"),
        (
            '<a href="https://a.example/p"><img src="p.png" alt="the picture"></a>',
            "See the picture (https://a.example/p) now",
        ),
        ('<a href="https://a.example/p"></a>', "See https://a.example/p now"),
    ],
)
def test_link_has_its_address_in_brackets_where_that_says_more(link: str, text: str) -> None:
    assert html_to_message(f"<p>See {link} now</p>") == text


def test_address_is_what_the_caller_makes_of_it() -> None:
    html = '<p><a href="/desk/articles/3#a-x">limits</a> and <a href="/desk/articles/4">fees</a></p>'
    known = {"/desk/articles/3#a-x": "https://help.example/limits"}
    assert html_to_message(html, lambda href: known.get(href, "")) == "limits (https://help.example/limits) and fees"


def test_lists_keep_numbers_and_depth_and_lose_their_boxes() -> None:
    html = (
        '<ol start="3"><li>Open<ul><li>the app</li><li>or the page</li></ul></li><li>Send</li></ol>'
        '<ul class="task-list"><li><input type="checkbox" disabled checked> paid</li><li><input type="checkbox"> sent</li></ul>'
    )
    assert html_to_message(html) == "3. Open\n   - the app\n   - or the page\n4. Send\n\n- paid\n- sent"


PIECES = (
    "<h2>Head</h2><p>One <a href='https://a.example'>two</a></p><ol><li>"
    "<p>Open</p><p>wait</p></li><li>Send<ul><li>by mail</li></ul></li>"
    "</ol><div class='admonition'><p class='admonition-title'>Note</p><p>Mind</p></div><table><tr><th>A</th></tr><tr><td>1</td>"
    "<td><p>x</p></td></tr></table><pre><code>a\n  b</code></pre><p>গ্রাহক</p>"
)


def test_each_piece_is_quoted_as_it_would_be_sent() -> None:
    assert [text for _tag, text in quotes_of(PIECES) if text] == [
        "One two (https://a.example)", "Open\n\nwait", "Send\n\n- by mail", "by mail", "Mind", "A: 1\nx", "a\n  b", "গ্রাহক",
    ]  # fmt: skip


def test_quotes_are_written_to_the_pieces_and_nothing_else_changes() -> None:
    html = add_quotes(PIECES, quotes_of(PIECES))
    assert html.count("data-quote=") == 8
    assert html_to_message(html) == html_to_message(PIECES)
    assert '<pre data-quote="a\n  b"><code>a\n  b</code></pre>' in html


def test_quotes_of_a_version_that_is_built_otherwise_are_refused() -> None:
    with pytest.raises(ValueError, match="pieces"):
        add_quotes("<p>a</p><p>b</p>", quotes_of("<p>c</p>"))


_TAGS = (
    "<table>|</table>|<tr>|</tr>|<td>|</td>|<th>|<td rowspan=9999>|<th colspan=9999>|<p>|</p>|<li>|</li>|<ul>|</ul>|<ol>|</ol>|"
    "<a href=https://a.example>|<a>|</a>|<pre>|</pre>|<input>|<img alt=x>|<br>|word|ক্ত|&|<dl>|<dd>|<caption>|<div>"
)
_tags = st.sampled_from(_TAGS.split("|"))


@settings(max_examples=300, deadline=None)
@given(st.lists(_tags, max_size=60).map("".join))
def test_any_html_becomes_text_and_takes_its_own_quotes(html: str) -> None:
    assert html_to_message(html).count("[ ]") == 0
    add_quotes(html, quotes_of(html))


def test_huge_tables_and_deep_nests_take_no_minutes() -> None:
    rows = "<tr>" + "<td rowspan=9999>a</td>" * 50 + "</tr>"
    html_to_message(f"<table>{rows * 500}</table>")
    html_to_message("<div>" * 20_000)
    assert quotes_of("<div>" * 20_000) == []
