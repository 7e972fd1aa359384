"""Words that deny, in English, Hindi and Bengali."""

from kb.text.terms import normalise
from kb.text.words import find_words

_NO_WORDS = """
    not no never cannot cant can't don't doesn't didn't won't isn't aren't wasn't without nor neither none nothing
    नहीं नही मत ना न बिना कभी-नहीं
    না নয় নেই নি ছাড়া নয়
"""
# "Don't" in two words has a "t" of its own.
DENYING_WORDS = frozenset(normalise(_NO_WORDS).split()) | {"t"}
# They deny a circumstance ("without a receipt"), not what a sentence says.
_OF_CIRCUMSTANCES = frozenset(normalise("without बिना ছাড়া nothing").split())
_DENYING_ENDINGS = ("েনি", "ইনি", "য়নি", "য়নি", "ায়নি")


def denying_words(text: str) -> list[str]:
    """The words by which a sentence says no, as they stand in the normalised text; none for one that only has "without"."""
    return [
        word
        for word in find_words(normalise(text))
        if (word in DENYING_WORDS and word not in _OF_CIRCUMSTANCES) or word.endswith(_DENYING_ENDINGS)
    ]
