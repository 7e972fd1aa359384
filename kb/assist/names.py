"""The names that a collection speaks of, learned from its titles, and where a conversation mentions them.

"HOBSONS HOUSE: Is breakfast free?", "Tava 3000 – descaling", "Renew Jhilmil Plus": products, plans, places. A customer says the
name once and asks about "it" six turns later. Nothing here knows a domain: a name is what several titles begin with, or
what titles write like a name. A collection without such titles has no names, and nothing changes for it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from kb.text.terms import is_function_word, normalise
from kb.text.vocabulary import Vocabulary
from kb.text.words import APOSTROPHE, WORD_WITH_APOSTROPHE

_HEAD_END = regex.compile(r":\s|\s[-–—|›»/]\s")
MAX_NAME_TOKENS = 8
# A whole title that is repeated is a name only while it is as short as names are.
MAX_TITLE_NAME_TOKENS = 8
# A name that a sixth of all titles carries (the company's own) tells nothing, unless titles are ordered by it ("NAME: …").
MAX_SHARE = 0.15
MAX_HEAD_SHARE = 0.5
MIN_TITLES_FOR_SHARE = 20
# Of a name's weight, how much must be heard for it to count as mentioned.
MIN_COVERAGE = 0.55
# And how rare the heard part must be (sum of IDF, nats): a word that one passage in thirty holds is no name. A small collection
# has no words that are rarer than once, so there it is this share of what such a word has.
MIN_WEIGHT = 3.5
MIN_WEIGHT_SHARE = 0.8
# A word of a name may be a slip away from what was typed, if it is not shorter; what it is then worth beside the name itself.
SHORTEST_MISSPELT = 5
SLIP_SIMILARITY = 0.8
# Words that join the parts of a name and are left out or changed at will ("B&B", "bed and breakfast").
_JOINTS = frozenset({"and", "the", "a", "an", "of", "by", "at", "in", "on", "und", "और", "এবং", "ও"})


@dataclass(frozen=True)
class Title:
    """A document's title. `group` is the same for all translations of a document."""

    document: int
    group: str
    text: str


@dataclass(frozen=True)
class Name:
    """One name. `tokens` are normalised and without articles, `idf` says how rare each is elsewhere; `groups` counts its
    documents once per translation group."""

    text: str
    tokens: tuple[str, ...]
    idf: tuple[float, ...]
    documents: frozenset[int]
    groups: int


@dataclass(frozen=True)
class Mention:
    """A name heard in a turn: which, where (index of the turn), in which words, how much of the name (0 to 1)."""

    name: int
    turn: int
    words: str
    coverage: float
    tokens: frozenset[int] = field(default=frozenset(), compare=False)  # positions within the turn


class NameTable:
    """All names of a collection and an index of their words."""

    def __init__(
        self, names: Sequence[Name], passages: int = 0, is_word: Callable[[str], bool] = lambda _: False
    ) -> None:
        self.names = tuple(names)
        self._least_weight = least_weight(passages)
        self._is_word = is_word
        self._by_token: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, name in enumerate(self.names):
            for position, token in enumerate(name.tokens):
                self._by_token[token].append((number, position))
        self._words = Vocabulary(dict.fromkeys(self._by_token, 1))

    @classmethod
    def from_titles(cls, titles: Iterable[Title], frequency: Callable[[str], int], passages: int) -> "NameTable":
        """Learn the names of a collection.

        frequency: in how many passages a normalised word occurs, so how ordinary it is; passages: how many there are.
        """
        found: dict[tuple[str, ...], _Found] = defaultdict(_Found)
        documents: set[int] = set()
        groups: dict[str, set[int]] = defaultdict(set)
        titles = list(titles)
        capitals = _capitals_tell(title.text for title in titles)
        for title in titles:
            documents.add(title.document)
            groups[title.group].add(title.document)
            for text, is_head in _candidate_names(title.text, capitals):
                if tokens := name_tokens(text):
                    found[tokens].add(title, text, is_head)
        chosen = {tokens: entry for tokens, entry in found.items() if entry.is_name(len(groups))}
        for title in titles:
            for tokens in _names_inside(title.text, chosen):
                chosen[tokens].add(title, "", is_head=False)
        for entry in chosen.values():  # a name said in one language means the articles in all of them
            entry.documents.update(*(groups[group] for group in entry.groups))
        per_document = passages / max(len(documents), 1)
        return cls(_weighted(chosen, passages, per_document, frequency), passages, lambda word: frequency(word) > 0)

    def mentions(self, turn: int, text: str) -> list[Mention]:
        """The names mentioned in `text`, at most one per stretch of words unless several fit equally well."""
        heard = [(token, word) for word in WORD_WITH_APOSTROPHE.findall(text) for token in [_plain(word)] if token]
        if not heard or not self.names:
            return []
        found: dict[int, list[tuple[int, int, float]]] = defaultdict(
            list
        )  # name -> (token of the turn, token of the name, similarity)
        for at, (token, _) in enumerate(heard):
            for known, similarity in self._similar(token):
                for number, position in self._by_token[known]:
                    found[number].append((at, position, similarity))
            if at + 1 < len(heard):
                joined = token + heard[at + 1][0]
                if joined in self._by_token:
                    for number, position in self._by_token[joined]:
                        found[number].append((at, position, 1.0))
        candidates = [self._best_stretch(number, turn, heard, hits) for number, hits in found.items()]
        return _without_weaker_overlaps([mention for mention in candidates if mention is not None])

    def _best_stretch(
        self, number: int, turn: int, heard: Sequence[tuple[str, str]], hits: Sequence[tuple[int, int, float]]
    ) -> Mention | None:
        """The stretch of the turn, hardly longer than the name, in which most of the name is heard; None if too little is."""
        name = self.names[number]
        length = len(name.tokens) + 2
        best: tuple[float, frozenset[int]] = (0.0, frozenset())
        for start in sorted({at for at, _, _ in hits}):
            parts: dict[int, float] = {}
            used: dict[int, int] = {}  # token of the turn -> token of the name that it stands for
            for at, position, similarity in hits:
                if start <= at < start + length and position not in parts and used.get(at, position) == position:
                    parts[position] = similarity
                    used[at] = position
            weight = sum(name.idf[position] * similarity for position, similarity in parts.items())
            if weight > best[0] + 1e-9:
                best = (weight, frozenset(used))
        coverage = best[0] / sum(name.idf)
        if coverage < MIN_COVERAGE or best[0] < self._least_weight:
            return None
        words = " ".join(word for _, word in heard[min(best[1]) : max(best[1]) + 1])
        return Mention(number, turn, words, min(coverage, 1.0), best[1])

    def _similar(self, token: str) -> list[tuple[str, float]]:
        if token in self._by_token:
            return [(token, 1.0)]
        # A word that the collection knows is what it is ("price"), not a slip for a name ("prince").
        if len(token) < SHORTEST_MISSPELT or self._is_word(token):
            return []
        near = self._words.near(token)
        return [
            (n.word, SLIP_SIMILARITY)
            for n in near
            if n.slips <= 1 and len(n.word) >= SHORTEST_MISSPELT and n.word[0] == token[0]
        ]


def least_weight(passages: int) -> float:
    """How rare the words of a name must be together (nats) in a collection of so many passages."""
    return min(MIN_WEIGHT, MIN_WEIGHT_SHARE * math.log(2 * passages + 2))


def name_tokens(text: str) -> tuple[str, ...]:
    """Normalised words of a name without articles and joints (unless there is nothing else)."""
    tokens = [_plain(word) for word in WORD_WITH_APOSTROPHE.findall(text)]
    tokens = [token for token in tokens if token][:MAX_NAME_TOKENS]
    return tuple(token for token in tokens if token not in _JOINTS) or tuple(tokens)


def _plain(word: str) -> str:
    word = normalise(word)
    return APOSTROPHE.sub("", word)


def _candidate_names(title: str, capitals: bool) -> list[tuple[str, bool]]:
    """(text, whether the title's form alone makes it a name) for each name that the title may hold."""
    head = _HEAD_END.split(title, maxsplit=1)
    words = WORD_WITH_APOSTROPHE.findall(title)
    found: list[tuple[str, bool]] = []
    if len(head) > 1 and 0 < len(WORD_WITH_APOSTROPHE.findall(head[0])) <= MAX_NAME_TOKENS:
        found.append((head[0].strip(), True))
    else:
        if 0 < len(words) <= MAX_TITLE_NAME_TOKENS:
            found.append((title.strip(), False))
        found.extend((text, False) for text in _written_like_names(words, capitals))
    return found


def _names_inside(title: str, chosen: Mapping[tuple[str, ...], "_Found"]) -> Iterator[tuple[str, ...]]:
    """Known names in a title that is no name itself: scripts without capitals do not show where a name starts."""
    tokens = name_tokens(title)
    if _HEAD_END.search(title) or tokens in chosen:
        return
    for start in range(len(tokens)):
        for end in range(start + 1, min(len(tokens), start + MAX_NAME_TOKENS) + 1):
            if tokens[start:end] in chosen:
                yield tokens[start:end]


def _capitals_tell(titles: Iterable[str]) -> bool:
    """Whether capitals inside titles mark names, or the collection Writes Its Titles Like This."""
    headlines = sentences = 0
    for title in titles:
        words = [
            word for word in WORD_WITH_APOSTROPHE.findall(title)[1:] if len(word) > 3 and word.lower() != word.upper()
        ]
        if words:
            headline = all(not word[:1].islower() for word in words)
            headlines += headline
            sentences += not headline
    return headlines <= sentences


def _written_like_names(words: Sequence[str], capitals: bool) -> list[str]:
    """Runs of words in a title that are written like a name: capitals inside a sentence, digits, Latin within another script."""
    if not words or words[0].isupper():
        return []
    indic = any(not word.isascii() for word in words)
    runs: list[list[str]] = [[]]
    for position, word in enumerate(words):
        capital = capitals and word[:1].isupper() and (position > 0 or indic)
        marked = capital or any(c.isdigit() for c in word) or (indic and word.isascii())
        if marked and not is_function_word(normalise(word), "en"):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [
        " ".join(run)
        for run in runs
        if run and len(run) <= MAX_NAME_TOKENS and any(len(word) > 1 and not word.isdigit() for word in run)
    ]


class _Found:
    """What was seen of one possible name while the titles were read."""

    def __init__(self) -> None:
        self.texts: Counter[str] = Counter()
        self.documents: set[int] = set()
        self.groups: set[str] = set()
        self.head = False

    def add(self, title: Title, text: str, is_head: bool) -> None:
        self.texts.update([text] if text else [])
        self.documents.add(title.document)
        self.groups.add(title.group)
        self.head = self.head or is_head

    def is_name(self, total: int) -> bool:
        """Whether a collection of `total` document groups speaks of this as of one thing among others."""
        share = len(self.groups) / total
        common = (
            total >= MIN_TITLES_FOR_SHARE
            and share > (MAX_HEAD_SHARE if self.head else MAX_SHARE)
            and len(self.groups) > 2
        )
        return not common and (self.head or len(self.groups) >= 2)


def _weighted(
    chosen: Mapping[tuple[str, ...], _Found], passages: int, per_document: float, frequency: Callable[[str], int]
) -> list[Name]:
    """Names with weights: a word that is common elsewhere in the collection ("hotel") hardly tells which name is meant."""
    names: list[Name] = []
    for tokens, entry in chosen.items():
        own = len(entry.documents) * per_document
        elsewhere = [max(frequency(token) - own, 0.0) for token in tokens]
        idf = tuple(
            (0.1 if is_function_word(token, "en") else 1.0) * math.log((2 * passages + 2) / (min(count, passages) + 1))
            for token, count in zip(tokens, elsewhere, strict=True)
        )
        if sum(idf) >= least_weight(passages):
            text = entry.texts.most_common(1)[0][0]
            names.append(Name(text, tokens, idf, frozenset(entry.documents), len(entry.groups)))
    return names


def _without_weaker_overlaps(mentions: Sequence[Mention]) -> list[Mention]:
    """Where two names claim the same words the better heard one stays; equals stay both."""
    ordered = sorted(mentions, key=lambda mention: (-mention.coverage * len(mention.tokens) ** 0.5, mention.name))
    kept: list[Mention] = []
    for mention in ordered:
        rivals = [other for other in kept if other.tokens & mention.tokens]
        if all(other.coverage - mention.coverage < 0.05 and other.tokens == mention.tokens for other in rivals):
            kept.append(mention)
    return kept
