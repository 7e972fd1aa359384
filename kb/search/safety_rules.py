"""The rules of danger in use: what is shipped, with what trainers changed of it. One copy a process, renewed at a change."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from kb.tables import SafetyRule, SafetyRuleChange
from kb.text.danger.defaults import LANGUAGES, LEVELS, Level, default_rules
from kb.text.danger.finder import DangerFinder

# Kind and language.
RuleKey = tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """is_changed: a trainer wrote it; article_id: what to read, None for nothing."""

    kind: str
    language: str
    words: str
    message: str
    numbers: tuple[str, ...]
    article_id: int | None = None
    is_changed: bool = False

    @property
    def level(self) -> Level:
        return LEVELS[self.kind]


@dataclass(frozen=True)
class RuleSet:
    """All rules by kind and language, and what finds danger by them."""

    rules: Mapping[RuleKey, Rule]
    finder: DangerFinder

    def spoken(self, kind: str, language: str) -> Rule | None:
        """The rule of a kind that says something in `language`; None where nobody has written one."""
        rule = self.rules.get((kind, language))
        return rule if rule is not None and rule.message else None


def shipped_rule(kind: str, language: str) -> Rule:
    """What is shipped of a kind, empty but for its numbers in a language in which nothing is shipped."""
    shipped = default_rules()
    given = shipped.get((kind, language))
    if given is None:
        return Rule(kind, language, "", "", shipped[kind, LANGUAGES[0]].numbers)
    return Rule(kind, language, given.words, given.message, given.numbers)


def shipped_rules() -> dict[RuleKey, Rule]:
    return {key: shipped_rule(*key) for key in default_rules()}


def make_finder(rules: Iterable[Rule]) -> DangerFinder:
    """Raises RuleError where one cannot be read. The gravest kinds come first."""
    order = list(LEVELS)
    texts = sorted(((rule.kind, rule.words) for rule in rules if rule.words), key=lambda text: order.index(text[0]))
    return _finder_of(tuple(texts))


@lru_cache(maxsize=4)
def _finder_of(texts: tuple[tuple[str, str], ...]) -> DangerFinder:
    return DangerFinder(texts)


def load_rules(session: Session) -> dict[RuleKey, Rule]:
    """The rules as they are in the database now. One statement."""
    rules = shipped_rules()
    for row in session.scalars(select(SafetyRule).where(SafetyRule.kind.in_(list(LEVELS)))):
        rules[row.kind, row.language] = Rule(
            row.kind, row.language, row.words, row.message, tuple(row.numbers), row.article_id, is_changed=True
        )
    return rules


_in_use: "WeakKeyDictionary[Engine, tuple[tuple[int, int], RuleSet]]" = WeakKeyDictionary()
_lock = threading.Lock()
_CHANGES = select(func.count(SafetyRuleChange.id), func.max(SafetyRuleChange.id))
_SEEN = "safety_rules"  # in `Session.info`: the transaction, and the rules that it saw


def rules_in_use(session: Session) -> RuleSet:
    """The rules, read again where somebody has changed one: a small statement a transaction tells. The same in every process."""
    seen = session.info.get(_SEEN)
    if seen is not None and seen[0] is session.get_transaction():
        found: RuleSet = seen[1]
        return found
    found = _newest_rules(session)
    session.info[_SEEN] = (session.get_transaction(), found)
    return found


def forget_rules(session: Session) -> None:
    """To be called where this very transaction changes a rule."""
    session.info.pop(_SEEN, None)


def _newest_rules(session: Session) -> RuleSet:
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    # How many and which last: of two who write at once the later number may be seen first.
    count, last = session.execute(_CHANGES).one()
    version = (int(count), int(last or 0))
    known = _in_use.get(engine)
    if known is not None and known[0] == version:
        return known[1]
    rules = load_rules(session)
    found = RuleSet(rules, make_finder(rules.values()))
    with _lock:
        _in_use[engine] = (version, found)
    return found
