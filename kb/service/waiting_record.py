"""What the desk's record says of the queue of chats: who waits, who is there, how long things took, what was told. The caller
commits. Statements: `read_queue` two, `read_experience` three."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.service.waiting import Estimate, Experience, QueueState, ToldWait, estimate_wait
from kb.tables import Channel, Conversation, ConversationState, DeskPresence, Message, MessageRole, Presence
from kb.tables import ToldWait as ToldRow

# Who was seen at the desk, or wrote, so lately is there.
SEEN_WITHIN, WROTE_WITHIN = timedelta(minutes=3), timedelta(minutes=10)
# A chat in which nobody has written for so long is not served any more, whether it was closed or not.
IDLE = timedelta(minutes=15)
# Who has waited for longer, without anybody, has gone.
_LONGEST_WAIT = timedelta(hours=12)
HANDLED, PICKED_UP, TOLD = 80, 40, 1_000
_LATELY = timedelta(days=60)
# Seconds that serving a chat takes at least and at most: one that goes on for days is served for minutes of them.
_SHORTEST, _LONGEST = 20.0, 2 * 3600.0
_SAMPLE = "sample"  # conversations to try the desk with: nobody waits in them
# What was told is written down again when the place has changed or so much time has passed.
_TOLD_AGAIN = timedelta(minutes=3)
_MOST_SETTLED = 500


@dataclass(frozen=True)
class Queue:
    """waiting: ids in line, the first one next; running: seconds since each served chat had its first answer."""

    waiting: Sequence[int]
    running: Sequence[float]
    reps: int

    def place_of(self, conversation_id: int) -> int | None:
        """From 1; None for who is not in line."""
        return self.waiting.index(conversation_id) + 1 if conversation_id in self.waiting else None


@dataclass(frozen=True)
class Place:
    """A customer's place in line and what can be said of their wait. position: from 1."""

    position: int
    reps: int
    running: int
    was_free: bool
    estimate: Estimate | None


def reps_present(session: Session, now: datetime | None = None) -> int:
    """How many people are at the desk: have it before them, look at a conversation or have just written. One statement."""
    now = now or utc_now()
    there = union(
        select(DeskPresence.user_id).where(DeskPresence.seen_at > now - SEEN_WITHIN),
        select(Presence.user_id).where(Presence.seen_at > now - SEEN_WITHIN),
        select(Message.user_id).where(
            Message.role == MessageRole.AGENT.value,
            Message.user_id.is_not(None),
            Message.sent_at > now - WROTE_WITHIN,
            Message.sent_at <= now,
        ),
    ).subquery()
    return session.scalar(select(func.count()).select_from(there)) or 0


def read_queue(session: Session, now: datetime | None = None) -> Queue:
    """Two statements."""
    now = now or utc_now()
    rows = session.execute(
        select(
            Conversation.id,
            Conversation.waiting_since,
            Conversation.first_response_at,
            Conversation.last_message_at,
        )
        .where(
            Conversation.channel == Channel.CHAT.value,
            Conversation.state == ConversationState.OPEN.value,
            Conversation.origin != _SAMPLE,
            Conversation.last_message_at > now - _LONGEST_WAIT,
        )
        .order_by(Conversation.waiting_since, Conversation.id)
    ).all()
    waiting = [row.id for row in rows if row.first_response_at is None and row.waiting_since is not None]
    running = [
        max(0.0, (now - row.first_response_at).total_seconds())
        for row in rows
        if row.first_response_at is not None and row.last_message_at > now - IDLE
    ]
    return Queue(waiting, running, reps_present(session, now))


def read_experience(session: Session, now: datetime | None = None) -> tuple[Experience, float]:
    """The record, and how many chats a rep has at once while people wait. Three statements."""
    now = now or utc_now()
    handling = _handling(session, now)
    picked_up = session.scalars(
        select(ToldRow.waited)
        .where(ToldRow.is_first, ToldRow.was_free, ToldRow.waited.is_not(None))
        .order_by(ToldRow.id.desc())
        .limit(PICKED_UP)
    ).all()
    rows = session.execute(
        select(
            ToldRow.low, ToldRow.middle, ToldRow.high, ToldRow.spread, ToldRow.waited, ToldRow.position,
            ToldRow.reps, ToldRow.running,
        )
        .where(ToldRow.is_first, ToldRow.waited.is_not(None), ToldRow.middle.is_not(None))
        .order_by(ToldRow.id.desc())
        .limit(TOLD)
    ).all()  # fmt: skip
    told = [ToldWait(Estimate(row.low, row.middle, row.high, row.spread), row.waited) for row in reversed(rows)]
    at_once = [row.running / row.reps for row in rows[:PICKED_UP] if row.position > 1 and row.reps]
    return Experience(handling, [one for one in picked_up if one is not None], told), median(at_once or [1.0])


def _handling(session: Session, now: datetime) -> list[float]:
    """Seconds from the first answer to the end, the newest chat last."""
    rows = session.execute(
        select(Conversation.first_response_at, Conversation.closed_at, Conversation.last_message_at)
        .where(
            Conversation.channel == Channel.CHAT.value,
            Conversation.first_response_at > now - _LATELY,
            Conversation.origin != _SAMPLE,
            (Conversation.state == ConversationState.CLOSED.value) | (Conversation.last_message_at < now - IDLE),
        )
        .order_by(Conversation.first_response_at.desc())
        .limit(HANDLED)
    ).all()
    lengths = []
    for row in reversed(rows):
        # Who forgot to close it, or closed it much later, has not served it all that time.
        is_closed_late = row.closed_at is None or row.closed_at > row.last_message_at + IDLE
        end = row.last_message_at if is_closed_late else row.closed_at
        lengths.append(min(_LONGEST, max(_SHORTEST, (end - row.first_response_at).total_seconds())))
    return lengths


def estimate_for(session: Session, conversation_id: int | None, now: datetime | None = None) -> Place | None:
    """Of somebody in line; conversation_id None: of who would come now. None for who is not in line. Five statements."""
    queue = read_queue(session, now)
    position = len(queue.waiting) + 1 if conversation_id is None else queue.place_of(conversation_id)
    if position is None:
        return None
    experience, at_once = read_experience(session, now)
    places = max(len(queue.running), round(queue.reps * at_once), min(1, queue.reps)) if queue.reps else 0
    state = QueueState(position - 1, places, queue.running)
    return Place(position, queue.reps, len(queue.running), state.has_free_place, estimate_wait(state, experience))


def note_told(session: Session, conversation_id: int, place: Place, now: datetime | None = None) -> None:
    """Keep what somebody was told: the first time, when their place has changed, and every few minutes."""
    now = now or utc_now()
    last = session.scalars(
        select(ToldRow).where(ToldRow.conversation_id == conversation_id).order_by(ToldRow.id.desc()).limit(1)
    ).first()
    if last is not None and last.position == place.position and last.told_at > now - _TOLD_AGAIN:
        return
    told = place.estimate
    session.add(
        ToldRow(
            conversation_id=conversation_id,
            told_at=now,
            is_first=last is None,
            position=place.position,
            reps=place.reps,
            running=place.running,
            was_free=place.was_free,
            low=told.low if told else None,
            middle=told.middle if told else None,
            high=told.high if told else None,
            spread=told.spread if told else None,
            gave_up=False,
        )
    )
    session.flush()


def settle_told(session: Session) -> int:
    """Write beside what was told how long those waited who were answered meanwhile; returns of how many rows."""
    rows = session.execute(
        select(ToldRow, Conversation.first_response_at)
        .join(Conversation, Conversation.id == ToldRow.conversation_id)
        .where(
            ToldRow.waited.is_(None),
            ToldRow.gave_up.is_(False),
            Conversation.first_response_at.is_not(None) | (Conversation.state == ConversationState.CLOSED.value),
        )
        .order_by(ToldRow.id)
        .limit(_MOST_SETTLED)
    ).all()
    for row, answered_at in rows:
        if answered_at is None:
            row.gave_up = True
        else:
            row.waited = max(0.0, (answered_at - row.told_at).total_seconds())
    session.flush()
    return len(rows)


@dataclass(frozen=True)
class ToldComparison:
    """waited: seconds, the median; inside: share of real waits in what was told, None where nothing was told."""

    customers: int
    inside: float | None
    waited: float | None
    width: float | None
    gave_up: int


def compare_told(session: Session, *, days: int = 28, now: datetime | None = None) -> ToldComparison:
    """What customers were told when they came, against what became true. One statement."""
    since = (now or utc_now()) - timedelta(days=days)
    rows = session.execute(
        select(ToldRow.low, ToldRow.high, ToldRow.waited, ToldRow.gave_up)
        .where(ToldRow.is_first, ToldRow.told_at > since)
        .order_by(ToldRow.id.desc())
        .limit(5_000)
    ).all()
    waited = [row.waited for row in rows if row.waited is not None]
    told = [row for row in rows if row.waited is not None and row.low is not None]
    right = [row for row in told if row.low <= row.waited <= row.high]
    return ToldComparison(
        len(rows),
        len(right) / len(told) if told else None,
        median(waited) if waited else None,
        median(row.high - row.low for row in told) if told else None,
        sum(row.gave_up for row in rows),
    )
