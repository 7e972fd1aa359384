"""In which words to say that there is nothing to look up."""

from collections.abc import Sequence
from enum import StrEnum

from kb.assist.turns import Turn, asking_turn
from kb.text.terms import normalise
from kb.text.words import find_words

# In a longer turn such words are not the point of it.
MAX_WORDS = 8


class NoQueryReason(StrEnum):
    """What the customer's last turn is, where it asks for nothing."""

    NO_CUSTOMER = "no_customer"
    NO_WORDS = "no_words"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    AGREEMENT = "agreement"
    GREETING = "greeting"
    STATEMENT = "statement"


# Here there is nothing that suggestions could be for, even if somebody wants them.
NOTHING_SAID = frozenset({NoQueryReason.NO_CUSTOMER, NoQueryReason.NO_WORDS})

# In this order: "ok thanks bye" is thanks.
_SIGNS = {
    NoQueryReason.THANKS: "thanks thank thankyou thx ty grateful appreciate dhanyavad dhanyawad dhanyabad shukriya dhonnobad "
    "धन्यवाद शुक्रिया थैंक्स थैंक थैंक्यू आभार ধন্যবাদ থ্যাংকস থ্যাংক থ্যাঙ্ক থ্যাঙ্কস কৃতজ্ঞ",
    NoQueryReason.GOODBYE: "bye goodbye cya alvida अलविदा बाय বিদায় বাই",
    NoQueryReason.AGREEMENT: "ok okay okey yes yeah yep yup sure fine alright great perfect right done understood haan "
    "han theek thik acha accha achha hya ठीक हाँ हां अच्छा ओके सही ঠিক আচ্ছা হ্যাঁ ওকে বেশ",
    NoQueryReason.GREETING: "hello hi hey namaste namaskar nomoskar salaam salam morning evening नमस्ते नमस्कार हैलो हेलो "
    "নমস্কার হ্যালো সালাম",
}
_WORDS = {reason: frozenset(normalise(words).split()) for reason, words in _SIGNS.items()}


def no_query_reason(turns: Sequence[Turn]) -> NoQueryReason:
    """What to say of a conversation in which `kb.assist.suggestions` found nothing to look up."""
    last = asking_turn(turns)
    if last is None:
        return NoQueryReason.NO_CUSTOMER
    words = find_words(normalise(turns[last].matter))
    return reason_of(words) if words else NoQueryReason.NO_WORDS


def reason_of(words: Sequence[str]) -> NoQueryReason:
    """What normalised words say that ask for nothing."""
    if len(words) <= MAX_WORDS:
        for reason, signs in _WORDS.items():
            if signs & set(words):
                return reason
    return NoQueryReason.STATEMENT
