"""What people type into a search box that asks nothing: a greeting, thanks, "human", "complaint", a lone "how", a row of letters.

A text is no question where each of its words belongs to one such kind, and one of them makes it that kind: whatever else somebody
writes makes a question of it ("complaint" and "complaint about a broken mixer", "ok" and "ok but how do I pay"). So a
question is lost only if it has no word of its own. The words are in no_question.json, in English, Hindi and Bengali, in their
scripts and in Latin letters; misspelt ones are told by the keys of `kb.text.phonetic` and by a slip or two.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

import regex
from rapidfuzz.distance import OSA

from kb.text.letter_rows import is_row_of_letters
from kb.text.phonetic import lexicon_key, spelling_key
from kb.text.terms import function_words, normalise, stem_bengali
from kb.text.words import BENGALI_WORD, LATIN_WORD, find_words


class NoQuestion(StrEnum):
    """What a text is that asks nothing."""

    PERSON = "person"  # wants to talk to somebody
    COMPLAINT = "complaint"  # complains, and does not say about what
    THANKS = "thanks"
    GREETING = "greeting"
    ACKNOWLEDGEMENT = "acknowledgement"
    LETTERS = "letters"  # a row of letters, signs or digits
    LONE = "lone"  # words that only hold a question together


# These are for a person; of the others nothing is to be looked up.
FOR_A_PERSON = frozenset({NoQuestion.PERSON, NoQuestion.COMPLAINT})
SOCIAL = (NoQuestion.THANKS, NoQuestion.GREETING, NoQuestion.ACKNOWLEDGEMENT)
# Who writes more has a matter; and of function words alone fewer make a sentence.
MOST_WORDS, MOST_LONE_WORDS = 12, 4
# A word is a slip away from one of the lists from so many letters, two slips from so many.
_ONE_SLIP_FROM, _TWO_SLIPS_FROM = 5, 9
_LONG_ROW, _SHORT = 4, 3
_DOUBLED = regex.compile(r"(.)\1+")
_PHONE_NUMBER = regex.compile(r"\d{8,15}")
_SMALL_TALK_DIGITS = frozenset("24")  # "talk 2 human", "waiting 4 u"


@dataclass(frozen=True)
class _Kind:
    """Keys of words. heads: each makes a text of this kind; strong: before any other kind; pairs: two that do so together;
    blockers: words with which it is none; words: all that such a text may have."""

    heads: frozenset[str]
    strong: frozenset[str]
    pairs: frozenset[frozenset[str]]
    blockers: frozenset[str]
    words: frozenset[str]

    def is_led(self, keys: Sequence[str]) -> bool:
        different = set(keys)
        if different & self.blockers:
            return bool(different & self.strong)
        return bool(different & (self.heads | self.strong)) or any(
            frozenset(pair) in self.pairs for pair in combinations(keys, 2)
        )


def _says_no(_word: str) -> bool:
    return False


def find_no_question(
    text: str,
    *,
    is_word: Callable[[str], bool] = _says_no,
    is_in_articles: Callable[[str], bool] = _says_no,
) -> NoQuestion | None:
    """What `text` is where it asks nothing, None for everything that may be a question.

    `is_word` tells of a normalised word whether it is one in its own right: then it is no misspelt word of the lists; what
    articles have is no row of letters. Both are asked of few words, and of none where the text has words of its own.
    """
    words = find_words(normalise(text))
    if not words:
        return NoQuestion.LETTERS
    if len(words) > MOST_WORDS:
        return None
    if all(len(word) >= _LONG_ROW and len(set(word)) == 1 for word in words):
        return NoQuestion.LETTERS
    lists = _lists()
    telling = [word for word in words if not _counts_for_nothing(word)]
    keys = _keys_in_lists(telling, lists.known, is_word) if lists.others.isdisjoint(telling) else None
    if keys:
        for kind, of_kind in lists.in_order:
            if of_kind.words.issuperset(keys) and of_kind.is_led(keys):
                return kind
        if len(words) <= MOST_LONE_WORDS and len(keys) == len(words) and any(lone.has(keys) for lone in lists.lone):
            return NoQuestion.LONE
    if all((word in lists.letters or is_row_of_letters(word)) for word in words) and not any(
        map(is_in_articles, words)
    ):
        return NoQuestion.LETTERS
    return None


def _counts_for_nothing(word: str) -> bool:
    return word in _SMALL_TALK_DIGITS or _PHONE_NUMBER.fullmatch(word) is not None


def _keys_in_lists(words: Sequence[str], known: "_KnownWords", is_word: Callable[[str], bool]) -> list[str] | None:
    """The key by which the lists have each word, spelt well or badly; None where they do not have one of them."""
    keys = [key_of(word) for word in words]
    keys = [key if key in known.keys else known.by_stem.get(stem_bengali(key), key) for key in keys]
    if any(key not in known.keys and len(key) < _ONE_SLIP_FROM for key in keys):
        return None
    keys = [key if key in known.keys else _near_key(key, known) for key in keys]
    if "" in keys:
        return None
    inexact = (word for word in words if word not in known.words)
    return None if any(map(is_word, inexact)) else keys


def _near_key(key: str, known: "_KnownWords") -> str:
    """The nearest key within a slip or two that begins alike, "" where there is none."""
    slips = 2 if len(key) >= _TWO_SLIPS_FROM else 1
    near = [
        (distance, other)
        for other in known.by_first.get(key[0], ())
        if abs(len(other) - len(key)) <= slips and (distance := OSA.distance(key, other, score_cutoff=slips)) <= slips
    ]
    return min(near)[1] if near else ""


def key_of(word: str) -> str:
    """One spelling for those of a normalised word that mean no difference here: "hiiii", "okk", "baat" and "bat"."""
    if LATIN_WORD.match(word):
        word = _DOUBLED.sub(r"\1", word)
        # Of three letters "pay" would be "per", and "hey" the Hindi "hai".
        return lexicon_key(word) if len(word) > _SHORT else word
    return str(_DOUBLED.sub(r"\1", spelling_key(word)))


@dataclass(frozen=True)
class _LoneWords:
    """Of one language: words that hold a question together, and those of them that ask."""

    words: frozenset[str]
    asking: frozenset[str]

    def has(self, keys: Sequence[str]) -> bool:
        """Whether they are one such word, or some of them that ask: "how can I"."""
        return self.words.issuperset(keys) and (len(keys) == 1 or not self.asking.isdisjoint(keys))


@dataclass(frozen=True)
class _KnownWords:
    """words: as the lists write them; keys: theirs; by_stem: those of Bengali words by the stem; by_first: those that may have
    slips, by their first letter."""

    words: frozenset[str]
    keys: frozenset[str]
    by_stem: Mapping[str, str]
    by_first: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Lists:
    in_order: tuple[tuple[NoQuestion, _Kind], ...]
    lone: tuple[_LoneWords, ...]
    letters: frozenset[str]
    others: frozenset[str]  # words of which one makes a question, however near they are to those of the lists
    known: _KnownWords


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    raw: dict[str, Any] = json.loads(Path(__file__).with_name("no_question.json").read_text("utf-8"))
    common = _keys(word for words in function_words().values() for word in words)
    own = {kind: _words_of(raw[kind]) for kind in (*FOR_A_PERSON, *SOCIAL)}
    social = _keys_of(raw["small_talk"]).union(*(own[kind] for kind in SOCIAL))
    common = (common | social) - _keys(raw[NoQuestion.PERSON]["not"].split())
    both = common.union(*(own[kind] for kind in FOR_A_PERSON))
    person = _to_kind(raw[NoQuestion.PERSON], both)
    complaint = _to_kind(raw[NoQuestion.COMPLAINT], common | own[NoQuestion.COMPLAINT])
    # Somebody who says "complaint" complains, whomever they want for it; "a problem, call me" is for a person.
    strong = _Kind(complaint.strong, frozenset(), frozenset(), frozenset(), both)
    in_order = [
        (NoQuestion.COMPLAINT, strong),
        (NoQuestion.THANKS, _to_kind(raw[NoQuestion.THANKS], social)),
        (NoQuestion.PERSON, person),
        (NoQuestion.COMPLAINT, complaint),
        (NoQuestion.GREETING, _to_kind(raw[NoQuestion.GREETING], social)),
        (NoQuestion.ACKNOWLEDGEMENT, _to_kind(raw[NoQuestion.ACKNOWLEDGEMENT], social)),
    ]
    lone = tuple(_lone_words(raw[NoQuestion.LONE]))
    every = frozenset().union(*(kind.words for _, kind in in_order), *(language.words for language in lone))
    by_first: dict[str, list[str]] = {}
    for key in sorted(every):
        if len(key) >= _ONE_SLIP_FROM - 1:
            by_first.setdefault(key[0], []).append(key)
    written = frozenset(_words_in(raw)).union(*function_words().values())
    by_stem = {stem_bengali(key): key for key in sorted(every, reverse=True) if BENGALI_WORD.match(key)}
    known = _KnownWords(written, every, by_stem, {first: tuple(keys) for first, keys in by_first.items()})
    letters = frozenset(normalise(raw[NoQuestion.LETTERS]["words"]).split())
    others = frozenset(normalise(raw["others"]).split())
    return _Lists(tuple(in_order), lone, letters, others, known)


def _words_in(raw: Any) -> Iterator[str]:
    """All words of a decoded file, normalised."""
    if isinstance(raw, str):
        yield from find_words(normalise(raw))
    else:
        for inner in raw.values() if isinstance(raw, dict) else raw:
            yield from _words_in(inner)


def _lone_words(raw: Mapping[str, Mapping[str, str]]) -> Iterator[_LoneWords]:
    """`not`: function words that say something all the same ("did not get it", দিন is "day" too)."""
    for language, words in function_words().items():
        asking = _keys(raw["asks"][language].split())
        without = _keys(raw["not"][language].split())
        yield _LoneWords(asking | _keys(raw["words"][language].split()) | (_keys(words) - without), asking)


def _to_kind(raw: Mapping[str, Any], words: frozenset[str]) -> _Kind:
    pairs = frozenset(frozenset(_keys(pair.split())) for pair in raw["pairs"])
    return _Kind(
        heads=_keys_of(raw["heads"]),
        strong=_keys_of(raw.get("strong", {})),
        pairs=pairs,
        blockers=_keys(raw.get("blockers", "").split()),
        words=words,
    )


def _words_of(raw: Mapping[str, Any]) -> frozenset[str]:
    of_pairs = _keys(word for pair in raw["pairs"] for word in pair.split())
    return frozenset().union(of_pairs, *(_keys_of(raw.get(name, {})) for name in ("heads", "strong", "fillers")))


def _keys_of(by_script: Mapping[str, str]) -> frozenset[str]:
    return _keys(word for words in by_script.values() for word in words.split())


def _keys(words: Iterable[str]) -> frozenset[str]:
    return frozenset(key_of(part) for word in words for part in find_words(normalise(word)))
