"""Which of several questions is meant by "the second one", "number 3", "पहले वाला", "দ্বিতীয়টা", "aur dusra wala"."""

from itertools import pairwise

from kb.text.terms import normalise
from kb.text.words import find_words

# In a longer turn such a word counts something else.
_MOST_WORDS = 10
_WORDS = (
    "first 1st pehla pehle pehli pahla pahle prothom prothomta prothomtar पहला पहले पहली प्रथम প্রথম প্রথমটা প্রথমটার",
    "second 2nd dusra dusre dusri doosra doosre doosri ditiyo dwitiyo dvitiyo ditiyota दूसरा दूसरे दूसरी द्वितीय দ্বিতীয় দ্বিতীয়টা "
    "দ্বিতীয়টার",
    "third 3rd teesra teesre teesri tisra tisre tritiyo तीसरा तीसरे तीसरी तृतीय তৃতীয় তৃতীয়টা তৃতীয়টার",
)
_NUMBERS = {word: number for number, words in enumerate(_WORDS, 1) for word in normalise(words).split()}
_COUNTED = {"number", "no", "nr", "question", "sawal", "proshno"}
_AFTER_NUMBER = {
    **{digit: number for number in range(1, 10) for digit in (str(number),)},
    **{
        word: number
        for number, words in enumerate(("one ek एक এক", "two do दो দুই dui", "three teen तीन তিন tin"), 1)
        for word in words.split()
    },
}


def number_named(text: str) -> int | None:
    """The number (from 1) of a question that a short turn names; None where it names none, or several."""
    words = find_words(normalise(text))
    if len(words) > _MOST_WORDS:
        return None
    named = {_NUMBERS[word] for word in words if word in _NUMBERS}
    named |= {_AFTER_NUMBER[word] for before, word in pairwise(words) if before in _COUNTED and word in _AFTER_NUMBER}
    return named.pop() if len(named) == 1 else None
