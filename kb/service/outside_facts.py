"""What the shop's own system knows of a customer: one JSON call to KB_CUSTOMER_URL, see docs/customer-facts.md.

The answer is somebody else's: each field is taken as text, cut and checked by itself, and what cannot be used costs the field.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from kb.core.errors import KbError
from kb.tables import Customer, IdentityKind
from kb.text.cleaning import clean_line

LARGEST_ANSWER = 256 * 1024  # bytes
LONGEST_VALUE, LONGEST_ADDRESS = 200, 1_000
MOST_FACTS, MOST_ORDERS, MOST_EVENTS = 30, 20, 20
# States of an order about which customers write, by what they then ask.
_TROUBLE = {
    "delayed": "my order is delayed, when will it arrive",
    "late": "my order is delayed, when will it arrive",
    "lost": "my parcel is lost",
    "damaged": "my order arrived damaged",
    "delivery_failed": "the courier could not deliver my parcel",
    "payment_failed": "my payment failed",
    "on_hold": "my order is on hold",
    "cancelled": "my order was cancelled, when do I get my money back",
    "canceled": "my order was cancelled, when do I get my money back",
    "returned": "I returned my order, when do I get my refund",
    "refund_pending": "when will my refund arrive",
    "refund_failed": "my refund failed",
}


class Trouble(StrEnum):
    """Why there is no answer."""

    SLOW = "slow"
    DOWN = "down"
    STATUS = "status"
    TOO_LARGE = "too_large"
    NO_JSON = "no_json"


class OutsideFactsError(KbError):
    """The other system gave no answer that can be used."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


@dataclass(frozen=True)
class OutsideLine:
    """A fact, an order or an event, as text; url: an http(s) address or ""; at: as it was said; asks: what a customer of whom
    this is so may ask, "" where nothing is likely."""

    label: str
    value: str
    url: str = ""
    at: str = ""
    asks: str = ""


@dataclass(frozen=True)
class OutsideFacts:
    """left_out: whether something of the answer could not be used."""

    plan: str = ""
    facts: Sequence[OutsideLine] = ()
    orders: Sequence[OutsideLine] = ()
    events: Sequence[OutsideLine] = ()
    left_out: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.plan or self.facts or self.orders or self.events)

    @property
    def asked(self) -> list[str]:
        """What the customer may ask because of this."""
        return list(dict.fromkeys(line.asks for line in (*self.orders, *self.events, *self.facts) if line.asks))


def question_about(customer: Customer) -> dict[str, Any]:
    """The body of the call: everything by which the customer is known."""

    def values(kind: IdentityKind) -> list[str]:
        return [identity.value for identity in customer.identities if identity.kind == kind.value]

    return {
        "customer": {
            "id": customer.id,
            "name": customer.name,
            "language": customer.language,
            "external_ids": values(IdentityKind.EXTERNAL),
            "emails": values(IdentityKind.EMAIL),
            "phones": values(IdentityKind.PHONE),
        }
    }


def read_answer(body: bytes) -> OutsideFacts:
    """Raises OutsideFactsError where the body is no JSON object."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise OutsideFactsError(Trouble.NO_JSON, "The answer is no JSON.") from error
    if not isinstance(data, dict):
        raise OutsideFactsError(Trouble.NO_JSON, "The answer is no JSON object.")
    reader = _Reader()
    return OutsideFacts(
        plan=reader.text(data, "plan"),
        facts=reader.lines(data, "facts", MOST_FACTS, reader.fact),
        orders=reader.lines(data, "orders", MOST_ORDERS, reader.order),
        events=reader.lines(data, "events", MOST_EVENTS, reader.event),
        left_out=reader.left_out,
    )


class _Reader:
    def __init__(self) -> None:
        self.left_out = False

    def text(self, data: dict[str, Any], name: str) -> str:
        """A text or a number; anything else is left out."""
        value = data.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value) if math.isfinite(value) and abs(value) < 1e15 else None
        if value is None and data.get(name) is None:
            return ""
        if not isinstance(value, str):
            self.left_out = True
            return ""
        return clean_line(value[: 4 * LONGEST_VALUE].encode("utf-8", "replace").decode())[:LONGEST_VALUE]

    def address(self, data: dict[str, Any]) -> str:
        value = data.get("url")
        if value is None or value == "":
            return ""
        try:
            usable = (
                isinstance(value, str)
                and len(value) <= LONGEST_ADDRESS
                and urlsplit(value).scheme in {"http", "https"}
                and bool(urlsplit(value).hostname)
                and all(character > " " for character in value)
                and value.isprintable()
            )
        except ValueError:
            usable = False
        self.left_out |= not usable
        return value if usable else ""

    def lines(self, data: dict[str, Any], name: str, most: int, read: Any) -> list[OutsideLine]:
        items = data.get(name)
        if items is None:
            return []
        if not isinstance(items, list):
            self.left_out = True
            return []
        found = []
        for item in items[:most]:
            line = read(item) if isinstance(item, dict) else None
            if line is None or not (line.label or line.value):
                self.left_out = True
            else:
                found.append(line)
        self.left_out |= len(items) > most
        return found

    def fact(self, item: dict[str, Any]) -> OutsideLine:
        return OutsideLine(
            self.text(item, "label"), self.text(item, "value"), self.address(item), asks=self.text(item, "asks")
        )

    def order(self, item: dict[str, Any]) -> OutsideLine:
        status, total = self.text(item, "status"), self.text(item, "total")
        asks = self.text(item, "asks") or _TROUBLE.get(status.lower().replace(" ", "_").replace("-", "_"), "")
        value = " · ".join(part for part in (status, total) if part)
        return OutsideLine(self.text(item, "id"), value, self.address(item), self.text(item, "at"), asks)

    def event(self, item: dict[str, Any]) -> OutsideLine:
        return OutsideLine(
            "", self.text(item, "text"), self.address(item), self.text(item, "at"), self.text(item, "asks")
        )
