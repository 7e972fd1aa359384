"""Guess the language of a short text: by script, and for Latin letters by function words and verb endings.

Made for questions of a few words in English, Hindi and Bengali, the latter two also typed in Latin letters and mixed
with English nouns ("mera order kab aayega", "refund kobe pabo"). Nothing is loaded but the word lists; a guess takes
some 25 microseconds.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

import regex

from kb.text import language_words as words
from kb.text.phonetic import romanised_key
from kb.text.words import LETTER_CLASS, cached_by_word

UNDETERMINED = "und"
# More text than this adds nothing to the guess.
_LONGEST = 1500
# Weights of the word lists, and how much evidence it takes. Set on the public sets that `tests/test_language.py` names.
_STRONG, _LIKELY, _SHARED = 1.0, 0.6, 0.25
_ENOUGH = 0.8
_AGAINST_ENGLISH = 0.4

# First code point of a block and the language that is taken for it; "" ends a block or holds nothing that tells.
_BLOCKS: tuple[tuple[int, str], ...] = (
    (0x0000, ""),
    (0x0041, "Latn"),
    (0x0250, ""),
    (0x0370, "el"),
    (0x0400, "ru"),
    (0x0530, "hy"),
    (0x0590, "he"),
    (0x0600, "ar"),
    (0x0700, ""),
    (0x0750, "ar"),
    (0x0780, "dv"),
    (0x07C0, ""),
    (0x0900, "hi"),
    (0x0980, "bn"),
    (0x0A00, "pa"),
    (0x0A80, "gu"),
    (0x0B00, "or"),
    (0x0B80, "ta"),
    (0x0C00, "te"),
    (0x0C80, "kn"),
    (0x0D00, "ml"),
    (0x0D80, "si"),
    (0x0E00, "th"),
    (0x0E80, "lo"),
    (0x0F00, "bo"),
    (0x1000, "my"),
    (0x10A0, "ka"),
    (0x1100, "ko"),
    (0x1200, "am"),
    (0x13A0, ""),
    (0x1780, "km"),
    (0x1800, "mn"),
    (0x18B0, ""),
    (0x1E00, "Latn"),
    (0x1F00, "el"),
    (0x2000, ""),
    (0x3040, "ja"),
    (0x3100, ""),
    (0x3130, "ko"),
    (0x3190, ""),
    (0x3400, "zh"),
    (0xA000, ""),
    (0xA8E0, "hi"),
    (0xA900, ""),
    (0xAC00, "ko"),
    (0xD7B0, ""),
    (0xF900, "zh"),
    (0xFB00, ""),
    (0xFB50, "ar"),
    (0xFE00, ""),
    (0xFE70, "ar"),
    (0xFF00, ""),
    (0xFF21, "Latn"),
    (0xFF5B, ""),
    (0x20000, "zh"),
    (0x323B0, ""),
)
_STARTS = [start for start, _ in _BLOCKS]
assert all(a < b for a, b in pairwise(_STARTS))

# Letters alone: digits say nothing about the language.
_TOKEN = regex.compile(rf"[{LETTER_CLASS}]+(?:['’][{LETTER_CLASS}]+)*")
_ASSAMESE = re.compile("[ৰৱ]")
_URDU = re.compile("[ٹڈڑںھہےۓ]")
_PERSIAN = re.compile("[پچژگ]")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
# Addresses, order numbers and placeholders of redaction say nothing about the language.
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\[[a-z ]{2,12}\]|[@#]\w+")


_MAY_BE_NOISE = re.compile(r"[@#\[]|//|www\.")


def _keys(text: str) -> frozenset[str]:
    return frozenset(romanised_key(word) for word in text.split())


def _scores(strong: str, likely: str, shared: str) -> dict[str, float]:
    """Squeezed word -> weight. A word that stands in several lists counts as the weakest of them says."""
    scores = dict.fromkeys(_keys(strong), _STRONG)
    scores.update(dict.fromkeys(_keys(likely), _LIKELY))
    scores.update(dict.fromkeys(_keys(shared), _SHARED))
    return scores


_ENGLISH = frozenset(words.ENGLISH.split())
_HINDI = _scores(words.HINDI_STRONG, words.HINDI_LIKELY, words.HINDI_SHARED)
_BENGALI = _scores(words.BENGALI_STRONG, words.BENGALI_LIKELY, words.BENGALI_SHARED)
_OTHERS: dict[str, list[str]] = {}  # the languages of each function word
for _tag, _text in words.OTHER_LATIN.items():
    for _word in frozenset(_text.split()):
        _OTHERS.setdefault(_word, []).append(_tag)


def _ending(text: str) -> re.Pattern[str]:
    return re.compile(r"\w\w(?:" + "|".join(sorted(text.split(), key=len, reverse=True)) + r")\Z")


_HINDI_ENDING = _ending(words.HINDI_ENDINGS)
_BENGALI_ENDING = _ending(words.BENGALI_ENDINGS)


def guess_language(text: str) -> str:
    """BCP 47 tag: `en`, `hi`, `bn`, `hi-Latn`, `bn-Latn`, what another script or function words say, else `und`.

    `und` is for text without letters (digits, emoji, nothing). Latin letters that nothing else claims are `en`.
    """
    text = text[:_LONGEST]
    if text.isascii():
        return _guess_latin(text)
    counts: dict[str, int] = {}
    for character in text:
        if character.isalpha():
            script = _BLOCKS[bisect_right(_STARTS, ord(character)) - 1][1]
            if script:
                counts[script] = counts.get(script, 0) + 1
    latin = counts.pop("Latn", 0)
    if counts:
        script = max(counts, key=lambda tag: counts[tag])
        # Indic letters carry their vowels as marks, so one stands for nearly two Latin letters. A quarter is enough:
        # names of products and "order", "refund" stay in Latin letters in texts that are Hindi or Bengali all the same.
        if not latin or counts[script] * 4 >= latin:
            return _within_script(script, text, counts)
    return _guess_latin(text) if latin else UNDETERMINED


def _within_script(script: str, text: str, counts: dict[str, int]) -> str:
    if script == "bn" and _ASSAMESE.search(text):
        return "as"
    if script == "ar":
        return "ur" if _URDU.search(text) else "fa" if _PERSIAN.search(text) else "ar"
    if script == "ru" and _UKRAINIAN.search(text):
        return "uk"
    # Japanese mixes kana with Chinese characters.
    return "ja" if script == "zh" and counts.get("ja") else script


def _guess_latin(text: str) -> str:
    if _MAY_BE_NOISE.search(text):
        text = _NOISE.sub(" ", text)
    tokens = [token.replace("’", "'") for token in _TOKEN.findall(text.lower())]
    if not tokens:
        return UNDETERMINED
    hindi, bengali, english = _latin_scores(tokens)
    best = max(hindi, bengali)
    # English words in between are the rule in Indian chat; a whole English sentence with one Indian word stays English.
    if best >= _ENOUGH and best >= _AGAINST_ENGLISH * english:
        return "hi-Latn" if hindi >= bengali else "bn-Latn"
    return _other_european(tokens, english)


def _latin_scores(tokens: Iterable[str]) -> tuple[float, float, float]:
    """Evidence for Hindi, Bengali and English."""
    hindi = bengali = english = 0.0
    shared_hindi = shared_bengali = 0.0
    for token in tokens:
        in_hindi, in_bengali, in_english = _word_scores(token)
        english += in_english
        if in_hindi > _SHARED:
            hindi += in_hindi
        else:
            shared_hindi += in_hindi
        if in_bengali > _SHARED:
            bengali += in_bengali
        else:
            shared_bengali += in_bengali
    # Shared words alone prove nothing: "is the … in the" would be Hindi. They support what others say.
    return hindi + min(shared_hindi, hindi, 0.5), bengali + min(shared_bengali, bengali, 0.5), english


@cached_by_word
def _word_scores(token: str) -> tuple[float, float, float]:
    key = romanised_key(token)
    hindi, bengali = _HINDI.get(key, 0.0), _BENGALI.get(key, 0.0)
    if token in _ENGLISH:
        # A word of several languages counts half for English and little for the others.
        return min(hindi, _SHARED), min(bengali, _SHARED), 0.5 if hindi or bengali else 1.0
    if not hindi and not bengali and len(token) > 4:
        hindi = _LIKELY if _HINDI_ENDING.search(key) else 0.0
        bengali = _LIKELY if _BENGALI_ENDING.search(key) else 0.0
    return hindi, bengali, 0.0


def _other_european(tokens: list[str], english: float) -> str:
    hits: dict[str, int] = dict.fromkeys(words.OTHER_LATIN, 0)
    for token in tokens:
        for of_token in _OTHERS.get(token, ()):
            hits[of_token] += 1
    tag = max(hits, key=lambda key: hits[key])
    accented = any(not token.isascii() for token in tokens)
    if hits[tag] >= (1 if accented else 2) and hits[tag] > english:
        return tag
    return "en"
