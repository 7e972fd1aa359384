"""Comments on paragraphs find theirs again after edits, and say what became of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles import render_markdown
from kb.articles.paragraphs import Standing, WordPlaces, beside, find_anchor, paragraphs_of

BODY = "Open the box of the lamp.\n\n1. Press the red button for ten seconds.\n2. Wait for the light.\n\nDone: लाल बत्ती जलती है।"


def texts(body: str) -> list[str]:
    return [one.text for one in paragraphs_of(render_markdown(body).html)]


def standing(before: str, place: int, after: str) -> tuple[Standing, str]:
    old, new = texts(before), texts(after)
    anchor = find_anchor(old[place], place, beside(old, place), new, WordPlaces(new))
    return anchor.standing, new[anchor.place] if anchor.place is not None else ""


def test_steps_are_paragraphs_without_their_numbers() -> None:
    assert texts(BODY) == [
        "Open the box of the lamp.",
        "Press the red button for ten seconds.",
        "Wait for the light.",
        "Done: लाल बत्ती जलती है।",
    ]


@pytest.mark.parametrize(
    ("place", "after", "expected"),
    [
        (1, BODY, Standing.SAME),
        (1, f"Something new.\n\n{BODY}", Standing.SAME),
        (1, BODY.replace("1. Press", "1. First look.\n2. **Press**").replace("2. Wait", "3. Wait"), Standing.SAME),
        (1, BODY.replace("ten", "twenty"), Standing.CHANGED),
        (3, BODY.replace("लाल", "हरी"), Standing.CHANGED),
        (1, BODY.replace("1. Press the red button for ten seconds.\n2.", "1."), Standing.GONE),
        (0, "Quite another matter.", Standing.GONE),
        (0, "", Standing.GONE),
    ],
)
def test_a_paragraph_is_the_same_changed_or_gone(place: int, after: str, expected: Standing) -> None:
    assert standing(BODY, place, after)[0] is expected


def test_a_neighbour_that_was_always_there_is_not_what_became_of_it() -> None:
    before = "Press the red button twice now.\n\nPress the green button twice now."
    assert standing(before, 0, "Press the green button twice now.")[0] is Standing.GONE
    assert standing(before, 0, "Press the blue button twice now.\n\nPress the green button twice now.") == (
        Standing.CHANGED,
        "Press the blue button twice now.",
    )


def test_of_two_that_are_the_same_it_is_the_nearer() -> None:
    new = ["Wait.", "Press.", "Wait."]
    assert find_anchor("Wait.", 2, [], new, WordPlaces(new)).place == 2


@given(st.text(max_size=400), st.text(max_size=200))
def test_no_article_and_no_quote_is_too_odd(body: str, quote: str) -> None:
    found = texts(body)
    anchor = find_anchor(quote, 0, [], found, WordPlaces(found))
    assert anchor.place is None or 0 <= anchor.place < len(found)


PIECES = (
    "Text *a*.", "1. one\n2. two", "- x\n  - y", "> q", "```\nc\n```", "| a |\n|---|\n| 1 |", "![](a.png)", "***"
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES)))
def test_every_word_of_an_article_is_in_one_paragraph(pieces: list[str]) -> None:
    html = render_markdown("\n\n".join(pieces)).html
    found = "".join(one.html for one in paragraphs_of(html))
    assert found.count("one") == html.count("one")
    assert found.count("Text") == html.count("Text")
    assert found.count("<li>") == html.count("<li>")
