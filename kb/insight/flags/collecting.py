"""Looking for flags: figures each time, texts only when they have changed, and a long look only now and then."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from kb.core.database import upsert
from kb.insight.flags.contradictions import find_contradictions
from kb.insight.flags.duplicates import find_duplicates
from kb.insight.flags.figures import find_falling
from kb.insight.flags.keeping import keep_flags
from kb.insight.flags.links import find_broken
from kb.insight.flags.same_meaning import find_same_meaning
from kb.search.types import CollectionName
from kb.tables import Article, ArticlePicture, BuildState, FlagKind, FlagMark, IndexBuild, Passage

_MARKS = cast(Table, FlagMark.__table__)
_TEXTS, _NOT_BEFORE = "texts", "texts not before"
# All texts are compared with each other, which takes minutes where there are thousands: then it takes a twentieth of the time at
# most, however often somebody saves. What takes less than this many seconds is done each time.
_SHORT, _SHARE = 30.0, 20
_WRITTEN_FOR = "4"  # raised when texts are compared in another way
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
    marks = {one.name: one.seen for one in session.scalars(select(FlagMark))}
    if marks.get(_TEXTS) == state or marks.get(_NOT_BEFORE, "") > now.isoformat():
        return counts
    begun = time.monotonic()
    found = [
        *find_broken(session, languages, tick=tick),
        *find_contradictions(session, languages, tick=tick),
        *find_duplicates(session, tick=tick),
        *find_same_meaning(session, tick=tick),  # after those of words, which show their sentences
    ]
    checkpoint()  # nobody waits for a writer that has read for so long
    for name, count in keep_flags(session, OF_TEXTS, found).items():
        counts[name] += count
    later = not_before(now, time.monotonic() - begun)
    for name, seen in ((_TEXTS, state), (_NOT_BEFORE, later.isoformat())):
        upsert(session, _MARKS, {"name": name, "seen": seen}, key=("name",), change=("seen",))
    checkpoint()
    return counts


def not_before(now: datetime, took: float) -> datetime:
    """When texts may be compared again. took: seconds that it took from now on."""
    return now + timedelta(seconds=took * _SHARE) if took > _SHORT else now


def state_of_texts(session: Session) -> str:
    """Differs where an article or a picture has changed, or come into the index. Four statements, read from indexes."""
    number, revisions = session.execute(select(func.count(Article.id), func.sum(Article.revision))).one()
    lost = session.scalar(select(func.count()).where(ArticlePicture.asset_id.is_(None)))
    live = session.scalar(select(IndexBuild.id).where(IndexBuild.state == BuildState.LIVE.value))
    of_articles = Passage.collection.in_([CollectionName.HELP.value, CollectionName.INTERNAL.value])
    newest = session.scalar(select(func.max(Passage.id)).where(Passage.build_id == live, of_articles))
    return f"{_WRITTEN_FOR}/{number}/{revisions or 0}/{lost}/{live or 0}/{newest or 0}"
