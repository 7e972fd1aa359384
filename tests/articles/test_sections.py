"""Sections of an article, and which belong together over time and across languages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles.sections import MOST_SECTIONS, TITLE, Section, match_languages, match_versions, sections_of

LAMP = """A lamp can go back.

## Pack it

Use the old box. Lamps with 2 bulbs need a second box.

## Send it

Hand it to the courier within 10 days. The label is in [your account](account.md).

### By post

Weigh it: up to 5 kg.
"""
LAMP_HI = """लैंप वापस जा सकता है।

## पैक करें

पुराना डिब्बा लें। 2 बल्ब वाले लैंप को दूसरा डिब्बा चाहिए।

## भेजें

10 दिन में कूरियर को दें।

### डाक से

तौलें: 5 kg तक।
"""


def joined(one: list[Section], other: list[Section], pairs: list[Any]) -> dict[str, str]:
    return {one[i].title: other[j].title for i, j in pairs if i is not None and j is not None}


def test_title_and_lead_are_sections() -> None:
    found = sections_of("Return a lamp", LAMP)
    assert [one.title for one in found] == ["Return a lamp", "", "Pack it", "Send it", "By post"]
    assert [one.level for one in found] == [1, 0, 2, 2, 3]
    assert found[0].anchor == TITLE
    assert "Use the old box" in found[2].text
    assert "your account" in found[3].text
    assert "account.md" not in found[3].text


def test_languages_are_matched_by_place_where_they_are_built_alike() -> None:
    one, other = sections_of("Return a lamp", LAMP), sections_of("लैंप लौटाएँ", LAMP_HI)
    assert match_languages(one, other) == [(n, n) for n in range(5)]


def test_section_that_one_language_lacks_moves_no_other() -> None:
    one = sections_of("Return a lamp", LAMP)
    other = sections_of(
        "लैंप लौटाएँ", LAMP_HI.replace("## पैक करें\n\nपुराना डिब्बा लें। 2 बल्ब वाले लैंप को दूसरा डिब्बा चाहिए।\n\n", "")
    )
    assert joined(one, other, match_languages(one, other)) == {
        "Return a lamp": "लैंप लौटाएँ", "": "", "Send it": "भेजें", "By post": "डाक से",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "meant"),
    [
        (lambda body: body.replace("10 days", "14 days"), {}),
        (lambda body: body.replace("## Pack it", "## Before you begin\n\nRead this.\n\n## Pack it"), {}),
        (lambda body: body.replace("## Pack it", "## How it is packed"), {"Pack it": "How it is packed"}),
        (lambda body: body.replace("## Send it", "## Posting").replace("Hand it to the courier within 10 days.",
            "Our driver comes for it on any weekday."), {"Send it": "Posting"}),
    ],
)  # fmt: skip
def test_versions_are_matched_through_changes(change: Any, meant: dict[str, str]) -> None:
    old, new = sections_of("Return a lamp", LAMP), sections_of("Return a lamp", change(LAMP))
    found = joined(old, new, match_versions(old, new))
    assert found == {one.title: meant.get(one.title, one.title) for one in old}


def test_what_was_moved_is_found_and_what_was_removed_is_gone() -> None:
    old = sections_of("Lamp", "## One\n\nFirst words here.\n\n## Two\n\nSecond thing.\n\n## Three\n\nThird matter.")
    new = sections_of("Lamp", "## Three\n\nThird matter.\n\n## One\n\nFirst words here.")
    assert match_versions(old, new) == [(0, 0), (3, 1), (1, 2), (2, None)]


@given(st.text(alphabet="# ab\n1क-*`", max_size=300), st.text(alphabet="# ab\n1क-*`", max_size=300))
def test_each_place_is_there_once_whatever_the_texts(one: str, other: str) -> None:
    first, second = sections_of("a", one), sections_of("b", other)
    for match in (match_versions, match_languages):
        pairs = match(first, second)
        assert sorted(i for i, _ in pairs if i is not None) == list(range(len(first)))
        assert sorted(j for _, j in pairs if j is not None) == list(range(len(second)))


def test_very_many_headings_are_bounded() -> None:
    body = "\n\n".join(f"## Heading {number}\n\nText {number}" for number in range(3 * MOST_SECTIONS))
    found = sections_of("Many", body)
    assert len(found) == MOST_SECTIONS
    assert "Heading 599" in found[-1].text
