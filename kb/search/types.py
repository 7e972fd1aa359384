"""The words in which search is spoken of: audiences, collections, outcomes, results."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from kb.search.encoding import Ids, Vectors, WordVectors
from kb.text.no_question import NoQuestion
from kb.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kb.search.answers import Answer
    from kb.search.fusion import CollectionBackground
    from kb.search.safety import SafetyWarning

# The parts of a document that passages come from; stored by name, handled by number.
PARTS = ("body", "questions", "problem", "resolution")
# The number of the part that is other wordings of a question.
ALTERNATIVE_QUESTIONS = PARTS.index("questions")


class CollectionName(StrEnum):
    HELP = "help"
    INTERNAL = "internal"
    TICKETS = "tickets"


class Audience(StrEnum):
    """Who asks. What they may see is decided by the collections that their searcher holds, not by a filter."""

    CUSTOMER = "customer"
    REP = "rep"


class Outcome(StrEnum):
    ANSWERED = "answered"
    UNSURE = "unsure"
    NONE = "none"


class Rerank(StrEnum):
    """Whether the second stage was asked. Cut short: not all was read within the time that a search may wait for it."""

    NOT_ASKED = "not_asked"
    COMPLETE = "complete"
    CUT_SHORT = "cut_short"


class Result(NamedTuple):
    """One document that may answer the query, ready to show; translations of an article are one result."""

    kind: str  # article | ticket
    id: int
    title: str
    language: str
    url: str
    snippet: str
    audience: str  # public | internal | tickets
    score: float
    other_language: bool  # True where the reader's language has no version and another one is shown
    mark: tuple[int, int]  # the best sentence within `snippet`: start and end
    topic: str
    heading_path: Sequence[str]
    languages: Mapping[str, str]  # language -> url of each published version
    updated: str  # ISO date
    channel: str  # tickets only
    lacks: Sequence[str] = ()  # identifiers of the query that other documents have and this one has not
    answer: "Answer | None" = None  # None where there is nothing to read
    anchor: str = ""  # id of the heading that the answer stands under, in the page of `url`
    less_likely: bool = False  # so far below the first that it is hardly what was meant
    decided_by: Sequence[str] = ()  # words of the query, as typed, that speak for this result
    pinned: bool = False  # a trainer has put it first for this query

    @property
    def section_url(self) -> str:
        """Where the answer stands."""
        return f"{self.url}#{quote(self.anchor)}" if self.anchor else self.url

    @property
    def collection(self) -> CollectionName:
        """Where it is searched."""
        return CollectionName.HELP if self.audience == "public" else CollectionName(self.audience)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.id,
            "title": self.title,
            "language": self.language,
            "url": self.url,
            "snippet": self.snippet,
            "mark": list(self.mark),
            "audience": self.audience,
            "score": round(self.score, 4),
            "other_language": self.other_language,
            "topic": self.topic,
            "heading_path": list(self.heading_path),
            "languages": dict(self.languages),
            "updated": self.updated,
            "channel": self.channel,
            "lacks": list(self.lacks),
            "answer": self.answer.to_json() if self.answer else None,
            "anchor": self.anchor,
            "section_url": self.section_url,
            "less_likely": self.less_likely,
            "decided_by": list(self.decided_by),
            "pinned": self.pinned,
        }


@dataclass(frozen=True)
class SearchAnswer:
    """What a search gave. `query` is what was searched for after normalising; it may be shorter than what was typed."""

    query: str
    language: str
    outcome: Outcome
    confidence: float
    results: Sequence[Result]
    # encode, dense, lexical, rank, rerank, load, total: what the caller waited for each.
    timings_ms: Mapping[str, float]
    public_id: str  # names the search event that is (or will be) recorded
    truncated: bool = False  # the query was longer than the cap and its end was not searched
    no_question: NoQuestion | None = None  # what the query is where it asks nothing
    missing: Sequence[str] = ()  # error codes, versions, part numbers of the query that nothing found has
    rerank: Rerank = Rerank.NOT_ASKED
    safety: "SafetyWarning | None" = None  # what is to be said before anything else
    read_as: str = ""  # as the encoder read it: spelling mended, Hindi and Bengali in their own script
    did_you_mean: str = ""  # the query with other words for misspelt ones; "" where there is nothing to ask
    words_only: bool = False  # the encoder was missing, so that only words were compared

    def to_json(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "language": self.language,
            "outcome": self.outcome.value,
            "confidence": round(self.confidence, 4),
            "results": [result.to_json() for result in self.results],
            "timings_ms": {stage: round(ms, 3) for stage, ms in self.timings_ms.items()},
            "search_id": self.public_id,
            "truncated": self.truncated,
            "no_question": self.no_question.value if self.no_question else None,
            "missing": list(self.missing),
            "safety": self.safety.to_json() if self.safety else None,
            "read_as": self.read_as,
            "did_you_mean": self.did_you_mean,
            "words_only": self.words_only,
        }


@dataclass(frozen=True)
class PassageFacts:
    """What ranking must know of passages, in columns of equal length. Entries with `known` False are not in the collection.

    languages: see `language_number`; parts: index into PARTS; translated: 1 where the group may have passages in
    more than one language.
    """

    known: NDArray[np.bool_]
    documents: NDArray[np.int64]
    groups: NDArray[np.int64]
    languages: NDArray[np.int64]
    parts: NDArray[np.int64]
    translated: NDArray[np.int64]


class PieceKind(StrEnum):
    """What a piece of a passage is, as a letter. The first piece of an item in capitals: the list goes on in another passage."""

    SENTENCE = "s"
    NUMBERED = "n"  # the beginning of an item of a list
    BULLETED = "b"
    OF_ITEM = "i"  # what comes after it in the same item
    NESTED = "j"  # the beginning of an item of a list within it
    ROW = "r"
    HEAD = "h"  # the row that names the columns
    HEADING = "t"
    TITLE = "o"  # of a note


class PassageText(NamedTuple):
    """A passage as it is shown, without markup.

    ends: where in `text` each piece ends, one blank before the next one; heading_path: the title first; kinds: a letter for each
    piece, see PieceKind; anchors: ids in the rendered article, of the section that the passage begins in ("" for none), then of
    each HEADING; asks: 1 for each piece that is a question or leads on to what comes next (":"), else 0; words: for all pieces,
    one after the other, the places of their words among the token vectors; word_counts: how many of them each piece has.
    """

    text: str
    ends: Sequence[int]
    heading_path: Sequence[str]
    kinds: str = ""
    anchors: Sequence[str] = ()
    asks: bytes = b""
    word_counts: bytes = b""
    words: bytes = b""

    def piece(self, number: int) -> str:
        return self.text[self.ends[number - 1] + 1 if number else 0 : self.ends[number]]

    def anchor_of(self, number: int) -> str:
        """The id of the heading that a piece stands under, "" where there is none."""
        place = self.kinds.count(PieceKind.HEADING, 0, number + 1)
        return self.anchors[place] if place < len(self.anchors) else ""

    def headings_of(self, number: int) -> Sequence[str]:
        """The headings that a piece stands under, the title first."""
        heading = self.kinds.rfind(PieceKind.HEADING, 0, number + 1)
        return self.heading_path if heading < 0 else (*self.heading_path[:1], self.piece(heading))


class PassageColumns(Protocol):
    """Some passages of a collection by named columns, each of length n in the order of `ids`, read when it is asked for."""

    @property
    def ids(self) -> Ids: ...

    @property
    def facts(self) -> PassageFacts: ...

    @property
    def vectors(self) -> Vectors:
        """float32 (n, dimensions), unit length; zeros for an unknown id."""
        ...

    @property
    def token_vectors(self) -> Sequence[WordVectors]:
        """Per passage the vectors of its different words; none for an unknown id."""
        ...

    @property
    def texts(self) -> Sequence[PassageText | None]:
        """What is shown of each; None for an unknown id."""
        ...


class CollectionStats(NamedTuple):
    """passages: how many there are; frequencies: in how many each of the terms that were asked for occurs, about; background:
    how passages lie, whatever the query; vocabulary: their words, for finding those that misspelt ones are meant to be."""

    passages: int
    frequencies: Mapping[str, int]
    background: "CollectionBackground"
    vocabulary: Vocabulary


class Collection(Protocol):
    """One searchable collection as it is at one moment: all that search asks of an engine. Passage ids are those of the table
    `passages`."""

    @property
    def name(self) -> CollectionName: ...

    def search_dense(self, vector: Vectors, limit: int) -> tuple[Ids, Vectors]:
        """Ids and cosines of the nearest passages, best first. `vector` has shape (dimensions,)."""
        ...

    def search_lexical(self, terms: Sequence[tuple[str, float]], limit: int) -> tuple[Ids, Vectors]:
        """Ids and BM25 scores of the passages with most of the weighted terms, best first."""
        ...

    def fetch(
        self, ids: Ids | None = None, *, documents: Sequence[int] = (), groups: Ids | None = None
    ) -> PassageColumns:
        """Passages by their ids, or all of some documents, or of some groups (an article in all its languages)."""
        ...

    def stats(self, terms: Iterable[str] = ()) -> CollectionStats: ...


def is_known_term(collections: Sequence[Collection], term: str) -> bool:
    """Whether any passage has the term."""
    return any(collection.stats((term,)).frequencies[term] for collection in collections)


# Languages as small numbers, the same for all collections of a process; files and databases hold the tags.
_language_numbers: dict[str, int] = {}


def language_number(tag: str) -> int:
    """The number by which columns speak of a language; a new one for a tag that has none."""
    return _language_numbers.setdefault(tag, len(_language_numbers))


def language_of_number(number: int) -> str:
    return list(_language_numbers)[number]


class CollectionSource(Protocol):
    """Something that gives a collection as it is now."""

    @property
    def name(self) -> CollectionName: ...

    def view(self) -> Collection: ...
