"""Names of people: those that are given, and those with which people introduce themselves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from kb.privacy.redaction import words
from kb.privacy.redaction.spans import Span
from kb.text import name_keys
from kb.text.language_words import ENGLISH

# Letters with their marks; Python's own \w would split Indic words at vowel signs.
_WORD = regex.compile(r"[\p{L}\p{M}\u200c\u200d]+")
# What may stand between two parts of one name.
_GAP = regex.compile(r"[ .'’\-]{1,3}")
_INITIAL_AFTER = regex.compile(r" (\p{Lu})(?:\.|\b)(?!['’])")

_ENGLISH_WORDS = frozenset(ENGLISH.split()) | frozenset(words.ENGLISH_WORDS.split())
_ALSO_WORDS = frozenset(words.ALSO_WORDS.split())
_INDIC_EVERYDAY = frozenset(words.INDIC_EVERYDAY.split())
_BENGALI_SUFFIXES = (
    "র",
    "ের",
    "য়ের",
    "য়ের",
    "কে",
    "েকে",
    "রা",
    "েরা",
    "দের",
    "েদের",
    "দা",
    "দি",
    "দেবী",
    "বাবু",
    "জি",
    "ই",
    "ও",
)
_HONORIFICS = frozenset(("जी", "भाई", "बाबू", "साहब", "बहन", "বাবু", "দা", "দি", "জি", "ভাই", "সাহেব", "দিদি", "দাদা"))
_OTHER_SUFFIXES = ("ji", "bhai", "babu", "जी", "भाई", "बाबू")


@dataclass(frozen=True)
class _Names:
    """Names made ready for lookup by case-folded word."""

    whole: dict[str, tuple[tuple[str, ...], ...]]  # first word -> all names that begin with it, longest first
    parts: dict[str, str]  # word -> "always" | "capital" | "honoured": how it has to stand to count alone

    initials: frozenset[str]  # first letters of all of these: most words of a text begin with another one
    latin: frozenset[str]  # rough forms of the Latin parts, and
    indic: frozenset[str]  # of the others: a name may be written in another script than in the record


@lru_cache(maxsize=256)
def prepare_names(names: tuple[str, ...]) -> _Names:
    """Whole names, each part of at least three letters, and the parts run together (handles such as @yashjain)."""
    whole: dict[str, set[tuple[str, ...]]] = {}
    parts: dict[str, str] = {}
    for name in names:
        found_words = tuple(word.casefold() for word in _WORD.findall(name))
        if not found_words or len(found_words) > 8:
            continue
        # The whole name, and each piece of it that is itself of several words (D'Souza, Al-Amin).
        for sequence in (found_words, *(tuple(w.casefold() for w in _WORD.findall(piece)) for piece in name.split())):
            if len(sequence) > 1 or (sequence and len(sequence[0]) >= 3):
                whole.setdefault(sequence[0], set()).add(sequence)
        for word in found_words:
            rule = _rule_for(word)
            if rule:
                parts[word] = rule
        joined = "".join(found_words)
        if len(found_words) > 1 and len(joined) >= 6:
            parts[joined] = "always"
    # One word that is an ordinary word is no name that could be told apart.
    kept = {
        first: tuple(sorted((n for n in found if len(n) > 1 or n[0] in parts), key=len, reverse=True))
        for first, found in whole.items()
    }
    whole_names = {first: found for first, found in kept.items() if any(len(n) > 1 for n in found)}
    certain = [word for word, rule in parts.items() if rule in {"always", "capital"}]
    latin = frozenset(form for word in certain if word.isascii() for form in _forms(name_keys.rough_latin(word)))
    indic = frozenset(form for word in certain if not word.isascii() for form in _forms(name_keys.rough_indic(word)))
    initials = frozenset(word[0] for word in (*whole_names, *parts))
    return _Names(whole_names, parts, initials, latin, indic)


def _forms(rough: str) -> tuple[str, str]:
    return rough, "o:" + name_keys.without_o(rough)


def _is_transliterated(word: str, names: _Names) -> bool:
    """True for सुनीता where the names hold "Sunita", and the other way round."""
    if word.isascii():
        return bool(names.indic) and _is_among(name_keys.rough_latin(word), names.indic, bengali=True)
    if not names.latin or not "\u0900" <= word[0] <= "\u09ff":
        return False
    return _is_among(name_keys.rough_indic(word), names.latin, bengali=word[0] >= "\u0980")


def _is_among(rough: str, forms: frozenset[str], *, bengali: bool) -> bool:
    short = name_keys.without_o(rough)
    if bengali and len(short) >= name_keys.SHORTEST and "o:" + short in forms:
        return True
    return len(rough) >= (name_keys.SHORTEST if bengali else name_keys.SHORTEST_DEVANAGARI) and rough in forms


def _rule_for(word: str) -> str:
    letters = sum(1 for character in word if character.isalpha())
    if word in _ENGLISH_WORDS:
        return ""
    if word in _INDIC_EVERYDAY:
        return "honoured"
    if word.isascii():
        return "" if letters < 3 else "capital" if word in _ALSO_WORDS else "always"
    # An Indic letter carries its vowel, so two letters are as much as four in Latin.
    return "always" if letters >= 2 else ""


def find_names(view: str, names: _Names) -> Iterator[Span]:
    """Given names, whole or in part, whatever the case, with possessive and the endings that Bengali puts on them."""
    found_words = [(m.start(), m.end(), m.group()) for m in _WORD.finditer(view)]
    position = 0
    pending: Span | None = None
    while position < len(found_words):
        count = _match_at(view, found_words, position, names)
        if not count:
            position += 1
            continue
        start, end = found_words[position][0], found_words[position + count - 1][1]
        position += count
        initial = _INITIAL_AFTER.match(view, end)
        if initial and any(part[0] == initial[1].casefold() for part in names.parts):
            end = initial.end()
        # Parts that follow each other are one name.
        if pending and _GAP.fullmatch(view, pending.end, start):
            pending = Span(pending.start, end, "[name]")
            continue
        if pending:
            yield pending
        pending = Span(start, end, "[name]")
    if pending:
        yield pending


def _match_at(view: str, found_words: Sequence[tuple[int, int, str]], position: int, names: _Names) -> int:
    """How many words from `position` on are a name; 0 for none."""
    _, _, text = found_words[position]
    folded = text.casefold()
    if folded[0] not in names.initials:
        return int(_is_transliterated(folded, names))
    for sequence in names.whole.get(folded, ()):
        count = len(sequence)
        if count > 1 and position + count <= len(found_words) and _follows(view, found_words, position, sequence):
            return count
    rule, stem = names.parts.get(folded), ""
    if rule is None:
        stem = _without_suffix(folded, names.parts)
        rule = names.parts.get(stem) if stem else None
    if rule == "capital":
        return int(text[0].isupper())
    if rule == "honoured":
        following = found_words[position + 1][2] if position + 1 < len(found_words) else ""
        return int(following in _HONORIFICS or bool(stem))
    if rule == "always":
        return 1
    return int(rule is None and _is_transliterated(folded, names))


def _follows(view: str, found_words: Sequence[tuple[int, int, str]], position: int, sequence: tuple[str, ...]) -> bool:
    for offset in range(1, len(sequence)):
        _, previous_end, _ = found_words[position + offset - 1]
        start, _, text = found_words[position + offset]
        folded = text.casefold()
        last = offset == len(sequence) - 1
        same = folded == sequence[offset] or (last and _strip_any(folded, sequence[offset]))
        if not same or not _GAP.fullmatch(view, previous_end, start):
            return False
    return True


def _strip_any(word: str, stem: str) -> bool:
    return word.startswith(stem) and word[len(stem) :] in (*_BENGALI_SUFFIXES, *_OTHER_SUFFIXES)


def _without_suffix(word: str, parts: dict[str, str]) -> str:
    suffixes = _OTHER_SUFFIXES if word.isascii() or "ऀ" <= word[0] <= "ॿ" else _BENGALI_SUFFIXES
    for suffix in suffixes:
        if word.endswith(suffix) and word[: -len(suffix)] in parts:
            return word[: -len(suffix)]
    return ""


# --- Introductions --------------------------------------------------------------------------------------------------

_INTRODUCTION = regex.compile(
    r"(?<![\p{L}\p{M}])(?:my name is|mera na+m|amar na+m|मेरा नाम|আমার নাম)(?: hai| holo| है| হল| হলো)?[ :,-]{1,3}"
    r"(?P<words>[\p{L}\p{M}.]{2,24}(?:[ ][\p{L}\p{M}.]{1,24}){0,3})",
    regex.IGNORECASE,
)
_NOT_NAMES = frozenset(words.NOT_NAMES.split())
_ABORTING = frozenset(words.ABORTING.split())


def find_introductions(view: str) -> Iterator[Span]:
    """ "my name is Suresh Pillai", "मेरा नाम सुनीता देवी है": one to three words, unless the sentence is about it."""
    for match in _INTRODUCTION.finditer(view):
        start = end = match.start("words")
        count = 0
        found_words = list(_WORD.finditer(view, start, match.end("words")))
        if any(word.group().casefold() in _ABORTING for word in found_words):
            continue
        for word in found_words[:3]:
            folded = word.group().casefold()
            if folded in _NOT_NAMES or (folded in _ENGLISH_WORDS and not word.group()[0].isupper()):
                break
            end = word.end()
            count += 1
            if view[end : end + 1] in {".", "।"} and end - word.start() > 2:
                break
        if count:
            yield Span(start, end, "[name]")


def name_words(names: Iterable[str]) -> frozenset[str]:
    """All words of the names, case-folded."""
    return frozenset(word.casefold() for name in names for word in _WORD.findall(name))
