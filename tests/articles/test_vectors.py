"""Nothing active gets through the renderer: every attempt that is written down, and as many that are made of their pieces."""

import random
from collections import Counter

import pytest
from attack_vectors import invented_vectors, written_vectors
from harmless import assert_harmless

from kb.articles import render_markdown
from webapp.widget.nodes import ATTRIBUTES, TAGS, html_to_nodes

WRITTEN = written_vectors()
INVENTED = 600


def shown(source: str) -> str:
    """As the help centre shows it: links within the articles lead somewhere."""
    return render_markdown(source, link=lambda target: f"/help/en/articles/{target.strip('/')}").html


def test_every_kind_of_attempt_is_written_down() -> None:
    kinds = Counter(vector.kind for vector in WRITTEN)
    assert sum(kinds.values()) >= 300
    assert min(kinds.values()) >= 30
    assert len({vector.source for vector in WRITTEN}) == len(WRITTEN)


@pytest.mark.parametrize("kind", sorted({vector.kind for vector in WRITTEN}))
def test_nothing_active_gets_through(kind: str) -> None:
    for vector in WRITTEN:
        if vector.kind == kind:
            assert_harmless(shown(vector.source))


def test_nothing_that_is_invented_gets_through() -> None:
    for vector in invented_vectors(INVENTED, random.Random(14)):
        assert_harmless(shown(vector.source))


def test_the_widget_makes_elements_of_nothing_else() -> None:
    waiting = [node for vector in WRITTEN for node in html_to_nodes(shown(vector.source))]
    assert waiting
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            continue
        tag, attributes, children = node
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        waiting.extend(children)


def test_the_check_sees_what_it_is_for() -> None:
    for text in (
        "<img src=x onerror=a()>",
        "<a href='java\tscript:a()'>a</a>",
        "<svg></svg>",
        "<p style=a>a",
        "<p id=main>a",
    ):
        with pytest.raises(AssertionError):
            assert_harmless(text)
