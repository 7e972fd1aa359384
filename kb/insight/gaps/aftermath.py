"""What became of those who asked: what reps told them in the end, and what is known about the gap itself beside its questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from kb.privacy.redaction import redact
from kb.tables import Article, Conversation, Gap, Message, MessageRole, Miss, SearchEvent, Ticket, UsedDocument
from kb.tables.feedback import parse_document

# Conversations that are shown, the newest; characters of a reply.
MOST_SHOWN, LONGEST_REPLY = 8, 400


@dataclass(frozen=True)
class UsedInReply:
    """kind: article | ticket; id: its number."""

    kind: str
    id: int
    title: str
    language: str


@dataclass(frozen=True)
class AnsweredByRep:
    """A conversation that somebody opened after asking in vain: the documents that the rep used, and what the rep wrote last,
    redacted."""

    conversation_id: int
    at: datetime
    frustration: int
    documents: Sequence[UsedInReply]
    reply: str


def answers_of_reps(session: Session, gap_id: int, *, region: str, limit: int = MOST_SHOWN) -> list[AnsweredByRep]:
    """The newest conversations of the visits that asked, in which a rep answered. region: the country of phone numbers without a
    prefix. Five statements at the most."""
    asked = (
        select(SearchEvent.visit, func.min(SearchEvent.created_at).label("at"))
        .join(Miss, Miss.event_id == SearchEvent.id)
        .where(Miss.gap_id == gap_id, SearchEvent.visit.is_not(None))
        .group_by(SearchEvent.visit)
        .subquery()
    )
    replies = (
        select(func.max(Message.id))
        .where(Message.conversation_id == Conversation.id, Message.role == MessageRole.AGENT.value)
        .correlate(Conversation)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Conversation.id, Conversation.created_at, Conversation.frustration, Message.text)
        .join(asked, asked.c.visit == Conversation.visit)
        .join(Message, Message.id == replies)
        .where(Conversation.created_at >= asked.c.at)
        .order_by(Conversation.created_at.desc(), Conversation.id.desc())
        .limit(limit)
    ).all()
    if not rows:
        return []
    documents = _documents(session, [row.id for row in rows])
    return [
        AnsweredByRep(
            row.id,
            row.created_at,
            row.frustration,
            documents.get(row.id, ()),
            _shorten(redact(row.text, region=region)),
        )
        for row in rows
    ]


def merged_into(session: Session, gap_id: int) -> list[Gap]:
    """The gaps that were joined with this one and lead to it. One statement."""
    statement = select(Gap).where(Gap.merged_into_id == gap_id).order_by(Gap.id).options(defer(Gap.centroid))
    return list(session.scalars(statement))


def heir_of(session: Session, gap: Gap) -> int | None:
    """Where a gap leads that has no questions any more: the end of the line of gaps that took them; None for one that stands."""
    seen, heir = {gap.id}, gap.merged_into_id
    while heir is not None and heir not in seen:
        seen.add(heir)
        following = session.scalar(select(Gap.merged_into_id).where(Gap.id == heir))
        if following is None:
            return heir
        heir = following
    return None


def _documents(session: Session, conversation_ids: Sequence[int]) -> dict[int, list[UsedInReply]]:
    rows = session.execute(
        select(UsedDocument.conversation_id, UsedDocument.document)
        .where(UsedDocument.conversation_id.in_(conversation_ids))
        .order_by(UsedDocument.id)
    ).all()
    used = [(number, parsed) for number, text in rows if (parsed := parse_document(text)) is not None]
    articles = {number for _, (kind, number) in used if kind == "article"}
    tickets = {number for _, (kind, number) in used if kind == "ticket"}
    titles: dict[tuple[str, int], tuple[str, str]] = {}
    for kind, ids, columns in (
        ("article", articles, (Article.id, Article.title, Article.language)),
        ("ticket", tickets, (Ticket.id, Ticket.subject, Ticket.language)),
    ):
        if ids:
            table = Article if kind == "article" else Ticket
            for number, title, language in session.execute(select(*columns).where(table.id.in_(ids))):
                titles[kind, number] = (title, language)
    found: dict[int, list[UsedInReply]] = {}
    for conversation, document in used:
        if document in titles:
            found.setdefault(conversation, []).append(UsedInReply(*document, *titles[document]))
    return found


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_REPLY else text[:LONGEST_REPLY].rsplit(" ", 1)[0] + " …"
