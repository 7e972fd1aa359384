"""The list of conversations: which there are, in which order, and how long each may still wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from kb.core.clock import utc_now
from kb.service.conversations import note_event
from kb.service.promises import overdue_conversations
from kb.tables import Conversation, ConversationState, Customer, EventKind, Promise, User
from kb.tables.people import Role

PAGE = 25
# The sample's customers wait behind the real ones, who are told their place without them (kb.service.waiting_record).
_IS_INVENTED = case((Conversation.origin == "sample", 1), else_=0)


class View(StrEnum):
    """What a rep may want to see of the queue."""

    WAITING = "waiting"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    OPEN = "open"
    HEATED = "heated"
    OVERDUE = "overdue"  # something was promised and the day is over, whatever state the conversation is in
    SNOOZED = "snoozed"
    CLOSED = "closed"


@dataclass(frozen=True)
class Filter:
    """channel, language: "" for all; newest_first: else who waits longest is on top, then what was said last."""

    view: View = View.OPEN
    channel: str = ""
    language: str = ""
    newest_first: bool = False
    page: int = 1


@dataclass(frozen=True)
class Page:
    conversations: Sequence[Conversation]
    number: int
    pages: int
    total: int
    overdue: frozenset[int] = frozenset()  # conversations of this page in which a promise is overdue


@dataclass(frozen=True)
class Targets:
    """Minutes by channel, see KB_FIRST_RESPONSE and KB_RESOLUTION."""

    first_response: Mapping[str, int]
    resolution: Mapping[str, int]


@dataclass(frozen=True)
class Countdown:
    """What is due next for a conversation, and when."""

    is_first_response: bool
    due_at: datetime

    def is_late(self, now: datetime | None = None) -> bool:
        return self.due_at < (now or utc_now())


def _condition(view: View, user_id: int) -> ColumnElement[bool]:
    is_open = Conversation.state == ConversationState.OPEN.value
    return {
        View.OPEN: is_open,
        View.WAITING: and_(is_open, Conversation.waiting_since.is_not(None)),
        View.MINE: and_(is_open, Conversation.assigned_to_id == user_id),
        View.UNASSIGNED: and_(is_open, Conversation.assigned_to_id.is_(None)),
        View.HEATED: and_(is_open, Conversation.frustration > 0),
        View.OVERDUE: Conversation.id.in_(overdue_conversations()),
        View.SNOOZED: Conversation.state == ConversationState.SNOOZED.value,
        View.CLOSED: Conversation.state == ConversationState.CLOSED.value,
    }[view]


def _chosen(wanted: Filter, user_id: int) -> list[ColumnElement[bool]]:
    conditions = [_condition(wanted.view, user_id)]
    if wanted.channel:
        conditions.append(Conversation.channel == wanted.channel)
    if wanted.language:
        same = Conversation.language == wanted.language
        conditions.append(or_(same, Conversation.language.startswith(wanted.language + "-", autoescape=True)))
    return conditions


def _ordered(statement: Select[Conversation, int, bool], wanted: Filter) -> Select[Conversation, int, bool]:
    if wanted.view is View.CLOSED:
        return statement.order_by(Conversation.closed_at.desc(), Conversation.id.desc())
    if wanted.view is View.SNOOZED:
        return statement.order_by(Conversation.snoozed_until, Conversation.id)
    if wanted.newest_first:
        return statement.order_by(Conversation.last_message_at.desc(), Conversation.id.desc())
    nobody_waits = Conversation.waiting_since.is_(None)
    return statement.order_by(
        nobody_waits,
        _IS_INVENTED,
        Conversation.waiting_since,
        Conversation.last_message_at.desc(),
        Conversation.id,
    )


def list_conversations(session: Session, wanted: Filter, user_id: int) -> Page:
    """A page of the queue with customers and who has what: one statement. A page that is not there is the last one."""
    conditions = _chosen(wanted, user_id)
    is_overdue = Conversation.id.in_(overdue_conversations())
    chosen = select(Conversation, func.count().over(), is_overdue).where(*conditions)
    statement = (
        _ordered(chosen, wanted)
        .options(
            joinedload(Conversation.customer).joinedload(Customer.identities), joinedload(Conversation.assigned_to)
        )
        .limit(PAGE)
    )
    number = max(1, wanted.page)
    rows = session.execute(statement.offset((number - 1) * PAGE)).unique().all()
    if rows or number == 1:
        total = rows[0][1] if rows else 0
    else:
        total = session.scalar(select(func.count(Conversation.id)).where(*conditions)) or 0
    pages = max(1, -(-total // PAGE))
    if number > pages:
        number = pages
        rows = session.execute(statement.offset((number - 1) * PAGE)).unique().all()
    overdue = frozenset(row[0].id for row in rows if row[2])
    return Page([row[0] for row in rows], number, pages, total, overdue)


def count_views(session: Session, user_id: int) -> dict[View, int]:
    """How many conversations each view of the open ones has, and how many are snoozed: one statement."""
    views = [view for view in View if view not in (View.CLOSED, View.OVERDUE)]
    counts = [func.count().filter(_condition(view, user_id)) for view in views]
    is_not_closed = Conversation.state != ConversationState.CLOSED.value
    overdue = overdue_conversations().with_only_columns(func.count(func.distinct(Promise.conversation_id)))
    counted = select(*counts, overdue.scalar_subquery()).select_from(Conversation).where(is_not_closed)
    return dict(zip([*views, View.OVERDUE], session.execute(counted).one(), strict=True))


def count_waiting(session: Session) -> int:
    return session.scalar(select(func.count(Conversation.id)).where(_condition(View.WAITING, 0))) or 0


def countdown(conversation: Conversation, targets: Targets) -> Countdown | None:
    """Until when the first answer, or the end, is due; None where it is the customer's turn or all is over."""
    if conversation.state != ConversationState.OPEN.value:
        return None
    if conversation.first_response_at is None:
        minutes = targets.first_response.get(conversation.channel)
        since = conversation.waiting_since or conversation.created_at
        return Countdown(True, since + timedelta(minutes=minutes)) if minutes else None
    minutes = targets.resolution.get(conversation.channel)
    if conversation.waiting_since is None or not minutes:
        return None
    return Countdown(False, conversation.created_at + timedelta(minutes=minutes))


def next_for(session: Session, user_id: int) -> Conversation | None:
    """Who has waited longest and has nobody is given to this person (pick): of two who ask at once each gets another one."""
    waiting = (
        select(Conversation.id)
        .where(_condition(View.WAITING, user_id), Conversation.assigned_to_id.is_(None))
        .order_by(_IS_INVENTED, Conversation.waiting_since, Conversation.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    number = session.execute(
        update(Conversation)
        .where(Conversation.id == waiting.scalar_subquery(), Conversation.assigned_to_id.is_(None))
        .values(assigned_to_id=user_id)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if number is None:
        return None
    conversation = session.get_one(Conversation, number, populate_existing=True)
    note_event(session, conversation, EventKind.ASSIGNED, user_id, {"to": user_id, "from": None})
    return conversation


def deal_out(session: Session) -> int:
    """Round-robin: what waits and has nobody goes to the reps who are there, to whom has least first. Returns how many."""
    waiting = session.scalars(
        select(Conversation)
        .where(_condition(View.WAITING, 0), Conversation.assigned_to_id.is_(None))
        .order_by(_IS_INVENTED, Conversation.waiting_since, Conversation.id)
        .limit(500)
    ).all()
    if not waiting:
        return 0
    loads = _loads(session)
    for conversation in waiting:
        if not loads:
            return 0
        user_id = min(loads, key=lambda one: (loads[one], one))
        loads[user_id] += 1
        conversation.assigned_to_id = user_id
        note_event(session, conversation, EventKind.ASSIGNED, None, {"to": user_id, "from": None})
    return len(waiting)


def _loads(session: Session) -> dict[int, int]:
    """Open conversations of each active rep who has logged in within the last twelve hours."""
    has = select(Conversation.assigned_to_id, func.count().label("count")).where(_condition(View.OPEN, 0))
    counted = has.group_by(Conversation.assigned_to_id).subquery()
    rows = session.execute(
        select(User.id, func.coalesce(counted.c.count, 0))
        .outerjoin(counted, counted.c.assigned_to_id == User.id)
        .where(User.active, User.role == Role.REP.value, User.last_login_at > utc_now() - timedelta(hours=12))
    ).all()
    return {user_id: int(count) for user_id, count in rows}


def conversations_of(session: Session, customer: Customer, *, limit: int = 50) -> list[Conversation]:
    """All of a customer's, the newest first."""
    return list(
        session.scalars(
            select(Conversation)
            .where(Conversation.customer_id == customer.id)
            .order_by(Conversation.last_message_at.desc(), Conversation.id.desc())
            .limit(limit)
        )
    )
