"""In which words silence is explained."""

import pytest

from kb.assist.no_query import NoQueryReason, no_query_reason
from kb.assist.turns import Role, Turn


@pytest.mark.parametrize(
    ("text", "silence"),
    [
        ("ok, thanks a lot!", NoQueryReason.THANKS),
        ("ठीक है, धन्यवाद", NoQueryReason.THANKS),
        ("অনেক ধন্যবাদ", NoQueryReason.THANKS),
        ("bahut shukriya ji", NoQueryReason.THANKS),
        ("bye then", NoQueryReason.GOODBYE),
        ("Alright.", NoQueryReason.AGREEMENT),
        ("हाँ जी", NoQueryReason.AGREEMENT),
        ("হ্যাঁ, ঠিক আছে", NoQueryReason.AGREEMENT),
        ("Good morning", NoQueryReason.GREETING),
        ("namaste", NoQueryReason.GREETING),
        ("নমস্কার", NoQueryReason.GREETING),
        ("😀 !!", NoQueryReason.NO_WORDS),
        ("I had ordered it for my mother", NoQueryReason.STATEMENT),
        ("they said ok to my sister but she has not been at home since Monday", NoQueryReason.STATEMENT),
    ],
)
def test_kind_of_silence_is_told_from_the_last_turn_of_the_customer(text: str, silence: NoQueryReason) -> None:
    turns = [Turn(Role.CUSTOMER, "Where is it?"), Turn(Role.CUSTOMER, text), Turn(Role.AGENT, "thanks, bye")]
    assert no_query_reason(turns) is silence


def test_conversation_without_a_customer_is_silent() -> None:
    assert no_query_reason([]) is no_query_reason([Turn(Role.AGENT, "Hello?")]) is NoQueryReason.NO_CUSTOMER
