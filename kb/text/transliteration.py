"""Hindi and Bengali typed in Latin letters: the query in its own script, and its words in English.

The encoder knows little of "mera paisa kab wapas aayega" and a lot of "मेरा पैसा कब वापस आएगा", so the latter is encoded. Words
are found by their spelling in a list of some thousand (kb.text.native_words); a lexicon of the commonest ones, a few hundred per
language, says what they mean in English, for the words that are looked up. What neither knows stays as it is: most of it is
English or a name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex

from kb.text.native_words import find_native_word, find_settled_word
from kb.text.phonetic import lexicon_key
from kb.text.terms import normalise
from kb.text.vocabulary import Vocabulary
from kb.text.words import WORD_CLASS, cached_by_word

# What is typed like an English word and more often is one in these texts; the rest of the sentence carries the meaning.
_LEFT_ALONE_WORDS = (
    "a age am an are as at bad bag ban bat be bill by call car dam do game go he her him his hot i if in is it kit log "
    "mail main man map mat me my no of on or pan pass same she sir so sun tab the tin to up use us we"
)
_LEFT_ALONE = frozenset(_LEFT_ALONE_WORDS.split())
# Words, and every sign between them: this is what the encoder reads.
_TOKEN = regex.compile(rf"[{WORD_CLASS}'’]+(?:[.:,_/-][{WORD_CLASS}]+)*|[^\s\p{{L}}\p{{N}}]")

ROMANISED = ("hi-Latn", "bn-Latn")
# Beside the words of a collection, a word of the lexicon counts like one that so many passages have.
_LEXICON_FREQUENCY = 10

# Endings of verbs in those spellings.
_ENDINGS = {
    "hi": "a an ana ane ani ao aye aiye aiyega ayen e ega egi en enge gaya gayi hua i iye iyega kar ke na ne ni o oon do "
    "dijiye diya raha rahi ta te ti un unga ungi va vana ya yen yi yo",
    "bn": "a an ano anor ar ar ate ben be bo bar che chen chi chilam e eche echen echi en i iye le len lam lo na ni no nor "
    "o ta te un ye",
}
# Endings of Bengali nouns and how they are written.
_BENGALI_ENDINGS = {
    "gulor": "গুলোর", "gulo": "গুলো", "guli": "গুলি", "der": "দের", "tar": "টার", "tir": "টির", "take": "টাকে", "ta": "টা",
    "ti": "টি", "ke": "কে", "te": "তে", "ete": "েতে", "er": "ের", "r": "র", "e": "ে", "i": "ই", "o": "ও",
}  # fmt: skip


@dataclass(frozen=True)
class NativeText:
    """text: the query with known words in their own script. english: what those words mean, one or two words each."""

    text: str
    english: tuple[str, ...]
    native: tuple[str, ...]


def to_native(text: str, language: str, is_known: Callable[[str], bool] | None = None) -> NativeText:
    """`text` as it would be written in its own script, for `hi-Latn` and `bn-Latn`; any other language stays as it is.

    English words, names and what no list knows stay in Latin letters. `is_known` tells of a lower-case word whether the
    collections contain it: then it is no unusual spelling of another word.
    """
    if language not in ("hi-Latn", "bn-Latn"):
        return NativeText(text, (), ())
    primary = language.partition("-")[0]
    words: list[str] = []
    english: list[str] = []
    native: list[str] = []
    for token in _TOKEN.findall(text):
        word = normalise(token)
        found = _look_up(word, primary)
        written = _find_written(word, primary, is_known) if _is_word_alone(word, token) else None
        if written is None and found:
            written = found[1]
        words.append(written or token)
        if found:
            english.append(found[0])
            native.append(found[1])
    return NativeText(" ".join(words), tuple(english), tuple(native))


def _find_written(word: str, primary: str, is_known: Callable[[str], bool] | None) -> str | None:
    """How a word is written in its own script; "" for what is known to stay as it is, None where no list tells."""
    settled = find_settled_word(word, primary)
    if settled is not None:
        return settled
    return None if is_known is not None and is_known(word) else find_native_word(word, primary)


def _is_word_alone(word: str, token: str) -> bool:
    """Whether a token may be a word in Latin letters: no code, and no name, unless it is the first of a sentence."""
    return word.isascii() and word.isalpha() and token[1:] == token[1:].lower()


@dataclass(frozen=True)
class _Lexicon:
    words: dict[str, tuple[str, str]]
    keys: dict[str, tuple[str, str]]
    stems: dict[str, tuple[str, str]]
    endings: tuple[str, ...]


@lru_cache(maxsize=4)
def _lexicon(primary: str) -> _Lexicon:
    words: dict[str, tuple[str, str]] = {}
    keys: dict[str, tuple[str, str]] = {}
    stems: dict[str, tuple[str, str]] = {}
    path = Path(__file__).parent / f"romanised_{primary}.tsv"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        english, spellings, native = line.split("\t")
        for spelling in spellings.split():
            if spelling.endswith("-"):
                stems.setdefault(lexicon_key(spelling[:-1]), (english, native))
            else:
                words.setdefault(spelling, (english, native))
                keys.setdefault(lexicon_key(spelling), (english, native))
    endings = _ENDINGS[primary].split()
    endings += [lexicon_key("k" + ending)[1:] for ending in endings]
    return _Lexicon(words, keys, stems, tuple(sorted(set(endings) - {""}, key=len, reverse=True)))


@cached_by_word
def _look_up(word: str, primary: str) -> tuple[str, str] | None:
    """English and native word for a normalised romanised one, or None."""
    if not word.isascii() or not word.isalpha() or word in _LEFT_ALONE:
        return None
    lexicon = _lexicon(primary)
    if word in lexicon.words:
        return lexicon.words[word]
    key = lexicon_key(word)
    if len(key) > 2 and key in lexicon.keys:
        return lexicon.keys[key]
    for ending in lexicon.endings:
        stem = key.removesuffix(ending)
        if stem != key and len(stem) >= 2 and stem in lexicon.stems:
            return lexicon.stems[stem]
    if key in lexicon.stems:
        return lexicon.stems[key]
    return _look_up_inflected(word, lexicon) if primary == "bn" else None


def _look_up_inflected(word: str, lexicon: _Lexicon) -> tuple[str, str] | None:
    """A Bengali noun with its ending: "barite" is বাড়ি + তে."""
    for ending, written in _BENGALI_ENDINGS.items():
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            found = lexicon.words.get(stem) or lexicon.keys.get(lexicon_key(stem))
            if found:
                return found[0], found[1] + written
    return None


def is_in_lexicon(word: str, language: str) -> bool:
    """Whether a normalised word is known as romanised Hindi or Bengali, in a text of that language."""
    if language not in ROMANISED:
        return False
    primary = language.partition("-")[0]
    return _look_up(word, primary) is not None or bool(find_settled_word(word, primary))


@lru_cache(maxsize=8)
def lexicon_words(language: str) -> Vocabulary:
    """What is known of a romanised language, for words that are misspelt; empty for any other language."""
    known = _lexicon(language.partition("-")[0]).words if language in ROMANISED else ()
    return Vocabulary(dict.fromkeys(known, _LEXICON_FREQUENCY))
