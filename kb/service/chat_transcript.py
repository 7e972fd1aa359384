"""What was said in a chat, by mail to the customer who asked for it: when the chat ends, or at once. A job sends it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from kb.core.back_off import MESSAGES
from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.service.channels.compose import compose_notice, new_message_id
from kb.service.channels.delivery import LONGEST_WHY, WaysOut
from kb.service.channels.one_by_one import one_by_one
from kb.service.channels.smtp import Fate, MailRound
from kb.service.chat import Chat, chat_of
from kb.service.conversations import get_conversation
from kb.tables import ChatState, Conversation, ConversationState

MOST_AT_ONCE = 100
# For one try: whoever needs longer is taken for dead, and somebody else tries.
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class TranscriptWords:
    """In the customer's language. clock: how a time is written. outro: below the last line."""

    subject: str
    intro: str
    own: str
    ours: str
    file: str
    outro: str
    clock: Callable[[datetime], str]


Words = Callable[[str, Conversation], TranscriptWords]


def _due(now: datetime) -> Select[int]:
    """Wanted and not sent: asked for by now, or the chat is over."""
    is_over = and_(ChatState.transcript_at.is_(None), Conversation.state == ConversationState.CLOSED.value)
    return (
        select(ChatState.conversation_id)
        .join(Conversation, Conversation.id == ChatState.conversation_id)
        .where(
            ChatState.transcript_to != "",
            ChatState.transcript_sent_at.is_(None),
            ChatState.transcript_error == "",
            or_(ChatState.transcript_at <= now, is_over),
        )
        .order_by(ChatState.conversation_id)
        .limit(1)
    )


def has_due_transcripts(session: Session) -> bool:
    """One statement."""
    return session.execute(_due(utc_now())).first() is not None


def send_due_transcripts(
    engine: Engine,
    ways: WaysOut,
    words: Words,
    *,
    checkpoint: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, int]:
    """MOST_AT_ONCE at most; returns how many were sent, wait and failed. words: of a language for a chat."""

    mails = MailRound()

    def send_next() -> str | None:
        number = _claim(engine, now())
        return None if number is None else _send(engine, mails, ways, words, number, now())

    return one_by_one(send_next, at_most=MOST_AT_ONCE, checkpoint=checkpoint)


def _claim(engine: Engine, now: datetime) -> int | None:
    with session_scope(engine) as session:
        number = session.scalar(_due(now))
        if number is None:
            return None
        waits: ColumnElement[bool] = or_(ChatState.transcript_at.is_(None), ChatState.transcript_at <= now)
        taken = session.execute(
            update(ChatState)
            .where(ChatState.conversation_id == number, waits)
            .values(
                transcript_at=now + _LEASE,
                transcript_first_tried_at=func.coalesce(ChatState.transcript_first_tried_at, now),
            )
            .returning(ChatState.conversation_id)
            .execution_options(synchronize_session=False)
        ).first()
        return number if taken is not None else None


def _send(engine: Engine, mails: MailRound, ways: WaysOut, words: Words, number: int, now: datetime) -> str:
    with Session(engine, expire_on_commit=False) as session:
        conversation = get_conversation(session, number)
        state = session.get_one(ChatState, number)
        chat = chat_of(session, conversation)
        said = words(state.transcript_language, conversation)
    if ways.smtp is None:
        fate, why = Fate.NEVER, "KB_MAIL_SMTP is not set."
    else:
        mail = compose_notice(
            ways.sender,
            state.transcript_to,
            subject=said.subject,
            text=_text(chat, said),
            message_id=new_message_id(number, ways.sender.address),
            now=now,
        )
        outcome = mails.send(ways.smtp, mail, ways.sender.address, state.transcript_to)
        fate, why = outcome.fate, outcome.why
    with session_scope(engine) as session:
        state = session.get_one(ChatState, number)
        if fate is Fate.SENT:
            state.transcript_sent_at = now
            return "sent"
        began = state.transcript_first_tried_at or now
        if fate is Fate.NEVER or MESSAGES.is_given_up(began, now):
            state.transcript_error = why[:LONGEST_WHY] or "It could not be sent."
            return "failed"
        state.transcript_at = MESSAGES.next_try(began, now)
        return "waiting"


def _text(chat: Chat, words: TranscriptWords) -> str:
    lines = [words.intro, ""]
    for message in chat.messages:
        who = words.own if message.is_own else message.who or words.ours
        lines += [f"{who}, {words.clock(message.sent_at)}", message.text.replace("\r\n", "\n")]
        lines += [f"[{words.file}: {file.name}]" for file in message.files]
        lines.append("")
    return "\n".join([*lines, words.outro]) + "\n"
