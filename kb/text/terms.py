"""Text to the terms of the lexical index: whole words of Indic scripts, stems, numbers and codes kept exact.

Pure functions. The same text gives the same terms in the index and in a query, whatever engine holds them; they contain
neither white space nor upper-case letters, so an engine may join them with blanks and split at blanks again.
"""

import json
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex
import snowballstemmer

from kb.text.cleaning import FOLDED_AWAY
from kb.text.quantities import find_quantities
from kb.text.words import (
    APOSTROPHE,
    BENGALI_WORD,
    DEVANAGARI_WORD,
    JOINTS,
    LATIN_WORD,
    LETTER_CLASS,
    WORD_CLASS,
    cached_by_word,
    find_words,
)

# An inflected word is indexed twice, as stem and, behind this mark, as it stands: "=refunded" beside "refund". On five
# English sets the exact form is worth 0.5 to 2 points of hit@1 over stems alone.
EXACT_MARK = "="
EXACT_WEIGHT = 0.5
# Function words are evidence for short questions ("what is your name": without them -8 points of hit@1 on short
# intents) and noise in long e-mails (at full weight -3 points).
FUNCTION_WORD_WEIGHT = 0.5
# "Refund not received after 10 days" does not ask for an article because that says "10 days".
QUANTITY_WEIGHT = 0.1
# A query of a 200-word e-mail has about 100 different terms; the rarest decide, the rest costs time.
MAX_QUERY_TERMS = 64

# Words with what joins their parts, so that codes, versions and addresses stay in one piece, and a short possessive.
_JOINED_WORDS = regex.compile(
    rf"[{WORD_CLASS}]+(?:['’][{LETTER_CLASS}]{{1,3}}(?![{WORD_CLASS}]))?(?:[{JOINTS}][{WORD_CLASS}]+)*"
)
# Bengali's য় ড় ঢ় and Devanagari's nukta letters have two spellings each; NFC settles on one of them.
_NUKTA_AND_VISARGA = {0x093C: None, 0x0903: None}
_FOLDED = {0x0901: 0x0902, 0x0981: None} | {
    base + digit: ord("0") + digit for base in (0x0966, 0x09E6) for digit in range(10)
}
_FOLDING = FOLDED_AWAY | _NUKTA_AND_VISARGA | _FOLDED
# हिन्दी and हिंदी, सम्पर्क and संपर्क: a nasal before a consonant of its own row is written either way.
_HOMORGANIC_NASAL = regex.compile(r"(?:ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ]))")

# BCP 47 language -> algorithm of Snowball. Words are stemmed by their script, so that an English word in a Hindi text
# meets the same word in an English one; the language decides where a script serves many of them.
_SNOWBALL_ALGORITHMS = (
    "ar:arabic ca:catalan cs:czech da:danish de:german el:greek en:english es:spanish et:estonian eu:basque "
    "fa:persian fi:finnish fr:french ga:irish hi:hindi hu:hungarian hy:armenian id:indonesian it:italian "
    "lt:lithuanian ne:nepali nb:norwegian nl:dutch no:norwegian pl:polish pt:portuguese ro:romanian ru:russian "
    "sr:serbian sv:swedish ta:tamil tr:turkish "
)
_SNOWBALL = dict(pair.split(":") for pair in _SNOWBALL_ALGORITHMS.split())
_local = threading.local()  # a Snowball stemmer keeps the word in itself: one per thread


def index_terms(text: str, language: str) -> list[str]:
    """Terms of a passage, title or question in reading order, repeated as often as they occur.

    A word gives its stem and, where that differs, its exact form behind EXACT_MARK. What is joined by `-`, `.`, `_`, `:`,
    `/`, `,` or `@` (error codes, order numbers, versions, "wi-fi") gives its parts and the whole without the joints, so
    that "JH-12345678", "jh12345678" and "12345678" all find it. Digits of every script are ASCII digits.
    """
    terms: list[str] = []
    for match in _JOINED_WORDS.findall(normalise(text)):
        terms.extend(_terms_of(match, language))
    return terms


def weighted_query_terms(text: str, language: str) -> dict[str, float]:
    """Different terms of a query for the lexical index, in reading order, with what a match of each counts.

    At most MAX_QUERY_TERMS terms; longer queries lose their function words and then their end, because subject and first
    sentences say what an e-mail is about.
    """
    words = _JOINED_WORDS.findall(normalise(text))
    is_content = [not is_function_word(word, language) for word in words]
    weights: dict[str, float] = {}
    says_something = any(is_content)
    is_long = len(words) > MAX_QUERY_TERMS // 2 and says_something
    quantities = find_quantities(words)
    if len(quantities) == sum(is_content):  # "10 days" alone asks for just that
        quantities = frozenset()
    for place, (word, content) in enumerate(zip(words, is_content, strict=True)):
        if is_long and not content:
            continue
        weight = 1.0 if content or not says_something else FUNCTION_WORD_WEIGHT
        if place in quantities:
            weight = QUANTITY_WEIGHT
        terms = _terms_of(word, language)
        inflected = any(term.startswith(EXACT_MARK) for term in terms)
        for term in terms:
            if term.startswith(EXACT_MARK):
                counted = weight * EXACT_WEIGHT
            else:
                counted = weight if inflected else weight * (1 + EXACT_WEIGHT)
            weights[term] = max(weights.get(term, 0.0), counted)
    return dict(list(weights.items())[:MAX_QUERY_TERMS])


@cached_by_word
def weighted_word_terms(word: str, language: str) -> tuple[tuple[str, float], ...]:
    """The pairs of `weighted_query_terms` for a word, or a phrase as short as one, that is looked at again and again."""
    return tuple(weighted_query_terms(word, language).items())


def query_terms(text: str, language: str) -> list[str]:
    """Different stems of a query without function words (unless there are only those), at most MAX_QUERY_TERMS."""
    words = _JOINED_WORDS.findall(normalise(text))
    content = [word for word in words if not is_function_word(word, language)]
    terms: dict[str, None] = {}
    for word in content or words:
        terms.update((term, None) for term in _terms_of(word, language) if not term.startswith(EXACT_MARK))
    return list(terms)[:MAX_QUERY_TERMS]


def normalise(text: str) -> str:
    """NFC, lower case, without zero-width characters, nukta and visarga; ँ, ं and a written nasal become one sign."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", text).lower().translate(_FOLDING)
    return str(_HOMORGANIC_NASAL.sub("ं", text))


@cached_by_word
def is_function_word(word: str, language: str) -> bool:
    """Whether a normalised word only holds a sentence together ("the", "kaise", "জন্য"), in the query's own language.

    Words of Indic scripts and English words are known in every language; romanised Hindi and Bengali only where the
    text is so, because "to", "main" and "par" mean something else in English.
    """
    lists = function_words()
    word = APOSTROPHE.sub("", word)
    if language in ("hi-Latn", "bn-Latn") and word in lists[language]:
        return True
    return word in lists["en"] or word in lists["hi"] or word in lists["bn"]


def stem_of(word: str, language: str) -> str:
    """The term of one normalised word of letters, as it stands in the index of a text in `language`."""
    return _terms_of(word, language)[0]


def is_exact_term(term: str) -> bool:
    """Whether a term is a number or code, which must match as it is and has no typing errors that could be guessed."""
    return any(character.isdigit() for character in term)


@lru_cache(maxsize=1)
def function_words() -> dict[str, frozenset[str]]:
    raw: dict[str, str] = json.loads((Path(__file__).parent / "function_words.json").read_text(encoding="utf-8"))
    return {language: frozenset(normalise(words).split()) for language, words in raw.items()}


@cached_by_word
def _terms_of(word: str, language: str) -> tuple[str, ...]:
    """Terms of one normalised word, joints and apostrophes included."""
    word = APOSTROPHE.sub("", word.removesuffix("'s").removesuffix("’s"))
    parts = find_words(word)
    terms: list[str] = []
    for part in parts:
        stem = _stem(part, language)
        terms += [stem] if stem == part else [stem, EXACT_MARK + part]
    if len(parts) == 1:
        return tuple(terms)
    whole = "".join(parts)
    # Long chains are addresses of pages and paths of files: their parts are enough.
    if len(parts) <= 5 and len(whole) <= 40:
        terms.append(whole if any(c.isdigit() for c in whole) else _stem(whole, language))
    return tuple(terms)


def _stem(word: str, language: str) -> str:
    if any(character.isdigit() for character in word):
        return word
    if BENGALI_WORD.match(word):
        return stem_bengali(word)
    if DEVANAGARI_WORD.match(word):
        # Marathi and others that share the script have no stemmer here; Hindi's would mangle them.
        primary = language.partition("-")[0]
        return _snowball("nepali" if primary == "ne" else "hindi", word) if primary not in ("mr", "sa", "kok") else word
    algorithm = _SNOWBALL.get(language.partition("-")[0], "english")
    if LATIN_WORD.match(word) and language.partition("-")[0] in ("hi", "bn", "ne", "ta", "und", ""):
        algorithm = "english"
    return _snowball(algorithm, word)


def _snowball(algorithm: str, word: str) -> str:
    stemmers: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    stemmer = stemmers.get(algorithm)
    if stemmer is None:
        stemmer = stemmers[algorithm] = snowballstemmer.stemmer(algorithm)
    return str(stemmer.stemWord(word)) or word


# Endings of Bengali nouns (case, article, plural, emphasis) and the commonest ones of verbs, longest first.
# After the light stemmers of Dolamic & Savoy (2010), "Comparative study of indexing and search strategies for the
# Hindi, Marathi and Bengali languages": nouns lose their endings, derivation stays.
_BENGALI_EMPHASIS = ("ই", "ও")
_BENGALI_ENDING_LIST = (
    "গুলোকে গুলোর গুলোতে গুলো গুলিকে গুলির গুলিতে গুলি গুলার গুলা টাকে টিকে টার টির টাতে টিতে "
    "টা টি খানা খানি দেরকে দের েরা রা ের র েতে তে কে ে য়ের য়ে য় ছিলাম ছিলেন ছিল চ্ছেন চ্ছি "
    "চ্ছে েছিলাম েছেন েছি েছে ছেন ছি ছে বেন বো বে ব লাম লেন লে লো "
)
_BENGALI_ENDINGS = tuple(sorted(_BENGALI_ENDING_LIST.split(), key=len, reverse=True))
_BENGALI_SIGN = regex.compile(r"[\u0981-\u0983\u09BC\u09BE-\u09CD\u09D7]")
_HASANTA = "\u09cd"


def stem_bengali(word: str) -> str:
    """A normalised Bengali word without emphasis and one ending: গ্রাহকদের, গ্রাহকের and গ্রাহককে give গ্রাহক."""
    for emphasis in _BENGALI_EMPHASIS:
        if word.endswith(emphasis) and _letters(word) > 2 and not word[:-1].endswith(_HASANTA):
            word = word[:-1]
            break
    for ending in _BENGALI_ENDINGS:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            # Two letters must remain, and a conjunct such as ত্র is not cut in its middle.
            if _letters(rest) >= 2 and not rest.endswith(_HASANTA):
                return rest
    return word


def _letters(word: str) -> int:
    return len(word) - len(_BENGALI_SIGN.findall(word))
