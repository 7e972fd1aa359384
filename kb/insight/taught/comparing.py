"""What was inserted from an article beside what was sent: which sentences were changed, and which were left out. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from kb.articles.rendering import plain_text
from kb.text.likeness import dice
from kb.text.sentences import split_sentences
from kb.text.terms import normalise
from kb.text.words import find_words

# Sentences of a text that are looked at; shares of words from which one sentence is another one, changed; words of a sentence
# that is worth a proposal.
_MOST, _ALIKE, _FEWEST_WORDS = 300, 0.45, 3
_MARKER = regex.compile(r"^\s*(?:[-*•–]\s+|\d{1,3}[.)]\s+|\[[ x]\]\s*)+")
# What stands for something personal in a redacted text.
_PLACEHOLDER = regex.compile(r"\[[a-z_ ]+\]")


@dataclass(frozen=True)
class SentenceEdit:
    """new: "" where the sentence was left out between two that were sent."""

    old: str
    new: str


def sentences_of(text: str) -> list[str]:
    """Without the marks of lists, in order; of a table each row."""
    found = (_MARKER.sub("", one).strip() for one in split_sentences(text))
    return [one for one in found if one][:_MOST]


def sentences_of_article(body: str) -> list[str]:
    """As a rep inserts them."""
    return sentences_of(plain_text(body))


def compare_sent(inserted: Sequence[str], sent: Sequence[str]) -> list[SentenceEdit]:
    """inserted: the sentences of the article; sent: those of the reply, which may have only some of them and others of its own.

    A sentence counts as changed where one of the reply is much alike and stands between the same neighbours as far as there are
    any; as left out where both its neighbours were sent. Nothing is said of a reply that has none of it.
    """
    keys = [as_key(one) for one in inserted]
    places = _kept(keys, [as_key(one) for one in sent])
    taken = set(places.values())
    changed = _changed(inserted, sent, places, taken)
    edits = [SentenceEdit(inserted[i], sent[j]) for i, j in sorted(changed.items())]
    there = sorted({*places, *changed})
    for before, after in pairwise(there):
        # One or two sentences: whoever leaves out more has chosen what to send.
        if 1 < after - before <= 3:
            edits += [SentenceEdit(inserted[i], "") for i in range(before + 1, after)]
    return [one for one in edits if len(find_words(one.old)) >= _FEWEST_WORDS and not _is_personal(one)]


def as_key(sentence: str) -> str:
    """The same for sentences that differ in white space, signs and letters' size only."""
    return " ".join(find_words(normalise(sentence)))


def likeness(one: str, other: str) -> float:
    """Of two sentences, by their words: 0 to 1."""
    return dice(Counter(find_words(normalise(one))), Counter(find_words(normalise(other))))


def _kept(keys: Sequence[str], sent: Sequence[str]) -> dict[int, int]:
    """Sentences that were sent as they are: place in the article, place in the reply; in the same order."""
    where: dict[str, list[int]] = {}
    for j, key in enumerate(sent):
        where.setdefault(key, []).append(j)
    places: dict[int, int] = {}
    last = -1
    for i, key in enumerate(keys):
        later = next((j for j in where.get(key, ()) if j > last), None)
        if key and later is not None:
            places[i] = last = later
    return places


def _changed(inserted: Sequence[str], sent: Sequence[str], places: dict[int, int], taken: set[int]) -> dict[int, int]:
    pairs = sorted(
        (-likeness(inserted[i], sent[j]), i, j)
        for i in range(len(inserted))
        if i not in places
        for j in _window(i, places, len(sent))
        if j not in taken
    )
    changed: dict[int, int] = {}
    used = set(taken)
    for value, i, j in pairs:
        if -value >= _ALIKE and i not in changed and j not in used:
            changed[i] = j
            used.add(j)
    return changed


def _window(place: int, places: dict[int, int], end: int) -> range:
    """Where in the reply a sentence of the article may stand: between what was sent before and after it."""
    before = max((j for i, j in places.items() if i < place), default=-1)
    after = min((j for i, j in places.items() if i > place), default=end)
    return range(before + 1, after)


def _is_personal(edit: SentenceEdit) -> bool:
    """Whether it only says who somebody is, or names an order."""
    return len(_PLACEHOLDER.findall(edit.new)) > len(_PLACEHOLDER.findall(edit.old))
