"""Asking for a person, and what the person who answers is told: the searches that the customer has already tried."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.privacy.redaction import mask_secrets
from kb.tables import Article, ContactRequest, Feedback, FeedbackKind, SearchEvent, utc_now
from kb.tables.feedback import parse_document, store_feedback

WAITING, TAKEN, DONE = "waiting", "taken", "done"
# A visit rarely has more searches than fingers; a robot's may, and nobody would read on.
ATTEMPTS_SHOWN = 8


@dataclass(frozen=True)
class OpenedArticle:
    id: int
    title: str
    language: str


@dataclass(frozen=True)
class Attempt:
    """One search of the customer's visit and the articles that they opened from it."""

    query: str
    language: str
    outcome: str
    created_at: datetime
    opened: Sequence[OpenedArticle]


@dataclass(frozen=True)
class RequestWithAttempts:
    request: ContactRequest
    attempts: Sequence[Attempt]


def clean_contact(text: str, region: str) -> str:
    """An e-mail address or a phone number as it can be used: `asha@example.com`, `+919812345678`.

    `region` is the country of a number without a prefix. Raises InvalidInputError where it is neither.
    """
    text = text.strip()
    if "@" in text:
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise InvalidInputError(f"{text!r} is no e-mail address: {error}") from error
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidInputError(f"{text!r} is neither an e-mail address nor a phone number.") from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidInputError(f"{text!r} is no phone number that can be called.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def request_contact(
    session: Session, *, name: str, contact: str, message: str, language: str, visit: str | None, region: str = ""
) -> ContactRequest:
    """Store a request and note with the visit's last search that it ended in asking for a person.

    What unlocks or pays something (numbers of cards and accounts, codes, passwords, identity numbers) is masked first:
    neither the database nor a rep gets to see it. `masked_kinds` of the message tells what that was. `region` is the
    country of phone numbers without a prefix, which stay.
    """
    request = ContactRequest(
        public_id=str(uuid.uuid4()),
        visit=visit,
        name=mask_secrets(name.strip(), region=region),
        contact=contact,
        message=mask_secrets(message.strip(), region=region),
        language=language,
    )
    session.add(request)
    last = _last_search(session, visit)
    if last is not None:
        store_feedback(session, FeedbackKind.ASKED_PERSON, event_id=last.id, visit=visit)
    session.flush()
    return request


def find_request(session: Session, public_id: str) -> ContactRequest | None:
    return session.scalars(select(ContactRequest).where(ContactRequest.public_id == public_id)).first()


def last_query(session: Session, visit: str | None) -> str:
    """What this visit searched for last, "" if nothing."""
    last = _last_search(session, visit)
    return last.query if last is not None else ""


def _last_search(session: Session, visit: str | None) -> SearchEvent | None:
    if not visit:
        return None
    statement = select(SearchEvent).where(SearchEvent.visit == visit).order_by(SearchEvent.id.desc()).limit(1)
    return session.scalars(statement).first()


def list_requests(
    session: Session, *, states: Sequence[str] = (WAITING, TAKEN), limit: int = 100
) -> list[RequestWithAttempts]:
    """Requests in these states, those waiting first and the longest wait on top. Three statements, however many there are."""
    order = case((ContactRequest.state == WAITING, 0), (ContactRequest.state == TAKEN, 1), else_=2)
    statement = (
        select(ContactRequest)
        .where(ContactRequest.state.in_(states))
        .order_by(order, ContactRequest.created_at)
        .limit(limit)
    )
    requests = session.scalars(statement).all()
    attempts = _attempts_by_visit(session, {request.visit for request in requests if request.visit})
    return [RequestWithAttempts(request, attempts.get(request.visit or "", ())) for request in requests]


def list_waiting(session: Session, *, limit: int) -> Sequence[ContactRequest]:
    """Those who have waited longest: one statement."""
    statement = select(ContactRequest).where(ContactRequest.state == WAITING)
    return session.scalars(statement.order_by(ContactRequest.created_at, ContactRequest.id).limit(limit)).all()


def count_waiting(session: Session) -> int:
    return session.scalar(select(func.count()).where(ContactRequest.state == WAITING)) or 0


def _attempts_by_visit(session: Session, visits: set[str]) -> dict[str, list[Attempt]]:
    if not visits:
        return {}
    events = session.scalars(
        select(SearchEvent)
        .where(SearchEvent.visit.in_(visits))
        .order_by(SearchEvent.id.desc())
        .options(selectinload(SearchEvent.feedback))
    ).all()
    clicked = {event.id: [number for f in event.feedback for number in _clicked_article(f)] for event in events}
    wanted = {number for numbers in clicked.values() for number in numbers}
    articles: dict[int, OpenedArticle] = {}
    if wanted:
        rows = session.execute(select(Article.id, Article.title, Article.language).where(Article.id.in_(wanted)))
        articles = {row.id: OpenedArticle(row.id, row.title, row.language) for row in rows}
    attempts: dict[str, list[Attempt]] = {}
    for event in events:
        shown = attempts.setdefault(event.visit or "", [])
        if len(shown) < ATTEMPTS_SHOWN:
            opened = [articles[number] for number in dict.fromkeys(clicked[event.id]) if number in articles]
            shown.append(Attempt(event.query, event.language, event.outcome, event.created_at, opened))
    return attempts


def _clicked_article(feedback: Feedback) -> Sequence[int]:
    """Its id, or nothing."""
    document = parse_document(feedback.document)
    is_click = feedback.kind == FeedbackKind.CLICK and document is not None and document[0] == "article"
    return (document[1],) if is_click and document else ()


def take_request(session: Session, public_id: str, user_id: int) -> ContactRequest:
    """Give a waiting request to a person. Raises ConflictError where somebody else has it: two calls to one customer annoy."""
    request = _get_request(session, public_id)
    # One conditional statement: of two people who press the button at once, one gets the request.
    mine = or_(
        ContactRequest.state == WAITING, and_(ContactRequest.state == TAKEN, ContactRequest.taken_by_id == user_id)
    )
    taken = session.execute(
        update(ContactRequest)
        .where(ContactRequest.id == request.id, mine)
        .values(state=TAKEN, taken_by_id=user_id, updated_at=utc_now())
        .returning(ContactRequest.id)
    ).first()
    if taken is None:
        session.refresh(request)
        happened = "is already done" if request.state == DONE else "has just been taken by a colleague"
        raise ConflictError(f"This request {happened}.", remedy="Take another one from the list.")
    session.refresh(request)
    return request


def release_request(session: Session, public_id: str) -> ContactRequest:
    """Put a request back among the waiting ones."""
    return _move(_get_request(session, public_id), WAITING, None)


def finish_request(session: Session, public_id: str, user_id: int) -> ContactRequest:
    """The customer has been answered."""
    return _move(_get_request(session, public_id), DONE, user_id)


def _get_request(session: Session, public_id: str) -> ContactRequest:
    request = find_request(session, public_id)
    if request is None:
        raise NotFoundError("There is no such request.")
    return request


def _move(request: ContactRequest, state: str, user_id: int | None) -> ContactRequest:
    request.state, request.taken_by_id, request.updated_at = state, user_id, utc_now()
    return request
