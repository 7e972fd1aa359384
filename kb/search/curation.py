"""What trainers say of searches, as it is used now: the same in every process a moment after it was saved."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.search.pins import NO_PINS, Pin, Pins
from kb.search.synonyms import NO_SYNONYMS, SynonymRule, Synonyms
from kb.tables import CuratedChange, CuratedKind, PinnedAnswer, Synonym

_OF_SEARCHES = (CuratedKind.SYNONYM.value, CuratedKind.PIN.value)


@dataclass(frozen=True)
class Curation:
    """Part of what determines an answer."""

    synonyms: Synonyms = NO_SYNONYMS
    pins: Pins = NO_PINS

    def current(self) -> "Curation":
        """Itself: a source of what never changes, for trying out."""
        return self


NO_CURATION = Curation()


class CurationSource(Protocol):
    """Something that gives what is used now."""

    def current(self) -> Curation: ...


# Asks how often anything of it was changed; rows are never deleted, so that two who write at once are both seen.
CURATION_VERSION = select(func.count(CuratedChange.id)).where(CuratedChange.kind.in_(_OF_SEARCHES))


def load_curation(session: Session) -> tuple[int, Curation]:
    """What is stored now, with its version. Three statements."""
    version = session.scalar(CURATION_VERSION) or 0
    synonyms = session.scalars(select(Synonym).order_by(Synonym.id))
    pins = session.scalars(select(PinnedAnswer).order_by(PinnedAnswer.id))
    return version, Curation(
        Synonyms([SynonymRule(one.language, tuple(one.words), tuple(one.means)) for one in synonyms]),
        Pins([Pin(tuple(one.wordings), one.article_id, one.until) for one in pins]),
    )
