"""Which of the candidates have the identifiers of a query: what lacks an error code is no answer about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.search.candidates import Candidates
from kb.search.encoding import Ids
from kb.search.types import Collection
from kb.text.identifiers import Identifier, find_identifiers
from kb.text.terms import normalise
from kb.text.words import find_words

# In a text of more words a version is that of something by the way; in a letter codes are too, and one that is found is enough.
# (On technical questions that tell much, ranking by all of them costs three points of hit@1.)
VERSIONS_UNTIL, LETTER_FROM = 12, 40


@dataclass(frozen=True)
class Mentions:
    """What the candidates have of a query's identifiers, as they were typed.

    missing: those that no candidate has; groups: documents that have the most of the others, empty where there are no others;
    lacking: per document those of the others that it lacks.
    """

    missing: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    lacking: Mapping[int, tuple[str, ...]] | None = None

    def lacks(self, group: int) -> tuple[str, ...]:
        return (self.lacking or {}).get(group, ())


NO_IDENTIFIERS = Mentions()


def find_mentions(query: str, candidates: Candidates, collections: Sequence[Collection]) -> Mentions:
    """Look for the identifiers of `query` in the texts of the candidates, titles included. Without any it costs nothing."""
    identifiers = find_identifiers(query)
    words = len(find_words(query)) if identifiers else 0
    if words > VERSIONS_UNTIL:
        identifiers = [identifier for identifier in identifiers if not identifier.version]
    if not identifiers or not len(candidates):
        return NO_IDENTIFIERS
    had: dict[int, set[int]] = {group: set() for group in candidates.groups.tolist()}
    for number, collection in enumerate(collections):
        rows = candidates.rows_of(number)
        for group, text in zip(candidates.groups[rows].tolist(), _texts(collection, candidates.ids[rows]), strict=True):
            had[group].update(place for place, one in enumerate(identifiers) if one.is_in(text))
    anywhere = set().union(*had.values())
    return NO_IDENTIFIERS if words >= LETTER_FROM and anywhere else _mentions(identifiers, had, anywhere)


def _texts(collection: Collection, ids: Ids) -> list[str]:
    """What each passage says, its headings first, normalised."""
    texts = collection.fetch(ids).texts if len(ids) else ()
    return ["" if text is None else normalise("\n".join((*text.heading_path, text.text))) for text in texts]


def _mentions(identifiers: Sequence[Identifier], had: Mapping[int, set[int]], anywhere: set[int]) -> Mentions:
    most = max(map(len, had.values()))
    return Mentions(
        missing=tuple(one.text for place, one in enumerate(identifiers) if place not in anywhere),
        groups=tuple(group for group, places in had.items() if most and len(places) == most),
        lacking={
            group: tuple(one.text for place, one in enumerate(identifiers) if place in anywhere - places)
            for group, places in had.items()
        },
    )
