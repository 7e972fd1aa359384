"""Rules that say when a conversation is escalated, and to whom. They are a setting, KB_ESCALATION, or what a trainer has written
in its place (`kb.service.escalation_editing`).

    safety -> product safety desk (ext. 303) within 15 minutes
    angry and contacts >= 2 -> team lead desk (ext. 220) within 2 hours

Rules are divided by `;` or by lines. Left of the arrow stand conditions joined by `and`: a word of WORDS, or a number compared
(`contacts >= 3`). Right of it stands whom; behind `within`, how soon they answer.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import regex

from kb.core.errors import ConfigurationError

# What a rule can ask for, in words; docs/frustration.md explains each.
WORDS = (
    "calm",
    "annoyed",
    "angry",
    "safety",
    "fraud",
    "filed",
    "legal",
    "public",
    "leaving",
    "abuse",
    "manager",
    "silent",
)
NUMBERS = ("contacts", "waited", "open", "manager")
MOST_RULES, LONGEST = 50, 4000

DEFAULT_RULES = """\
safety -> product safety desk (ext. 303) within 15 minutes
fraud -> trust desk (ext. 301) within 1 working day
filed -> legal desk (ext. 305) within the same day
manager >= 2 -> floor manager (ext. 230) within 4 hours
public and angry -> social desk (ext. 260) within 2 hours
legal and contacts >= 2 -> team lead desk (ext. 220) within 2 hours
angry -> team lead desk (ext. 220) within 2 hours
annoyed and contacts >= 2 -> team lead desk (ext. 220) within 2 hours
contacts >= 3 -> team lead desk (ext. 220) within 2 hours
annoyed and waited >= 60 -> team lead desk (ext. 220) within 2 hours
"""

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_COMPARISON = regex.compile(r"(\w+)\s*(>=|<=|>|<|=)\s*(\d{1,5})")
_WITHIN = regex.compile(r"^(.*\S)\s+within\s+(\S.*)$", regex.IGNORECASE)
_EMAIL = regex.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_EXAMPLE = "An example: KB_ESCALATION='angry -> team lead; contacts >= 3 -> supervisor within 2 hours'"


@dataclass(frozen=True)
class Condition:
    """word: of WORDS or NUMBERS; sign and number: how it is compared, "" and 0 for a word alone."""

    word: str
    sign: str = ""
    number: int = 0

    def holds(self, words: frozenset[str], numbers: Mapping[str, float]) -> bool:
        if not self.sign:
            return self.word in words
        return _COMPARE[self.sign](numbers.get(self.word, 0.0), self.number)

    def __str__(self) -> str:
        return f"{self.word} {self.sign} {self.number}" if self.sign else self.word


@dataclass(frozen=True)
class Rule:
    """whom: as the setting names them; within: how soon they answer, "" where it does not say; text: as it was written."""

    conditions: tuple[Condition, ...]
    whom: str
    within: str
    text: str

    @property
    def email(self) -> str:
        """The address in `whom`, "" where there is none."""
        found = _EMAIL.search(self.whom)
        return found[0] if found else ""


class FaultKind(StrEnum):
    NO_RULE = "no_rule"  # not `condition -> whom`
    NO_CONDITION = "no_condition"
    NO_NUMBER = "no_number"  # something is compared that is not known
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Fault:
    """What cannot be read. line: from 1; quoted: the words that it is about; rule: they stand in, cut."""

    line: int
    kind: FaultKind
    quoted: str = ""
    rule: str = ""


def parse_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a setting, in their order; DEFAULT_RULES for an empty one, no rules for "none".

    Raises ConfigurationError, which quotes the rule that cannot be read and says what is wrong with it.
    """
    rules, faults = read_rules(text)
    if faults:
        raise _as_error(faults[0], text)
    return rules


@lru_cache(maxsize=16)
def read_rules(text: str) -> tuple[tuple[Rule, ...], tuple[Fault, ...]]:
    """As `parse_rules`, with all that cannot be read instead of an error; the rules are the others then."""
    if text.strip().lower() == "none":
        return (), ()
    if len(text) > LONGEST:
        return (), (Fault(1, FaultKind.TOO_LONG),)
    rules: list[Rule] = []
    faults: list[Fault] = []
    for number, line in enumerate((text if text.strip() else DEFAULT_RULES).split("\n"), start=1):
        for part in map(str.strip, line.split(";")):
            if not part or part.startswith("#"):
                continue
            found = _rule(part, number)
            if isinstance(found, Fault):
                faults.append(found)
            elif len(rules) == MOST_RULES:
                faults.append(Fault(number, FaultKind.TOO_MANY, rule=part[:80]))
                return tuple(rules), tuple(faults)
            else:
                rules.append(found)
    return tuple(rules), tuple(faults)


def _rule(line: str, number: int) -> Rule | Fault:
    when, arrow, whom = line.replace("→", "->").partition("->")
    if not arrow or not when.strip() or not whom.strip():
        return Fault(number, FaultKind.NO_RULE, rule=line[:80])
    conditions: list[Condition] = []
    for part in regex.split(r"\s+and\s+|&", when.strip(), flags=regex.IGNORECASE):
        condition = _condition(part.strip(), line, number)
        if isinstance(condition, Fault):
            return condition
        conditions.append(condition)
    found = _WITHIN.match(whom.strip())
    return Rule(tuple(conditions), found[1] if found else whom.strip(), found[2] if found else "", line)


def _condition(part: str, line: str, number: int) -> Condition | Fault:
    word = part.lower()
    if word in WORDS:
        return Condition(word)
    match = _COMPARISON.fullmatch(word)
    if match is None:
        return Fault(number, FaultKind.NO_CONDITION, part[:40], line[:80])
    if match[1] not in NUMBERS:
        return Fault(number, FaultKind.NO_NUMBER, match[1][:40], line[:80])
    return Condition(match[1], match[2], int(match[3]))


def _as_error(fault: Fault, text: str) -> ConfigurationError:
    if fault.kind is FaultKind.TOO_LONG:
        return ConfigurationError(f"KB_ESCALATION has {len(text):,} characters; {LONGEST:,} at most.")
    if fault.kind is FaultKind.TOO_MANY:
        return ConfigurationError(f"KB_ESCALATION has more than {MOST_RULES} rules.")
    if fault.kind is FaultKind.NO_RULE:
        return ConfigurationError(f"KB_ESCALATION: {fault.rule!r} is not `condition -> whom`.", remedy=_EXAMPLE)
    if fault.kind is FaultKind.NO_CONDITION:
        return ConfigurationError(
            f"KB_ESCALATION: {fault.quoted!r} in {fault.rule!r} is no condition.",
            remedy=f"Known are the words {', '.join(WORDS)}, and {', '.join(NUMBERS)} compared with a number. {_EXAMPLE}",
        )
    return ConfigurationError(
        f"KB_ESCALATION: {fault.quoted!r} in {fault.rule!r} is no number that is known.",
        remedy=f"Compared can be {', '.join(NUMBERS)}.",
    )
