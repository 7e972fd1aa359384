"""What a word is, once for all: a run of letters, combining marks and digits of any script.

Marks count, because those of Indic scripts are vowels: ग्राहक and অ্যাকাউন্ট are one word each. Where a part of the program needs
more (joints inside of codes, apostrophes, joiners as they were typed) it builds its pattern from these classes.
"""

import regex

# What is remembered of words by their spelling: more than these are seen once, and any visitor can fill a cache.
CACHED_WORDS = 16_384

# For the inside of a character class.
LETTER_CLASS = r"\p{L}\p{M}"
WORD_CLASS = LETTER_CLASS + r"\p{N}"
WORD = regex.compile(rf"[{WORD_CLASS}]+")
# A word as people write it, with an apostrophe inside: "Alok's", "l'eau".
WORD_WITH_APOSTROPHE = regex.compile(rf"[{WORD_CLASS}]+(?:['’][{LETTER_CLASS}]+)*")
APOSTROPHE = regex.compile(r"['’]")
# What stands between the parts of one code, version, number or address.
JOINTS = r"._:/+\-–,@&"

# Words by their script. The first two blocks of Indic scripts are those of Hindi and Bengali.
LATIN_WORD = regex.compile(r"^\p{Latin}+$")
DEVANAGARI_WORD = regex.compile(r"^[\u0900-\u097F]+$")
BENGALI_WORD = regex.compile(r"^[\u0980-\u09FF]+$")
INDIC_WORD = regex.compile(r"^[\u0900-\u0DFF]+$")
HINDI_OR_BENGALI = regex.compile(r"[\u0900-\u09FF]")

_LETTER_OR_DIGIT = regex.compile(r"[\p{L}\p{N}]")


def find_words(text: str) -> list[str]:
    """The words of a text in reading order, as they are written."""
    return WORD.findall(text)


def says_something(text: str) -> bool:
    """Whether there is a letter or digit: emoji, signs and combining marks alone ask for nothing."""
    return _LETTER_OR_DIGIT.search(text) is not None
