"""Looking for flags: figures each time, texts only when they have changed."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from kb.core.database import upsert
from kb.insight.flags.contradictions import find_contradictions
from kb.insight.flags.duplicates import find_duplicates
from kb.insight.flags.figures import find_falling
from kb.insight.flags.keeping import keep_flags
from kb.insight.flags.links import find_broken
from kb.tables import Article, ArticlePicture, FlagKind, FlagMark

_MARKS = cast(Table, FlagMark.__table__)
_TEXTS = "texts"
_WRITTEN_FOR = "1"  # raised when texts are compared in another way
OF_FIGURES = (FlagKind.VOTES, FlagKind.SUCCESS, FlagKind.SOLVED, FlagKind.UNREAD)
OF_TEXTS = (FlagKind.LINKS, FlagKind.CONTRADICTION, FlagKind.DUPLICATE)


def collect_flags(
    session: Session,
    languages: Sequence[str],
    *,
    now: datetime,
    zone: tzinfo,
    checkpoint: Callable[[], None],
    tick: Callable[[], None],
) -> dict[str, int]:
    """All kinds but those of reps; returns how many are new, back and past. `tick` is called now and then."""
    falling = find_falling(session, now.astimezone(zone).date(), zone)
    checkpoint()
    counts = keep_flags(session, OF_FIGURES, falling)
    checkpoint()
    state = state_of_texts(session)
    if session.scalar(select(FlagMark.seen).where(FlagMark.name == _TEXTS)) == state:
        return counts
    found = [
        *find_broken(session, languages, tick=tick),
        *find_contradictions(session, languages, tick=tick),
        *find_duplicates(session, tick=tick),
    ]
    checkpoint()  # nobody waits for a writer that has read for so long
    for name, count in keep_flags(session, OF_TEXTS, found).items():
        counts[name] += count
    upsert(session, _MARKS, {"name": _TEXTS, "seen": state}, key=("name",), change=("seen",))
    checkpoint()
    return counts


def state_of_texts(session: Session) -> str:
    """Differs where an article or a picture has changed. Two statements, read from indexes."""
    number, revisions = session.execute(select(func.count(Article.id), func.sum(Article.revision))).one()
    lost = session.scalar(select(func.count()).where(ArticlePicture.asset_id.is_(None)))
    return f"{_WRITTEN_FOR}/{number}/{revisions or 0}/{lost}"
