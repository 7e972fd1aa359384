"""What customers tell us about themselves and their matter, by kind."""

from dataclasses import dataclass
from enum import StrEnum


class FactKind(StrEnum):
    ORDER = "order"
    TRACKING = "tracking"
    SERIAL = "serial"
    DEVICE = "device"  # a product or a model
    DATE = "date"  # ISO 8601
    AMOUNT = "amount"  # a decimal number
    PAYMENT = "payment"  # how they paid
    ADDRESS = "address"
    PIN_CODE = "pin_code"
    EMAIL = "email"
    PHONE = "phone"  # E.164 where it can be
    NAME = "name"
    VERSION = "version"
    ERROR = "error"
    TRIED = "tried"  # what they did already
    QUANTITY = "quantity"


@dataclass(frozen=True)
class Fact:
    """Something that stands in a text at `start` to `end`, there as `words`; value: in a form that can be compared."""

    kind: FactKind
    value: str
    words: str
    start: int
    end: int
