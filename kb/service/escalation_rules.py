"""Rules that say when a conversation is escalated, and to whom. They are a setting: KB_ESCALATION.

    safety -> product safety desk (ext. 303) within 15 minutes
    angry and contacts >= 2 -> team lead desk (ext. 220) within 2 hours

Rules are divided by `;` or by lines. Left of the arrow stand conditions joined by `and`: a word of WORDS, or a number compared
(`contacts >= 3`). Right of it stands whom; behind `within`, how soon they answer.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@lru_cache(maxsize=8)
def parse_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a setting, in their order; DEFAULT_RULES for an empty one, no rules for "none".

    Raises ConfigurationError, which quotes the rule that cannot be read and says what is wrong with it.
    """
    if text.strip().lower() == "none":
        return ()
    if len(text) > LONGEST:
        raise ConfigurationError(f"KB_ESCALATION has {len(text):,} characters; {LONGEST:,} at most.")
    lines = [line.strip() for line in regex.split(r"[;\n]", text.strip() or DEFAULT_RULES)]
    rules = [_rule(line) for line in lines if line and not line.startswith("#")]
    if len(rules) > MOST_RULES:
        raise ConfigurationError(f"KB_ESCALATION has {len(rules)} rules; {MOST_RULES} at most.")
    return tuple(rules)


def _rule(line: str) -> Rule:
    when, arrow, whom = line.replace("→", "->").partition("->")
    if not arrow or not when.strip() or not whom.strip():
        raise ConfigurationError(f"KB_ESCALATION: {line[:80]!r} is not `condition -> whom`.", remedy=_EXAMPLE)
    conditions = tuple(
        _condition(part.strip(), line) for part in regex.split(r"\s+and\s+|&", when.strip(), flags=regex.IGNORECASE)
    )
    found = _WITHIN.match(whom.strip())
    return Rule(conditions, found[1] if found else whom.strip(), found[2] if found else "", line)


def _condition(part: str, line: str) -> Condition:
    word = part.lower()
    if word in WORDS:
        return Condition(word)
    match = _COMPARISON.fullmatch(word)
    if match is None:
        raise ConfigurationError(
            f"KB_ESCALATION: {part[:40]!r} in {line[:80]!r} is no condition.",
            remedy=f"Known are the words {', '.join(WORDS)}, and {', '.join(NUMBERS)} compared with a number. {_EXAMPLE}",
        )
    if match[1] not in NUMBERS:
        raise ConfigurationError(
            f"KB_ESCALATION: {match[1]!r} in {line[:80]!r} is no number that is known.",
            remedy=f"Compared can be {', '.join(NUMBERS)}.",
        )
    return Condition(match[1], match[2], int(match[3]))
