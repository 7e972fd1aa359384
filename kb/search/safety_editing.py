"""What trainers do with the rules of danger: change one, go back to what is shipped, see who changed what, try a text."""

from collections.abc import Sequence
from dataclasses import dataclass

import regex
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.search.safety_rules import Rule, RuleKey, forget_rules, load_rules, make_finder, shipped_rule
from kb.tables import Article, SafetyRule, SafetyRuleChange, utc_now
from kb.text.cleaning import clean_line, clean_text
from kb.text.danger.defaults import LEVELS

LONGEST_WORDS, LONGEST_MESSAGE, MOST_NUMBERS, MOST_HISTORY = 40_000, 700, 3, 50
# As it is dialled: digits with blanks or hyphens, a plus in front for other countries.
_NUMBER = regex.compile(r"\+?[0-9][0-9 -]{1,18}[0-9]")
_COMMA = regex.compile(r"[,;،\n]")


@dataclass(frozen=True)
class GivenRule:
    """A rule as it was typed. numbers: separated by commas; article: "" or the number of a published, public article."""

    words: str
    message: str
    numbers: str
    article: str = ""


def list_rules(session: Session, languages: Sequence[str]) -> dict[str, list[Rule]]:
    """Rules by kind, the gravest first, in each of these languages. One statement."""
    rules = load_rules(session)
    return {
        kind: [rules.get((kind, language)) or shipped_rule(kind, language) for language in languages] for kind in LEVELS
    }


def find_rule(session: Session, kind: str, language: str) -> Rule:
    """Raises NotFoundError for a kind that there is none of."""
    if kind not in LEVELS:
        raise NotFoundError("There is no kind of danger %(kind)r.", kind=kind)
    return load_rules(session).get((kind, language)) or shipped_rule(kind, language)


def last_change(session: Session, kind: str, language: str) -> int:
    """The number of the last change of a rule, 0 where nobody has changed it."""
    of_rule = (SafetyRuleChange.kind == kind, SafetyRuleChange.language == language)
    return session.scalar(select(func.max(SafetyRuleChange.id)).where(*of_rule)) or 0


def rule_history(session: Session, kind: str, language: str) -> list[SafetyRuleChange]:
    """The last changes of a rule with who made them, the newest first. One statement."""
    statement = (
        select(SafetyRuleChange)
        .where(SafetyRuleChange.kind == kind, SafetyRuleChange.language == language)
        .options(joinedload(SafetyRuleChange.changed_by))
        .order_by(SafetyRuleChange.id.desc())
        .limit(MOST_HISTORY)
    )
    return list(session.scalars(statement))


def count_changes(session: Session) -> dict[RuleKey, int]:
    """How often each rule was changed. One statement."""
    statement = select(SafetyRuleChange.kind, SafetyRuleChange.language, func.count()).group_by(
        SafetyRuleChange.kind, SafetyRuleChange.language
    )
    return {(kind, language): count for kind, language, count in session.execute(statement)}


def change_rule(
    session: Session, kind: str, language: str, given: GivenRule, user_id: int | None, *, seen_change: int
) -> bool:
    """Take what a trainer wrote; False where it says what the rule says already. seen_change: the `last_change` that they saw.

    Raises InvalidInputError for what cannot be used, ConflictError where a colleague has changed the rule meanwhile.
    """
    before = _expect(session, kind, language, seen_change)
    words, message = clean_text(given.words).strip(), clean_line(given.message)
    if len(words) > LONGEST_WORDS:
        raise InvalidInputError(
            "The words have %(length)s characters; %(longest_words)s at most.",
            length=len(words),
            longest_words=LONGEST_WORDS,
        )
    if len(message) > LONGEST_MESSAGE:
        raise InvalidInputError(
            "The message has %(length)s characters; %(longest_message)s at most.",
            length=len(message),
            longest_message=LONGEST_MESSAGE,
        )
    if not message:
        raise InvalidInputError("The message is empty.", remedy="Say in one or two sentences what to do first.")
    numbers = _read_numbers(given.numbers)
    article_id = _read_article(session, given.article)
    rule = Rule(kind, language, words, message, numbers, article_id, is_changed=True)
    make_finder((load_rules(session) | {(kind, language): rule}).values())
    if (words, message, numbers, article_id) == (before.words, before.message, before.numbers, before.article_id):
        return False
    row = {
        "kind": kind, "language": language, "words": words, "message": message, "numbers": list(numbers),
        "article_id": article_id,
    }  # fmt: skip
    session.execute(delete(SafetyRule).where(SafetyRule.kind == kind, SafetyRule.language == language))
    session.add(SafetyRule(**row))
    _note(session, rule, user_id, is_default=False)
    return True


def reset_rule(session: Session, kind: str, language: str, user_id: int | None, *, seen_change: int) -> None:
    """Back to what is shipped. Raises ConflictError as `change_rule` does."""
    if not _expect(session, kind, language, seen_change).is_changed:
        return
    session.execute(delete(SafetyRule).where(SafetyRule.kind == kind, SafetyRule.language == language))
    _note(session, shipped_rule(kind, language), user_id, is_default=True)


def find_public_articles(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Titles of those of the articles that customers may read. One statement."""
    statement = select(Article.id, Article.title).where(
        Article.id.in_(ids), Article.status == "published", Article.audience == "public"
    )
    return {number: title for number, title in session.execute(statement)}  # noqa: C416  # no pairs for mypy


def _expect(session: Session, kind: str, language: str, seen_change: int) -> Rule:
    rule = find_rule(session, kind, language)
    if last_change(session, kind, language) != seen_change:
        raise ConflictError("A colleague has changed this rule meanwhile.", remedy="Look at what they wrote first.")
    return rule


def _note(session: Session, rule: Rule, user_id: int | None, *, is_default: bool) -> None:
    session.add(
        SafetyRuleChange(
            kind=rule.kind, language=rule.language, is_default=is_default, words=rule.words, message=rule.message,
            numbers=list(rule.numbers), article_id=rule.article_id, changed_at=utc_now(), changed_by_id=user_id,
        )
    )  # fmt: skip
    session.flush()
    forget_rules(session)


def _read_numbers(text: str) -> tuple[str, ...]:
    numbers = tuple(dict.fromkeys(number for part in _COMMA.split(text) if (number := clean_line(part))))
    if not numbers:
        raise InvalidInputError("There is no number to call.", remedy="Example: 112, 101")
    if len(numbers) > MOST_NUMBERS:
        raise InvalidInputError(
            "There are %(length)s numbers; %(most_numbers)s at most, the first one first.",
            length=len(numbers),
            most_numbers=MOST_NUMBERS,
        )
    wrong = next((number for number in numbers if _NUMBER.fullmatch(number) is None), None)
    if wrong is not None:
        raise InvalidInputError(
            "%(wrong)r is no number that a phone can dial.", remedy="Example: 112, 101", wrong=wrong
        )
    return numbers


def _read_article(session: Session, text: str) -> int | None:
    text = text.strip().removeprefix("#")
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not find_public_articles(session, [number]):
        raise InvalidInputError("There is no published article %(text)r that customers may read.", text=text)
    return number
