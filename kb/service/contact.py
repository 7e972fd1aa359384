"""Asking for a person: the form of the help centre opens a conversation."""

import uuid
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError
from kb.privacy.redaction import mask_secrets
from kb.service.conversations import open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.messages import store_message
from kb.tables import (
    Channel,
    Conversation,
    FeedbackKind,
    Message,
    MessageRole,
    SearchEvent,
)
from kb.tables.feedback import store_feedback

ORIGIN = "help"


@dataclass(frozen=True)
class SentRequest:
    """What a customer sent with the form, as it was stored."""

    contact: str
    name: str
    message: str


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
) -> Conversation:
    """Open a conversation in which the message stands, and note with the last search of the visit that it asked for one.

    contact: as `clean_contact` gives it. What unlocks or pays something (numbers of cards and accounts, codes, passwords,
    identity numbers) is masked first: neither the database nor a rep gets to see it. `masked_kinds` of the message tells what
    that was. `region` is the country of phone numbers without a prefix, which stay. The conversation's external_id leads back
    to the request, see `find_request`.
    """
    name = mask_secrets(name.strip(), region=region)
    is_email = "@" in contact
    given = GivenCustomer(
        name=name,
        email=contact if is_email else "",
        phone="" if is_email else contact,
        language=language,
        visit=visit or "",
    )
    customer = recognise_customer(session, given, region=region).customer
    conversation = open_conversation(
        session,
        customer,
        Channel.WEB,
        origin=ORIGIN,
        external_id=str(uuid.uuid4()),
        language=language,
        visit=visit,
        details={"contact": contact, "name": name},
        region=region,
    ).conversation
    store_message(session, conversation, MessageRole.CUSTOMER, message, region=region)
    last = _last_search(session, visit)
    if last is not None:
        store_feedback(session, FeedbackKind.ASKED_PERSON, event_id=last.id, visit=visit)
    session.flush()
    return conversation


def find_request(session: Session, external_id: str) -> SentRequest | None:
    """None where there is none, or its conversation is gone."""
    row = session.execute(
        select(Conversation.details, Message.text)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Conversation.origin == ORIGIN, Conversation.external_id == external_id)
        .order_by(Message.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    return SentRequest(str(row[0].get("contact", "")), str(row[0].get("name", "")), row[1])


def last_query(session: Session, visit: str | None) -> str:
    """What this visit searched for last, "" if nothing."""
    last = _last_search(session, visit)
    return last.query if last is not None else ""


def _last_search(session: Session, visit: str | None) -> SearchEvent | None:
    if not visit:
        return None
    statement = select(SearchEvent).where(SearchEvent.visit == visit).order_by(SearchEvent.id.desc()).limit(1)
    return session.scalars(statement).first()
