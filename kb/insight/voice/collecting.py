"""Read what customers have said since the last time, and keep what is feedback or a complaint, redacted.

Messages and tickets are read in the order of their ids; votes' reasons and comments of surveys, whose rows change after they
were made, by the time of the change. Each is looked at once: marks in the database say how far that has come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np
from sqlalchemy import Select, Table, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import upsert
from kb.core.progress import Progress
from kb.insight.gaps.grouping import centre_of
from kb.insight.voice.judging import LONGEST, VoiceKind, VoiceModel, readable
from kb.privacy.redaction import redact
from kb.search.encoding import Encoder, Vectors
from kb.tables import (
    AnsweredHow,
    Conversation,
    Customer,
    Message,
    MessageRole,
    Survey,
    Ticket,
    VoiceMark,
    VoiceSource,
    VoiceStatement,
    VoteReason,
)
from kb.text.cleaning import clean_text
from kb.text.language import guess_language
from kb.text.no_question import find_no_question
from kb.text.words import find_words

# Texts that are encoded together, then written in one short transaction; and as many in one run.
BATCH, MOST_AT_ONCE = 64, 3000
# What is so new may be followed by an older id of a transaction that is still open.
SETTLED = timedelta(minutes=1)
# Below this likelihood of its kind a text is left alone; so is one of fewer words.
SURE_FROM, FEWEST_WORDS = 0.6, 3
ANSWER_WITHIN = timedelta(days=7)
KEPT = frozenset({VoiceKind.FEEDBACK, VoiceKind.COMPLAINT})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TABLE = cast(Table, VoiceStatement.__table__)


@dataclass(frozen=True)
class Heard:
    """A text that has not been looked at. position: for the mark of its source; settled_at: when its matter was resolved."""

    source: VoiceSource
    source_id: int
    position: int
    text: str
    said_at: datetime
    conversation_id: int | None = None
    name: str = ""
    settled_at: datetime | None = None


def has_something_new(session: Session, now: datetime | None = None) -> bool:
    """Whether there is a text to look at. Two statements a source at most."""
    return any(_next(session, source, now or utc_now(), 1) for source in VoiceSource)


def collect_voice(
    session: Session,
    encoder: Encoder,
    model: VoiceModel,
    *,
    region: str,
    checkpoint: Callable[[], None] | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> int:
    """Keep what is new of feedback and complaints; returns how many. MOST_AT_ONCE texts are looked at, the others next time.

    Stopped at any time, it goes on where it was. `checkpoint`: the caller's commit, before texts are encoded and after.
    """
    commit, now = checkpoint or session.flush, now or utc_now()
    looked_at = kept = 0
    for source in VoiceSource:
        while looked_at < MOST_AT_ONCE and (heard := _next(session, source, now, BATCH)):
            commit()
            kept += _keep(session, heard, encoder, model, region)
            session.merge(VoiceMark(name=source.value, number=heard[-1].position))
            commit()
            looked_at += len(heard)
            if progress:
                progress(looked_at, MOST_AT_ONCE)
    return kept


def encode_anew(session: Session, encoder: Encoder, checkpoint: Callable[[], None] | None = None) -> int:
    """Give statements the vectors of this encoder that have those of another; returns how many."""
    count = 0
    stale = select(VoiceStatement).where(VoiceStatement.fingerprint != encoder.fingerprint).limit(BATCH)
    while rows := session.scalars(stale).all():
        vectors = _centred(encoder.encode_queries([readable(row.text) for row in rows]), encoder)
        for row, vector in zip(rows, vectors, strict=True):
            row.vector, row.fingerprint = vector.tobytes(), encoder.fingerprint
        (checkpoint or session.flush)()
        count += len(rows)
    return count


def _keep(session: Session, heard: Sequence[Heard], encoder: Encoder, model: VoiceModel, region: str) -> int:
    texts = [
        redact(clean_text(one.text[: 2 * LONGEST]), names=[one.name], region=region).strip()[:LONGEST] for one in heard
    ]
    places = [place for place, text in enumerate(texts) if _says_enough(text)]
    if not places:
        return 0
    vectors = encoder.encode_queries([readable(texts[place]) for place in places])
    judged = model.judge([texts[place] for place in places], vectors)
    kept = 0
    for place, one, vector in zip(places, judged, _centred(vectors, encoder), strict=True):
        if one.kind in KEPT and one.probability >= SURE_FROM:
            _store(session, heard[place], one.kind, texts[place], vector, encoder.fingerprint)
            kept += 1
    return kept


def _says_enough(text: str) -> bool:
    return len(find_words(text)) >= FEWEST_WORDS and find_no_question(text) is None


def _centred(vectors: Vectors, encoder: Encoder) -> Vectors:
    rest = vectors - centre_of(encoder)
    return np.asarray(rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9), np.float32)


def _store(session: Session, heard: Heard, kind: VoiceKind, text: str, vector: Vectors, fingerprint: str) -> None:
    is_complaint = kind is VoiceKind.COMPLAINT
    can_be_reached = heard.conversation_id is not None
    answered_at = heard.settled_at if is_complaint else None
    row = {
        "kind": kind.value,
        "source": heard.source.value,
        "source_id": heard.source_id,
        "conversation_id": heard.conversation_id,
        "text": text,
        "language": guess_language(text),
        "vector": vector.astype("<f4").tobytes(),
        "fingerprint": fingerprint,
        "said_at": heard.said_at,
        "due_on": (heard.said_at + ANSWER_WITHIN).date() if is_complaint and can_be_reached else None,
        "answered_at": answered_at,
        "answered_how": AnsweredHow.CONVERSATION.value if answered_at else "",
    }
    # A reason that was given anew takes the place of the one before, in the theme where that was.
    changed = ("kind", "text", "language", "vector", "fingerprint", "said_at")
    upsert(session, _TABLE, row, key=("source", "source_id"), change=changed)


def _next(session: Session, source: VoiceSource, now: datetime, count: int) -> list[Heard]:
    mark = session.get(VoiceMark, source.value)
    read = _READERS[source]
    return read(session, mark.number if mark else 0, now - SETTLED, count)


def _messages(session: Session, after: int, until: datetime, count: int) -> list[Heard]:
    query: Select[int, int, str, datetime, str] = (
        select(Message.id, Message.conversation_id, Message.text, Message.sent_at, Customer.name)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Customer, Customer.id == Conversation.customer_id)
        .where(Message.id > after, Message.created_at <= until, Message.role == MessageRole.CUSTOMER.value)
        .order_by(Message.id)
        .limit(count)
    )
    return [
        Heard(VoiceSource.MESSAGE, number, number, text, sent_at, conversation_id, name)
        for number, conversation_id, text, sent_at, name in session.execute(query)
    ]


def _votes(session: Session, after: int, until: datetime, count: int) -> list[Heard]:
    query = (
        select(VoteReason.id, VoteReason.text, VoteReason.created_at)
        .where(VoteReason.text != "", VoteReason.created_at > _time(after), VoteReason.created_at <= until)
        .order_by(VoteReason.created_at, VoteReason.id)
        .limit(count)
    )
    return [Heard(VoiceSource.VOTE, number, _micros(at), text, at) for number, text, at in session.execute(query)]


def _surveys(session: Session, after: int, until: datetime, count: int) -> list[Heard]:
    query = (
        select(Survey.id, Survey.comment, Survey.answered_at, Survey.conversation_id)
        .where(Survey.comment != "", Survey.answered_at > _time(after), Survey.answered_at <= until)
        .order_by(Survey.answered_at, Survey.id)
        .limit(count)
    )
    return [
        Heard(VoiceSource.SURVEY, number, _micros(at), text, at, conversation_id)
        for number, text, at, conversation_id in session.execute(query)
        if at is not None
    ]


def _tickets(session: Session, after: int, until: datetime, count: int) -> list[Heard]:
    """Of those that were conversations here, these are read."""
    was_conversation = select(Conversation.id).where(Conversation.ticket_id == Ticket.id).exists()
    query = (
        select(Ticket.id, Ticket.problem, Ticket.created_at, Ticket.resolved_at, Ticket.status, Ticket.imported_at)
        .where(Ticket.id > after, Ticket.imported_at <= until, ~was_conversation)
        .order_by(Ticket.id)
        .limit(count)
    )
    return [
        Heard(
            VoiceSource.TICKET,
            number,
            number,
            problem,
            created_at,
            settled_at=(resolved_at or imported_at) if status == "resolved" else None,
        )
        for number, problem, created_at, resolved_at, status, imported_at in session.execute(query)
    ]


def _time(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


_READERS: dict[VoiceSource, Callable[[Session, int, datetime, int], list[Heard]]] = {
    VoiceSource.MESSAGE: _messages,
    VoiceSource.VOTE: _votes,
    VoiceSource.SURVEY: _surveys,
    VoiceSource.TICKET: _tickets,
}
