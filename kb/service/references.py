"""The number of a request: nine digits in groups of three, to be read aloud in any language. The last one checks the others.

It follows from the request's random name, so that it is known before anything is stored, also while the database is locked. It
opens nothing by itself: whoever looks a request up must also know how its customer is reached.
"""

import hashlib
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.service.customers import GivenCustomer, owners_of
from kb.service.queue import conversations_of
from kb.tables import Conversation

_DIGITS = 8
# Conversations of one customer among which a number is looked for.
_MOST_LOOKED_AT = 200
# Letters that are written for digits where a number was copied by hand.
_MISREAD = str.maketrans("oOlI", "0011")


def reference_of(external_id: str) -> str:
    """`482-109-376` of a request's name; the same for the same name."""
    hashed = int.from_bytes(hashlib.sha256(f"reference {external_id}".encode()).digest()[:8], "big")
    digits = f"{hashed % 10**_DIGITS:0{_DIGITS}d}"
    return _grouped(digits + _check_digit(digits))


def read_reference(text: str) -> str | None:
    """A number as somebody typed it, in digits of any script, brought into our form; None where it cannot be one of ours."""
    digits = ""
    for character in text[:100].translate(_MISREAD):
        value = unicodedata.digit(character, None)
        if value is not None:
            digits += str(value)
        elif character.isalpha():
            return None
    if len(digits) != _DIGITS + 1 or _check_digit(digits[:-1]) != digits[-1]:
        return None
    return _grouped(digits)


def find_by_reference(session: Session, reference: str, contact: str, *, region: str) -> Conversation | None:
    """The request with this number whose customer gave this e-mail address or phone number with it.

    reference: as `read_reference` gives it; contact: as `clean_contact` does.
    """
    for customer in owners_of(session, GivenCustomer.reached_at(contact), region=region):
        for conversation in conversations_of(session, customer, limit=_MOST_LOOKED_AT):
            details = conversation.details
            # Merging or a mistake may bring foreign requests to one customer: only what was given with this one counts.
            if details.get("reference") == reference and str(details.get("contact", "")).lower() == contact.lower():
                return conversation
    return None


def conversation_with(session: Session, reference: str) -> Conversation | None:
    """For reps: the newest request with this number, as `read_reference` gives it. Reads every conversation, once."""
    return session.scalars(
        select(Conversation)
        .where(Conversation.details["reference"].as_string() == reference)
        .order_by(Conversation.id.desc())
        .limit(1)
    ).first()


def _check_digit(digits: str) -> str:
    """By Luhn: one wrong digit, or two neighbours exchanged, are seen (but for 09 and 90)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _grouped(digits: str) -> str:
    return "-".join(digits[start : start + 3] for start in range(0, len(digits), 3))
