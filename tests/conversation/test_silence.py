"""In which words silence is explained."""

import pytest

from kb.conversation.silence import Silence, why_silent
from kb.conversation.turns import Role, Turn


@pytest.mark.parametrize(
    ("text", "silence"),
    [
        ("ok, thanks a lot!", Silence.THANKS),
        ("ठीक है, धन्यवाद", Silence.THANKS),
        ("অনেক ধন্যবাদ", Silence.THANKS),
        ("bahut shukriya ji", Silence.THANKS),
        ("bye then", Silence.GOODBYE),
        ("Alright.", Silence.AGREEMENT),
        ("हाँ जी", Silence.AGREEMENT),
        ("হ্যাঁ, ঠিক আছে", Silence.AGREEMENT),
        ("Good morning", Silence.GREETING),
        ("namaste", Silence.GREETING),
        ("নমস্কার", Silence.GREETING),
        ("😀 !!", Silence.NO_WORDS),
        ("I had ordered it for my mother", Silence.STATEMENT),
        ("they said ok to my sister but she has not been at home since Monday", Silence.STATEMENT),
    ],
)
def test_kind_of_silence_is_told_from_the_last_turn_of_the_customer(text: str, silence: Silence) -> None:
    turns = [Turn(Role.CUSTOMER, "Where is it?"), Turn(Role.CUSTOMER, text), Turn(Role.AGENT, "thanks, bye")]
    assert why_silent(turns) is silence


def test_conversation_without_a_customer_is_silent() -> None:
    assert why_silent([]) is why_silent([Turn(Role.AGENT, "Hello?")]) is Silence.NO_CUSTOMER
