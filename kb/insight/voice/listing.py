"""Themes as the studio shows them: counts, trend, quotes, and what is due."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from kb.core.clock import utc_now
from kb.core.errors import NotFoundError
from kb.insight.voice.judging import VoiceKind
from kb.tables import (
    Channel,
    Conversation,
    CustomerIdentity,
    IdentityKind,
    ThemeState,
    User,
    VoiceAnswer,
    VoiceStatement,
    VoiceTheme,
)

MONTH = timedelta(days=30)
# Quotes under a theme in the list, and months of its own page.
QUOTES, MONTHS = 2, 12
# Whose replies are spoken: what is written reaches them by mail alone.
_SPOKEN = (Channel.PHONE.value, Channel.WALK_IN.value)


@dataclass(frozen=True)
class ThemeRow:
    """A theme with its counts: of statements by kind, of complaints that wait for an answer, the day when the first of these is
    due, of the last 30 days and of the 30 before."""

    id: int
    title: str
    state: str
    owner: str
    feedback: int
    complaints: int
    unanswered: int
    due_on: date | None
    last_month: int
    month_before: int
    last_said: datetime
    quotes: list[VoiceStatement] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.feedback + self.complaints


@dataclass(frozen=True)
class Month:
    """first: the first day of the month."""

    first: date
    feedback: int
    complaints: int


@dataclass(frozen=True)
class ThemeDetail:
    """reachable: of those who raised it and can be written to, how many conversations by primary language."""

    row: ThemeRow
    theme: VoiceTheme
    months: list[Month]
    statements: Sequence[VoiceStatement]
    answers: Sequence[VoiceAnswer]
    reachable: dict[str, int]


def _counted(now: datetime) -> Select[int, str, str, str, str, int, int, int, date, int, int, datetime]:
    waits = and_(VoiceStatement.due_on.is_not(None), VoiceStatement.answered_at.is_(None))
    month, before = now - MONTH, now - 2 * MONTH

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((condition, 1)))

    return (
        select(
            VoiceTheme.id,
            VoiceTheme.title,
            VoiceTheme.state,
            func.coalesce(User.name, ""),
            func.coalesce(User.email, ""),
            number(VoiceStatement.kind == VoiceKind.FEEDBACK.value),
            number(VoiceStatement.kind == VoiceKind.COMPLAINT.value),
            number(waits).label("unanswered"),
            func.min(case((waits, VoiceStatement.due_on))).label("due_on"),
            number(VoiceStatement.said_at > month),
            number(and_(VoiceStatement.said_at > before, VoiceStatement.said_at <= month)),
            func.max(VoiceStatement.said_at).label("last_said"),
        )
        .join(VoiceStatement, VoiceStatement.theme_id == VoiceTheme.id)
        .outerjoin(User, User.id == VoiceTheme.owner_id)
        .group_by(VoiceTheme.id, User.name, User.email)
    )


def _rows(
    session: Session, query: Select[int, str, str, str, str, int, int, int, date, int, int, datetime]
) -> list[ThemeRow]:
    return [
        ThemeRow(number, title, state, name or email, feedback, complaints, unanswered, due_on, month, before, last)
        for (
            number,
            title,
            state,
            name,
            email,
            feedback,
            complaints,
            unanswered,
            due_on,
            month,
            before,
            last,
        ) in session.execute(query)
    ]


def list_themes(
    session: Session,
    states: Sequence[ThemeState],
    *,
    limit: int,
    offset: int = 0,
    only_due: bool = False,
    owner_id: int | None = None,
    quotes: bool = True,
    now: datetime | None = None,
) -> list[ThemeRow]:
    """What is said most comes first; with only_due what has unanswered complaints, the first due first. Two statements."""
    query = _counted(now or utc_now()).where(VoiceTheme.state.in_([state.value for state in states]))
    if owner_id is not None:
        query = query.where(VoiceTheme.owner_id == owner_id)
    count = func.count(VoiceStatement.id)
    if only_due:
        waits = and_(VoiceStatement.due_on.is_not(None), VoiceStatement.answered_at.is_(None))
        due = case((waits, VoiceStatement.due_on))
        query = query.having(func.count(due) > 0).order_by(func.min(due), count.desc(), VoiceTheme.id)
    else:
        query = query.order_by(count.desc(), VoiceTheme.id)
    rows = _rows(session, query.limit(limit).offset(offset))
    if quotes:
        _add_quotes(session, rows)
    return rows


def _add_quotes(session: Session, rows: list[ThemeRow]) -> None:
    place = (
        func.row_number().over(partition_by=VoiceStatement.theme_id, order_by=VoiceStatement.id.desc()).label("place")
    )
    newest = select(VoiceStatement.id, place).where(VoiceStatement.theme_id.in_([row.id for row in rows])).subquery()
    found = select(VoiceStatement).join(newest, newest.c.id == VoiceStatement.id).where(newest.c.place <= QUOTES)
    of_theme = {row.id: row.quotes for row in rows}
    for statement in session.scalars(found.order_by(VoiceStatement.id.desc())):
        if statement.theme_id is not None:
            of_theme[statement.theme_id].append(statement)


def count_themes(session: Session) -> tuple[dict[str, int], int]:
    """How many themes are in each state, and how many have complaints that wait for an answer. Two statements."""
    said = exists().where(VoiceStatement.theme_id == VoiceTheme.id)
    counts = session.execute(select(VoiceTheme.state, func.count()).where(said).group_by(VoiceTheme.state))
    waits = exists().where(
        VoiceStatement.theme_id == VoiceTheme.id,
        VoiceStatement.due_on.is_not(None),
        VoiceStatement.answered_at.is_(None),
    )
    due = session.scalar(select(func.count(VoiceTheme.id)).where(waits)) or 0
    return {row[0]: row[1] for row in counts}, due


def get_theme(session: Session, theme_id: int) -> VoiceTheme:
    """Raises NotFoundError."""
    theme = session.get(VoiceTheme, theme_id)
    if theme is None:
        raise NotFoundError("There is no such theme.")
    return theme


def theme_row(session: Session, theme_id: int, now: datetime | None = None) -> ThemeRow:
    """Raises NotFoundError, also where nothing is left of it."""
    found = _rows(session, _counted(now or utc_now()).where(VoiceTheme.id == theme_id))
    if not found:
        raise NotFoundError("Nothing is said about this any more.")
    return found[0]


def theme_detail(
    session: Session, theme_id: int, *, limit: int, offset: int = 0, now: datetime | None = None
) -> ThemeDetail:
    """Six statements. Raises NotFoundError."""
    now = now or utc_now()
    theme = get_theme(session, theme_id)
    row = theme_row(session, theme_id, now)
    answers = session.scalars(
        select(VoiceAnswer)
        .where(VoiceAnswer.theme_id == theme_id)
        .options(joinedload(VoiceAnswer.user))
        .order_by(VoiceAnswer.id.desc())
    ).all()
    statements = statements_of(session, theme_id, limit=limit, offset=offset)
    return ThemeDetail(row, theme, _months(session, theme_id, now), statements, answers, _reachable(session, theme_id))


def statements_of(
    session: Session, theme_id: int, *, limit: int | None = None, offset: int = 0
) -> Sequence[VoiceStatement]:
    """The newest first. One statement."""
    return session.scalars(
        select(VoiceStatement)
        .where(VoiceStatement.theme_id == theme_id)
        .order_by(VoiceStatement.said_at.desc(), VoiceStatement.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()


def _months(session: Session, theme_id: int, now: datetime) -> list[Month]:
    """The last MONTHS, the newest last, also those in which nothing was said."""
    year, month = now.year, now.month
    firsts = [date(year + (month - 1 - back) // 12, (month - 1 - back) % 12 + 1, 1) for back in range(MONTHS)][::-1]
    starts = [datetime(first.year, first.month, 1, tzinfo=now.tzinfo) for first in firsts]
    # By their beginnings: a database takes a moment apart by the clock of its own place.
    place = case(*((VoiceStatement.said_at >= starts[at], at) for at in reversed(range(MONTHS))), else_=0).label(
        "place"
    )
    rows = session.execute(
        select(place, VoiceStatement.kind, func.count())
        .where(VoiceStatement.theme_id == theme_id, VoiceStatement.said_at >= starts[0])
        .group_by("place", VoiceStatement.kind)
    )
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for at, kind, count in rows:
        counts[firsts[at]][kind] = count
    return [Month(first, counts[first][VoiceKind.FEEDBACK], counts[first][VoiceKind.COMPLAINT]) for first in firsts]


def _reachable(session: Session, theme_id: int) -> dict[str, int]:
    has_address = exists().where(
        CustomerIdentity.customer_id == Conversation.customer_id, CustomerIdentity.kind == IdentityKind.EMAIL.value
    )
    rows = session.execute(
        select(Conversation.language, func.count(func.distinct(Conversation.id)))
        .join(VoiceStatement, VoiceStatement.conversation_id == Conversation.id)
        .where(
            VoiceStatement.theme_id == theme_id,
            Conversation.origin != "sample",
            or_(Conversation.channel.not_in(_SPOKEN), has_address),
        )
        .group_by(Conversation.language)
    )
    counts: Counter[str] = Counter()
    for language, count in rows:
        counts[(language or "en").partition("-")[0]] += count
    return dict(sorted(counts.items()))
