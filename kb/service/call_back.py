"""Calling a customer back: a number and a time become a conversation at the desk, with a promise that falls due. The caller
commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.privacy.redaction import mask_secrets
from kb.service.contact import ORIGIN, clean_contact
from kb.service.conversations import note_event, open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.hours import ServiceHours
from kb.service.messages import store_message
from kb.tables import Channel, Conversation, ConversationState, EventKind, MessageRole, Promise

WINDOW = timedelta(hours=1)
MOST_WINDOWS, _WITHIN = 12, timedelta(days=7)
# A conversation whose time is so near stays in the queue.
_NEAR = timedelta(minutes=10)
LONGEST_NAME = 200


@dataclass(frozen=True)
class Window:
    """When to call."""

    start: datetime
    end: datetime


def call_windows(hours: ServiceHours, now: datetime | None = None) -> list[Window]:
    """The next full hours of service that can be chosen."""
    now = now or utc_now()
    local = now.astimezone(hours.zone)
    at = local.replace(minute=0, second=0, microsecond=0).astimezone(now.tzinfo) + WINDOW
    found: list[Window] = []
    while len(found) < MOST_WINDOWS and at < now + _WITHIN:
        opens = hours.opens_at(at)
        if opens is None:
            break
        closes = hours.closes_at(opens)
        if opens == at and closes is not None and closes >= at + WINDOW:
            found.append(Window(at, at + WINDOW))
            at += WINDOW
        else:
            at = opens if opens > at else at + WINDOW  # hours begin as the day does
    return found


def choose_window(windows: Sequence[Window], text: str) -> Window | None:
    """By its beginning in ISO 8601; None for "" (as soon as somebody can). Raises InvalidInputError for what is not offered."""
    if not text:
        return None
    chosen = next((one for one in windows if one.start.isoformat() == text), None)
    if chosen is None:
        raise InvalidInputError("That time is not offered any more.", remedy="Choose another one.")
    return chosen


def clean_number(text: str, region: str) -> str:
    """E.164. Raises InvalidInputError for what cannot be called."""
    if "@" in text:
        raise InvalidInputError("An e-mail address cannot be called.")
    number = clean_contact(text, region)
    kind = phonenumbers.number_type(phonenumbers.parse(number, region))
    if kind in {phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST}:
        raise InvalidInputError("Numbers that cost more are not called.")
    return number


@dataclass(frozen=True)
class WantedCall:
    """number: as `clean_number` gives it; window: None for as soon as somebody can, then it falls due at `latest`.

    message: in the customer's words; promise: what reps read among their promises.
    """

    number: str
    window: Window | None
    latest: datetime
    message: str
    promise: str

    @property
    def data(self) -> dict[str, Any]:
        when = {"from": self.window.start.isoformat(), "until": self.window.end.isoformat()} if self.window else {}
        return {"number": self.number, **when}


def request_call_back(
    session: Session, call: WantedCall, *, name: str, language: str, visit: str | None, region: str, key: str
) -> Conversation:
    """A new conversation by phone. key: of the form, so that it is one conversation however often the form is sent."""
    name = mask_secrets(" ".join(name.split())[:LONGEST_NAME], region=region)
    given = GivenCustomer(name=name, phone=call.number, language=language, visit=visit or "")
    customer = recognise_customer(session, given, region=region).customer
    opened = open_conversation(
        session,
        customer,
        Channel.PHONE,
        origin=ORIGIN,
        external_id=f"call-{key}"[:200],
        language=language,
        visit=visit,
        details={"contact": call.number, "name": name, "call_back": call.data},
        region=region,
    )
    if opened.is_new:
        _promise(session, opened.conversation, call, region)
    return opened.conversation


def leave_line_for_call(session: Session, conversation: Conversation, call: WantedCall, *, region: str) -> None:
    """Who waits in the chat is called instead: the conversation stays, with all that was said, and is one by phone now."""
    if conversation.channel == Channel.PHONE.value and "call_back" in conversation.details:
        return
    conversation.details = conversation.details | {"call_back": call.data}
    conversation.channel = Channel.PHONE.value
    email, visit = conversation.customer.email, conversation.visit or ""
    if email or visit:  # by which the number becomes theirs, where it is nobody else's
        recognise_customer(session, GivenCustomer(email=email, phone=call.number, visit=visit), region=region)
    _promise(session, conversation, call, region)


def _promise(session: Session, conversation: Conversation, call: WantedCall, region: str) -> None:
    store_message(session, conversation, MessageRole.CUSTOMER, call.message, region=region)
    due_at = call.window.end if call.window else call.latest
    session.add(Promise(conversation_id=conversation.id, text=call.promise[:500], due_at=due_at, created_at=utc_now()))
    note_event(session, conversation, EventKind.CALL_BACK, None, call.data)
    if call.window is not None and call.window.start > utc_now() + _NEAR:
        conversation.state, conversation.snoozed_until = ConversationState.SNOOZED.value, call.window.start
        note_event(session, conversation, EventKind.SNOOZED, None, {"until": call.window.start.isoformat()})
    session.flush()
