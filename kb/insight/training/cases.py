"""Cases to practise on, made from resolved tickets and conversations: what was said up to the answer, and the answer, apart.

A case is redacted before it is stored, and made only where there is an answer and it is known which article has it; a trainer
may make one of anything that was resolved, and may exclude any.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.core.progress import Progress
from kb.insight.training.turns import CaseText, text_of_conversation, text_of_ticket
from kb.tables import (
    Article,
    CaseKind,
    Conversation,
    ConversationState,
    Customer,
    Message,
    Ticket,
    TrainingCase,
    TrainingMark,
    UsedDocument,
    UsedState,
    User,
)
from kb.tables.feedback import article_numbers

# The job stops at so many cases on offer: more than a rep practises in a year, and each costs a search. So it does when it has
# looked at so many in one run: the first, after an import, would keep a core busy for minutes.
MOST_CASES, MOST_AT_ONCE = 400, 50
LEVELS = (1, 2, 3)
_A_BLOCK = 25
_LONG = 400
LONGEST_QUERY = 600
_BEGINNING = datetime.fromtimestamp(0, tz=UTC)

# For a text the documents that search finds, best first ("article:12"), where it is sure of the first; else none.
Finder = Callable[[Session, str, str], Sequence[str]]


@dataclass(frozen=True)
class _Source:
    ticket_id: int | None
    conversation_id: int | None
    text: CaseText
    documents: Sequence[str]  # known already
    # How somebody felt is shown while it is practised; why, in their words, could name them.
    feeling: int = 0


def choose_cases(
    session: Session,
    find: Finder,
    *,
    region: str,
    checkpoint: Callable[[], None] | None = None,
    progress: Progress | None = None,
) -> int:
    """Look at tickets and conversations that were resolved since the last time, about MOST_AT_ONCE; returns how many cases were
    made of them. What is left waits for the next run."""
    room = MOST_CASES - _count(session)
    made = looked_at = 0
    for name, read in (("tickets", _tickets), ("conversations", _conversations)):
        while made < room and looked_at < MOST_AT_ONCE:
            mark = session.get(TrainingMark, name) or TrainingMark(name=name, number=0)
            until, sources = read(session, _time(mark.number), region)
            if until is None:
                break
            looked_at += len(sources)
            for source in sources:
                if _make(session, source, find) is not None:
                    made += 1
                    # At once: whoever writes does not wait until the next ones have been searched for.
                    (checkpoint or session.flush)()
            mark.number = round(until.timestamp() * 1_000_000)
            session.merge(mark)
            (checkpoint or session.flush)()
            if progress:
                progress(made, 0)
    return made


def has_new_sources(session: Session) -> bool:
    """Whether there is anything that the job has not looked at, and room for it. Three short statements."""
    marks = {mark.name: _time(mark.number) for mark in session.scalars(select(TrainingMark))}
    tickets = exists().where(Ticket.imported_at > marks.get("tickets", _BEGINNING), *_resolved_tickets())
    conversations = exists().where(
        Conversation.closed_at > marks.get("conversations", _BEGINNING), *_resolved_conversations()
    )
    return _count(session) < MOST_CASES and (session.scalar(select(tickets | conversations)) or False)


def make_case(session: Session, kind: str, number: int, find: Finder, *, region: str) -> TrainingCase:
    """One that a trainer asks for: "ticket" or "conversation" and its number.

    Raises NotFoundError where there is none that was resolved, InvalidInputError where it holds no answer or is a case already.
    """
    read = {"ticket": _ticket, "conversation": _conversation}.get(kind)
    source = read(session, number, region) if read else None
    if source is None:
        raise NotFoundError("There is nothing resolved with this number, or it has no answer.")
    column = TrainingCase.ticket_id if kind == "ticket" else TrainingCase.conversation_id
    if session.scalar(select(exists().where(column == number))):
        raise InvalidInputError("This is a case already.", remedy="Look for it in the list of cases.")
    case = _make(session, source, find, wants_article=False)
    assert case is not None  # nothing is refused here
    return case


def exclude_case(session: Session, case_id: int, user_id: int, *, excluded: bool) -> TrainingCase:
    """Nobody meets an excluded case any more; what was practised on it stays."""
    case = get_case(session, case_id)
    case.excluded_at = utc_now() if excluded else None
    case.excluded_by_id = user_id if excluded else None
    return case


def edit_case(session: Session, case_id: int, *, title: str, topic: str, level: int) -> TrainingCase:
    """Raises InvalidInputError for an empty title or a level that there is not."""
    case = get_case(session, case_id)
    if not title.strip():
        raise InvalidInputError("A case needs a title.")
    if level not in LEVELS:
        raise InvalidInputError("Levels are 1, 2 and 3.")
    case.title, case.topic, case.level = title.strip()[:300], topic.strip()[:100], level
    return case


def get_case(session: Session, case_id: int) -> TrainingCase:
    """Raises NotFoundError."""
    case = session.get(TrainingCase, case_id)
    if case is None:
        raise NotFoundError("There is no such case.", remedy="Its ticket or conversation may have been erased.")
    return case


def solving_articles(session: Session, case: TrainingCase) -> list[Article]:
    """What solved the case, in all languages. At most one statement."""
    ids = article_numbers(case.documents)
    if not ids:
        return []
    keys = select(Article.translation_key).where(Article.id.in_(ids))
    return list(session.scalars(select(Article).where(Article.translation_key.in_(keys)).order_by(Article.id)))


def _count(session: Session) -> int:
    statement = select(func.count(TrainingCase.id)).where(TrainingCase.kind == CaseKind.REPLAY.value)
    return session.scalar(statement) or 0


def _make(session: Session, source: _Source, find: Finder, *, wants_article: bool = True) -> TrainingCase | None:
    text = source.text
    documents = list(source.documents) or list(find(session, text.reply[:LONGEST_QUERY], text.language))[:1]
    if wants_article and not documents:
        return None
    numbers = article_numbers(documents[:1])
    article = session.get(Article, numbers[0]) if numbers else None
    is_long = sum(turn["role"] == "customer" for turn in text.turns) > 2 or len(text.problem) > _LONG
    is_touchy = source.feeling > 0 or (article is not None and article.audience != "public")
    case = TrainingCase(
        kind=CaseKind.REPLAY.value,
        ticket_id=source.ticket_id,
        conversation_id=source.conversation_id,
        topic=article.topic if article else "",
        level=1 + is_long + is_touchy,
        language=text.language,
        title=text.title,
        turns=list(text.turns),
        reply=text.reply,
        documents=documents,
        feeling=source.feeling,
    )
    session.add(case)
    session.flush()
    return case


def _tickets(session: Session, after: datetime, region: str) -> tuple[datetime | None, list[_Source]]:
    """The next block by the time of the import, which is a new one when a ticket is resolved later: until when it goes, None

    where there is none, and what a case can be made of.
    """
    until = _end_of_block(session, Ticket.imported_at, after, _resolved_tickets())
    if until is None:
        return None, []
    rows = session.scalars(
        select(Ticket)
        .where(Ticket.imported_at > after, Ticket.imported_at <= until, *_resolved_tickets())
        .order_by(Ticket.imported_at, Ticket.id)
        .options(selectinload(Ticket.messages))
    )
    found = (_of_ticket(row, region) for row in rows)
    return until, [one for one in found if one is not None]


def _ticket(session: Session, number: int, region: str) -> _Source | None:
    ticket = session.get(Ticket, number)
    return _of_ticket(ticket, region) if ticket is not None and ticket.status == "resolved" else None


def _of_ticket(ticket: Ticket, region: str) -> _Source | None:
    text = text_of_ticket(ticket, region=region)
    return None if text is None else _Source(ticket.id, None, text, ())


def _conversations(session: Session, after: datetime, region: str) -> tuple[datetime | None, list[_Source]]:
    """As `_tickets`, by the time when they were closed."""
    until = _end_of_block(session, Conversation.closed_at, after, _resolved_conversations())
    if until is None:
        return None, []
    rows = session.scalars(
        select(Conversation)
        .where(Conversation.closed_at > after, Conversation.closed_at <= until, *_resolved_conversations())
        .order_by(Conversation.closed_at, Conversation.id)
    )
    found = (_of_conversation(session, row, region) for row in rows)
    return until, [one for one in found if one is not None]


def _end_of_block(
    session: Session,
    time: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    after: datetime,
    conditions: Sequence[ColumnElement[bool]],
) -> datetime | None:
    """The time of the last of a block; whatever is of the same moment belongs to it."""
    block = select(time).where(time > after, *conditions).order_by(time).limit(_A_BLOCK).subquery()
    until: datetime | None = session.scalar(select(func.max(block.c[0])))
    return until


def _conversation(session: Session, number: int, region: str) -> _Source | None:
    conversation = session.get(Conversation, number)
    if conversation is None or conversation.state != ConversationState.CLOSED.value:
        return None
    return _of_conversation(session, conversation, region)


def _of_conversation(session: Session, conversation: Conversation, region: str) -> _Source | None:
    messages = session.scalars(
        select(Message).where(Message.conversation_id == conversation.id).order_by(Message.sent_at, Message.id)
    ).all()
    customer = session.get(Customer, conversation.customer_id)
    reps = session.scalars(select(User.name).where(User.id.in_({one.user_id for one in messages if one.user_id})))
    names = [name for name in (customer.name if customer else "", *reps) if name]
    text = text_of_conversation(conversation, messages, names=names, region=region)
    if text is None:
        return None
    used = session.scalars(
        select(UsedDocument.document)
        .where(
            UsedDocument.conversation_id == conversation.id,
            UsedDocument.state.in_((UsedState.SENT.value, UsedState.SOLVED.value)),
            UsedDocument.document.like("article:%"),
        )
        .order_by(UsedDocument.id)
    ).all()
    return _Source(None, conversation.id, text, used, conversation.frustration)


def _resolved_conversations() -> tuple[ColumnElement[bool], ...]:
    """What was saved as a ticket is a case as that ticket."""
    known = exists().where(TrainingCase.conversation_id == Conversation.id)
    return (Conversation.state == ConversationState.CLOSED.value, Conversation.ticket_id.is_(None), ~known)


def _resolved_tickets() -> tuple[ColumnElement[bool], ...]:
    known = exists().where(TrainingCase.ticket_id == Ticket.id)
    return (Ticket.status == "resolved", ~known)


def _time(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, tz=UTC)
