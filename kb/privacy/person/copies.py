"""Words of a person that became something of everybody's: the label of a gap, the title of a theme, a wording, a tile.

They are known by their words, since nothing joins them with who said them first. Where somebody else asked the same, they stay.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from kb.privacy.person.rows import blocks, table_of
from kb.privacy.retention import is_left_empty
from kb.tables import (
    AskedTalk,
    Gap,
    GapChange,
    LearnedWording,
    Miss,
    MostAsked,
    SearchEvent,
    VoiceStatement,
    VoiceTheme,
    VoteReason,
)

# What a label or a title says where nothing else is left to say.
_NOTHING = "…"
_LONGEST_LABEL = 90
_SHORTEST = 8


def words_of_person(session: Session, rows: Mapping[Table, Collection[Any]]) -> set[str]:
    """What they, and nobody else, searched for, asked, and said of articles, product and service. Reads all searches."""
    found: set[str] = set()
    for table, name in (
        (table_of(SearchEvent), "query"),
        (table_of(VoteReason), "text"),
        (table_of(VoiceStatement), "text"),
    ):
        for block in blocks(rows.get(table, ())):
            found.update(session.scalars(select(table.c[name]).where(table.c.id.in_(block))))
    for block in blocks(rows.get(table_of(AskedTalk), ())):
        for turns in session.scalars(select(AskedTalk.turns).where(AskedTalk.id.in_(block))):
            found.update(turn["text"] for turn in turns.get("turns", ()) if isinstance(turn.get("text"), str))
    words = {normal for one in found if len(normal := _normal(one)) >= _SHORTEST}
    return words - _asked_by_others(session, words, rows.get(table_of(SearchEvent), ()))


def clear_copies(session: Session, own: Collection[str]) -> int:
    """After the rows are erased; own: words that nobody else said. Returns how many copies were cleared."""
    emptied = select(Gap.id).where(is_left_empty())
    gone = session.scalars(emptied).all()
    for block in blocks(gone):
        session.execute(delete(Gap).where(Gap.id.in_(block)).execution_options(synchronize_session=False))
    if not own:
        return len(gone)
    return len(gone) + _gaps(session, own) + _changes(session, own) + _themes(session, own) + _wordings(session, own)


def _normal(text: str) -> str:
    return " ".join(text.split()).casefold()


def _asked_by_others(session: Session, words: Collection[str], theirs: Collection[int]) -> set[str]:
    """Those that another search has, word for word."""
    found: set[str] = set()
    last = 0
    while True:
        rows = session.execute(
            select(SearchEvent.id, SearchEvent.query).where(SearchEvent.id > last).order_by(SearchEvent.id).limit(5000)
        ).all()
        found.update(normal for row in rows if row.id not in theirs and (normal := _normal(row.query)) in words)
        if len(rows) < 5000:
            return found
        last = rows[-1].id


def _is_from(label: str, words: Collection[str]) -> bool:
    """Whether a label was made of these words: they themselves, or a sentence or the beginning of them."""
    said = _normal(label).rstrip("…").rstrip()
    return len(said) >= _SHORTEST and any(said in one for one in words)


def _gaps(session: Session, own: Collection[str]) -> int:
    count = 0
    for gap_id, label in session.execute(select(Gap.id, Gap.label)).all():
        if not _is_from(label, own):
            continue
        left = select(SearchEvent.query).join(Miss, Miss.event_id == SearchEvent.id).where(Miss.gap_id == gap_id)
        queries = session.scalars(left.order_by(SearchEvent.id.desc())).all()
        if any(_normal(label).rstrip("…").rstrip() in _normal(query) for query in queries):
            continue
        _name_anew(session, Gap, gap_id, "label", queries)
        count += 1
    return count


def _name_anew(session: Session, of: type[Gap | VoiceTheme], number: int, column: str, left: Sequence[str]) -> None:
    """By the first of what others said, as it had been named by itself."""
    name = " ".join(left[0].split())[:_LONGEST_LABEL] if left else _NOTHING
    session.execute(
        update(of)
        .where(of.id == number)
        .values({column: name, "is_named": False})
        .execution_options(synchronize_session=False)
    )


def _changes(session: Session, own: Collection[str]) -> int:
    """Names that a gap had, and what was taken over from a question into a comment."""
    count = 0
    for change_id, details in session.execute(select(GapChange.id, GapChange.details)).all():
        cleared = {
            name: _NOTHING if isinstance(value, str) and _is_from(value, own) else value
            for name, value in details.items()
        }
        if cleared != details:
            session.execute(update(table_of(GapChange)).where(GapChange.id == change_id).values(details=cleared))
            count += 1
    return count


def _themes(session: Session, own: Collection[str]) -> int:
    count = 0
    for theme_id, title in session.execute(select(VoiceTheme.id, VoiceTheme.title)).all():
        if not _is_from(title, own):
            continue
        left = select(VoiceStatement.text).where(VoiceStatement.theme_id == theme_id).order_by(VoiceStatement.id.desc())
        _name_anew(session, VoiceTheme, theme_id, "title", session.scalars(left.limit(1)).all())
        count += 1
    return count


def _wordings(session: Session, own: Collection[str]) -> int:
    count = 0
    for row in session.execute(select(LearnedWording.id, LearnedWording.text, LearnedWording.examples)).all():
        if _normal(row.text) in own:
            session.execute(
                delete(LearnedWording).where(LearnedWording.id == row.id).execution_options(synchronize_session=False)
            )
            count += 1
        elif (left := [one for one in row.examples if _normal(one) not in own]) != row.examples:
            session.execute(update(table_of(LearnedWording)).where(LearnedWording.id == row.id).values(examples=left))
            count += 1
    for number, question in session.execute(select(MostAsked.id, MostAsked.question)).all():
        if _normal(question) in own:
            session.execute(update(table_of(MostAsked)).where(MostAsked.id == number).values(question=""))
            count += 1
    return count
