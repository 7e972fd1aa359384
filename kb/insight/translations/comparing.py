"""A translation beside its source, section by section: what is up to date, what is behind, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kb.articles.sections import Section
from kb.tables import TranslatedSection


class SectionState(StrEnum):
    CURRENT = "current"
    BEHIND = "behind"  # its source has changed since
    MISSING = "missing"  # the source has it, the translation does not
    GONE = "gone"  # the source had it
    OWN = "own"  # the translation alone has it, and that is right


@dataclass(frozen=True)
class ComparedSection:
    """row: its TranslatedSection, None where there is none yet. before: what the source said when it was translated; now: what it
    says ("" where it has no such section any more); text: the translation. is_moved: it stands elsewhere than in the source."""

    row: TranslatedSection | None
    state: SectionState
    source_place: int | None
    before: str
    now: str
    text: str
    is_moved: bool = False

    @property
    def needs_work(self) -> bool:
        return self.state in {SectionState.BEHIND, SectionState.MISSING, SectionState.GONE}


def compare_sections(
    rows: Sequence[TranslatedSection], source: Sequence[Section], translation: Sequence[Section]
) -> list[ComparedSection]:
    """In the order of the source; what it does not have comes after the section that it follows in the translation."""
    of_source = {row.source_place: row for row in rows if row.source_place is not None}
    found: list[tuple[tuple[int, int], ComparedSection]] = []
    last = furthest = -1
    ends: list[tuple[int, int]] = []  # place in the translation, place in the list
    for number, section in enumerate(source):
        row = of_source.get(number)
        text = _text_at(translation, row.place) if row else ""
        before = (row.source_text or "") if row else ""
        if row is not None and " ".join(before.split()) == section.plain:
            state = SectionState.CURRENT
        else:
            state = SectionState.BEHIND if row is not None and row.place is not None else SectionState.MISSING
        is_moved = row is not None and row.place is not None and row.place < furthest
        if row is not None and row.place is not None:
            furthest = max(furthest, row.place)
            last = row.place
        ends.append((last, number))
        found.append(((number, -1), ComparedSection(row, state, number, before, section.text, text, is_moved)))
    for row in rows:
        if row.source_place is None and row.place is not None:
            after = max((number for place, number in ends if place < row.place), default=-1)
            state = SectionState.OWN if row.source_text is None else SectionState.GONE
            text = _text_at(translation, row.place)
            found.append(((after, row.place), ComparedSection(row, state, None, row.source_text or "", "", text)))
    return [one for _, one in sorted(found, key=lambda item: item[0])]


def _text_at(sections: Sequence[Section], place: int | None) -> str:
    return sections[place].text if place is not None and place < len(sections) else ""
