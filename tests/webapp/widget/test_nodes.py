"""An article's HTML as a tree: everything that is read, nothing that runs."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.articles import render_markdown
from webapp.widget.nodes import ATTRIBUTES, TAGS, html_to_nodes


def words(nodes: list[Any]) -> str:
    return "".join(node if isinstance(node, str) else words(node[2]) for node in nodes)


def elements(nodes: list[Any]) -> list[Any]:
    return [one for node in nodes if isinstance(node, list) for one in (node, *elements(node[2]))]


def test_article_keeps_its_words_its_order_and_its_links() -> None:
    steps = "## Steps\n\n1. Open *Orders*\n2. Tap [refund](https://x.example/a?b=1&c=2)\n\n"
    body = steps + "| a | b |\n|--|--|\n| 1 | 2 |\n\n- [x] done\n"
    nodes = html_to_nodes(render_markdown(body).html)
    assert [node[0] for node in nodes] == ["h2", "ol", "table", "ul"]
    assert "Open Orders" in words(nodes)
    assert "☑" in words(nodes)
    [link] = [one for one in elements(nodes) if one[0] == "a"]
    assert link[1]["href"] == "https://x.example/a?b=1&c=2"


def test_blanks_between_words_stay() -> None:
    assert words(html_to_nodes("<p><b>one</b> <i>two</i></p>\n<p>three</p>")) == "one twothree"


def test_what_is_not_named_is_left_out() -> None:
    nodes = html_to_nodes(
        '<p onclick="x()" style="color:red">a<script>b</script><iframe></iframe><object>c</object></p>'
    )
    assert nodes == [["p", {}, ["a"]]]


def test_depth_is_bounded_and_the_words_are_not_lost() -> None:
    nodes = html_to_nodes("<div>" * 200 + "deep" + "</div>" * 200)
    assert words(nodes) == "deep"
    assert json.dumps(nodes).count("div") <= 60
    assert "deep" in words(html_to_nodes("<div>" * 5_000 + "deep"))


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="<>/adivscrpth =\"'&;-!\n")))
def test_any_text_gives_named_elements_only(text: str) -> None:
    for tag, attributes, _children in elements(html_to_nodes(text)):
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
