"""In a real browser, without the policy that would catch it: no attempt of the collection runs, loads, posts or leads away."""

import random
from collections.abc import Iterator

import pytest
from attack_vectors import HOST, Vector, invented_vectors, written_vectors
from playwright.sync_api import Browser
from script_traps import Trap

from kb.articles import render_markdown

pytestmark = [pytest.mark.browser]

INVENTED = 600


@pytest.fixture
def trap(browser: Browser) -> Iterator[Trap]:
    context = browser.new_context()
    yield Trap(context.new_page())
    context.close()


def rendered(vectors: list[Vector]) -> list[str]:
    return [render_markdown(vector.source, link=lambda target: f"/to/{target.strip('/')}").html for vector in vectors]


def test_the_trap_catches(trap: Trap) -> None:
    """Unrendered most of them run in this browser: what is caught here would be caught below."""
    sources = [vector.source for vector in written_vectors() if vector.kind == "handlers"][:24]
    assert len(trap.caught(sources)) > 12
    assert trap.caught([f'<img src="//{HOST}/a.png">', '<a href="javascript:boom()">a</a>']) == [0, 1]


def test_no_written_attempt_survives_rendering(trap: Trap) -> None:
    vectors = written_vectors()
    assert [vectors[number] for number in trap.caught(rendered(vectors))] == []


def test_no_invented_attempt_survives_rendering(trap: Trap) -> None:
    vectors = list(invented_vectors(INVENTED, random.Random(2026)))
    assert [vectors[number] for number in trap.caught(rendered(vectors))] == []
