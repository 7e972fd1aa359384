"""Macros are texts with variables in braces, as `{order}`; filling them in is pure.

What is not known stays visible as ⟦order⟧, so that nobody sends a gap without seeing it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Variable(StrEnum):
    """What a macro can have filled in from the conversation."""

    CUSTOMER_NAME = "customer_name"  # how they are called: the first name
    ORDER = "order"  # the order number that they gave last
    PRODUCT = "product"
    AMOUNT = "amount"
    REP = "rep"  # whoever inserts it
    LINK = "link"  # address of the article that was used last in the conversation
    DATE = "date"  # today


# A brace with anything else in it is part of the text.
_VARIABLE = re.compile(r"\{[ ]?([A-Za-z_]{1,40})[ ]?\}")
_GAP = re.compile(r"⟦([^⟦⟧\n]{1,40})⟧")
# Before the name that somebody is called by.
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "sir",
        "md",
        "mohd",
        "shri",
        "smt",
        "sri",
        "श्री",
        "श्रीमती",
        "सुश्री",
        "डॉ",
        "डॉक्टर",
        "মো",
        "মোঃ",
        "ডা",
        "ডাঃ",
        "শ্রী",
        "শ্রীমতী",
        "জনাব",
    ]
)


@dataclass(frozen=True)
class Filled:
    """missing: the variables for which nothing is known, each once, in their order."""

    text: str
    missing: tuple[str, ...]


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """The text with its variables replaced. values: by the names of `Variable`, "" for what is not known.

    What was filled in is not looked at again: braces in a customer's name are text. Linear in the length of the text.
    """
    missing: dict[str, None] = {}

    def replace(match: re.Match[str]) -> str:
        name = match[1].lower()
        if name not in _NAMES:
            return match[0]
        value = " ".join(values.get(name, "").split())
        if not value:
            missing[name] = None
            return f"⟦{name}⟧"
        return value

    return Filled(_VARIABLE.sub(replace, text), tuple(missing))


_NAMES = frozenset(Variable)


def unknown_variables(text: str) -> list[str]:
    """What stands in braces like a variable and is none, each once."""
    names = dict.fromkeys(match[1] for match in _VARIABLE.finditer(text))
    return [name for name in names if name.lower() not in _NAMES]


def gaps_in(text: str) -> list[str]:
    """The names between ⟦ and ⟧ that are still to be filled in, each once."""
    return list(dict.fromkeys(match[1].strip() for match in _GAP.finditer(text)))


def first_name(name: str) -> str:
    """How somebody is called: the first word that is no title; "" where there is no name.

    What stands in brackets after a name ("Farah (demo rep)") is no name.
    """
    words = re.sub(r"[(\[][^)\]]*[)\]]?", " ", name).split()
    named = [word for word in words if word.strip(".,:").casefold() not in _TITLES]
    return named[0].strip(",") if named else ""
