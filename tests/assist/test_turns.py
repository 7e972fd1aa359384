"""Conversations from JSON: what is taken, what is refused and in which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.assist.turns import MAX_TURNS, Role, Turn, last_customer_turn, parse_turns
from kb.core.errors import InvalidInputError


def test_roles_of_other_programs_are_understood() -> None:
    turns = parse_turns(
        [{"role": "user", "text": "hello"}, {"role": "SYSTEM", "text": "hi"}, {"role": "Bot", "text": "well?"}]
    )
    assert [turn.role for turn in turns] == [Role.CUSTOMER, Role.AGENT, Role.AGENT]


def test_object_with_turns_is_a_conversation_too() -> None:
    assert parse_turns({"turns": [{"role": "customer", "text": " two \n lines "}]}) == [
        Turn(Role.CUSTOMER, "two lines")
    ]


def test_turns_without_words_are_left_out() -> None:
    assert parse_turns([{"role": "agent", "text": "  "}, {"role": "customer", "text": "so?"}]) == [
        Turn(Role.CUSTOMER, "so?")
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("hello", "list of turns"),
        (7, "list of turns"),
        ({"messages": []}, "list of turns"),
        (["hello"], "Turn 1 is not an object"),
        ([{"role": "customer", "text": "a"}, {"role": "narrator", "text": "b"}], "Turn 2 has the role 'narrator'"),
        ([{"text": "a"}], "Turn 1 has the role None"),
        ([{"role": "customer"}], "Turn 1 has no text"),
        ([{"role": "customer", "text": 5}], "Turn 1 has no text"),
    ],
)
def test_bad_conversation_is_refused_with_the_turn_that_is_wrong(data: object, said: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_turns(data)
    assert said in caught.value.message
    assert caught.value.remedy


def test_endless_conversation_keeps_its_end() -> None:
    turns = parse_turns([{"role": "customer", "text": f"turn {number}"} for number in range(MAX_TURNS + 50)])
    assert len(turns) == MAX_TURNS
    assert turns[-1].text == f"turn {MAX_TURNS + 49}"


def test_last_turn_of_the_customer_is_found_behind_the_agents() -> None:
    turns = [Turn(Role.CUSTOMER, "a"), Turn(Role.CUSTOMER, "b"), Turn(Role.AGENT, "c")]
    assert last_customer_turn(turns) == 1
    assert last_customer_turn(turns[2:]) is None


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_json)
def test_any_json_is_a_conversation_or_one_clear_error(data: object) -> None:
    try:
        turns = parse_turns(data)
    except InvalidInputError:
        with pytest.raises(InvalidInputError, match=r"[Tt]urn"):
            parse_turns(data)
    else:
        assert all(turn.text for turn in turns)
