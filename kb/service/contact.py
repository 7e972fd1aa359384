"""Asking for a person: the form of the help centre opens a conversation, and its customer answers in it."""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import phonenumbers
import regex
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.privacy.redaction import mask_secrets
from kb.service.attachments import add_file
from kb.service.consents import Ticked, note_shared_visit
from kb.service.conversations import close, open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.facts import FactKind, find_facts
from kb.service.messages import Stored, store_message
from kb.service.references import reference_of
from kb.service.sent_pictures import LARGEST, SentPicture
from kb.tables import (
    Channel,
    Conversation,
    ConversationFact,
    Delivery,
    FeedbackKind,
    Message,
    MessageRole,
    SearchEvent,
)
from kb.tables.feedback import store_feedback
from kb.text.words import WORD_CLASS

ORIGIN = "help"


# Mails that say that a request has arrived, to one address within a day: nobody's mailbox is filled by our form.
MOST_RECEIPTS = 3
_ORDER_NUMBER = regex.compile(rf"#?[{WORD_CLASS}][{WORD_CLASS} ./#_-]{{2,39}}")


@dataclass(frozen=True)
class SentRequest:
    """What a customer sent with the form, as it was stored. conversation: None where it is not asked for."""

    contact: str
    name: str
    message: str
    conversation: Conversation | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Receipt:
    """The mail that tells that a request has arrived. text has `{link}` in it; make_link: the address of the request's page."""

    text: str
    make_link: Callable[[Conversation], str]


def clean_contact(text: str, region: str) -> str:
    """An e-mail address or a phone number as it can be used: `asha@example.com`, `+919812345678`.

    `region` is the country of a number without a prefix. Raises InvalidInputError where it is neither.
    """
    text = text.strip()
    if "@" in text:
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise InvalidInputError("%(text)r is no e-mail address: %(error)s", text=text, error=error) from error
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidInputError("%(text)r is neither an e-mail address nor a phone number.", text=text) from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidInputError("%(text)r is no phone number that can be called.", text=text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_order_number(text: str, region: str) -> str:
    """As it was typed, without spaces around it; "" for nothing. Raises InvalidInputError for what can be no number of an order:
    it has no digit, is a sentence, or is the number of a card or an account."""
    number = " ".join(text.split())
    if not number:
        return ""
    if _ORDER_NUMBER.fullmatch(number) is None or sum(one.isdigit() for one in number) < 2:
        raise InvalidInputError("That is no order number.")
    said = f"order {number}"
    if mask_secrets(said, region=region) != said:
        raise InvalidInputError("That is the number of something else.")
    return number


def name_of_request(key: str, *parts: str) -> str:
    """The random name of a request: the same for the same form with the same in it, so that it is stored once however often it
    arrives. key: of one form that was shown, a secret of the browser."""
    hashed = hashlib.sha256("\0".join((key, *parts)).encode())
    return str(uuid.UUID(bytes=hashed.digest()[:16], version=4))


def request_contact(
    session: Session,
    *,
    name: str,
    contact: str,
    message: str,
    language: str,
    visit: str | None,
    region: str = "",
    external_id: str = "",
    order_number: str = "",
    pictures: Sequence[SentPicture] = (),
    asked_in: str | None = None,
    receipt: Receipt | None = None,
    ticked: Ticked | None = None,
    sent_at: datetime | None = None,
) -> Conversation:
    """Open a conversation in which the message stands, and note with the last search of the visit that it asked for one.

    contact: as `clean_contact` gives it. What unlocks or pays something (numbers of cards and accounts, codes, passwords,
    identity numbers) is masked first: neither the database nor a rep gets to see it. `masked_kinds` of the message tells what
    that was. `region` is the country of phone numbers without a prefix, which stay. external_id: its random name, see
    `name_of_request`; a request of this name that is there already is returned as it is. visit: whose searches the rep may
    see, None without consent; asked_in: the visit in which it was asked, of which only the count of such searches is kept.
    ticked: the words by which they agreed to that.
    """
    name = mask_secrets(name.strip(), region=region)
    given = GivenCustomer.reached_at(contact, name=name, language=language, visit=visit or "")
    customer = recognise_customer(session, given, region=region).customer
    external_id = external_id or str(uuid.uuid4())
    details = {"contact": contact, "name": name, "reference": reference_of(external_id)}
    opened = open_conversation(
        session,
        customer,
        Channel.WEB,
        origin=ORIGIN,
        external_id=external_id,
        language=language,
        visit=visit,
        details=details | ({"order_number": order_number} if order_number else {}),
        region=region,
    )
    conversation = opened.conversation
    if not opened.is_new:
        return conversation
    stored = store_message(
        session, conversation, MessageRole.CUSTOMER, message, external_id=external_id, sent_at=sent_at, region=region
    )
    if visit is not None and ticked is not None:
        note_shared_visit(session, conversation, ticked)
    _add_pictures(session, conversation, stored.message, pictures)
    _keep_order_number(session, stored.message, order_number, region)
    last = _last_search(session, visit or asked_in)
    if last is not None or asked_in is not None:  # who only read and then asks for a person is counted too
        number = None if last is None else last.id
        store_feedback(session, FeedbackKind.ASKED_PERSON, event_id=number, visit=visit or asked_in)
    if receipt is not None and given.email:
        _send_receipt(session, conversation, contact, receipt)
    session.flush()
    return conversation


def answer_request(
    session: Session,
    conversation: Conversation,
    text: str,
    *,
    external_id: str,
    pictures: Sequence[SentPicture] = (),
    region: str = "",
    sent_at: datetime | None = None,
) -> Stored:
    """What the customer writes on the page of their request, once; it opens a closed one again. Raises InvalidInputError."""
    stored = store_message(
        session, conversation, MessageRole.CUSTOMER, text, external_id=external_id, sent_at=sent_at, region=region
    )
    if stored.is_new:
        _add_pictures(session, conversation, stored.message, pictures)
    return stored


def close_as_solved(session: Session, conversation: Conversation) -> None:
    """The customer says that it is solved."""
    conversation.details = {**conversation.details, "solved_by": "customer"}
    close(session, conversation, None)


def find_request(session: Session, external_id: str) -> SentRequest | None:
    """None where there is none, or its conversation is gone."""
    row = session.execute(
        select(Conversation, Message.text)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Conversation.origin == ORIGIN, Conversation.external_id == external_id)
        .order_by(Message.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    details = row[0].details
    return SentRequest(str(details.get("contact", "")), str(details.get("name", "")), row[1], row[0])


def _add_pictures(
    session: Session, conversation: Conversation, message: Message, pictures: Sequence[SentPicture]
) -> None:
    for one in pictures:
        # Painted anew it may be larger than it came; it is bounded by its pixels.
        largest = max(LARGEST, len(one.content))
        add_file(session, conversation, one.name, one.content, user_id=None, message_id=message.id, largest=largest)


def _keep_order_number(session: Session, message: Message, order_number: str, region: str) -> None:
    """As a fact that they told, unless the message has it too."""
    if not order_number:
        return
    told = find_facts(f"order {order_number}", message.sent_at, region=region or "IN")
    value = next((fact.value for fact in told if fact.kind is FactKind.ORDER), order_number.upper())
    known = select(ConversationFact.id).where(
        ConversationFact.message_id == message.id,
        ConversationFact.kind == FactKind.ORDER.value,
        ConversationFact.value == value,
    )
    if session.scalar(known) is None:
        session.add(
            ConversationFact(
                conversation_id=message.conversation_id,
                message_id=message.id,
                kind=FactKind.ORDER.value,
                value=value,
                words=order_number,
            )
        )


def _send_receipt(session: Session, conversation: Conversation, address: str, receipt: Receipt) -> None:
    """As a message of the system, which goes out as replies do. Nothing that was typed is in it: the form sends mails to any
    address, and must not be a way to send anybody one's own words."""
    recent = select(func.count(Message.id)).where(
        Message.role == MessageRole.SYSTEM.value,
        Message.recipient == address,
        Message.created_at > utc_now() - timedelta(days=1),
    )
    if (session.scalar(recent) or 0) >= MOST_RECEIPTS:
        return
    store_message(
        session,
        conversation,
        MessageRole.SYSTEM,
        receipt.text.replace("{link}", receipt.make_link(conversation)),
        delivery=Delivery.PENDING,
        send_at=utc_now(),
        recipient=address,
        details={"is_receipt": True},
    )


def _last_search(session: Session, visit: str | None) -> SearchEvent | None:
    if not visit:
        return None
    statement = select(SearchEvent).where(SearchEvent.visit == visit).order_by(SearchEvent.id.desc()).limit(1)
    return session.scalars(statement).first()
