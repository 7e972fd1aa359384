"""Names learned from titles, and found again in what people say."""

from collections import Counter
from collections.abc import Sequence

import pytest

from kb.assist.names import NameTable, Title, name_tokens
from kb.assist.question import understand_question
from kb.assist.turns import Role, Turn

HOTELS = [
    f"{name}: {question}"
    for name in ("HOBSONS HOUSE", "LENSFIELD HOTEL", "CURRY GARDEN", "CURRY KING", "A AND B GUEST HOUSE")
    for question in ("Is breakfast free?", "Are pets allowed?", "Is there parking?", "When is check-in?")
]


def table_of(titles: Sequence[str], bodies: Sequence[str] = ()) -> NameTable:
    counts: Counter[str] = Counter()
    for text in [*titles, *bodies]:
        counts.update(set(name_tokens(text)))
    documents = [Title(number, str(number), text) for number, text in enumerate(titles)]
    return NameTable.from_titles(documents, lambda word: counts[word], len(titles) + len(bodies))


@pytest.fixture
def hotels() -> NameTable:
    return table_of(HOTELS, ["the hotel has a garden and a house for guests"] * 20)


def heard(table: NameTable, text: str) -> set[str]:
    return {table.names[mention.name].text for mention in table.mentions(0, text)}


def test_what_several_titles_begin_with_is_a_name(hotels: NameTable) -> None:
    assert {name.text for name in hotels.names} == {title.split(":")[0] for title in HOTELS}


@pytest.mark.parametrize(
    "text",
    [
        "I'd like Hobsons House please",
        "what about hobsons",
        "uh the hobsons house yeah",
        "hobson house?",
        "Hobsens House",
    ],
)
def test_name_is_heard_in_part_without_punctuation_and_with_a_slip(hotels: NameTable, text: str) -> None:
    assert heard(hotels, text) == {"HOBSONS HOUSE"}


def test_word_that_was_split_in_two_is_heard(hotels: NameTable) -> None:
    assert heard(hotels, "the lens field hotel in the south") == {"LENSFIELD HOTEL"}


@pytest.mark.parametrize("text", ["a nice hotel with a garden", "my house", "is parking free?", "", "১২৩ ধন্যবাদ"])
def test_ordinary_words_of_a_name_are_no_mention(hotels: NameTable, text: str) -> None:
    assert heard(hotels, text) == set()


def test_two_names_with_a_word_in_common_stay_apart(hotels: NameTable) -> None:
    assert heard(hotels, "Curry King is full") == {"CURRY KING"}
    assert heard(hotels, "either Curry King or the Curry Garden") == {"CURRY KING", "CURRY GARDEN"}


def test_product_inside_titles_is_a_name_by_its_capitals() -> None:
    titles = [
        "Cancel Nimbus Plus",
        "What is Nimbus Plus?",
        "Return an item",
        "Change the delivery address",
        "Ways to pay",
    ]
    assert "Nimbus Plus" in {name.text for name in table_of(titles).names}


def test_headlines_in_capitals_make_no_names() -> None:
    titles = [f"{verb} Your Delivery Address {place}" for verb in ("Change", "Remove") for place in ("Today", "Abroad")]
    assert {name.text for name in table_of(titles).names} == set()


def test_collection_without_names_hears_nothing() -> None:
    table = table_of(["Return an item", "Ways to pay", "Refund times"])
    assert not table.names
    assert heard(table, "return an item") == set()


def test_name_said_in_one_language_means_the_articles_in_all() -> None:
    titles = [
        Title(1, "a", "Nimbus: first steps"),
        Title(2, "a", "निंबस: पहले कदम"),
        Title(3, "b", "Nimbus: repair"),
        Title(4, "c", "Refunds"),
    ]
    table = NameTable.from_titles(titles, lambda word: {"nimbus": 2, "निंबस": 1}.get(word, 0), 40)
    [mention] = table.mentions(0, "nimbus")
    assert table.names[mention.name].documents == {1, 2, 3}


def conversation(*texts: str) -> list[Turn]:
    """Turns of customer and agent in turn; the last is the customer's."""
    roles = [Role.CUSTOMER, Role.AGENT]
    return [Turn(roles[(len(texts) - 1 - number) % 2], text) for number, text in enumerate(texts)]


def test_name_is_carried_over_six_turns(hotels: NameTable) -> None:
    turns = conversation(
        "Lensfield Hotel please", "For when?", "Friday", "How many?", "two", "Done.", "do they allow pets"
    )
    question = understand_question(turns, len(turns) - 1, hotels)
    assert question.text == "LENSFIELD HOTEL: do they allow pets"
    assert question.names[0].mention.turn == 0


def test_name_said_last_comes_before_one_said_earlier(hotels: NameTable) -> None:
    turns = conversation(
        "Lensfield Hotel?", "It is full. Hobsons House is free.", "ok", "Anything else?", "is it quiet there"
    )
    assert [name.text for name in understand_question(turns, 4, hotels).names_in_focus] == ["HOBSONS HOUSE"]


def test_which_of_the_two_speaks_of_both(hotels: NameTable) -> None:
    turns = conversation("I want curry", "There are Curry Garden and Curry King.", "which of the two is better")
    assert {name.text for name in understand_question(turns, 2, hotels).names_in_focus} == {
        "CURRY GARDEN",
        "CURRY KING",
    }


def test_short_question_without_names_shows_what_it_points_back_to() -> None:
    turns = conversation("my kettle leaks from the bottom", "When did you buy it?", "can it be repaired")
    assert understand_question(turns, 2, table_of([])).text == "my kettle leaks from the bottom – can it be repaired"
