"""An error code, a version or a part number is right or wrong, never nearly right."""

from collections.abc import Callable

import pytest
from content_factory import add_article
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.search.types import Audience, Outcome, SearchAnswer

Search = Callable[[str], SearchAnswer]


@pytest.fixture
def search(session: Session, settings: Settings, engine: Engine) -> Search:
    """A customer of a shop whose articles tell of E-1043, version 2.10 and a few things without a code."""
    add_article(
        session, "Error E-1043 on the display", "The washer shows error E-1043 when the drain is blocked. Clean it."
    )
    add_article(session, "Error codes of the dryer", "Error E 77 and error E 78 mean that the filter is full of lint.")
    add_article(
        session, "What is new in version 2.10", "Version 2.10 brings folders, version 2.9 brought a dark theme."
    )
    add_article(session, "The washer does not start", "An error may stop the washer. Pull the plug and wait a minute.")
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    searcher = runtime.searcher(Audience.CUSTOMER)
    return lambda text: searcher.search(session, text, reader_language="en")


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("error E-2043", "E-2043"),
        ("washer shows error e1044", "e1044"),
        ("what is new in version 3.1", "version 3.1"),
        ("what is new in v2.1", "v2.1"),
        ("error 0x80070057 washer", "0x80070057"),
    ],
)
def test_a_code_that_nothing_has_is_never_answered_and_said_to_be_missing(
    search: Search, query: str, missing: str
) -> None:
    answer = search(query)
    assert answer.results
    assert answer.outcome is not Outcome.ANSWERED
    assert answer.missing == (missing,)
    assert answer.to_json()["missing"] == [missing]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("error E1043 washer", "Error E-1043 on the display"),
        ("E-78", "Error codes of the dryer"),
        ("the washer has an error and does not start e-77", "Error codes of the dryer"),
        ("ver 2.10 new", "What is new in version 2.10"),
        ("v2.9", "What is new in version 2.10"),
    ],
)
def test_what_has_the_code_comes_first_and_the_others_say_that_they_lack_it(
    search: Search, query: str, title: str
) -> None:
    answer = search(query)
    assert answer.missing == ()
    assert answer.results[0].title == title
    assert answer.results[0].lacks == ()
    assert all(len(result.lacks) == 1 for result in answer.results[1:])


def test_numbers_that_are_no_codes_change_nothing(search: Search) -> None:
    answer = search("washer stopped after 10 days order 48213377")
    assert answer.missing == ()
    assert not any(result.lacks for result in answer.results)


def test_in_a_long_letter_one_of_its_codes_is_enough(search: Search) -> None:
    story = "I bought the washer last year and it has been a good machine until my son moved it to the other side of the room. "
    answer = search(story * 2 + "Since then it shows E-1043 in the display, firmware 4.2, model QX-777.")
    assert answer.missing == ()
    none = search(story * 2 + "Since then it shows E-1044 in the display, firmware 4.2, model QX-777.")
    assert none.missing == ("E-1044", "QX-777")
