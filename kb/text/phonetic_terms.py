"""Words by their sound as terms of the lexical index: रिफ़ंड, রিফান্ড, "refund" and "rifand" are one.

Help centres in Hindi and Bengali are full of English words in another script, and people type all of them in Latin
letters; names are the same in all. The consonants that a word is spoken with find these again. It is coarse (vowels,
aspiration and length are lost), so it is evidence beside others, never a search of its own. In the lexical index they stand
behind a mark of the script that the word is written in, and are looked up from the other script only.
"""

from kb.text.phonetic import phonetic_key
from kb.text.terms import MAX_QUERY_TERMS, is_function_word, normalise
from kb.text.words import INDIC_WORD, LATIN_WORD, find_words

MARK = "~"
_OF_LATIN, _OF_INDIC = MARK + "l", MARK + "i"
# Two consonants tell too little: "team", "item" and "time" are one (tatoeba bn→en −.8, xquad ±.1).
_SHORTEST = 3


def query_words(text: str, language: str) -> dict[str, str]:
    """Word -> phonetic key of the words of a query that tell (all of them, if none does). A single sound tells nothing."""
    words = list(dict.fromkeys(find_words(normalise(text))))
    content = [word for word in words if not is_function_word(word, language)] or words
    return {word: sound for word in content if len(sound := phonetic_key(word)) > 1}


def phonetic_terms(text: str) -> list[str]:
    """Terms of a passage by their sound, in reading order, repeated as often as they occur."""
    terms = [_term_of(word) for word in find_words(normalise(text))]
    return [mark + sound for mark, sound in terms if mark]


def query_phonetic_terms(text: str, language: str) -> list[str]:
    """What the telling words of a query sound like, as terms of passages in the other script."""
    terms = dict.fromkeys(_term_of(word) for word in query_words(text, language))
    return [(_OF_INDIC if mark == _OF_LATIN else _OF_LATIN) + sound for mark, sound in terms if mark][:MAX_QUERY_TERMS]


def _term_of(word: str) -> tuple[str, str]:
    """Mark of the script and sound of a normalised word; no mark for numbers, other scripts and words of few sounds."""
    sound = phonetic_key(word)
    if len(sound) < _SHORTEST:
        return "", sound
    if LATIN_WORD.match(word):
        return _OF_LATIN, sound
    return (_OF_INDIC if INDIC_WORD.match(word) else ""), sound
