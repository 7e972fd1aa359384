"""Names of people that are given with a text, whole and in part."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import regex

from kb.privacy.redaction import name_forms, words
from kb.privacy.redaction.spans import Span
from kb.text.language_words import ENGLISH

# Letters with their marks; Python's own \w would split Indic words at vowel signs.
_WORD = regex.compile(r"[\p{L}\p{M}\u200c\u200d]+")
# What may stand between two parts of one name.
_GAP = regex.compile(r"[ .'’\-]{1,3}")
_INITIAL_AFTER = regex.compile(r" (\p{Lu})(?:\.|\b)(?!['’])")
_SENTENCE_END = regex.compile(r"(?:^|[.!?।\n]\s*)\Z")
# Somebody is addressed, or has signed: "Asha, …", "Asha's", a line of its own.
_SET_APART = regex.compile(r"\s*(?:[,:!.—-]|['’]s|$|\n)")

_TEAM_WORDS = frozenset(
    form for word in words.TEAM_WORDS.split() for form in (word, word.removesuffix("s"), word + "s")
)
_TEAM_ENDS = frozenset(words.TEAM_ENDS.split())
_ORDINARY_WORDS = frozenset(ENGLISH.split()) | frozenset(words.ENGLISH_WORDS.split()) | _TEAM_WORDS

_ALSO_WORDS = frozenset(words.ALSO_WORDS.split())
_ENDINGS_OF_PEOPLE = ("দা", "দি", "দেবী", "বাবু", "জি")
_BENGALI_SUFFIXES = (*name_forms.CASE_ENDINGS, *_ENDINGS_OF_PEOPLE)
_OTHER_SUFFIXES = ("ji", "bhai", "babu", "जी", "भाई", "बाबू")
_LETTERS_ONLY = regex.compile(r"[\p{L}\p{M} ]+")
_TITLES = frozenset(words.TITLES.split())
_HONORIFICS = frozenset(words.HONORIFICS.split())
_SPEAKING = frozenset(words.SPEAKING.split())


@dataclass(frozen=True)
class _Names:
    """Names made ready for lookup by case-folded word."""

    whole: dict[str, tuple[tuple[str, ...], ...]]  # first word -> all names that begin with it, longest first
    parts: dict[str, str]  # word -> "always" | "capital" | "honoured": how it has to stand to count alone

    initials: frozenset[str]  # first letters of all of these: most words of a text begin with another one
    latin: frozenset[str]  # rough forms of the Latin parts, and
    indic: frozenset[str]  # of the others: a name may be written in another script than in the record
    pairs: frozenset[tuple[str, str]]  # consonants of words that follow each other in a name
    firsts: frozenset[str]  # the first ones of these


@lru_cache(maxsize=256)
def prepare_names(names: tuple[str, ...]) -> _Names:
    """Whole names, each part of at least three letters, and the parts run together (handles such as @yashjain)."""
    whole: dict[str, set[tuple[str, ...]]] = {}
    parts: dict[str, str] = {}
    pairs: set[tuple[str, str]] = set()
    for name in names:
        found_words = tuple(word.casefold() for word in _WORD.findall(name))
        if not found_words or len(found_words) > 8 or is_team_name(name):
            continue
        # The whole name, and each piece of it that is itself of several words (D'Souza, Al-Amin).
        for sequence in (found_words, *(tuple(w.casefold() for w in _WORD.findall(piece)) for piece in name.split())):
            if len(sequence) > 1 or (sequence and len(sequence[0]) >= 3):
                whole.setdefault(sequence[0], set()).add(sequence)
        for word in found_words:
            rule = _rule_for(word)
            if rule:
                parts[word] = rule
        pairs |= {(name_forms.consonants(a), name_forms.consonants(b)) for a, b in pairwise(found_words)}
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
    latin = frozenset(form for word in certain if word.isascii() for form in name_forms.latin_forms(word))
    indic = frozenset(form for word in certain if not word.isascii() for form in name_forms.indic_forms(word))
    initials = frozenset(word[0] for word in (*whole_names, *parts))
    return _Names(whole_names, parts, initials, latin, indic, frozenset(pairs), frozenset(first for first, _ in pairs))


def is_team_name(name: str) -> bool:
    """True for "Billing", "Returns Desk", "Acme Support", "Team Acme"; not for "Priya (Billing)" or "Priya from Support"."""
    found_words = [word.casefold() for word in _WORD.findall(name)]
    others = [word for word in found_words if word not in _ORDINARY_WORDS]
    if len(others) == len(found_words):
        return False
    if not others:
        return any(word in _TEAM_WORDS for word in found_words)
    plain = _LETTERS_ONLY.fullmatch(name) is not None and all(
        word in _TEAM_WORDS for word in found_words if word not in others
    )
    return plain and len(others) == 1 and (found_words[-1] in _TEAM_ENDS or found_words[0] == "team")


def _rule_for(word: str) -> str:
    letters = sum(1 for character in word if character.isalpha())
    if word in _ORDINARY_WORDS:
        return ""
    if word.isascii():
        everyday = word in _ALSO_WORDS or name_forms.sounds_everyday(word)
        return "" if letters < 3 else "capital" if everyday else "always"
    if name_forms.is_everyday(word):
        return "honoured"
    # An Indic letter carries its vowel, so two letters are as much as four in Latin.
    return "always" if letters >= 2 else ""


def _is_pair(view: str, found_words: Sequence[tuple[int, int, str]], position: int, first: str, names: _Names) -> bool:
    """Two parts of one name of the record in another script; beside each other they may be short (तपन दे, राव)."""
    if position + 1 >= len(found_words):
        return False
    start, _, following = found_words[position + 1]
    second = name_forms.consonants(following.casefold())
    return (
        (first, second) in names.pairs
        and bool(second)
        and len(first) + len(second) >= 4
        and following.isascii() == found_words[position][2].isascii()
        and _GAP.fullmatch(view, found_words[position][1], start) is not None
    )


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
    text = found_words[position][2]
    folded = text.casefold()
    if folded[0] not in names.initials:
        return _count_transliterated(view, found_words, position, names)
    for sequence in names.whole.get(folded, ()):
        count = len(sequence)
        if count > 1 and position + count <= len(found_words) and _follows(view, found_words, position, sequence):
            # "Rose Gold" is somebody, "a rose gold lamp" nobody.
            ordinary = all(word in _ORDINARY_WORDS for word in sequence)
            if not ordinary or all(text[:1].isupper() for _, _, text in found_words[position : position + count]):
                return count
    rule, ending = names.parts.get(folded), ""
    if rule is None:
        ending = _personal_suffix(folded, names.parts)
        rule = names.parts.get(folded[: -len(ending)]) if ending else None
    if rule is None:
        return _count_transliterated(view, found_words, position, names)
    if rule == "capital":
        return int(_stands_as_name(view, found_words, position))
    if rule == "honoured":
        return int(ending in _ENDINGS_OF_PEOPLE or _is_honoured(found_words, position))
    return 1


def _stands_as_name(view: str, found_words: Sequence[tuple[int, int, str]], position: int) -> bool:
    """Whether an everyday word in Latin letters is meant as a name: with a capital that no sentence begins with, or honoured."""
    start, end, text = found_words[position]
    if _is_honoured(found_words, position):
        return True
    if not text[0].isupper():
        return False
    if not _SENTENCE_END.search(view, max(0, start - 8), start):
        return True
    following = found_words[position + 1][2].casefold() if position + 1 < len(found_words) else ""
    return following in _SPEAKING or _SET_APART.match(view, end) is not None


def _is_honoured(found_words: Sequence[tuple[int, int, str]], position: int) -> bool:
    following = found_words[position + 1][2].casefold() if position + 1 < len(found_words) else ""
    before = found_words[position - 1][2].casefold() if position else ""
    return following in _HONORIFICS or before in _TITLES


def _count_transliterated(view: str, found_words: Sequence[tuple[int, int, str]], position: int, names: _Names) -> int:
    """How many words from `position` on are a name of the record in another script; 0 for none."""
    word = found_words[position][2].casefold()
    forms = names.indic if word.isascii() else names.latin if "\u0900" <= word[0] <= "\u09ff" else None
    if not forms:
        return 0
    consonants, spoken, short = name_forms.spoken_forms(word)
    if consonants in names.firsts and _is_pair(view, found_words, position, consonants, names):
        return 2
    known = not forms.isdisjoint(spoken) and not (word.isascii() and word in _ORDINARY_WORDS)
    if known and not name_forms.is_everyday(word):
        return 1
    if known or not forms.isdisjoint(short):
        sure = _is_honoured(found_words, position)
        return int(sure and (known or not name_forms.is_everyday(word)))
    return 0


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


def _personal_suffix(word: str, parts: dict[str, str]) -> str:
    """The ending of a word that is a part of a name before it, "" for none."""
    suffixes = _OTHER_SUFFIXES if word.isascii() or "ऀ" <= word[0] <= "ॿ" else _BENGALI_SUFFIXES
    return next((suffix for suffix in suffixes if word.endswith(suffix) and word[: -len(suffix)] in parts), "")


def name_words(names: Iterable[str]) -> frozenset[str]:
    """All words of the names, case-folded."""
    return frozenset(word.casefold() for name in names for word in _WORD.findall(name))
